using System.Collections.Concurrent;
using Assay.Engine.Models;
using Assay.Providers;
using Assay.Store;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>The graphs of stored models, each loaded once.</summary>
internal sealed class LoadedModels(ModelStore models, LocalEngine engine)
{
    private readonly ConcurrentDictionary<Hash, RunnableModel> loaded = [];

    /// <exception cref="NodeException">The files make another graph now than when they were imported.</exception>
    public RunnableModel Load(StoredModel model)
    {
        var runnable = loaded.GetOrAdd(model.Graph, _ =>
        {
            var graph = models.Load(model);
            // Receipts name this digest: what the record says of it is not believed.
            return Hash.From(GraphDigest.Of(graph)) == model.Graph
                ? new RunnableModel(new ModelClaim(model.Name, model.Version, model.Digest, model.Format), graph, model.Graph)
                : throw new NodeException(NodeFault.Unavailable,
                    $"this version of Assay lowers {model.Reference} to another graph than the one that imported it: `assay rm` it and `assay import` it again");
        });
        // The same files may be known under two names; the receipt says the one that was asked for.
        return runnable with { Claim = runnable.Claim with { Name = model.Name, Version = model.Version, Manifest = model.Digest } };
    }

    public void Remove(StoredModel model)
    {
        models.Remove(model);
        if (loaded.TryRemove(model.Graph, out _))
            engine.Forget(model.Graph);
    }
}
