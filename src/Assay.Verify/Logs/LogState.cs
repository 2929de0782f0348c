using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>A published model, at its place in the log.</summary>
public sealed record ModelEventAt(ulong Index, ModelEvent Event);

/// <summary>
/// What a log's entries add up to: a pure fold over them in order, with the verifiable index of every size on the way. A node starts
/// from it; whoever follows a log (fsck, monitor, indexer) runs it to find entries that should never have been written.
/// </summary>
/// <remarks>Keeps about 45 bytes for each entry, whatever it holds. Not for several threads.</remarks>
public sealed class LogState : IProviderHistory
{
    private readonly LogLedger ledger = new();
    private readonly Dictionary<Hash, KeyLedger> ledgers = [];
    private readonly GrowingTree tree = new();

    /// <summary>Number of entries folded.</summary>
    public ulong Size => tree.Size;

    public GenesisEvent? Genesis => ledger.Genesis;

    public IReadOnlyDictionary<Hash, KeyState> Keys => ledger.Keys;

    /// <inheritdoc/>
    public IEnumerable<ServingKey> ServingKeys => ledger.ServingKeys;

    /// <inheritdoc/>
    public ulong ReceiptsOf(in Hash keyId) => ledger.Keys[keyId].Receipts;

    public IReadOnlyList<ModelEventAt> Models => ledger.Models;

    /// <summary>The newest epoch entry, at its place in the log; null before there is one.</summary>
    public (ulong Index, EpochEvent Event)? Epoch => ledger.Epoch;

    /// <summary>How often the log has changed hands (docs/spec/receipt.md, Events).</summary>
    public ulong Owners => ledger.Owners;

    /// <summary>The newest audit terms; null before there are any.</summary>
    public AuditTermsEvent? Terms => ledger.Audited.Terms;

    /// <summary>The epochs of a serving key that have ended, in order (docs/spec/audits.md section 1).</summary>
    public IEnumerable<KeyEpoch> EpochsOf(in Hash keyId) => ledger.Audited.EpochsOf(keyId, Size);

    /// <summary>How many epochs of a serving key have ended: the number of the one that its next record belongs to.</summary>
    public ulong EndedEpochs(in Hash keyId) => ledger.Audited.EndedEpochs(keyId, Size);

    /// <summary>An epoch of a serving key, or null while it has not ended.</summary>
    public KeyEpoch? EpochOf(in Hash keyId, ulong number) => ledger.Audited.EpochOf(keyId, number, Size);

    /// <summary>Auditors' commitments for an epoch of a serving key, in order. Of an epoch that has ended these are those that count.</summary>
    public ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch) => ledger.Audited.SeedsOf(keyId, epoch);

    /// <summary>The newest step of an account that this log holds, or null.</summary>
    public AccountEpochEvent? StepOf(in Hash account) => ledger.StepOf(account);

    /// <summary>Where a journal stands in this log (docs/spec/market.md section 1), or null where the log holds nothing of it.</summary>
    public JournalEnd? EndOf(string journal) => ledger.EndOf(journal);

    /// <summary>Folds the next entry.</summary>
    /// <exception cref="MalformedException">The entry breaks a rule of docs/spec/receipt.md; the state is as before.</exception>
    public void Apply(ReadOnlySpan<byte> entry)
    {
        if (OpenEntry.KindOf(entry) == EntryKind.Sealed)
            Apply(SealedEntry.Parse(entry), MerkleTree.LeafHash(entry));
        else
            Apply(OpenEntry.Parse(entry), MerkleTree.LeafHash(entry));
    }

    /// <summary>The log's tree head at a size that was folded.</summary>
    public Hash RootAt(ulong size) => tree.Head(size);

    /// <summary>The verifiable index of the first <paramref name="size"/> entries, which were folded.</summary>
    public VerifiableIndex IndexAt(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        return new VerifiableIndex(size, tree.Head(size),
        [
            .. Keys.Where(k => k.Value.Events[0].Index < size).Select(k => ledgers[k.Key].LeafAt(k.Key, size))
                .OrderBy(leaf => leaf.KeyId.ToHex(), StringComparer.Ordinal),
        ]);
    }

    /// <summary>Path of a key's record number <paramref name="sequence"/> among those that it has below <paramref name="size"/>.</summary>
    public ImmutableArray<Hash> RecordPath(in Hash keyId, ulong sequence, ulong size) => ledgers[keyId].RecordPath(sequence, size);

    /// <summary>Where a key's record of that sequence stands, and the leaf hash of its entry; null where the log holds none.</summary>
    public (ulong Index, Hash Leaf)? RecordAt(in Hash keyId, ulong sequence) =>
        ledgers.TryGetValue(keyId, out var ledger) && ledger.RecordIndex(sequence) is { } index ? (index, tree[index]) : null;

    /// <summary>Refuses an event that may not be the next entry.</summary>
    /// <exception cref="MalformedException">It breaks a rule of docs/spec/receipt.md.</exception>
    public void Check(LogEvent step)
    {
        ledger.Check(step, Size);
        if (step is EpochEvent epoch && epoch != IndexAt(epoch.Size).ToEvent(epoch.Origin))
            throw new MalformedException($"an epoch that says of the first {epoch.Size} entries what they do not say");
    }

    private void Apply(SealedEntry entry, in Hash leaf)
    {
        var key = ledger.KeyOf(entry, Size);
        if (entry.Sequence != key.Receipts)
            throw new MalformedException($"receipt {entry.Sequence} of {key.Key} where {key.Receipts} comes next: the sequence has a gap or a repetition");
        var index = Size;
        tree.Append(leaf);
        ledgers[entry.KeyId].AddRecord(index);
        ledger.AddRecords(entry.KeyId, 1, index);
    }

    private void Apply(OpenEntry entry, in Hash leaf)
    {
        var step = ledger.Read(entry);
        Check(step);
        var index = Size;
        tree.Append(leaf);
        ledger.Apply(step, index);
        if (step is not KeyEvent key)
            return;
        if (key.Action == KeyAction.Introduce)
            ledgers.Add(key.KeyId, new KeyLedger(tree));
        ledgers[key.KeyId].AddEvent(index);
    }
}
