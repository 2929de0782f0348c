using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Node.Proofs;

/// <summary>What a proof of a receipt would be about, and the model that would have to be run for it.</summary>
internal sealed record ProofTask(Bundle Bundle, StoredModel Model, byte[] Commitment, ProvedRun Run)
{
    /// <summary>Id of the model as it was committed, as the log's entry in the bundle says it, or null.</summary>
    public static Hash? CommittedIn(Bundle bundle) => (LogEvent.Parse(OpenEntry.Parse(bundle.ModelEntry.Entry.Span).Payload.Span) as ModelEvent)?.ProofModel;

    /// <param name="bundle">With everything that opens it.</param>
    /// <exception cref="NodeException">There can be no proof for this receipt: why is in the message.</exception>
    public static ProofTask Of(Bundle bundle, ModelStore models)
    {
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        if (receipt.Output.Kind != OutputKind.Tensors || receipt.Model.Language is not null)
            throw new NodeException(NodeFault.BadRequest, "only runs of tensor models of assay-int8-v1 can be proved");
        if (bundle.Disclosures is not { Input: { } input, Output: { } output })
            throw new NodeException(NodeFault.BadRequest, "the receipt does not show its whole input and output, which a proof is about");
        if (CommittedIn(bundle) is not { } proofModel)
            throw new NodeException(NodeFault.Conflict,
                $"{receipt.Model.Name}@{receipt.Model.Version} had not been committed when this receipt was made, so there is nothing to prove it against: `assay commit {receipt.Model.Name}`, which takes models of assay-int8-v1, then run it again");
        var model = models.FindByDigest(receipt.Model.Manifest.ToHex())
            ?? throw new NodeException(NodeFault.NotFound, $"the model sha256:{receipt.Model.Manifest.ToHex()} is not in the store, and proving takes its weights");
        var commitment = models.CommitmentOf(model)
            ?? throw new NodeException(NodeFault.NotFound, $"the commitment of {model.Reference} is not in the store: `assay commit {model.Reference}` makes it again");
        return new ProofTask(bundle, model, commitment, new ProvedRun(proofModel, receipt, input.Bytes, output.Bytes));
    }
}
