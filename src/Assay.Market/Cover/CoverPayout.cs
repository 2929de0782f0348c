using Assay.Market.Looks;
using Assay.Reliability.Statistics;

namespace Assay.Market.Cover;

/// <summary>What a cover pays: a function of its window's counts and of nothing else (docs/spec/market.md section 4). No claim is filed and nobody decides.</summary>
public static class CoverPayout
{
    /// <summary>
    /// Whether it is beyond doubt (95 %, docs/spec/accounts.md section 7) that more of the window's records fail than the threshold
    /// says. What nobody could decide counts as a pass here.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More verdicts than records, or 2^53 of them.</exception>
    public static bool Triggers(uint threshold, SegmentCounts window)
    {
        var drawn = new Counts(checked(window.Passes + window.Undecided + window.Neither), window.Failures);
        return window.Records > 0 && WithoutReplacement.AtLeast(window.Records, drawn, FailingNeeded(threshold, window.Records));
    }

    /// <summary>What the cover pays in all, in units, 0 to its sum.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More verdicts than records, or 2^53 of them.</exception>
    public static long Of(in CoverTerms cover, SegmentCounts window) => Triggers(cover.Threshold, window)
        ? (long)((UInt128)cover.Sum * Share(cover, window.Failures, window.Passes + window.Failures) / cover.Width)
        : 0;

    /// <summary>What is paid of the sum where it triggers, in parts of <see cref="CoverTerms.Width"/>.</summary>
    internal static uint Share(in CoverTerms cover, ulong failures, ulong judged)
    {
        var rate = judged == 0 ? 0 : Grid.Down(failures, judged);
        return rate <= cover.Threshold ? 0 : Math.Min(rate - cover.Threshold, cover.Width);
    }

    /// <summary>The fewest failing records whose rate, rounded down to millionths, is above the threshold.</summary>
    internal static ulong FailingNeeded(uint threshold, ulong records) =>
        (ulong)((((UInt128)threshold + 1) * records + Grid.One - 1) / Grid.One);
}
