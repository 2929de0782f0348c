namespace Assay.Reliability.Statistics;

/// <summary>
/// A mixture of bets on the failure rate (docs/spec/accounts.md section 4): against the rate q, the bet of ratio r multiplies its
/// wealth by r at a failure and by (1 - r q)/(1 - q) at a pass.
/// </summary>
/// <remarks>
/// Where r is at most 1, wealth grows while failures are rarer than q, and no strategy of a provider whose failure rate is at
/// least q at every step makes it reach E with probability above 1/E (Ville 1939; Waudby-Smith and Ramdas 2024). Where r is at
/// least 1 the same holds of rates at most q. Wealth depends on the counts, not on their order, because the factors commute.
/// </remarks>
public static class Betting
{
    /// <summary>
    /// Mean wealth of bets that begin with 1 each, in units of 2^-64, rounded down: a bet above e^40 counts as e^40.
    /// </summary>
    /// <param name="sixteenths">The ratios, in sixteenths.</param>
    /// <param name="q">The rate bet against, in millionths, above 0 and below 1,000,000; each ratio times the rate must be below 1.</param>
    public static UInt128 Wealth(ReadOnlySpan<uint> sixteenths, uint q, Counts counts)
    {
        UInt128 sum = 0;
        foreach (var ratio in sixteenths)
        {
            var (up, down) = PassFactor(ratio, q);
            if (ratio == 0 && counts.Failures > 0)
                continue; // all was staked on a pass
            var ln = (Int128)counts.Passes * FixedPoint.Ln(up, down);
            if (ratio != 0)
                ln += (Int128)counts.Failures * FixedPoint.Ln(ratio, 16);
            sum += FixedPoint.Exp(Int128.Min(ln, FixedPoint.ExpLimit));
        }
        return sum / (UInt128)sixteenths.Length;
    }

    /// <summary>(1 - r q)/(1 - q) as a fraction of whole numbers.</summary>
    internal static (ulong Numerator, ulong Denominator) PassFactor(uint sixteenths, uint q)
    {
        const ulong whole = 16UL * Grid.One;
        if (q is 0 or >= Grid.One || (ulong)sixteenths * q >= whole)
            throw new ArgumentOutOfRangeException(nameof(q), $"a bet of {sixteenths}/16 against a rate of {q} millionths cannot be made");
        return (whole - (ulong)sixteenths * q, 16UL * (Grid.One - q));
    }
}
