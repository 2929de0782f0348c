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
    // ln(j/16) of every ratio that accounts use.
    private static readonly Int128[] RatioLogarithms = [0, .. Enumerable.Range(1, 256).Select(j => FixedPoint.Ln((ulong)j, 16))];

    /// <summary>
    /// Mean wealth of bets that begin with 1 each, in units of 2^-64, rounded down: a bet above e^40 counts as e^40.
    /// </summary>
    /// <param name="sixteenths">One to sixteen ratios, in sixteenths.</param>
    /// <param name="q">The rate bet against, in millionths, above 0 and below 1,000,000; each ratio times the rate must be below 1.</param>
    public static UInt128 Wealth(ReadOnlySpan<uint> sixteenths, uint q, Counts counts) => Sum(sixteenths, q, counts, FixedPoint.ExpLimit) / (UInt128)sixteenths.Length;

    /// <summary>Whether the mean wealth is at least a threshold: the same answer as comparing with it, sooner where it is far above.</summary>
    public static bool Reaches(uint threshold, ReadOnlySpan<uint> sixteenths, uint q, Counts counts)
    {
        var enough = threshold * (ulong)sixteenths.Length;
        // A bet whose logarithm is not below that of the sum that is needed is enough by itself.
        return Sum(sixteenths, q, counts, Int128.Min(FixedPoint.LnUp(enough, 1), FixedPoint.ExpLimit)) >= enough * FixedPoint.One;
    }

    // The sum of all wealth, or of the first bets until one is at or above e^(limit/2^64) where that is below e^40; such a bet counts as that much.
    private static UInt128 Sum(ReadOnlySpan<uint> sixteenths, uint q, Counts counts, Int128 limit)
    {
        if (sixteenths.Length is 0 or > 16) // e^40 sixteen times still fits in 128 bits
            throw new ArgumentOutOfRangeException(nameof(sixteenths), $"{sixteenths.Length} ratios: one to sixteen are possible");
        UInt128 sum = 0;
        foreach (var ratio in sixteenths)
        {
            var (up, down) = PassFactor(ratio, q);
            if (ratio == 0 && counts.Failures > 0)
                continue; // all was staked on a pass
            var ln = (Int128)counts.Passes * FixedPoint.Ln(up, down);
            if (ratio != 0 && counts.Failures > 0)
                ln += (Int128)counts.Failures * (ratio < (uint)RatioLogarithms.Length ? RatioLogarithms[ratio] : FixedPoint.Ln(ratio, 16));
            sum += FixedPoint.Exp(Int128.Min(ln, limit));
            if (ln >= limit && limit < FixedPoint.ExpLimit)
                break;
        }
        return sum;
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
