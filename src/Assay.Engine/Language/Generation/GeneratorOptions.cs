namespace Assay.Engine.Language.Generation;

/// <summary>How a generator shares its time and memory. Nothing here changes an answer.</summary>
public sealed record GeneratorOptions
{
    public static readonly GeneratorOptions Default = new();

    /// <summary>Choices that may grow at the same time.</summary>
    public int MaxRunning { get; init; } = 64;

    /// <summary>Requests that may wait to begin.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Requests of one caller that may wait to begin.</summary>
    public int MaxWaitingOfOne { get; init; } = 128;

    /// <summary>Tokens of prompts evaluated in one step, at most.</summary>
    public int PrefillTokens { get; init; } = 512;

    /// <summary>How long a step may take for prompts' sake, so that answers under way go on and a caller that leaves is let go.</summary>
    public TimeSpan StepTime { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>Tokens that wait for a slow reader; with more, its request pauses.</summary>
    public int Buffered { get; init; } = 256;

    /// <summary>Sequences kept for prompts that begin alike.</summary>
    public int Kept { get; init; } = 64;
}
