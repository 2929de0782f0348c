using Assay.Log;
using Assay.Node.State;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>Puts together the file that stands alone: every part proved to one checkpoint.</summary>
internal static class BundleMaker
{
    /// <param name="log">A reader at a checkpoint that covers the receipt.</param>
    /// <param name="epoch">One about the receipt, below the checkpoint's size, or null.</param>
    /// <param name="index">The index of that epoch.</param>
    /// <param name="disclose">Whether salts and bytes go in.</param>
    public static Bundle Make(KeptReceipt kept, LogReader log, LogState state, IndexedEpoch? epoch, Func<LogState, ulong, VerifiableIndex> index, bool disclose)
    {
        var opening = Opening.Parse(kept.Opening);
        var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(opening.Envelope, Bundle.MaxSize), "envelope"));
        var receipt = Receipt.Parse(envelope.Payload.Span);
        var size = log.Checkpoint.Size;
        // Of a model that was published again when it was committed, the newest entry that the receipt comes after.
        var published = state.Models.Where(m => Publishes(m.Event, receipt)).ToList();
        var model = published.LastOrDefault(m => m.Index < kept.Index) ?? published[0];
        return new Bundle
        {
            Envelope = envelope,
            Promise = new PromiseProof(SignedNote.Parse(kept.Promise), [.. kept.BatchPath]),
            LogProof = new TlogProof(null, kept.Index, [.. log.InclusionProof(kept.Index, size)], SignedNote.Parse(log.Signed!.Note)),
            KeyHistory =
            [
                Prove(log, 0),
                .. state.Keys[kept.KeyId].Events.Where(e => e.Index < size).Select(e => Prove(log, e.Index)),
            ],
            ModelEntry = Prove(log, model.Index),
            NotBeforePath = [.. log.ConsistencyProof(receipt.NotBefore.Size, size)],
            Completeness = epoch is null ? null : Complete(kept, log, state, epoch, index(state, epoch.Epoch.Event.Size)),
            Disclosures = disclose
                ? new Disclosures(Show(opening.Input), Show(opening.WireInput), Show(opening.Output))
                : Disclosures.Nothing,
        };
    }

    private static Completeness Complete(KeptReceipt kept, LogReader log, LogState state, IndexedEpoch epoch, VerifiableIndex index) => new(
        Prove(log, epoch.Epoch.Index), epoch.Note, [.. log.ConsistencyProof(index.Size, log.Checkpoint.Size)],
        index.Prove(kept.KeyId)!, state.RecordPath(kept.KeyId, kept.Sequence, index.Size));

    private static bool Publishes(ModelEvent model, Receipt receipt) =>
        model.Manifest == receipt.Model.Manifest && model.Name == receipt.Model.Name
        && model.Version == receipt.Model.Version && model.Graph == receipt.Execution.Graph;

    private static ProvedEntry Prove(LogReader log, ulong index) =>
        new(index, log.ReadEntry(index), [.. log.InclusionProof(index, log.Checkpoint.Size)]);

    private static Disclosure? Show(Disclosed? content) => content is null ? null : new Disclosure(content.Salt, content.Bytes);
}
