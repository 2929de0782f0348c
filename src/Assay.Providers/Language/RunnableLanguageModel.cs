using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>A language model that is ready to run, and what receipts call it.</summary>
/// <param name="Claim">Name, version, digest, format, with <see cref="ModelClaim.Language"/>.</param>
/// <param name="Model">Opened; whoever opened it disposes of it, after every engine that runs it.</param>
public sealed record RunnableLanguageModel(ModelClaim Claim, LanguageModel Model)
{
    /// <summary>Digest of the architecture (docs/spec/assay-llm-v1.md, section 4): what receipts call the graph.</summary>
    public Hash Graph { get; } = Hash.From(Model.Digest.AsSpan());
}

/// <summary>One request to a language model.</summary>
public sealed record LanguageInvocation(RunnableLanguageModel Model, GenerationRequest Request);

/// <summary>An answer being made.</summary>
/// <param name="Tokens">As they come. Leaving it breaks the answer off.</param>
/// <param name="Execution">How it is computed, for the receipt.</param>
public sealed record LanguageRun(GenerationStream Tokens, ExecutionClaim Execution) : IDisposable
{
    public void Dispose() => Tokens.Dispose();
}

/// <summary>One request to a language model for embeddings.</summary>
public sealed record EmbeddingInvocation(RunnableLanguageModel Model, EmbeddingRequest Request);

/// <summary>Something that runs language models.</summary>
public interface ILanguageProvider
{
    /// <summary>Begins an answer.</summary>
    /// <exception cref="ModelException">The model cannot answer this.</exception>
    /// <exception cref="GeneratorBusyException">Too many requests wait already.</exception>
    Task<LanguageRun> StartAsync(LanguageInvocation invocation, CancellationToken cancel);

    /// <summary>Begins embeddings.</summary>
    /// <inheritdoc cref="StartAsync(LanguageInvocation, CancellationToken)"/>
    Task<EmbeddingStream> StartAsync(EmbeddingInvocation invocation, CancellationToken cancel);
}
