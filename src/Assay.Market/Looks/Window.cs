using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Looks;

/// <summary>
/// What is settled on a segment after something was bought on it (docs/spec/market.md section 3): it attaches late enough that no epoch
/// counts that had begun, and from then on is the difference of two looks' counts. A value: <see cref="See"/> gives the next one.
/// </summary>
/// <param name="Segment">Its place in the account.</param>
/// <param name="AttachAt">Settled epochs at which it attaches.</param>
/// <param name="From">Counts at which it attached; null before.</param>
/// <param name="FromStep">The step whose look that was; 0 before.</param>
public sealed record Window(Hash Account, ulong Segment, ulong AttachAt, SegmentCounts? From, ulong FromStep)
{
    /// <summary>A window on what comes after the newest look.</summary>
    /// <param name="grace">Epochs beyond those known and those that wait.</param>
    public static Window Open(Look newest, int segment, ulong grace)
    {
        var seen = newest.Segments[segment];
        return new Window(newest.Account, (ulong)segment, seen.Counts.Epochs + seen.Waiting + grace, null, 0);
    }

    /// <summary>Whether a look is of its account and says something of its segment.</summary>
    public bool Concerns(Look look) => look.Account == Account && Segment < (ulong)look.Segments.Length;

    /// <summary>The window after a look of its account that came after it was bought: attached where that has enough epochs.</summary>
    public Window See(Look look) => From is null && Concerns(look) && look.Segments[(int)Segment].Counts is var now && now.Epochs >= AttachAt
        ? this with { From = now, FromStep = look.Step }
        : this;

    /// <summary>What was settled between the look at which it attached and this one; null before it is attached.</summary>
    public SegmentCounts? Counts(Look look) => From is { } from && Concerns(look) ? look.Segments[(int)Segment].Counts - from : null;

    public static Window Transfer(Window? window, StateBytes bytes)
    {
        var (account, segment, attachAt, from, fromStep) = window ?? new Window(default, 0, 0, null, 0);
        var attached = from is null ? 0UL : 1;
        bytes.Hash(ref account);
        bytes.Number(ref segment);
        bytes.Number(ref attachAt);
        bytes.Number(ref attached);
        bytes.Number(ref fromStep);
        if (segment >= Look.MostSegments || attached > 1 || (attached == 0 && fromStep != 0))
            throw new MalformedException("a market's state with a window that nothing opens");
        return new Window(account, segment, attachAt, attached == 1 ? SegmentCounts.Transfer(from ?? default, bytes) : null, fromStep);
    }
}
