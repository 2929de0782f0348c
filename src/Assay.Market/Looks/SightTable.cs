using Assay.Market.Journal;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Looks;

/// <summary>The newest sight of each observed account.</summary>
public sealed class SightTable
{
    private const int Most = 1 << 20;

    private readonly Dictionary<Hash, Sight> newest = [];

    /// <summary>The newest sight of an account; null before there is one.</summary>
    public Sight? Of(Hash account) => newest.GetValueOrDefault(account);

    /// <summary>What something can be bought by.</summary>
    /// <exception cref="MarketRefusal">The account was never seen, or not lately, or has no such segment.</exception>
    public SegmentSight ToSell(MarketState state, Hash account, ulong segment)
    {
        if (Of(account) is not { } sight)
            throw new MarketRefusal($"the market has no sight of an observed account {account.ToHex()}");
        if (segment >= (ulong)sight.Segments.Length)
            throw new MarketRefusal($"the account {account.ToHex()} has {sight.Segments.Length} segments, none is number {segment}");
        return state.Time - sight.Time <= state.Terms.Fresh ? sight.Segments[(int)segment]
            : throw new MarketRefusal($"the last sight of the account {account.ToHex()} is {state.Time - sight.Time} seconds old: nothing is sold by one older than {state.Terms.Fresh}");
    }

    internal void MustFollow(Sight sight)
    {
        if (Of(sight.Account) is not { } last)
        {
            if (newest.Count == Most)
                throw new MarketRefusal($"no more than {Most} observed accounts");
            return;
        }
        if (sight.Step <= last.Step)
            throw new MarketRefusal($"a sight of step {sight.Step} of an account after one of step {last.Step}");
        if (sight.Segments.Length < last.Segments.Length)
            throw new MarketRefusal($"a sight of {sight.Segments.Length} segments of an account that had {last.Segments.Length}");
        for (var i = 0; i < last.Segments.Length; i++)
            if (!Follows(sight.Segments[i], last.Segments[i]))
                throw new MarketRefusal($"a sight of segment {i} of an account that goes back behind the one before");
    }

    internal void Set(Sight sight) => newest[sight.Account] = sight;

    internal void Transfer(StateBytes bytes) => StateTable.Transfer(bytes, newest, (a, b) => a.Bytes.SequenceCompareTo(b.Bytes), Most, 56, row => Row(row.Value, bytes) switch
    {
        var sight => (sight.Account, sight),
    });

    // Observers keep their places, and what they have said.
    private static bool Follows(SegmentSight now, SegmentSight before)
    {
        if (now.Days < before.Days || now.Alarms < before.Alarms || now.Observers.Length < before.Observers.Length)
            return false;
        for (var i = 0; i < before.Observers.Length; i++)
        {
            var (a, b) = (now.Observers[i], before.Observers[i]);
            if (a.Origin != b.Origin || a.LogKey != b.LogKey || a.Counts.Passed < b.Counts.Passed || a.Counts.Failed < b.Counts.Failed || a.Counts.Unanswered < b.Counts.Unanswered)
                return false;
        }
        return true;
    }

    private static Sight Row(Sight? sight, StateBytes bytes)
    {
        var (account, step, time, segments) = sight ?? new Sight(default, 0, 0, []);
        var listed = segments.ToList();
        bytes.Hash(ref account);
        bytes.Number(ref step);
        bytes.Number(ref time);
        bytes.List(listed, Sight.MostSegments, 32, segment => Segment(segment, bytes), null!);
        return sight ?? new Sight(account, step, time, [.. listed]);
    }

    private static SegmentSight Segment(SegmentSight? segment, StateBytes bytes)
    {
        var (days, alarms, alarmed, observers) = segment ?? new SegmentSight(0, 0, false, []);
        var (said, listed) = (alarmed ? 1UL : 0, observers.ToList());
        bytes.Number(ref days);
        bytes.Number(ref alarms);
        bytes.Number(ref said);
        bytes.List(listed, Sight.MostObservers, 64, observer => Observer(observer, bytes), null!);
        if (said > 1 || days >= Counts.Limit || alarms >= Counts.Limit)
            throw new MalformedException("a market's state with a sight that nobody had");
        return segment ?? new SegmentSight(days, alarms, said == 1, [.. listed]);
    }

    private static ObserverSight Observer(ObserverSight? observer, StateBytes bytes)
    {
        var (origin, key, counts) = observer ?? new ObserverSight("", default, default);
        bytes.Text(ref origin);
        bytes.Hash(ref key);
        counts = Transfer(bytes, counts);
        return observer ?? new ObserverSight(origin, key, counts);
    }

    internal static ObservedCounts Transfer(StateBytes bytes, ObservedCounts counts)
    {
        var (passed, failed, unanswered) = counts;
        bytes.Number(ref passed);
        bytes.Number(ref failed);
        bytes.Number(ref unanswered);
        return (UInt128)passed + failed + unanswered < Counts.Limit ? new ObservedCounts(passed, failed, unanswered)
            : throw new MalformedException("a market's state with counts above 2^53");
    }
}
