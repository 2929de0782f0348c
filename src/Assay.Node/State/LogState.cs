using Assay.Log;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.State;

/// <summary>A published model, at its place in the log.</summary>
public sealed record ModelEventAt(ulong Index, ModelEvent Event);

/// <summary>
/// What a log's entries add up to: a pure fold over them in order. The node starts from it, and <c>assay log fsck</c> runs it to
/// find entries that should never have been written.
/// </summary>
public sealed class LogState
{
    private readonly Dictionary<Hash, KeyState> keys = [];
    private readonly List<ModelEventAt> models = [];

    /// <summary>Number of entries folded.</summary>
    public ulong Size { get; private set; }

    public GenesisEvent? Genesis { get; private set; }

    public IReadOnlyDictionary<Hash, KeyState> Keys => keys;

    public IReadOnlyList<ModelEventAt> Models => models;

    /// <summary>Folds what a log has beyond what was folded.</summary>
    public void Follow(LogReader log)
    {
        foreach (var entry in log.ReadEntries(Size))
            Apply(entry.Span);
    }

    /// <summary>Folds the next entry.</summary>
    /// <exception cref="MalformedException">The entry breaks a rule of docs/spec/receipt.md; the state is as before.</exception>
    public void Apply(ReadOnlySpan<byte> entry)
    {
        if (OpenEntry.KindOf(entry) == EntryKind.Sealed)
            Apply(SealedEntry.Parse(entry));
        else
            Apply(OpenEntry.Parse(entry));
        Size++;
    }

    private void Apply(SealedEntry entry)
    {
        if (!keys.TryGetValue(entry.KeyId, out var key))
            throw new MalformedException($"a receipt by the key {entry.KeyId.ToHex()[..8]}, which was never introduced");
        if (!key.Covers(Size))
            throw new MalformedException($"a receipt by {key.Key} outside its lease");
        if (entry.Sequence != key.Receipts)
            throw new MalformedException($"receipt {entry.Sequence} of {key.Key} where {key.Receipts} comes next: the sequence has a gap or a repetition");
        keys[entry.KeyId] = key with { Receipts = key.Receipts + 1 };
    }

    private void Apply(Envelope envelope)
    {
        var step = LogEvent.Parse(envelope.Payload.Span);
        var root = Genesis?.RootKey ?? (step as GenesisEvent)?.RootKey
            ?? throw new MalformedException("the first entry is not a genesis event");
        if (envelope.KeyId != root.Id || !envelope.IsSignedBy(root))
            throw new MalformedException("an event that the root key has not signed");
        Check(step);
        switch (step)
        {
            case GenesisEvent genesis:
                Genesis = genesis;
                break;
            case ModelEvent model:
                models.Add(new ModelEventAt(Size, model));
                break;
            case KeyEvent { Action: KeyAction.Introduce } key:
                keys.Add(key.KeyId, new KeyState(key.Key!, key.Segment!, [new KeyEventAt(Size, key)], 0));
                break;
            case KeyEvent key:
                keys[key.KeyId] = keys[key.KeyId] with { Events = keys[key.KeyId].Events.Add(new KeyEventAt(Size, key)) };
                break;
            default:
                throw new UnsupportedException($"an event of type {step.GetType().Name}");
        }
    }

    /// <summary>Refuses an event that may not be the next entry.</summary>
    /// <exception cref="MalformedException">It breaks a rule of docs/spec/receipt.md.</exception>
    public void Check(LogEvent step)
    {
        if (step is GenesisEvent && Size > 0)
            throw new MalformedException("a genesis event that is not entry 0");
        if (Genesis is not null && step.Origin != Genesis.Origin)
            throw new MalformedException($"an event that was signed for the log {StrictJson.Shown(step.Origin)}, not for {Genesis.Origin}");
        if (step is not KeyEvent key)
            return;
        if (key.Until is { } until && (until <= Size || until - Size > Genesis!.MaxLease))
            throw new MalformedException($"a lease from {Size} to {until}, longer than {Genesis!.MaxLease} or already over");
        var isKnown = keys.ContainsKey(key.KeyId);
        if (key.Action == KeyAction.Introduce && isKnown)
            throw new MalformedException($"the key {key.KeyId.ToHex()[..8]} is introduced a second time");
        if (key.Action != KeyAction.Introduce && !isKnown)
            throw new MalformedException($"an event of the key {key.KeyId.ToHex()[..8]}, which was never introduced");
    }
}
