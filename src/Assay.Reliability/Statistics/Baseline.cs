namespace Assay.Reliability.Statistics;

/// <summary>From a segment's own first audits to what its change detector watches for (docs/spec/accounts.md section 8).</summary>
public static class Baseline
{
    /// <summary>Fewer audits are no baseline.</summary>
    public const ulong Least = 100;

    /// <summary>All ratios that a detector may watch for, in sixteenths: 5/4, 3/2, 2, 3, 4, 8, 16.</summary>
    private static ReadOnlySpan<uint> Ladder => [20, 24, 32, 48, 64, 128, 256];

    /// <summary>
    /// The rate that is taken as unchanged, in millionths: the upper end of the band of the baseline, so that a false alarm needs
    /// a baseline that the band missed (5 %) or the bad luck that the detector promises. Null where there is no baseline, or one
    /// that fails so often that no ratio fits.
    /// </summary>
    public static uint? Rate(Counts baseline)
    {
        if (baseline.Total < Least)
            return null;
        var rate = Band.Of(baseline).Upper;
        return Fits(Ladder[0], rate) ? rate : null;
    }

    /// <summary>The ratios to watch for above a rate, in sixteenths: the largest five of the ladder that leave the changed rate at 3/4 or below.</summary>
    public static uint[] Ratios(uint rate)
    {
        var fitting = 0;
        while (fitting < Ladder.Length && Fits(Ladder[fitting], rate))
            fitting++;
        if (rate == 0 || fitting == 0)
            throw new ArgumentOutOfRangeException(nameof(rate), $"no change above a rate of {rate} millionths can be watched for");
        return Ladder[Math.Max(0, fitting - 5)..fitting].ToArray();
    }

    // r q at most 3/4.
    private static bool Fits(uint sixteenths, uint rate) => (ulong)sixteenths * rate <= 12UL * Grid.One;
}
