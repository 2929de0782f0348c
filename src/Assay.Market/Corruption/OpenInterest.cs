using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Corruption;

/// <summary>All that pays on a failure of a segment, against what it costs to cause one or to fake one (docs/spec/market.md section 8).</summary>
/// <param name="OnAccount">Units that pay on failure of any segment of the account, at most.</param>
/// <param name="OnSegment">Of them, on this segment.</param>
/// <param name="Unshielded">Of those, what is paid by failures that take no bond: causing them costs nothing.</param>
/// <param name="CostToCause">Units that issuers of the segment's bonds would lose.</param>
/// <param name="CostToFake">Units that the auditor with the least at stake would lose; 0 where that cannot be said.</param>
/// <param name="Auditors">Those that the newest look names with commitments.</param>
/// <param name="Staked">How many of them have something at stake.</param>
public sealed record OpenInterest(long OnAccount, long OnSegment, long Unshielded, long CostToCause, long CostToFake, int Auditors, int Staked)
{
    /// <summary>What corrupting the segment costs: the less of both, in units.</summary>
    public long CostToCorrupt => Math.Min(CostToCause, CostToFake);

    /// <summary>What is open on the segment over what it costs to corrupt it, in millionths, rounded up; null where that costs nothing.</summary>
    public Int128? Ratio => CostToCorrupt == 0 ? null : ((Int128)OnSegment * Grid.One + CostToCorrupt - 1) / CostToCorrupt;

    /// <summary>How it stands now.</summary>
    public static OpenInterest Of(MarketState state, Hash account, ulong segment) => With(state, account, segment, null);

    /// <summary>Refuses a position with which more would pay on failure than the terms let stand.</summary>
    /// <param name="more">Not open yet.</param>
    /// <exception cref="MarketRefusal">One of the three limits.</exception>
    public static void MustAllow(MarketState state, Hash account, FailurePosition more)
    {
        var (terms, with) = (state.Terms, With(state, account, more.Segment, more));
        var (fake, cause) = (Limit(terms, with.CostToFake), Limit(terms, with.CostToCause));
        if (with.OnAccount > fake)
            throw new MarketRefusal($"{with.OnAccount} units would be paid on failure of the account {account.ToHex()}, and faking one costs {with.CostToFake}: at most {fake} may be");
        if (with.OnSegment > cause)
            throw new MarketRefusal($"{with.OnSegment} units would be paid on failure of segment {more.Segment}, and causing one costs {with.CostToCause}: at most {cause} may be");
        if (with.Unshielded > (long)terms.OpenFree)
            throw new MarketRefusal($"{with.Unshielded} units would be paid on failures of segment {more.Segment} that take no bond: at most {terms.OpenFree} may be");
    }

    private static long Limit(MarketTerms terms, long cost) =>
        (long)UInt128.Min((ulong)Book.Limit, terms.OpenFree + (UInt128)terms.OpenRatio * (ulong)cost / Grid.One);

    private static OpenInterest With(MarketState state, Hash account, ulong segment, FailurePosition? more)
    {
        var live = state.Series.OpenOf(account, segment).Where(s => s.IsLive(state.Time)).ToList();
        // One that ends before a position does deters nobody from failing after it.
        var costs = more is { } asked ? live.Where(s => s.Terms.Until >= asked.Until) : live;
        var (all, here, unshielded) = (Int128.Zero, Int128.Zero, Int128.Zero);
        foreach (var product in state.Products)
            if (product is IPaysOnFailure pays)
                foreach (var position in pays.PaysOnFailure(state, account))
                    Add(position);
        if (more is { } added)
            Add(added);
        var (fake, auditors, staked) = ToFake(state, account);
        return new OpenInterest(Bounded(all), Bounded(here), Bounded(unshielded), Bounded(costs.Aggregate(Int128.Zero, (sum, s) => sum + s.Own(state.Book))), fake, auditors, staked);

        void Add(FailurePosition position)
        {
            all += position.Pays;
            if (position.Segment != segment)
                return;
            here += position.Pays;
            if (!live.Exists(s => state.Series.Shields(state, s, position)))
                unshielded += position.Pays;
        }
    }

    // The least stake of those whose word counts, each shared by all accounts that it is read for.
    private static (long Cost, int Auditors, int Staked) ToFake(MarketState state, Hash account)
    {
        if (state.Looks.Of(account) is not { } look)
            return (0, 0, 0);
        var (least, auditors, staked) = (long.MaxValue, 0, 0);
        foreach (var auditor in look.Auditors.Where(a => a.Commitments > 0))
        {
            var part = state.Stakes.AtStake(state.Book, auditor.Origin, auditor.LogKey) / Math.Max(1, state.Looks.ReadFor(auditor.Origin, auditor.LogKey));
            (least, auditors, staked) = (Math.Min(least, part), auditors + 1, staked + (part > 0 ? 1 : 0));
        }
        return (staked < (int)state.Terms.Quorum || auditors == 0 ? 0 : least, auditors, staked);
    }

    private static long Bounded(Int128 sum) => (long)Int128.Min(sum, Book.Limit);
}
