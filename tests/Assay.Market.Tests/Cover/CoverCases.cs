using Assay.Market.Cover;
using Assay.Market.Looks;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Statistics;

namespace Assay.Market.Tests.Cover;

/// <summary>Covers to be priced, as the dice say: small ones, young segments, none that took more than a moment by the reference.</summary>
internal static class CoverCases
{
    /// <summary>Counts of a window; how many epochs they are of does not matter.</summary>
    public static SegmentCounts Settled(ulong records, ulong passes, ulong failures, ulong undecided, ulong neither) =>
        new(records, 1, passes, failures, undecided, neither);

    public static (CoverTerms Cover, CoverOutlook Outlook, CoverUse Use) Next(ref Dice dice)
    {
        var epochs = 1 + (ulong)dice.Below(40);
        var records = epochs * (ulong)(100 + dice.Below(2_000)) + (ulong)dice.Below(100);
        var judged = 1 + (ulong)dice.Below((int)(records / 5));
        var failures = dice.Below(3) == 0 ? 0 : (ulong)dice.Below((int)(judged / (ulong)(2 << dice.Below(6))) + 1);
        var memory = dice.Below(4) switch
        {
            0 => default,
            1 => new Counts(dice.Next() >> (12 + dice.Below(50)), dice.Next() >> (20 + dice.Below(40))),
            _ => new Counts((judged - failures) / 2, failures / 2),
        };
        var hazard = dice.Below(5) switch { 0 => 0, 1 => dice.Below(1_000_000), _ => dice.Below(50_000) };
        return (
            new CoverTerms(
                (uint)(dice.Below(8) == 0 ? dice.Below(1_000_000) : dice.Below(100_000)), 1 + (uint)(dice.Below(8) == 0 ? dice.Below(1_000_000) : dice.Below(200_000)),
                1 + (ulong)dice.Below(6_000), 1 + (long)(dice.Next() >> (11 + dice.Below(50)))),
            new CoverOutlook(records, epochs, new Counts(judged - failures, failures), (ulong)dice.Below(6), (uint)hazard, memory),
            new CoverUse((uint)dice.Below(1_000_001), (uint)dice.Below(1_000_001)));
    }
}
