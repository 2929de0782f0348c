namespace Assay.Reliability.Statistics;

/// <summary>
/// The proven failure bound (docs/spec/accounts.md section 5): the smallest rate of the grid at and above which every rate has
/// evidence of 20 or more against it. 3,491 audits without a failure prove 99.9 %.
/// </summary>
/// <remarks>
/// The chance that a provider whose failure rate is at least q at every audit ever has a bound of q or less is at most 5 %,
/// however often one looks. It is what history shows; what comes next may be otherwise.
/// </remarks>
public static class Proven
{
    private static readonly uint[] Ratios = [0, 1, 2, 4, 8];

    /// <summary>In millionths; 1,000,000 where nothing is proven.</summary>
    public static uint FailureBound(Counts counts)
    {
        // Each bet's factor at a pass, (1 - r q)/(1 - q), rises with q, and floors of rising functions do not fall. So the rates
        // that are excluded are all those from some rate on, and bisection finds it.
        var (kept, excluded) = (0u, Grid.One);
        while (excluded - kept > 1)
        {
            var q = (kept + excluded) / 2;
            if (Excludes(q, counts))
                excluded = q;
            else
                kept = q;
        }
        return excluded;
    }

    /// <summary>Whether there is evidence of 20 or more against failure rates of <paramref name="q"/> millionths and above.</summary>
    public static bool Excludes(uint q, Counts counts) => Betting.Reaches(Grid.Threshold, Ratios, q, counts);

    /// <summary>The evidence against failure rates of <paramref name="q"/> millionths and above, in units of 2^-64.</summary>
    public static UInt128 Wealth(uint q, Counts counts) => Betting.Wealth(Ratios, q, counts);
}
