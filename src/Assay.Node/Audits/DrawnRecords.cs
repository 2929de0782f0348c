using Assay.Reliability.Accounts;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.Audits;

/// <summary>How a drawn record is shown.</summary>
public enum OpenedAs
{
    /// <summary>The whole bundle.</summary>
    Bundle,

    /// <summary>The signed statement, of a record whose caller did not ask for it to be auditable.</summary>
    Envelope,

    /// <summary>Not at all.</summary>
    Gone,
}

/// <summary>A drawn record as an auditor is shown it.</summary>
/// <param name="Position">In the order of the draw.</param>
/// <param name="Bytes">JSON of the bundle or of the envelope; of what is gone, the reason as text.</param>
public sealed record OpenedRecord(ulong Position, ulong Sequence, OpenedAs As, byte[] Bytes);

/// <summary>Reads drawn records out of the vault, in the order of their draw.</summary>
/// <param name="bundle">Makes the bundle of a receipt, with all that opens it.</param>
/// <param name="withholds">What is said to be gone whether it is or not: tests play dishonest operators with it.</param>
internal sealed class DrawnRecords(ReceiptVault vault, Func<KeptReceipt, byte[]> bundle, Predicate<KeptReceipt> withholds)
{
    // An order takes up to a million hashes to find and 8 MB to keep; auditors ask for it again and again.
    private const int KeptOrders = 4;

    private readonly Lock gate = new();
    private readonly List<(Hash Draw, ulong[] Order)> orders = [];

    /// <summary>The order of a draw that was found to count, or null where it draws another number of records than it says.</summary>
    public ulong[]? OrderOf(ReadOnlySpan<byte> entry, AuditDrawEvent draw)
    {
        var id = Sha256.Of(entry);
        lock (gate)
        {
            var at = orders.FindIndex(o => o.Draw == id);
            if ((at >= 0 ? orders[at].Order : DrawCheck.Order(draw)) is not { } order)
                return null;
            if (at >= 0 || orders.Count == KeptOrders)
                orders.RemoveAt(Math.Max(at, 0));
            orders.Add((id, order));
            return order;
        }
    }

    /// <summary>One record at a time: none is read before the one before it is done with.</summary>
    public IEnumerable<OpenedRecord> Read(Hash keyId, ulong[] order, ulong from, int count)
    {
        for (var position = from; position < (ulong)order.Length && position - from < (ulong)count; position++)
            yield return Open(keyId, position, order[position]);
    }

    private OpenedRecord Open(in Hash keyId, ulong position, ulong sequence)
    {
        // What is in the tree is in the vault, unless it was taken out.
        if (vault.Find(keyId, sequence) is not { } kept || withholds(kept))
            return new OpenedRecord(position, sequence, OpenedAs.Gone, "the private part of this record is not in this node's vault: it was forgotten, as its caller may ask, or lost"u8.ToArray());
        var envelope = Opening.Parse(kept.Opening).Envelope;
        var payload = Envelope.Parse(JsonAt.Root(StrictJson.Parse(envelope, Bundle.MaxSize), "envelope")).Payload;
        return Receipt.Parse(payload.Span).Auditable
            ? new OpenedRecord(position, sequence, OpenedAs.Bundle, bundle(kept))
            : new OpenedRecord(position, sequence, OpenedAs.Envelope, envelope);
    }
}
