using System.Collections.Concurrent;
using Assay.Log;
using Assay.Node.Keys;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>Moves the private parts of receipts from the log's write-ahead segments into the vault, once their entries are published.</summary>
internal sealed class VaultSink(ReceiptVault vault, string origin, SigningKey logKey, Keyring keyring, TimeProvider clock) : IAttachmentSink
{
    private readonly ConcurrentDictionary<ulong, Issued> promised = [];

    /// <summary>Remembers a promise until its entry arrives here.</summary>
    public void Expect(Issued issued) => promised[issued.Index] = issued;

    /// <summary>Whether a receipt of that id was promised, and is not known to be in the vault.</summary>
    public bool IsPromised(string recordId) => promised.Values.Any(i => i.RecordId == recordId);

    public void Keep(IReadOnlyList<Attachment> attachments)
    {
        vault.Put([.. attachments.Select(a => Describe(a.Index, a.Bytes.Span))]);
        // Also those that came too late for an entry that went by: it got a promise of its own.
        foreach (var index in promised.Keys.Where(i => i <= attachments[^1].Index))
            promised.TryRemove(index, out _);
    }

    private KeptReceipt Describe(ulong index, ReadOnlySpan<byte> attachment)
    {
        var opening = Opening.Parse(attachment);
        var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(opening.Envelope, Bundle.MaxSize), "envelope"));
        var receipt = Receipt.Parse(envelope.Payload.Span);
        var (promise, path) = promised.TryGetValue(index, out var issued)
            ? (issued.Promise, issued.BatchPath)
            : (PromiseAgain(index, envelope, receipt.Sequence), []);
        return new KeptReceipt(
            receipt.RecordId, index, receipt.Sequence, envelope.KeyId, $"{receipt.Model.Name}@{receipt.Model.Version}", receipt.Model.Manifest,
            receipt.CompletedAt.ToUnixTimeMilliseconds(), promise.ToString(), path, attachment.ToArray());
    }

    // After a crash the entry is there and the promise that was given for it is not: the log gives its word again, for this entry alone.
    private SignedNote PromiseAgain(ulong index, Envelope envelope, ulong sequence)
    {
        using var serving = keyring.TryReadServing(envelope.KeyId)
            ?? throw new NodeException(NodeFault.KeyMissing, $"the serving key {envelope.KeyId.ToHex()[..8]} is not on this machine, and its receipts of before the crash need it");
        var leaf = MerkleTree.LeafHash(SealedEntry.Of(envelope, sequence, serving.Algorithm).ToBytes());
        return new Promise(origin, index, 1, leaf, (ulong)clock.GetUtcNow().ToUnixTimeSeconds()).Sign(logKey);
    }
}
