using System.Collections.Immutable;

namespace Assay.Engine.Models.Language;

/// <summary>Which elements of a head's vector make a pair that is rotated.</summary>
public enum RotaryLayout
{
    /// <summary>Elements 2i and 2i + 1: Llama as GGUF stores it.</summary>
    Adjacent,

    /// <summary>Elements i and i + R/2: every other family, and Llama as safetensors store it.</summary>
    Halves,
}

/// <summary>The rotation of queries and keys by their position: docs/spec/assay-llm-v1.md, section 2.4.</summary>
public sealed record RotaryEmbedding
{
    public required float Base { get; init; }

    /// <summary>R: the first elements of a head's vector that are rotated; even, at most the head's size.</summary>
    public required int Dimensions { get; init; }

    public required RotaryLayout Layout { get; init; }

    /// <summary>Times every angle; 1 where positions are not scaled.</summary>
    public float PositionScale { get; init; } = 1;

    /// <summary>Times every cosine and sine.</summary>
    public float Magnitude { get; init; } = 1;

    /// <summary>What each pair's frequency is divided by: R/2 numbers, or none.</summary>
    public ImmutableArray<float> Factors { get; init; } = [];
}
