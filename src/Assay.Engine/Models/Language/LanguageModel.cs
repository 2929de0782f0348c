using System.Collections.Immutable;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Models.Language;

/// <summary>A language model as its files give it: what it computes, its weights in place, its tokenizer.</summary>
/// <param name="digest">32 bytes: the architecture's digest, docs/spec/assay-llm-v1.md, section 4.</param>
/// <param name="files">What holds the weights' memory.</param>
public sealed partial class LanguageModel(
    LanguageArchitecture architecture, LanguageWeights weights, Tokenizer tokenizer, string? chatTemplate, ImmutableArray<byte> digest,
    ImmutableArray<IDisposable> files) : IDisposable
{
    public LanguageArchitecture Architecture => architecture;

    public LanguageWeights Weights => weights;

    public Tokenizer Tokenizer => tokenizer;

    /// <summary>The Jinja template that makes a prompt of a conversation, where the file has one.</summary>
    public string? ChatTemplate => chatTemplate;

    /// <summary>What its file says makes the embedding of a text, <see cref="Pooling.Last"/> where it says nothing; null where it says something else.</summary>
    public Pooling? Pooling { get; init; } = Language.Pooling.Last;

    /// <summary>The template for conversations with tools, where the file has one of its own for them.</summary>
    public string? ToolTemplate { get; init; }

    /// <summary>The template for a conversation, with tools or without; null where there is none.</summary>
    public string? TemplateFor(bool tools) => tools ? ToolTemplate ?? chatTemplate : chatTemplate;

    /// <summary>32 bytes: what receipts call the graph.</summary>
    public ImmutableArray<byte> Digest => digest;

    /// <summary>Gives the files back. Nothing may read the weights any more.</summary>
    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }
}
