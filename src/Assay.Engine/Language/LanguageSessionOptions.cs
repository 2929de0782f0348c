using Assay.Engine.Numerics;

namespace Assay.Engine.Language;

/// <summary>How a session of a language model runs. Nothing here can change a score.</summary>
public sealed record LanguageSessionOptions
{
    public static readonly LanguageSessionOptions Default = new();

    /// <summary>The instruction set; what <c>ASSAY_ISA</c> says, or the best there is, where null.</summary>
    public Isa? Isa { get; init; }

    /// <summary>Threads, 1 to 64.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, Workers.MaxThreads);

    /// <summary>Tokens of one sequence at most; what the model was made for where null.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Bytes of keys and values of all sequences together. They are taken as they are needed, a page of 64 positions at a time.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Tokens that go through the weights together; more in one call go in several parts.</summary>
    public int BatchTokens { get; init; } = 256;
}
