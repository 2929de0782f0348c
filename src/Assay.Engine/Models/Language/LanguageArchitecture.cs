using System.Collections.Immutable;

namespace Assay.Engine.Models.Language;

/// <summary>The function between the products of a feed-forward network: section 2.6 of docs/spec/assay-llm-v1.md.</summary>
public enum GateFunction
{
    Silu,

    /// <summary>The approximation by tanh.</summary>
    Gelu,
}

/// <summary>A mixture of experts in place of each layer's feed-forward network.</summary>
/// <param name="Used">How many of <paramref name="Count"/> each token goes through.</param>
/// <param name="Normalized">Whether the used experts' probabilities are divided by their sum.</param>
/// <param name="FeedForward">Width inside an expert.</param>
public sealed record ExpertLayout(int Count, int Used, bool Normalized, int FeedForward);

/// <summary>The numbers that say what a language model computes: docs/spec/assay-llm-v1.md, section 2.</summary>
public sealed record LanguageArchitecture
{
    /// <summary><c>llama</c> (Llama, Mistral, Mixtral), <c>qwen2</c>, <c>qwen3</c>, <c>qwen3moe</c>, <c>gemma2</c>, <c>gemma3</c> or <c>phi3</c>.</summary>
    public required string Family { get; init; }

    public required int Width { get; init; }

    public required int Layers { get; init; }

    /// <summary>H: heads of queries, a multiple of <see cref="KvHeads"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>G: heads of keys and values.</summary>
    public required int KvHeads { get; init; }

    /// <summary>E: elements of one head's query, key or value. Heads · HeadSize need not be the width.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width inside a feed-forward network without experts.</summary>
    public required int FeedForward { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Positions that the model was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Of every norm.</summary>
    public required float Epsilon { get; init; }

    public required RotaryEmbedding Rotary { get; init; }

    /// <summary>Of the layers that have a window, where it differs (Gemma 3).</summary>
    public RotaryEmbedding? WindowRotary { get; init; }

    /// <summary>For each layer how many positions it looks back, its own included; 0 for all.</summary>
    public required ImmutableArray<int> Windows { get; init; }

    /// <summary>Times every product of a query and a key.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>0 where there is none.</summary>
    public float AttentionSoftcap { get; init; }

    /// <summary>0 where there is none.</summary>
    public float ScoreSoftcap { get; init; }

    /// <summary>Times a token's row of the embedding matrix.</summary>
    public float EmbeddingScale { get; init; } = 1;

    public GateFunction Gate { get; init; } = GateFunction.Silu;

    /// <summary>Or null where the feed-forward networks are dense.</summary>
    public ExpertLayout? Experts { get; init; }

    /// <summary>Each head's query and key are normed before they are rotated.</summary>
    public bool QueryKeyNorms { get; init; }

    /// <summary>What attention and feed-forward networks give is normed before it is added.</summary>
    public bool PostNorms { get; init; }

    /// <summary>Queries, keys and values have a bias.</summary>
    public bool QueryKeyValueBiases { get; init; }

    /// <summary>The output of attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>The rotation in a layer.</summary>
    public RotaryEmbedding RotaryOf(int layer) => Windows[layer] > 0 && WindowRotary is { } own ? own : Rotary;
}
