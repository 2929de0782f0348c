using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>Chooses what a passport shows of the provider's log (docs/spec/passports.md section 2). Reads the log once, and keeps 53 bytes for each entry.</summary>
internal sealed class ProviderSelection
{
    private readonly string service;
    private readonly Dictionary<Hash, List<ulong>> records = [];
    private readonly Dictionary<Hash, List<ulong>> turns = [];
    private readonly List<(ulong Index, EpochEvent Event)> epochs = [];
    private readonly LogState state = new();

    private ProviderSelection(string service) => this.service = service;

    /// <param name="to">The selection of the log.</param>
    /// <param name="size">Of the log at the last step.</param>
    /// <param name="wanted">Records that verdicts on canaries or challenges name.</param>
    /// <param name="noteOf">The index note of the epoch of a size, or null.</param>
    public static void Make(LogSelection to, string service, ulong size, IReadOnlyCollection<(Hash KeyId, ulong Sequence)> wanted, Func<ulong, SignedNote?> noteOf)
    {
        var selection = new ProviderSelection(service);
        foreach (var entry in to.Tree.Entries())
            selection.Read(entry.Span);
        var epoch = selection.Epoch(size, noteOf);
        var open = Math.Max(size, epoch?.Event.Size ?? 0);
        var sealedEntries = selection.Sealed(open, wanted);
        to.Show(to.Tree.Size, (index, entry) => index < open && LogSelection.IsOpen(entry) || index == epoch?.Index || sealedEntries.Contains(index));
        foreach (var key in selection.records.Keys)
            foreach (var ended in selection.state.EpochsOf(key).Where(e => e.Size <= open))
                to.CutAt(ended.Size);
        if (epoch is { } chosen)
        {
            to.CutAt(chosen.Event.Size);
            to.Index = new PassportIndex(chosen.Index, noteOf(chosen.Event.Size), [.. selection.state.IndexAt(chosen.Event.Size).Leaves.Select(l => new CountedKey(l.KeyId, l.Count, l.Records))]);
        }
    }

    private void Read(ReadOnlySpan<byte> entry)
    {
        var index = state.Size;
        state.Apply(entry);
        if (entry.StartsWith(SealedEntry.Prefix))
        {
            if (records.TryGetValue(SealedEntry.Parse(entry).KeyId, out var own))
                own.Add(index);
            return;
        }
        switch (LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span))
        {
            case EpochEvent epoch:
                epochs.Add((index, epoch));
                break;
            case KeyEvent { Action: KeyAction.Introduce } next:
                foreach (var (keyId, own) in turns)
                    if (state.Keys[keyId].Segment == next.Segment)
                        own.Add(index);
                if (next.Segment!.Service == service)
                    (records[next.KeyId], turns[next.KeyId]) = ([], []);
                break;
            case KeyEvent key when turns.TryGetValue(key.KeyId, out var own):
                own.Add(index);
                break;
        }
    }

    private HashSet<ulong> Sealed(ulong size, IReadOnlyCollection<(Hash KeyId, ulong Sequence)> wanted)
    {
        var chosen = new HashSet<ulong>();
        foreach (var (keyId, own) in records)
        {
            foreach (var epoch in state.EpochsOf(keyId))
                chosen.Add(own[(int)(epoch.First + epoch.Records - 1)]);
            foreach (var turn in turns[keyId])
            {
                var after = ~own.BinarySearch(turn);
                if (after > 0)
                    chosen.Add(own[after - 1]);
                if (after < own.Count)
                    chosen.Add(own[after]);
            }
        }
        foreach (var (keyId, sequence) in wanted)
            if (records.TryGetValue(keyId, out var own) && sequence < (ulong)own.Count)
                chosen.Add(own[(int)sequence]);
        chosen.RemoveWhere(index => index >= size);
        return chosen;
    }

    // One that covers the last step, the earliest; else the newest. One with a note before one without.
    private (ulong Index, EpochEvent Event)? Epoch(ulong size, Func<ulong, SignedNote?> noteOf)
    {
        var order = epochs.Where(e => e.Event.Size >= size).Concat(epochs.Where(e => e.Event.Size < size).Reverse())
            .Where(e => e.Event.Keys <= Passport.MaxKeys).ToArray();
        foreach (var epoch in order)
            if (noteOf(epoch.Event.Size) is not null)
                return epoch;
        return order.Length > 0 ? order[0] : null;
    }
}
