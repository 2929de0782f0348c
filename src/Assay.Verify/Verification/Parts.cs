using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>An event of the bundle, read but not yet believed.</summary>
/// <param name="Leaf">Leaf hash of the entry.</param>
internal sealed record ReadEvent<T>(ProvedEntry Proof, Hash Leaf, OpenEntry Entry, T Event)
    where T : LogEvent;

/// <summary>Every part of a bundle, strictly read. Whether they hold, and hold together, is for the checks to say.</summary>
internal sealed record Parts(
    Bundle Bundle, Receipt Receipt, Checkpoint Checkpoint, Promise Promise, ReadEvent<GenesisEvent> Genesis,
    ImmutableArray<ReadEvent<KeyEvent>> KeyEvents, ReadEvent<ModelEvent> Model, ReadEvent<EpochEvent>? Epoch, VerifierCache? Cache)
{
    /// <summary>The index that the bundle claims for the receipt.</summary>
    public ulong Index => Bundle.LogProof.Index;

    /// <summary>Signatures that were verified before, if anyone keeps them.</summary>
    public SignatureCache? Signatures => Cache?.Signatures;

    /// <exception cref="MalformedException">A part is not what its format says.</exception>
    public static Parts Read(ReadOnlySpan<byte> bytes, VerifierCache? cache)
    {
        var bundle = Bundle.Parse(bytes);
        var checkpoint = At("bundle.logProof", () => Checkpoint.Parse(bundle.LogProof.Note.Text));
        if (checkpoint.ToText() != bundle.LogProof.Note.Text)
            throw new MalformedException("bundle.logProof: a checkpoint with more than one spelling");
        if (bundle.KeyHistory.IsEmpty)
            throw new MalformedException("bundle.keyHistory: expected genesis and the serving key's events");
        return new Parts(
            bundle,
            At("bundle.envelope.payload", () => Receipt.Parse(bundle.Envelope.Payload.Span)),
            checkpoint,
            At("bundle.promise.note", () => Promise.Parse(bundle.Promise.Note.Text)),
            Event<GenesisEvent>("bundle.keyHistory[0].entry", bundle.KeyHistory[0], cache),
            [.. bundle.KeyHistory.Skip(1).Select((e, i) => Event<KeyEvent>($"bundle.keyHistory[{i + 1}].entry", e, cache))],
            Event<ModelEvent>("bundle.modelEntry.entry", bundle.ModelEntry, cache),
            bundle.Completeness is { } shown ? Event<EpochEvent>("bundle.completeness.epoch.entry", shown.Epoch, cache) : null,
            cache);
    }

    private static ReadEvent<T> Event<T>(string path, ProvedEntry proof, VerifierCache? cache)
        where T : LogEvent => At(path, () =>
        {
            var leaf = MerkleTree.LeafHash(proof.Entry.Span);
            var (entry, said) = VerifierCache.Event(cache, leaf, proof.Entry.Span);
            return said is T read
                ? new ReadEvent<T>(proof, leaf, entry, read)
                : throw new MalformedException($"expected a {typeof(T).Name}");
        });

    private static T At<T>(string path, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (UnsupportedException e)
        {
            throw new UnsupportedException($"{path}: {e.Message}");
        }
        catch (MalformedException e)
        {
            throw new MalformedException($"{path}: {e.Message}", e);
        }
    }
}
