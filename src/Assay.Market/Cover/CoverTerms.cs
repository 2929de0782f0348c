using Assay.Reliability.Statistics;

namespace Assay.Market.Cover;

/// <summary>What a cover says it will pay (docs/spec/market.md section 4).</summary>
/// <param name="Threshold">Failure rate in millionths, 0 to 999,999: nothing is paid for what stays at it.</param>
/// <param name="Width">Millionths, 1 to 1,000,000: the whole sum is paid from threshold + width on.</param>
/// <param name="Records">Records that its window has at least, unless it expires before.</param>
/// <param name="Sum">Units insured.</param>
public readonly record struct CoverTerms(uint Threshold, uint Width, ulong Records, long Sum)
{
    /// <exception cref="MarketRefusal">A figure is out of its range.</exception>
    public void Check()
    {
        if (Threshold >= Grid.One)
            throw new MarketRefusal($"a cover's threshold is below {Grid.One} millionths, not {Threshold}");
        if (Width is 0 or > Grid.One)
            throw new MarketRefusal($"a cover's width is 1 to {Grid.One} millionths, not {Width}");
        if (Records is 0 or >= Counts.Limit)
            throw new MarketRefusal($"a cover is of 1 record or more, below 2^53, not {Records}");
        if (Sum is <= 0 or >= Ledger.Book.Limit)
            throw new MarketRefusal($"a cover's sum is 1 unit or more, below 2^53, not {Sum}");
    }
}
