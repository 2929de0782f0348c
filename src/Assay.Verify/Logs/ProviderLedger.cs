using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>An auditor's commitment, at its place in the provider's log.</summary>
public sealed record AuditSeedAt(ulong Index, AuditSeedEvent Event);

/// <summary>What a log says of audits of its own keys: terms, epochs, commitments (docs/spec/audits.md sections 1 and 2).</summary>
internal sealed class ProviderLedger
{
    private readonly Dictionary<Hash, (Segment Segment, KeyEpochs Epochs)> keys = [];
    private readonly Dictionary<(Hash KeyId, ulong Epoch), ImmutableArray<AuditSeedAt>> seeds = [];

    public AuditTermsEvent? Terms { get; private set; }

    public IEnumerable<KeyEpoch> EpochsOf(in Hash keyId, ulong size) => keys[keyId].Epochs.Ended(size);

    public ulong EndedEpochs(in Hash keyId, ulong size) => keys[keyId].Epochs.Next(size);

    public KeyEpoch? EpochOf(in Hash keyId, ulong number, ulong size) => keys[keyId].Epochs.At(number, size);

    public ImmutableArray<AuditSeedAt> SeedsOf(in Hash keyId, ulong epoch) => seeds.GetValueOrDefault((keyId, epoch), []);

    public void Check(LogEvent step, ulong size)
    {
        if (step is not AuditSeedEvent seed)
            return;
        if (!keys.TryGetValue(seed.KeyId, out var key))
            throw new MalformedException($"a commitment for the key {seed.KeyId.ToHex()[..8]}, which was never introduced");
        // So it stands below the size of the epoch that it is for: it counts.
        if (seed.Epoch < key.Epochs.Next(size))
            throw new MalformedException($"a commitment for epoch {seed.Epoch}, which has ended");
        var others = SeedsOf(seed.KeyId, seed.Epoch);
        if (others.Length == AuditSeed.MaxPerEpoch)
            throw new MalformedException($"more than {AuditSeed.MaxPerEpoch} commitments for one epoch");
        if (others.Any(o => o.Event.Auditor.LogKey.Equals(seed.Auditor.LogKey) || o.Event.Auditor.Origin == seed.Auditor.Origin))
            throw new MalformedException("a second commitment by one auditor for one epoch");
        if (!seed.IsSignedByAuditor())
            throw new MalformedException("a commitment that its auditor has not signed for this log");
    }

    public void AddRecords(in Hash keyId, ulong count, ulong index) => keys[keyId].Epochs.AddRecords(count, index);

    /// <summary>The first index above a size at which some key may not sign any more, as things stand.</summary>
    public ulong NextLeaseEnd(ulong size) =>
        keys.Values.Select(k => k.Epochs.LeaseEnd).Where(end => end > size).DefaultIfEmpty(ulong.MaxValue).Min();

    /// <summary>Forgets a key's epochs below a number, with what was committed for them.</summary>
    public void Forget(in Hash keyId, ulong below, ulong size)
    {
        var epochs = keys[keyId].Epochs;
        var first = epochs.Forgotten;
        epochs.Forget(below, size);
        for (var number = first; number < epochs.Forgotten; number++)
            seeds.Remove((keyId, number));
    }

    /// <summary>How many more records the current epoch of a key takes.</summary>
    public ulong Room(in Hash keyId) => keys[keyId].Epochs.Room;

    public void Apply(LogEvent step, ulong index)
    {
        switch (step)
        {
            case AuditTermsEvent terms:
                Terms = terms;
                break;
            case AuditSeedEvent seed:
                seeds[(seed.KeyId, seed.Epoch)] = SeedsOf(seed.KeyId, seed.Epoch).Add(new AuditSeedAt(index, seed));
                break;
            case KeyEvent { Action: KeyAction.Introduce } key:
                foreach (var (segment, epochs) in keys.Values)
                    if (segment == key.Segment)
                        epochs.AddSuccessor(index);
                var length = Terms?.EpochRecords ?? AuditTermsEvent.DefaultEpochRecords;
                keys.Add(key.KeyId, (key.Segment!, new KeyEpochs(length, key.Until!.Value)));
                break;
            case KeyEvent key:
                keys[key.KeyId].Epochs.AddEvent(index, key);
                break;
        }
    }
}
