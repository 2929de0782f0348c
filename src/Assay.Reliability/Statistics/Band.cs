namespace Assay.Reliability.Statistics;

/// <summary>
/// The band of failure rates for plots (docs/spec/accounts.md section 6): Robbins' mixture over a Beta(1/2, 1/2) of all rates.
/// </summary>
/// <remarks>
/// M(p) = B(F + 1/2, S + 1/2) / (B(1/2, 1/2) p^F (1-p)^S) is a martingale where p is the rate, so with probability 95 % the rate is
/// in every band of its history at once (Robbins 1970). For streams whose rate does not change; a rate that moves is what the
/// change detector is for.
/// </remarks>
public static class Band
{
    private static readonly Int128 LnThreshold = FixedPoint.LnUp(Grid.Threshold, 1);

    /// <summary>The ends of the band, in millionths, rounded outward.</summary>
    public static Interval Of(Counts counts)
    {
        if (counts.Total == 0)
            return new(0, Grid.One);
        var mixture = LnMixture(counts);
        return new(
            Lower(counts.Failures, counts.Passes, mixture),
            Grid.One - Lower(counts.Passes, counts.Failures, mixture)); // the band of passes is the mirror of that of failures
    }

    /// <summary>Whether the rate p, in millionths and neither 0 nor 1, is certainly outside: ln M(p), rounded down, is at least ln 20.</summary>
    internal static bool Excludes(uint p, Counts counts) => Excludes(p, counts.Failures, counts.Passes, LnMixture(counts));

    // The largest excluded point below hits/n, or 0. ln M falls up to hits/n, from one grid point to the next by more than the
    // logarithms are off where it is at least ln 20 (section 6): what is excluded ends at one point, and bisection finds it.
    private static uint Lower(ulong hits, ulong misses, Int128 mixture)
    {
        var (excluded, kept) = (0u, Math.Min(Grid.Down(hits, hits + misses) + 1, Grid.One));
        while (kept - excluded > 1)
        {
            var p = (excluded + kept) / 2;
            if (Excludes(p, hits, misses, mixture))
                excluded = p;
            else
                kept = p;
        }
        return excluded;
    }

    private static bool Excludes(uint p, ulong hits, ulong misses, Int128 mixture) =>
        mixture + (Int128)hits * FixedPoint.Ln(Grid.One, p) + (Int128)misses * FixedPoint.Ln(Grid.One, Grid.One - p)
            >= LnThreshold;

    /// <summary>ln (B(F + 1/2, S + 1/2) / B(1/2, 1/2)) rounded down: the fraction is (2F)! (2S)! / (4^n F! S! n!).</summary>
    private static Int128 LnMixture(Counts counts)
    {
        var (s, f, n) = (counts.Passes, counts.Failures, counts.Total);
        return FixedPoint.LnFactorial(2 * s) + FixedPoint.LnFactorial(2 * f)
            - FixedPoint.LnFactorialUp(s) - FixedPoint.LnFactorialUp(f) - FixedPoint.LnFactorialUp(n)
            - (Int128)n * FixedPoint.LnUp(4, 1);
    }
}
