using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>An open entry that was shown.</summary>
/// <param name="Leaf">Its leaf hash.</param>
public sealed record ShownEvent(ulong Index, Hash Leaf, LogEvent Event, OpenEntry Entry);

/// <summary>
/// What the entries of a log add up to of which only some are shown, and of the others subtrees (docs/spec/passports.md section 3.1).
/// Of all entries it says what <see cref="LogState"/> says. Not for several threads.
/// </summary>
/// <remarks>Memory grows with what is shown, not with what the log holds.</remarks>
public sealed class ShownLog : IProviderHistory
{
    private readonly LogLedger ledger = new();
    private readonly TreeCover tree = new();
    // Of each key: where its last turn stands, one more than where its last shown record does, and how many the log says that it had.
    private readonly Dictionary<Hash, ulong> lastTurn = [];
    private readonly Dictionary<Hash, ulong> lastRecord = [];
    private readonly Dictionary<Hash, ulong> counted = [];

    public ulong Size => tree.Size;

    public GenesisEvent? Genesis => ledger.Genesis;

    /// <summary>Open entries that were shown.</summary>
    public ulong Open { get; private set; }

    /// <summary>Entries that were left out.</summary>
    public ulong LeftOut { get; private set; }

    /// <summary>So many entries stand before the first that was left out.</summary>
    public ulong WholeUpTo { get; private set; }

    public IEnumerable<ServingKey> ServingKeys => ledger.ServingKeys;

    public IReadOnlyDictionary<Hash, KeyState> Keys => ledger.Keys;

    /// <summary>Sealed entries of a key as far as they are shown: one more than its highest sequence.</summary>
    public ulong ReceiptsOf(in Hash keyId) => ledger.Keys[keyId].Receipts;

    public ulong EndedEpochs(in Hash keyId) => ledger.Audited.EndedEpochs(keyId, Size);

    public KeyEpoch? EpochOf(in Hash keyId, ulong number) => ledger.Audited.EpochOf(keyId, number, Size);

    public ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch) => ledger.Audited.SeedsOf(keyId, epoch);

    /// <summary>Whether the head of a size is known.</summary>
    public bool IsCutAt(ulong size) => tree.IsCutAt(size);

    /// <summary>The tree head of a size at which the log is cut.</summary>
    /// <exception cref="MalformedException">It is not cut there.</exception>
    public Hash RootAt(ulong size) =>
        tree.HeadAt(size) ?? throw new MalformedException($"the log is not cut at {size}, so its head there is not shown");

    /// <summary>The next 2^<paramref name="height"/> entries are left out.</summary>
    /// <exception cref="MalformedException">No complete subtree of that height begins here.</exception>
    public void Skip(in Hash head, int height)
    {
        if (Genesis is null)
            throw new MalformedException("genesis is left out");
        tree.Append(head, height);
        LeftOut += 1UL << height;
    }

    /// <summary>The next entry is shown.</summary>
    /// <returns>It, if it is open.</returns>
    /// <exception cref="MalformedException">It breaks a rule; the state is as before.</exception>
    public ShownEvent? Apply(ReadOnlySpan<byte> entry)
    {
        ShownEvent? shown = null;
        var leaf = MerkleTree.LeafHash(entry);
        if (entry.StartsWith(SealedEntry.Prefix))
        {
            Apply(SealedEntry.Parse(entry));
        }
        else
        {
            var open = OpenEntry.Parse(entry);
            shown = new ShownEvent(Size, leaf, ledger.Read(open), open);
            ledger.Check(shown.Event, Size, LeftOut);
            Turn(shown.Event);
            ledger.Apply(shown.Event, Size);
            Open++;
        }
        tree.Append(leaf);
        if (LeftOut == 0)
            WholeUpTo = Size;
        return shown;
    }

    /// <summary>The log says that a key has had so many records below <see cref="Size"/>.</summary>
    /// <param name="epochs">Whether those of them that end epochs must be shown.</param>
    /// <exception cref="MalformedException">More are shown, or one that was left out would have to be.</exception>
    public void Count(in Hash keyId, ulong count, bool epochs)
    {
        var held = ReceiptsOf(keyId);
        if (count < held || count - held > LeftOut)
            throw new MalformedException($"{count} records of the key {keyId.ToHex()[..8]} where {held} are shown and {LeftOut} entries were left out");
        if (count > held && epochs)
            CheckLeftOut(keyId, count - held, ends: false);
        counted[keyId] = count;
    }

    private void Apply(SealedEntry entry)
    {
        var key = ledger.KeyOf(entry, Size);
        if (entry.Sequence < key.Receipts || entry.Sequence - key.Receipts > LeftOut)
            throw new MalformedException($"receipt {entry.Sequence} of {key.Key} where {key.Receipts} or a later one comes next: its sequence is repeated, or beyond what was left out");
        if (counted.TryGetValue(entry.KeyId, out var count) && entry.Sequence < count)
            throw new MalformedException($"receipt {entry.Sequence} of {key.Key} behind the size below which the log says that it had {count}");
        if (entry.Sequence > key.Receipts)
            CheckLeftOut(entry.KeyId, entry.Sequence - key.Receipts + 1, ends: true);
        ledger.AddRecords(entry.KeyId, entry.Sequence - key.Receipts + 1, Size);
        lastRecord[entry.KeyId] = Size + 1;
    }

    // Records whose places are not known stand in one epoch, and do not end it unless the last of them is shown.
    private void CheckLeftOut(in Hash keyId, ulong count, bool ends)
    {
        if (lastTurn.TryGetValue(keyId, out var turn) && turn >= lastRecord.GetValueOrDefault(keyId))
            throw new MalformedException($"records of the key {keyId.ToHex()[..8]} were left out around entry {turn}, where its epoch may have ended");
        if (!Keys[keyId].Covers(Size))
            throw new MalformedException($"records of the key {keyId.ToHex()[..8]} were left out before its lease ended, and so the last of its epoch");
        if (count > ledger.Audited.Room(keyId) || count == ledger.Audited.Room(keyId) && !ends)
            throw new MalformedException($"the record that ends an epoch of the key {keyId.ToHex()[..8]} was left out");
    }

    // What may end an epoch of a key: its own events, and the next key of its segment.
    private void Turn(LogEvent step)
    {
        if (step is KeyEvent { Action: KeyAction.Introduce } next)
        {
            foreach (var (keyId, segment, _) in ledger.ServingKeys)
                if (segment == next.Segment)
                    lastTurn[keyId] = Size;
        }
        else if (step is KeyEvent key)
            lastTurn[key.KeyId] = Size;
    }
}
