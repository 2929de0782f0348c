using Assay.Engine.Language;
using Assay.Engine.Language.Generation;

namespace Assay.Providers.Language;

/// <summary>How language models run here. Nothing in it changes an answer.</summary>
public sealed record LanguageEngineOptions
{
    public LanguageSessionOptions Session { get; init; } = new();

    public GeneratorOptions Generator { get; init; } = new();

    /// <summary>Bytes of weights and of caches for keys and values, of all models that are loaded at the same time.</summary>
    public long MaxBytes { get; init; } = Math.Max(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3);

    /// <summary>Tokens of prompt and answer together, at most; a model made for fewer keeps its own bound.</summary>
    public int MaxContext { get; init; } = 32_768;
}
