using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>
/// The fold over a log's entries for whoever needs only how far it has come: of its tree the right edge, and the heads at ends of
/// epochs until those are forgotten. For accounts, whose memory must not grow with history.
/// </summary>
/// <remarks>
/// Grows with keys and their events, models, and epochs that are not forgotten; not with records or verdicts. It cannot tell whether
/// an index epoch says what its entries say: <see cref="LogState"/> does, in fsck and monitors. Not for several threads.
/// </remarks>
public sealed class LogProgress : IProviderHistory
{
    private readonly LogLedger ledger = new();
    private readonly Frontier edge = new();
    private readonly Dictionary<ulong, Hash> heads = [];
    private ulong nextEnd = ulong.MaxValue;

    public ulong Size => edge.Size;

    public GenesisEvent? Genesis => ledger.Genesis;

    public IEnumerable<ServingKey> ServingKeys => ledger.ServingKeys;

    public IReadOnlyList<ModelEventAt> Models => ledger.Models;

    /// <summary>Heads that are kept.</summary>
    public int Kept => heads.Count;

    /// <summary>Whether the key was introduced.</summary>
    public bool Has(in Hash keyId) => ledger.Keys.ContainsKey(keyId);

    public ulong ReceiptsOf(in Hash keyId) => ledger.Keys[keyId].Receipts;

    public ulong EndedEpochs(in Hash keyId) => ledger.Audited.EndedEpochs(keyId, Size);

    /// <summary>The epochs of a serving key that have ended and are not forgotten, in order.</summary>
    public IEnumerable<KeyEpoch> EpochsOf(in Hash keyId) => ledger.Audited.EpochsOf(keyId, Size);

    public KeyEpoch? EpochOf(in Hash keyId, ulong number) => ledger.Audited.EpochOf(keyId, number, Size);

    public ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch) => ledger.Audited.SeedsOf(keyId, epoch);

    /// <summary>The tree head at <see cref="Size"/>, or at the end of an epoch that is not forgotten.</summary>
    public Hash RootAt(ulong size) => size == Size ? edge.Head()
        : heads.TryGetValue(size, out var head) ? head
        : throw new ArgumentOutOfRangeException(nameof(size), size, "no epoch that is kept ends there");

    /// <summary>Folds the next entry.</summary>
    /// <returns>What it says, if it is open.</returns>
    /// <exception cref="MalformedException">It breaks a rule; the state is as before.</exception>
    public LogEvent? Apply(ReadOnlySpan<byte> entry)
    {
        LogEvent? step = null;
        var index = Size;
        if (OpenEntry.KindOf(entry) == EntryKind.Sealed)
        {
            var record = SealedEntry.Parse(entry);
            var key = ledger.KeyOf(record, index);
            if (record.Sequence != key.Receipts)
                throw new MalformedException($"receipt {record.Sequence} of {key.Key} where {key.Receipts} comes next: the sequence has a gap or a repetition");
            var isLast = ledger.Audited.Room(record.KeyId) == 1;
            edge.Append(MerkleTree.LeafHash(entry));
            ledger.AddRecords(record.KeyId, 1, index);
            if (isLast)
                Keep();
        }
        else
        {
            step = ledger.Read(OpenEntry.Parse(entry));
            ledger.Check(step, index);
            // A retirement, a compromise, or another key of the segment ends an epoch before this entry.
            if (step is KeyEvent)
                Keep();
            edge.Append(MerkleTree.LeafHash(entry));
            ledger.Apply(step, index);
        }
        // A lease ends an epoch by itself, at an index that is known before.
        if (nextEnd == Size)
            Keep();
        if (nextEnd <= Size || step is KeyEvent)
            nextEnd = ledger.Audited.NextLeaseEnd(Size);
        return step;
    }

    /// <summary>Forgets the epochs of serving keys below a number: nobody asks for them again.</summary>
    /// <param name="below">Of a key: its epochs below this number go.</param>
    public void Forget(Func<Hash, ulong> below)
    {
        var needed = new HashSet<ulong>();
        foreach (var keyId in ledger.Introduced)
        {
            ledger.Audited.Forget(keyId, below(keyId), Size);
            needed.UnionWith(EpochsOf(keyId).Select(e => e.Size));
        }
        foreach (var size in heads.Keys.Where(size => !needed.Contains(size)).ToList())
            heads.Remove(size);
    }

    private void Keep() => heads[Size] = edge.Head();
}
