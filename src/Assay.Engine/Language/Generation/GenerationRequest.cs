using System.Collections.Immutable;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Generation;

/// <summary>Told each token of a choice in order, with the bytes that go out with it; true where the choice ends with it.</summary>
public delegate bool AnswerEnd(int id, ReadOnlySpan<byte> text);

/// <summary>What to answer, and every parameter that changes the answer.</summary>
public sealed record GenerationRequest
{
    public const int MaxChoices = 16;
    public const int MaxAlternatives = 20;
    public const int SeedSize = 32;

    /// <summary>Token ids, at least one.</summary>
    public required ImmutableArray<int> Prompt { get; init; }

    public SamplerOptions Sampler { get; init; } = new();

    /// <summary>32 bytes (docs/spec/receipt.md, Language models).</summary>
    public required ImmutableArray<byte> Seed { get; init; }

    /// <summary>Of each choice, at least 1. A choice ends earlier where the context does.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How many answers to make, 1 to <see cref="MaxChoices"/>.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>A choice ends before the first of these texts.</summary>
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>Null for no log-probabilities; else of how many of the most likely tokens beside the chosen one, 0 to <see cref="MaxAlternatives"/>.</summary>
    public int? Alternatives { get; init; }

    /// <summary>What the answer must look like, or null.</summary>
    public TokenMasks? Grammar { get; init; }

    /// <summary>Makes for each choice what says that it ends, beside the model's own end; null where nothing else does.</summary>
    public Func<AnswerEnd>? End { get; init; }

    /// <summary>Who asks: callers take turns, and one's prompts are not used again for another.</summary>
    public string Caller { get; init; } = "";

    /// <summary>The request as a model of this vocabulary and context can answer it: no longer than the context's end.</summary>
    /// <exception cref="ModelException">It cannot.</exception>
    public GenerationRequest Within(int vocabulary, int context)
    {
        if (Prompt.Length == 0)
            throw new ModelException("a prompt of no tokens: at least one is needed");
        if (Prompt.Length >= context)
            throw new ModelException($"a prompt of {Prompt.Length} tokens: the context has room for {context}, the answer included");
        if (Prompt.Any(id => (uint)id >= (uint)vocabulary))
            throw new ModelException($"token {Prompt.First(id => (uint)id >= (uint)vocabulary)} of the prompt is not one of the vocabulary's {vocabulary}");
        if (MaxTokens < 1)
            throw new ModelException($"an answer of {MaxTokens} tokens at most: at least 1 is right");
        if (Choices is < 1 or > MaxChoices)
            throw new ModelException($"{Choices} choices: 1 to {MaxChoices} are right");
        if (Alternatives is < 0 or > MaxAlternatives)
            throw new ModelException($"the log-probabilities of {Alternatives} tokens: 0 to {MaxAlternatives} are right");
        if (Seed.Length != SeedSize)
            throw new ModelException($"a seed of {Seed.Length} bytes: {SeedSize} are right");
        Sampler.Validate(vocabulary);
        return this with { MaxTokens = Math.Min(MaxTokens, context - Prompt.Length) };
    }
}
