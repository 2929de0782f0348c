using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Language.Generation;

/// <summary>Texts whose embeddings are wanted, and every parameter that changes them (2.9 of docs/spec/assay-llm-v1.md).</summary>
public sealed record EmbeddingRequest
{
    public const int MaxTexts = 2048;

    /// <summary>Tokens of all texts together.</summary>
    public const int MaxTokens = 300_000;

    /// <summary>Numbers of all embeddings together.</summary>
    public const int MaxNumbers = 1 << 22;

    /// <summary>The token ids of each text: at least one text, at least one token each.</summary>
    public required ImmutableArray<ImmutableArray<int>> Texts { get; init; }

    public required Pooling Pooling { get; init; }

    /// <summary>Numbers of each embedding, 1 to the model's width.</summary>
    public required int Dimensions { get; init; }

    /// <summary>Who asks: callers take turns.</summary>
    public string Caller { get; init; } = "";

    /// <exception cref="ModelException">A model of this vocabulary, context and width cannot answer it.</exception>
    public void Check(int vocabulary, int context, int width)
    {
        if (Texts.Length is < 1 or > MaxTexts)
            throw new ModelException($"input holds {Texts.Length} texts: 1 to {MaxTexts} are right");
        for (var i = 0; i < Texts.Length; i++)
        {
            var text = Texts[i];
            if (text.Length == 0)
                throw new ModelException($"{Named(i)} has no tokens: at least one is needed");
            if (text.Length > context)
                throw new ModelException($"{Named(i)} has {text.Length} tokens: the context has room for {context}");
            foreach (var id in text)
                if ((uint)id >= (uint)vocabulary)
                    throw new ModelException($"{Named(i)} has the token {id}, which is not one of the vocabulary's {vocabulary}");
        }
        if (Texts.Sum(t => (long)t.Length) is var tokens and > MaxTokens)
            throw new ModelException($"input has {tokens} tokens: a request has at most {MaxTokens}");
        if (Dimensions < 1 || Dimensions > width)
            throw new ModelException($"dimensions is {Dimensions}: a whole number from 1 to {width} is right for this model");
        if ((long)Dimensions * Texts.Length is var numbers and > MaxNumbers)
            throw new ModelException($"input asks for {numbers} numbers, {Dimensions} for each of {Texts.Length} texts: a request has at most {MaxNumbers}");
    }

    private string Named(int text) => Texts.Length == 1 ? "input" : $"input[{text}]";
}
