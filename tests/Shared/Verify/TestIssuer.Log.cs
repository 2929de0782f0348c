using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Tests;

/// <content>The log's entries, and the bundle made from them.</content>
public sealed partial record TestIssuer
{
    public byte[] IssueBytes() => Issue().ToBytes();

    public Bundle Issue() => Issue(out _);

    /// <param name="entries">The whole log.</param>
    public Bundle Issue(out byte[][] entries)
    {
        entries = Entries();
        // Everything before the receipt is settled: the receipt names the tree of the first 12 entries.
        var leaves = entries.Select(e => MerkleTree.LeafHash(e)).ToArray();
        var receipt = EditReceipt(MakeReceipt(new Checkpoint(Origin, 12, MerkleTree.Head(leaves.AsSpan(0, 12)))));
        var envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), ReceiptSigner ?? Serving);
        entries[ReceiptIndex] = SealedEntry.Of(envelope, receipt.Sequence, Serving.Algorithm).ToBytes();
        leaves[ReceiptIndex] = MerkleTree.LeafHash(entries[ReceiptIndex]);
        VerifiableIndex? index = null;
        if (EpochSize is { } size)
        {
            index = IndexOf(leaves, size);
            entries[EpochIndex] = EditEpoch(index.ToEvent(Origin)).ToEntry(EpochSigner);
            leaves[EpochIndex] = MerkleTree.LeafHash(entries[EpochIndex]);
        }

        var all = entries;
        var first = ReceiptIndex - 2;
        var batch = leaves.AsSpan(first, 5);
        var promise = EditPromise(new Promise(Origin, (ulong)first, 5, MerkleTree.Head(batch), 1_800_000_000));
        var notBefore = (int)receipt.NotBefore.Size;
        return new Bundle
        {
            Envelope = envelope,
            Promise = new PromiseProof(promise.Sign(PromiseSigner), [.. MerkleTree.InclusionPath(2, batch)]),
            LogProof = new TlogProof(null, (ulong)ReceiptIndex, Path(ReceiptIndex, leaves), Checkpoint(leaves)),
            KeyHistory = [.. KeyEvents.Keys.Prepend(0).Select(i => new ProvedEntry((ulong)i, all[i], Path(i, leaves)))],
            ModelEntry = new ProvedEntry((ulong)ModelIndex, entries[ModelIndex], Path(ModelIndex, leaves)),
            NotBeforePath = notBefore > 0 && notBefore < Size ? [.. MerkleTree.ConsistencyPath(notBefore, leaves)] : [],
            Completeness = index is null ? null : Complete(index, entries, leaves),
            Disclosures = new Disclosures(
                new Disclosure(Salt("input"), Input), new Disclosure(Salt("wire"), WireInput),
                new Disclosure(Salt("output"), Tokens is { } tokens ? OutputToken.Encode(tokens) : Output)),
        };
    }

    private byte[][] Entries()
    {
        var entries = new byte[Size][];
        entries[0] = Entry(EditGenesis(Genesis()));
        entries[ModelIndex] = Entry(EditModel(Model));
        foreach (var (index, step) in KeyEvents)
            entries[index] = Entry(step);
        entries[3] ??= Entry(KeyEvent.Introduce(Origin, OtherKey.PublicKey, Segment with { Region = "there" }, 3 + MaxLease));
        var (ours, others) = (0UL, 0UL);
        for (var i = 0; i < Size; i++)
            if (entries[i] is null && !(i == EpochIndex && EpochSize is not null))
                entries[i] = i >= FirstRecord && i <= ReceiptIndex + 3 ? Filler(i, Serving, ours++) : Filler(i, OtherKey, others++);
            else
                entries[i] ??= [];
        return entries;
    }

    private static byte[] Filler(int at, SigningKey key, ulong sequence) =>
        new SealedEntry(sequence, Seed($"pae {at}"), key.PublicKey.Id, key.Algorithm, key.Sign([(byte)at])).ToBytes();

    private byte[] Entry(LogEvent said) =>
        EditEntry(said, OpenEntry.Parse(said.ToEntry([.. EventSigners ?? Roots.Take(Threshold).ToImmutableArray()]))).ToBytes();

    // By the plain definition, from what the issuer knows: no fold.
    private VerifiableIndex IndexOf(Hash[] leaves, int size)
    {
        int[] events = [.. KeyEvents.Keys.Where(i => i < size)];
        int[] ours = [.. Enumerable.Range(FirstRecord, ReceiptIndex + 4 - FirstRecord).Where(i => i < size && !KeyEvents.ContainsKey(i))];
        int[] others = [.. Enumerable.Range(4, size - 4).Except(ours).Except(KeyEvents.Keys).Where(i => i != EpochIndex && i != ModelIndex)];
        IndexLeaf[] keys =
        [
            new(Serving.PublicKey.Id, (ulong)events.Length, HeadOf(events, leaves), (ulong)ours.Length, HeadOf(ours, leaves)),
            new(OtherKey.PublicKey.Id, 1, HeadOf([3], leaves), (ulong)others.Length, HeadOf(others, leaves)),
        ];
        return new VerifiableIndex(
            (ulong)size, MerkleTree.Head(leaves.AsSpan(0, size)), [.. keys.OrderBy(k => k.KeyId.ToHex(), StringComparer.Ordinal)]);
    }

    private static Hash[] LeavesOf(int[] indexes, Hash[] leaves) => [.. indexes.Select(i => IndexLeaf.OfEntry((ulong)i, leaves[i]))];

    private static Hash HeadOf(int[] indexes, Hash[] leaves) => MerkleTree.Head(LeavesOf(indexes, leaves));

    private Completeness Complete(VerifiableIndex index, byte[][] entries, Hash[] leaves)
    {
        var size = (int)index.Size;
        int[] ours = [.. Enumerable.Range(FirstRecord, ReceiptIndex + 4 - FirstRecord).Where(i => i < size && !KeyEvents.ContainsKey(i))];
        var at = Array.IndexOf(ours, ReceiptIndex);
        var text = EditNote(IndexNote.Of(index.ToEvent(Origin))).ToText();
        return new Completeness(
            new ProvedEntry((ulong)EpochIndex, entries[EpochIndex], Path(EpochIndex, leaves)),
            new SignedNote(text, [.. Indexers.SelectMany(i => SignedNote.Sign(text, i.Name, i.Key).Signatures)]),
            [.. MerkleTree.ConsistencyPath(size, leaves)],
            index.Prove(Serving.PublicKey.Id)!,
            at < 0 ? [] : [.. MerkleTree.InclusionPath(at, LeavesOf(ours, leaves))]);
    }
}
