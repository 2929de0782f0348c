using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
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
public sealed class LogState
{
    private readonly Dictionary<Hash, KeyState> keys = [];
    private readonly Dictionary<Hash, KeyLedger> ledgers = [];
    private readonly List<ModelEventAt> models = [];
    private readonly GrowingTree tree = new();
    private readonly ProviderLedger audited = new();
    private readonly AuditorLedger audits = new();

    /// <summary>Number of entries folded.</summary>
    public ulong Size => tree.Size;

    public GenesisEvent? Genesis { get; private set; }

    public IReadOnlyDictionary<Hash, KeyState> Keys => keys;

    public IReadOnlyList<ModelEventAt> Models => models;

    /// <summary>The newest epoch entry, at its place in the log; null before there is one.</summary>
    public (ulong Index, EpochEvent Event)? Epoch { get; private set; }

    /// <summary>The newest audit terms; null before there are any.</summary>
    public AuditTermsEvent? Terms => audited.Terms;

    /// <summary>The epochs of a serving key that have ended, in order (docs/spec/audits.md section 1).</summary>
    public IEnumerable<KeyEpoch> EpochsOf(in Hash keyId) => audited.EpochsOf(keyId, Size);

    /// <summary>How many epochs of a serving key have ended: the number of the one that its next record belongs to.</summary>
    public ulong EndedEpochs(in Hash keyId) => audited.EndedEpochs(keyId, Size);

    /// <summary>An epoch of a serving key, or null while it has not ended.</summary>
    public KeyEpoch? EpochOf(in Hash keyId, ulong number) => audited.EpochOf(keyId, number, Size);

    /// <summary>Auditors' commitments for an epoch of a serving key, in order. Of an epoch that has ended these are those that count.</summary>
    public ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch) => audited.SeedsOf(keyId, epoch);

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
            .. keys.Where(k => k.Value.Events[0].Index < size).Select(k => ledgers[k.Key].LeafAt(k.Key, size))
                .OrderBy(leaf => leaf.KeyId.ToHex(), StringComparer.Ordinal),
        ]);
    }

    /// <summary>Path of a key's record number <paramref name="sequence"/> among those that it has below <paramref name="size"/>.</summary>
    public ImmutableArray<Hash> RecordPath(in Hash keyId, ulong sequence, ulong size) => ledgers[keyId].RecordPath(sequence, size);

    /// <summary>Refuses an event that may not be the next entry.</summary>
    /// <exception cref="MalformedException">It breaks a rule of docs/spec/receipt.md.</exception>
    public void Check(LogEvent step)
    {
        if (step is GenesisEvent && Size > 0)
            throw new MalformedException("a genesis event that is not entry 0");
        if (Genesis is not null && step.Origin != Genesis.Origin)
            throw new MalformedException($"an event that was signed for the log {StrictJson.Shown(step.Origin)}, not for {Genesis.Origin}");
        if (step is KeyEvent key)
            Check(key);
        if (step is EpochEvent epoch)
            Check(epoch);
        audited.Check(step, Size);
        audits.Check(step);
    }

    private void Check(KeyEvent key)
    {
        if (key.Until is { } until && (until <= Size || until - Size > Genesis!.MaxLease))
            throw new MalformedException($"a lease from {Size} to {until}, longer than {Genesis!.MaxLease} or already over");
        var isKnown = keys.ContainsKey(key.KeyId);
        if (key.Action == KeyAction.Introduce && isKnown)
            throw new MalformedException($"the key {key.KeyId.ToHex()[..8]} is introduced a second time");
        if (key.Action != KeyAction.Introduce && !isKnown)
            throw new MalformedException($"an event of the key {key.KeyId.ToHex()[..8]}, which was never introduced");
    }

    private void Check(EpochEvent epoch)
    {
        if (epoch.Size == 0 || epoch.Size > Size)
            throw new MalformedException($"an epoch of {epoch.Size} entries at index {Size}: expected 1 to {Size}");
        if (epoch != IndexAt(epoch.Size).ToEvent(epoch.Origin))
            throw new MalformedException($"an epoch that says of the first {epoch.Size} entries what they do not say");
    }

    private void Apply(SealedEntry entry, in Hash leaf)
    {
        if (!keys.TryGetValue(entry.KeyId, out var key))
            throw new MalformedException($"a receipt by the key {entry.KeyId.ToHex()[..8]}, which was never introduced");
        if (entry.Algorithm != key.Key.Algorithm)
            throw new MalformedException($"a receipt by {key.Key} of algorithm {entry.Algorithm.Name()}, not {key.Key.Algorithm.Name()}");
        if (!key.Covers(Size))
            throw new MalformedException($"a receipt by {key.Key} outside its lease");
        if (entry.Sequence != key.Receipts)
            throw new MalformedException($"receipt {entry.Sequence} of {key.Key} where {key.Receipts} comes next: the sequence has a gap or a repetition");
        keys[entry.KeyId] = key with { Receipts = key.Receipts + 1 };
        var index = Size;
        tree.Append(leaf);
        ledgers[entry.KeyId].AddRecord(index);
        audited.AddRecord(entry.KeyId, index);
    }

    private void Apply(OpenEntry entry, in Hash leaf)
    {
        var step = LogEvent.Parse(entry.Payload.Span);
        var genesis = Genesis ?? step as GenesisEvent ?? throw new MalformedException("the first entry is not a genesis event");
        if (step.SignedByLogKey && !entry.IsSignedOnlyBy(genesis.LogKey.Key))
            throw new MalformedException($"{(step is EpochEvent ? "an epoch" : "an event")} that the log key alone has not signed");
        if (!step.SignedByLogKey && !genesis.Roots.HaveSigned(entry))
            throw new MalformedException($"an event that the roots have not signed: expected {genesis.Roots} and nobody else");
        Check(step);
        var index = Size;
        tree.Append(leaf);
        switch (step)
        {
            case GenesisEvent:
                Genesis = genesis;
                break;
            case ModelEvent model:
                models.Add(new ModelEventAt(index, model));
                break;
            case EpochEvent epoch:
                Epoch = (index, epoch);
                break;
            case KeyEvent { Action: KeyAction.Introduce } key:
                keys.Add(key.KeyId, new KeyState(key.Key!, key.Segment!, [new KeyEventAt(index, key)], 0));
                ledgers.Add(key.KeyId, new KeyLedger(tree));
                ledgers[key.KeyId].AddEvent(index);
                break;
            case KeyEvent key:
                keys[key.KeyId] = keys[key.KeyId] with { Events = keys[key.KeyId].Events.Add(new KeyEventAt(index, key)) };
                ledgers[key.KeyId].AddEvent(index);
                break;
        }
        audited.Apply(step, index);
        audits.Apply(step, index);
    }
}
