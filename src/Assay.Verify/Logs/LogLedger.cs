using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>
/// What entries mean, in whatever tree they stand: who may say what, keys, models, audits. The rules of docs/spec/receipt.md and
/// docs/spec/audits.md but for what needs all entries: the content of epochs, and that no sequence number is left out.
/// </summary>
internal sealed class LogLedger
{
    private readonly Dictionary<Hash, KeyState> keys = [];
    private readonly List<Hash> introduced = [];
    private readonly List<ModelEventAt> models = [];
    private readonly AuditorLedger audits = new();
    private readonly JournalLedger journals = new();
    private ulong owners;

    public GenesisEvent? Genesis { get; private set; }

    public IReadOnlyDictionary<Hash, KeyState> Keys => keys;

    /// <summary>Keys in the order of their introduction.</summary>
    public IReadOnlyList<Hash> Introduced => introduced;

    public IReadOnlyList<ModelEventAt> Models => models;

    /// <summary>The newest epoch entry, at its place in the log.</summary>
    public (ulong Index, EpochEvent Event)? Epoch { get; private set; }

    public ulong Owners => owners;

    public ProviderLedger Audited { get; } = new();

    public AccountEpochEvent? StepOf(in Hash account) => audits.StepOf(account);

    public JournalEnd? EndOf(string journal) => journals.EndOf(journal);

    public IEnumerable<ServingKey> ServingKeys => introduced.Select(id => new ServingKey(id, keys[id].Segment, keys[id].Owner));

    /// <summary>Reads an open entry's event and checks who signed it.</summary>
    /// <exception cref="MalformedException">Not an event, or not signed by whom it must be.</exception>
    public LogEvent Read(OpenEntry entry)
    {
        var step = LogEvent.Parse(entry.Payload.Span);
        var genesis = Genesis ?? step as GenesisEvent ?? throw new MalformedException("the first entry is not a genesis event");
        if (step.SignedByLogKey && !entry.IsSignedOnlyBy(genesis.LogKey.Key))
            throw new MalformedException($"{(step is EpochEvent ? "an epoch" : "an event")} that the log key alone has not signed");
        if (!step.SignedByLogKey && !genesis.Roots.HaveSigned(entry))
            throw new MalformedException($"an event that the roots have not signed: expected {genesis.Roots} and nobody else");
        return step;
    }

    /// <summary>Refuses an event that may not be the entry at <paramref name="index"/>.</summary>
    /// <param name="leftOut">So many entries below it were not shown.</param>
    /// <exception cref="MalformedException">It breaks a rule.</exception>
    public void Check(LogEvent step, ulong index, ulong leftOut = 0)
    {
        if (step is GenesisEvent && index > 0)
            throw new MalformedException("a genesis event that is not entry 0");
        if (Genesis is not null && step.Origin != Genesis.Origin)
            throw new MalformedException($"an event that was signed for the log {StrictJson.Shown(step.Origin)}, not for {Genesis.Origin}");
        if (step is KeyEvent key)
            Check(key, index);
        if (step is EpochEvent epoch && (epoch.Size == 0 || epoch.Size > index))
            throw new MalformedException($"an epoch of {epoch.Size} entries at index {index}: expected 1 to {index}");
        if (step is OwnerEvent && keys.Values.FirstOrDefault(k => !k.Retired) is { } alive)
            throw new MalformedException($"a change of owner while the key {alive.Key.Id.ToHex()[..8]} is not retired");
        Audited.Check(step, index);
        audits.Check(step);
        journals.Check(step, leftOut);
    }

    public void Apply(LogEvent step, ulong index)
    {
        switch (step)
        {
            case GenesisEvent genesis:
                Genesis = genesis;
                break;
            case ModelEvent model:
                models.Add(new ModelEventAt(index, model));
                break;
            case OwnerEvent:
                owners++;
                break;
            case EpochEvent epoch:
                Epoch = (index, epoch);
                break;
            case KeyEvent { Action: KeyAction.Introduce } key:
                keys.Add(key.KeyId, new KeyState(key.Key!, key.Segment!, [new KeyEventAt(index, key)], 0, owners));
                introduced.Add(key.KeyId);
                break;
            case KeyEvent key:
                keys[key.KeyId] = keys[key.KeyId] with { Events = keys[key.KeyId].Events.Add(new KeyEventAt(index, key)) };
                break;
        }
        Audited.Apply(step, index);
        audits.Apply(step, index);
        journals.Apply(step);
    }

    /// <summary>The key that a receipt's entry at <paramref name="index"/> is of. Says nothing of its sequence.</summary>
    /// <exception cref="MalformedException">It may not sign there.</exception>
    public KeyState KeyOf(SealedEntry entry, ulong index)
    {
        if (!keys.TryGetValue(entry.KeyId, out var key))
            throw new MalformedException($"a receipt by the key {entry.KeyId.ToHex()[..8]}, which was never introduced");
        if (entry.Algorithm != key.Key.Algorithm)
            throw new MalformedException($"a receipt by {key.Key} of algorithm {entry.Algorithm.Name()}, not {key.Key.Algorithm.Name()}");
        return key.Covers(index) ? key : throw new MalformedException($"a receipt by {key.Key} outside its lease");
    }

    /// <summary>The next <paramref name="count"/> records of a key, the last of them at <paramref name="index"/>; none of the others at a turn of the key.</summary>
    public void AddRecords(in Hash keyId, ulong count, ulong index)
    {
        keys[keyId] = keys[keyId] with { Receipts = keys[keyId].Receipts + count };
        Audited.AddRecords(keyId, count, index);
    }

    private void Check(KeyEvent key, ulong index)
    {
        if (key.Until is { } until && (until <= index || until - index > Genesis!.MaxLease))
            throw new MalformedException($"a lease from {index} to {until}, longer than {Genesis!.MaxLease} or already over");
        var isKnown = keys.ContainsKey(key.KeyId);
        if (key.Action == KeyAction.Introduce && isKnown)
            throw new MalformedException($"the key {key.KeyId.ToHex()[..8]} is introduced a second time");
        if (key.Action != KeyAction.Introduce && !isKnown)
            throw new MalformedException($"an event of the key {key.KeyId.ToHex()[..8]}, which was never introduced");
    }
}
