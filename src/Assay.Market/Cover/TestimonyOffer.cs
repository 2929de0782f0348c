using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Cover;

/// <summary>What the market would sell a cover on testimony for now: by the pool alone, and little of it.</summary>
/// <param name="Hearing">The observers that would be heard, and how many of them must be.</param>
public sealed record TestimonyOffer(CoverQuote Quote, CoverUse Use, Hearing Hearing)
{
    private const ulong SecondsOfDay = 86_400;

    /// <summary>The offer that a purchase would meet, whoever buys.</summary>
    /// <param name="cover">Its records are observations of each observer.</param>
    /// <param name="until">Unix seconds.</param>
    /// <exception cref="MarketRefusal">It is not sold.</exception>
    public static TestimonyOffer Of(MarketState state, Hash account, ulong segment, in CoverTerms cover, ulong until)
    {
        cover.Check();
        var terms = state.Terms;
        var seen = state.Sights.ToSell(state, account, segment);
        if (seen.Alarmed)
            throw new MarketRefusal($"segment {segment} of the account {account.ToHex()} is alarmed: its failure rate has changed, and no cover of it is sold");
        CoverOffer.MustEnd(state, until);
        var heard = seen.Observers.Select((o, place) => (Observer: o, Place: place))
            .Where(o => o.Observer.Counts.Counts.Total > 0 && state.Stakes.AtStake(state.Book, o.Observer.Origin, o.Observer.LogKey) >= (long)terms.TestimonyStake).ToList();
        if (heard.Count < (int)terms.TestimonyQuorum)
            throw new MarketRefusal($"{heard.Count} observers of the account {account.ToHex()} have {terms.TestimonyStake} units at stake: {terms.TestimonyQuorum} are needed");
        // Of an even number the worse one of both in the middle: against the buyer.
        var median = heard.Select(o => o.Observer.Counts.Counts).OrderBy(c => Grid.Down(c.Failures, c.Total)).ThenBy(c => c.Total).ElementAt(heard.Count / 2);
        var use = CoverOffer.Used(state, account, cover.Sum);
        MustFit(state, cover.Sum);
        var value = CoverValue.Of(
            cover, Window(cover, seen.Days, median), median, Hazard(seen), (terms.TestimonyGrace + SecondsOfDay - 1) / SecondsOfDay);
        var quorum = Math.Max((int)terms.TestimonyQuorum, heard.Count / 2 + 1);
        return new TestimonyOffer(
            CoverQuote.Of(cover, value, CoverOffer.Rates(terms), use), use,
            new Hearing(state.Time + terms.TestimonyGrace, false, quorum, [.. heard.Select(o => new Heard(o.Place, default, default))]));
    }

    /// <summary>The chance of a change in a day, in millionths: like that of an epoch of a forecast.</summary>
    internal static uint Hazard(SegmentSight seen) =>
        (uint)UInt128.Min((2 * (UInt128)seen.Alarms + 1) * Grid.One / (2 * ((UInt128)seen.Days + 1)), Grid.One - 1);

    internal static CoverValue.Expected Window(in CoverTerms cover, ulong days, Counts median)
    {
        if (cover.Records > BetaBinomial.MostVerdicts)
            throw new MarketRefusal($"a cover of {cover.Records} observations: at most {BetaBinomial.MostVerdicts} can be priced");
        var threshold = cover.Threshold;
        var fewest = CoverValue.FewestFailures(cover.Records, c => Band.Of(c).Lower > threshold)
            ?? throw new MarketRefusal($"a cover that could not pay: of {cover.Records} observations even if all failed");
        return new CoverValue.Expected((ulong)(((UInt128)cover.Records * days + median.Total - 1) / median.Total), cover.Records, cover.Records, fewest);
    }

    // Nobody can prove testimony false: what all of it together can cost the pool is little.
    private static void MustFit(MarketState state, long sum)
    {
        var (free, locked, mine) = (state.Book.Of(Holder.Pool, Asset.Unit), state.Policies.Locked, state.Policies.LockedOnTestimony);
        var most = (long)((UInt128)(free + locked) * state.Terms.TestimonyShare / Grid.One);
        if (mine + sum > most)
            throw new MarketRefusal($"covers on testimony lock {mine} units of the pool, and at most {most} may be: {sum} more do not fit");
    }
}
