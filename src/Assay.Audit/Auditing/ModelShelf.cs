using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>Models of the auditor's store, each loaded once while it is needed: of tensor models a few, of language models one. Not for several threads.</summary>
public sealed class ModelShelf(ModelStore store, SessionOptions? options = null) : IDisposable
{
    private const int MostTensorModels = 4;

    private readonly List<(Hash Digest, RunnableModel Model)> tensor = [];
    private (Hash Digest, RunnableLanguageModel Model)? language;

    /// <summary>Runs the tensor models of this shelf.</summary>
    public LocalEngine Engine { get; } = new(options ?? new SessionOptions());

    /// <summary>Whether the store has a model.</summary>
    public StoredModel? Find(in Hash digest) => store.FindByDigest(digest.ToHex());

    /// <summary>A tensor model, its files hashed again; null where the store has none of that digest.</summary>
    /// <exception cref="ModelException">It cannot be loaded.</exception>
    /// <exception cref="StoreException">The disk no longer holds what was stored.</exception>
    public RunnableModel? Tensor(Hash digest)
    {
        if (tensor.Find(t => t.Digest == digest) is { Model: { } kept })
            return kept;
        if (Find(digest) is not { IsLanguage: false } stored)
            return null;
        if (tensor.Count == MostTensorModels)
        {
            Engine.Forget(tensor[0].Model.GraphDigest);
            tensor.RemoveAt(0);
        }
        var model = new RunnableModel(ClaimOf(stored), store.Load(stored), stored.Graph);
        tensor.Add((digest, model));
        return model;
    }

    /// <summary>A language model, its files hashed again; null where the store has none of that digest.</summary>
    /// <inheritdoc cref="Tensor" path="/exception"/>
    public RunnableLanguageModel? Language(Hash digest)
    {
        if (language is { } kept && kept.Digest == digest)
            return kept.Model;
        if (Find(digest) is not { IsLanguage: true } stored)
            return null;
        language?.Model.Model.Dispose();
        language = null;
        var opened = store.OpenLanguage(stored);
        var model = new RunnableLanguageModel(ClaimOf(stored) with { Language = ModelDigests.ClaimOf(opened) }, opened);
        language = (digest, model);
        return model;
    }

    public void Dispose()
    {
        Engine.Dispose();
        language?.Model.Model.Dispose();
    }

    private static ModelClaim ClaimOf(StoredModel model) => new(model.Name, model.Version, model.Digest, model.Format);
}
