using Assay.Engine.Models;
using Assay.Node.Keys;
using Assay.Node.Proofs;
using Assay.Prover;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <content>Proofs of inference: committing models, and proofs of receipts.</content>
public sealed partial class AssayNode
{
    /// <summary>Proofs of this node's receipts.</summary>
    public ProofDesk Proofs { get; }

    /// <summary>Commits to a model and publishes that in the log: receipts from then on can be proved.</summary>
    /// <returns>And the event that root keys elsewhere must sign, where there are too few here.</returns>
    /// <exception cref="ModelException">It cannot be proved.</exception>
    public async Task<(ModelCommitment Commitment, EventFile? Waiting)> CommitAsync(StoredModel model, CancellationToken cancel = default)
    {
        opened.Witnessed.ThrowIfHalted();
        var commitment = Proofs.Commit(model, cancel);
        published.TryRemove((model.Reference, model.Digest), out _);
        if (roots.Suffice)
            await PublishAsync(model);
        return (commitment, Unpublished(model));
    }

    /// <summary>Makes the proof of a bundle here and now. That of a receipt of this node is kept, and comes with its bundle from then on.</summary>
    /// <param name="weights">Whether the proof about the model's weights goes in too, where there is one.</param>
    /// <exception cref="NodeException">There can be none for this receipt: why is in the message.</exception>
    /// <exception cref="ModelException">The model is not what was committed to, or does not give that output.</exception>
    public Bundle Prove(Bundle bundle, bool weights = true, CancellationToken cancel = default)
    {
        var proved = Proofs.Prove(bundle, cancel: cancel);
        // The very statement: anyone can write a bundle that says an id.
        if (Known(Receipt.Parse(bundle.Envelope.Payload.Span).RecordId) is { } kept && MakeBundle(kept, disclose: false).Envelope.Pae().AsSpan().SequenceEqual(bundle.Envelope.Pae()))
            Proofs.Keep(kept.RecordId, proved.Evidence!);
        return weights ? Proofs.Weights.AddTo(proved) : proved;
    }

    /// <summary>Asks for the proof of a receipt that is in the tree.</summary>
    /// <exception cref="NodeException">There is no such receipt, there can be no proof of it, or too many wait.</exception>
    public ProofState AskForProof(string recordId) => Proofs.Ask(recordId, Kept(recordId));

    /// <summary>How far the proof of a receipt is.</summary>
    /// <exception cref="NodeException">There is no such receipt.</exception>
    public ProofState ProofOf(string recordId) => Known(recordId) is null && !IsPending(recordId) ? throw NoReceipt() : Proofs.StateOf(recordId);

    private Bundle Kept(string recordId) => Known(recordId) is { } kept
        ? MakeBundle(kept, disclose: true)
        : throw (IsPending(recordId) ? new NodeException(NodeFault.Conflict, "the receipt is promised and not yet in the tree: ask again in a second") : NoReceipt());

    private KeptReceipt? Known(string recordId) => IsPending(recordId) ? null : Vault.Find(recordId);

    private static NodeException NoReceipt() => new(NodeFault.NotFound, "there is no such receipt here");
}
