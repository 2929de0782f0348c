using Assay.Engine.Execution;

namespace Assay.Node;

/// <summary>How a node runs.</summary>
public sealed record NodeOptions
{
    /// <summary>The operator's name for itself, in genesis and receipts.</summary>
    public string Name { get; init; } = "local";

    /// <summary>What the operator says of where it runs: a word, not evidence.</summary>
    public string Region { get; init; } = "local";

    /// <summary>The most log entries that one lease of a serving key covers.</summary>
    public ulong MaxLease { get; init; } = 1 << 20;

    public TimeSpan PromiseWithin { get; init; } = TimeSpan.FromSeconds(60);

    public SessionOptions Engine { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
