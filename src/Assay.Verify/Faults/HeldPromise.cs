using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Faults;

/// <summary>A log's promise in the hands of someone who means to hold it to it.</summary>
/// <param name="Note">As the log signed it; by whom, the log's key says.</param>
/// <param name="Index">Of the holder's own entry, where its leaf is known.</param>
/// <param name="Leaf">The entry that was promised there; null where only the note is held.</param>
public sealed record HeldPromise(SignedNote Note, Promise Promise, ulong Index, PromisedLeaf? Leaf)
{
    /// <summary>The index after the last entry promised.</summary>
    public ulong End => Promise.First + Promise.Count;

    /// <summary>Reads a bundle, the member <c>assay</c> of an answer (which has the promise before there is a bundle), or a bare promise note.</summary>
    /// <exception cref="MalformedException">None of these, or the promise does not cover the receipt it came with.</exception>
    public static HeldPromise Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("{"u8))
            return OfNote(SignedNote.Parse(bytes));
        var json = JsonAt.Root(StrictJson.Parse(bytes, Bundle.MaxSize), "file");
        if (json.Optional("mediaType") is not null)
        {
            var bundle = Bundle.Parse(bytes);
            return Of(bundle.Envelope, bundle.LogProof.Index, bundle.Promise.Note, bundle.Promise.Path);
        }
        return Of(
            Envelope.Parse(json["envelope"]), json["index"].Integer(), json["promise"]["note"].Decode(SignedNote.Parse, "a signed note"),
            [.. json["promise"]["path"].Items(2 * TlogProof.MaxPath).Select(h => h.Base64Hash())]);
    }

    private static HeldPromise OfNote(SignedNote note)
    {
        var promise = Promise.Parse(note.Text);
        // In a batch of one, the batch's head is the leaf.
        return new HeldPromise(note, promise, promise.First, promise.Count == 1 ? new PromisedLeaf(note, promise.Root, []) : null);
    }

    private static HeldPromise Of(Envelope envelope, ulong index, SignedNote note, ImmutableArray<Hash> path)
    {
        var promise = Promise.Parse(note.Text);
        var sequence = Receipt.Parse(envelope.Payload.Span).Sequence;
        // The envelope does not say which algorithm its key has; the promise was made for one of them.
        foreach (var algorithm in (KeyAlgorithm[])[KeyAlgorithm.Ed25519, KeyAlgorithm.EcdsaP256Sha256])
        {
            var leaf = MerkleTree.LeafHash(SealedEntry.Of(envelope, sequence, algorithm).ToBytes());
            if (index >= promise.First && MerkleProof.VerifyInclusion(index - promise.First, promise.Count, leaf, path.AsSpan(), promise.Root))
                return new HeldPromise(note, promise, index, new PromisedLeaf(note, leaf, path));
        }
        throw new MalformedException("the promise does not cover the receipt that it came with");
    }
}
