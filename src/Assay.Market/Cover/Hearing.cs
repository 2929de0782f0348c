using System.Collections.Immutable;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Market.Cover;

/// <summary>One observer that a cover listens to.</summary>
/// <param name="Place">In the segment's list of observers.</param>
/// <param name="From">What it had said when the window began; nothing before.</param>
/// <param name="Now">What it has said since the account began, at the newest sight that the window has seen.</param>
public readonly record struct Heard(int Place, ObservedCounts From, ObservedCounts Now)
{
    /// <summary>What it said within the window, no answer counted as a failure.</summary>
    public Counts Within => new(Now.Passed - From.Passed, Now.Failed - From.Failed + (Now.Unanswered - From.Unanswered));
}

/// <summary>
/// What a cover on testimony hears (docs/spec/market.md section 4): each observer that had a stake when it was sold has an estimate of
/// its own, and the median decides, so that no minority can. A value: <see cref="See"/> gives the next one.
/// </summary>
/// <param name="AttachAt">Unix seconds from which the next sight begins its window.</param>
/// <param name="Attached">It has begun.</param>
/// <param name="Quorum">Observers that must have said enough, more than half of all.</param>
public sealed record Hearing(ulong AttachAt, bool Attached, int Quorum, ImmutableArray<Heard> Observers)
{
    /// <summary>The hearing after a sight of its account.</summary>
    public Hearing See(SegmentSight seen, ulong time) => Attached || time >= AttachAt
        ? this with { Attached = true, Observers = [.. Observers.Select(o => After(o, seen))] }
        : this;

    private Heard After(Heard observer, SegmentSight seen)
    {
        var now = seen.Observers[observer.Place].Counts;
        return observer with { From = Attached ? observer.From : now, Now = now };
    }

    /// <summary>Counts of those that have said at least so much within the window, where they are a quorum; else null.</summary>
    public ImmutableArray<Counts>? Enough(ulong observations)
    {
        var enough = Observers.Select(o => o.Within).Where(c => c.Total >= observations).ToImmutableArray();
        return enough.Length >= Quorum ? enough : null;
    }

    /// <summary>What a cover pays in all: the lower median of what each observer alone would bring. So more than half of them say so much at least.</summary>
    /// <param name="counts">Of a quorum, none without an observation.</param>
    public static long Payout(CoverTerms cover, ImmutableArray<Counts> counts) => counts.Select(c => Alone(cover, c)).Order().ElementAt((counts.Length - 1) / 2);

    /// <summary>What one observer's counts would bring: by the rate that it saw, where the lower end of its band is above the threshold.</summary>
    private static long Alone(in CoverTerms cover, Counts counts) =>
        Band.Of(counts).Lower > cover.Threshold ? (long)((UInt128)cover.Sum * CoverPayout.Share(cover, counts.Failures, counts.Total) / cover.Width) : 0;

    internal static Hearing Transfer(Hearing? hearing, StateBytes bytes)
    {
        var (attachAt, attached, quorum, observers) = hearing ?? new Hearing(0, false, 0, []);
        var (begun, needed, listed) = (attached ? 1UL : 0, (ulong)quorum, observers.ToList());
        bytes.Number(ref attachAt);
        bytes.Number(ref begun);
        bytes.Number(ref needed);
        bytes.List(listed, Sight.MostObservers, 56, observer =>
        {
            var place = (ulong)observer.Place;
            bytes.Number(ref place);
            var (from, now) = (SightTable.Transfer(bytes, observer.From), SightTable.Transfer(bytes, observer.Now));
            return place < Sight.MostObservers && now.Passed >= from.Passed && now.Failed >= from.Failed && now.Unanswered >= from.Unanswered
                ? new Heard((int)place, from, now) : throw new MalformedException("a market's state with a cover that hears what nobody said");
        }, default);
        return begun <= 1 && needed <= (ulong)listed.Count && needed > 0 ? hearing ?? new Hearing(attachAt, begun == 1, (int)needed, [.. listed])
            : throw new MalformedException("a market's state with a cover that hears nobody");
    }
}
