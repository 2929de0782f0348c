using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Logs;

/// <summary>One event of a key, at its place in the log.</summary>
public sealed record KeyEventAt(ulong Index, KeyEvent Event);

/// <summary>What a log says of one serving key.</summary>
/// <param name="Events">In order; the first is its introduction.</param>
/// <param name="Receipts">Sealed entries so far: the next sequence number.</param>
/// <param name="Owner">How often the log had changed hands when the key was introduced.</param>
public sealed record KeyState(PublicKey Key, Segment Segment, ImmutableArray<KeyEventAt> Events, ulong Receipts, ulong Owner)
{
    /// <summary>The end of the newest lease.</summary>
    public ulong Until => Events.Last(e => e.Event.Until is not null).Event.Until!.Value;

    public bool Retired => Events.Any(e => e.Event.Action is KeyAction.Retire or KeyAction.Compromise);

    /// <summary>Whether an entry at this index may carry the key's signature (docs/spec/receipt.md, Leases).</summary>
    public bool Covers(ulong index)
    {
        var covered = false;
        foreach (var (at, step) in Events)
        {
            covered |= step.Until is { } until && at < index && index < until;
            if (step.Action == KeyAction.Retire && at < index || step.Action == KeyAction.Compromise && step.From <= index)
                return false;
        }
        return covered;
    }
}
