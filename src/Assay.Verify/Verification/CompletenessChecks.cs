using Assay.Verify.Bundles;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axis <c>completeness</c>: whether an index that others derived again has this receipt, all events of its key, and no room for more.</summary>
internal static class CompletenessChecks
{
    public static Check Completeness(Parts parts, Trust trust)
    {
        if (parts.Bundle.Completeness is not { } shown || parts.Epoch is not { } epoch)
            return NotChecked(Reasons.NoIndex, "whether the operator left out other receipts cannot be told from one");
        return Epoch(parts, epoch, shown) ?? Index(parts, epoch.Event, shown) ?? Indexers(parts, epoch.Event, shown, trust);
    }

    private static Check? Epoch(Parts parts, ReadEvent<EpochEvent> epoch, Completeness shown)
    {
        var (said, checkpoint) = (epoch.Event, parts.Checkpoint);
        if (!epoch.Entry.IsSignedOnlyBy(parts.Genesis.Event.LogKey.Key, parts.Signatures))
            return Refuted(Reasons.EpochSignature, "the epoch is not signed by the log key alone");
        if (!LogChecks.IsIncluded(epoch, checkpoint))
            return Refuted(Reasons.EpochProof, $"the epoch is not proved to be entry {epoch.Proof.Index}");
        if (said.Origin != parts.Genesis.Event.Origin)
            return Refuted(Reasons.EpochOrigin, KeyChecks.OtherLog(epoch.Proof.Index, said.Origin));
        return said.Size == 0 || said.Size > epoch.Proof.Index
            || !MerkleProof.VerifyConsistency(said.Size, checkpoint.Size, said.Root, checkpoint.Root, shown.Prefix.AsSpan())
                ? Refuted(Reasons.EpochSize, $"the epoch at index {epoch.Proof.Index} is not about the log's first {said.Size} entries")
                : null;
    }

    private static Check? Index(Parts parts, EpochEvent epoch, Completeness shown)
    {
        if (parts.Index >= epoch.Size)
            return Check.Unverifiable(
                Axis.Completeness, Reasons.AfterEpoch, $"the epoch is about the first {epoch.Size} entries, and this receipt is entry {parts.Index}");
        var key = shown.Key;
        var events = parts.KeyEvents.Where(e => e.Proof.Index < epoch.Size).ToArray();
        if ((ulong)events.Length != key.Events)
            return Refuted(Reasons.EventsLeftOut, $"the index has {key.Events} events of the serving key, and the bundle shows {events.Length}");

        var eventsRoot = MerkleTree.Head([.. events.Select(e => IndexLeaf.OfEntry(e.Proof.Index, e.Leaf))]);
        var leaf = new IndexLeaf(parts.Receipt.Issuer.KeyId, key.Events, eventsRoot, key.Count, key.Records).LeafHash();
        if (!MerkleProof.VerifyInclusion(key.Position, epoch.Keys, leaf, key.Path.AsSpan(), epoch.Index))
            return Refuted(Reasons.IndexKey, "the index does not say this of the serving key");
        var record = IndexLeaf.OfEntry(parts.Index, LogChecks.SealedLeaf(parts));
        return MerkleProof.VerifyInclusion(parts.Receipt.Sequence, key.Count, record, shown.Record.AsSpan(), key.Records)
            ? null
            : Refuted(Reasons.Record, $"this receipt is not number {parts.Receipt.Sequence} of the key's {key.Count} in the index");
    }

    private static Check Indexers(Parts parts, EpochEvent epoch, Completeness shown, Trust trust)
    {
        if (shown.Note.Text != IndexNote.Of(epoch).ToText())
            return Refuted(Reasons.IndexNote, "the index note is not about this epoch");
        int signed;
        try
        {
            signed = shown.Note.VerifiedBy(trust.Indexers, parts.Signatures).Length;
        }
        catch (MalformedException e)
        {
            return Refuted(Reasons.Cosignature, e.Message);
        }
        if (trust.Indexers.IsEmpty)
            return NotChecked(Reasons.NoIndexers, "only the log says that its index leaves nothing out: the policy names no indexers");
        return signed >= trust.IndexerThreshold
            ? Check.Verified(
                Axis.Completeness, Reasons.Indexed,
                $"number {parts.Receipt.Sequence} of the key's {shown.Key.Count} below size {epoch.Size}, none left out; {signed} of {trust.Indexers.Length} indexers say so")
            : NotChecked(Reasons.NotCosigned, $"{signed} of the policy's {trust.Indexers.Length} indexers signed the index: expected {trust.IndexerThreshold}");
    }

    private static Check Refuted(string reason, string detail) => Check.Refuted(Axis.Completeness, reason, detail);

    private static Check NotChecked(string reason, string detail) => Check.NotChecked(Axis.Completeness, reason, detail);
}
