using System.Collections.Immutable;

namespace Assay.Engine.Models.Language;

/// <summary>The weights of a language model, every shape checked against its architecture. Norms and biases are vectors (one row).</summary>
public sealed record LanguageWeights
{
    /// <summary>[vocabulary, width].</summary>
    public required WeightMatrix TokenEmbedding { get; init; }

    /// <summary>[width].</summary>
    public required WeightMatrix OutputNorm { get; init; }

    /// <summary>[vocabulary, width]; the very object of <see cref="TokenEmbedding"/> where the model has no matrix of its own.</summary>
    public required WeightMatrix Output { get; init; }

    public required ImmutableArray<LayerWeights> Layers { get; init; }
}

/// <summary>The weights of one layer. What the architecture does not have is null; matrices stored as one (Phi-3) are cut apart.</summary>
public sealed record LayerWeights
{
    /// <summary>[width].</summary>
    public required WeightMatrix AttentionNorm { get; init; }

    /// <summary>[heads · headSize, width].</summary>
    public required WeightMatrix Query { get; init; }

    /// <summary>[kvHeads · headSize, width].</summary>
    public required WeightMatrix Key { get; init; }

    /// <summary>[kvHeads · headSize, width].</summary>
    public required WeightMatrix Value { get; init; }

    public WeightMatrix? QueryBias { get; init; }

    public WeightMatrix? KeyBias { get; init; }

    public WeightMatrix? ValueBias { get; init; }

    /// <summary>[headSize], the same for every head.</summary>
    public WeightMatrix? QueryNorm { get; init; }

    /// <summary>[headSize], the same for every head.</summary>
    public WeightMatrix? KeyNorm { get; init; }

    /// <summary>[width, heads · headSize].</summary>
    public required WeightMatrix AttentionOutput { get; init; }

    public WeightMatrix? AttentionOutputBias { get; init; }

    public WeightMatrix? PostAttentionNorm { get; init; }

    public required WeightMatrix FfnNorm { get; init; }

    /// <summary>[feedForward, width]; null where there are experts.</summary>
    public WeightMatrix? Gate { get; init; }

    /// <summary>[feedForward, width]; null where there are experts.</summary>
    public WeightMatrix? Up { get; init; }

    /// <summary>[width, feedForward]; null where there are experts.</summary>
    public WeightMatrix? Down { get; init; }

    public WeightMatrix? PostFfnNorm { get; init; }

    /// <summary>[experts, width]; null where there are none.</summary>
    public WeightMatrix? Router { get; init; }

    /// <summary>Of each expert [its feedForward, width]; empty where there are none.</summary>
    public ImmutableArray<WeightMatrix> ExpertGates { get; init; } = [];

    /// <summary>Of each expert [its feedForward, width].</summary>
    public ImmutableArray<WeightMatrix> ExpertUps { get; init; } = [];

    /// <summary>Of each expert [width, its feedForward].</summary>
    public ImmutableArray<WeightMatrix> ExpertDowns { get; init; } = [];
}
