using Assay.Reliability.Statistics;

namespace Assay.Market.Cover;

/// <summary>What is known of a segment when a cover of it is priced: of the newest look.</summary>
/// <param name="Records">Of its settled epochs.</param>
/// <param name="Epochs">Settled.</param>
/// <param name="Judged">Passes and failures so far.</param>
/// <param name="Waiting">Epochs that have begun or ended and are not settled.</param>
/// <param name="Hazard">Chance of a change in an epoch, in millionths.</param>
/// <param name="Memory">Passes and failures that the forecast goes by, in whole verdicts.</param>
public readonly record struct CoverOutlook(ulong Records, ulong Epochs, Counts Judged, ulong Waiting, uint Hazard, Counts Memory);

/// <summary>How much of what may be used is used, the cover that is priced included, in millionths, 0 to 1,000,000.</summary>
/// <param name="Pool">Of the pool's units.</param>
/// <param name="Account">Of what the pool may lose by one account.</param>
public readonly record struct CoverUse(uint Pool, uint Account);

/// <summary>Figures of the terms that covers are priced by, in millionths.</summary>
/// <param name="Load">Of the fair value, added to it.</param>
/// <param name="Least">Of the sum: no cover is sold for less.</param>
/// <param name="Capacity">Of what comes out so far, added where all is used; with the square of the use.</param>
/// <param name="Grace">Epochs beside those that wait which are over before a window begins.</param>
public readonly record struct CoverRates(uint Load, uint Least, uint Capacity, ulong Grace);

/// <summary>The price of a cover and what it is made of, in units (docs/spec/market.md section 4).</summary>
/// <param name="Fair">What it pays on the average, if the forecast and its hazard are right.</param>
/// <param name="Hazard">How much of that is for a change, which the segment has not shown.</param>
/// <param name="Load">Added for whoever carries the risk, and what is missing to the least premium.</param>
/// <param name="Capacity">Added because capital is short.</param>
/// <param name="Premium">Fair + load + capacity.</param>
/// <param name="Audited">Verdicts that are expected in the window.</param>
/// <param name="Fewest">Failures among them from which it pays.</param>
public readonly record struct CoverQuote(long Fair, long Hazard, long Load, long Capacity, long Premium, ulong Audited, ulong Fewest)
{
    /// <summary>Prices a cover. All divisions are rounded against the buyer.</summary>
    /// <exception cref="MarketRefusal">Nothing is known of the segment, or the cover would not pay whatever happens, or costs its sum or more.</exception>
    public static CoverQuote Of(in CoverTerms cover, in CoverOutlook outlook, in CoverRates rates, CoverUse use) =>
        Of(cover, CoverValue.Of(cover, outlook, rates.Grace), rates, use);

    internal static CoverQuote Of(in CoverTerms cover, in CoverValue value, in CoverRates rates, CoverUse use)
    {
        var sum = (UInt128)cover.Sum;
        var fair = Units(sum, value.Mixed);
        var steady = Units(sum, value.Steady);
        var loaded = UInt128.Max(fair + Up(fair * rates.Load, Grid.One), UInt128.Max(1, Up(sum * rates.Least, Grid.One)));
        var used = (UInt128)Math.Max(use.Pool, use.Account);
        var capacity = Up(loaded * Up(rates.Capacity * used * used, (UInt128)Grid.One * Grid.One), Grid.One);
        if (loaded + capacity >= sum)
            throw new MarketRefusal($"a cover that costs its sum or more: {loaded + capacity} units for {sum}");
        return new CoverQuote((long)fair, (long)(fair - steady), (long)(loaded - fair), (long)capacity, (long)(loaded + capacity), value.Audited, value.Fewest);
    }

    private static UInt128 Units(UInt128 sum, UInt128 value) => Up(sum * value, FixedPoint.One);

    private static UInt128 Up(UInt128 a, UInt128 b) => (a + b - 1) / b;
}
