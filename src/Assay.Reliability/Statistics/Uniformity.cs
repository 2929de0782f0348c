namespace Assay.Reliability.Statistics;

/// <summary>
/// Evidence against numbers being drawn uniformly from sixteen bins (docs/spec/accounts.md section 14), for randomised ranks of sampled
/// tokens, which are uniform where the sampler is what it says. Ten bets begin with the same stake: of each of 2, 4, 8, 16 bins the
/// mixture of all distributions over them with the prior Beta(1/2) of Krichevsky and Trofimov, and six that ranks are higher or lower.
/// </summary>
/// <remarks>The evidence depends on counts alone. If each number is uniform given those before it, it ever reaches E with probability at most 1/E.</remarks>
public static class Uniformity
{
    public const int Bins = 16;

    private static ReadOnlySpan<int> Slopes => [-12, -8, -4, 4, 8, 12];

    /// <summary>floor(10^6 ln e), e the evidence.</summary>
    /// <param name="counts">Of each bin; their sum below 2^40.</param>
    /// <param name="tolerance">In millionths: bins may be so much likelier than 1/16, as they are where another program computes the same model with other roundings.</param>
    public static long LogE(ReadOnlySpan<ulong> counts, uint tolerance = 0)
    {
        if (counts.Length != Bins)
            throw new ArgumentException($"{counts.Length} counts for {Bins} bins", nameof(counts));
        ulong n = 0;
        foreach (var count in counts)
            n += count < 1UL << 36 ? count : throw new ArgumentOutOfRangeException(nameof(counts), $"{count} is not below 2^36");
        Span<Int128> bets = stackalloc Int128[10];
        for (var i = 0; i < 4; i++)
            bets[i] = Mixture(counts, 2 << i, n);
        for (var i = 0; i < Slopes.Length; i++)
            bets[4 + i] = Sloped(counts, Slopes[i]);
        return Millionths(LnMean(bets) - (Int128)n * FixedPoint.LnUp(Grid.One + (ulong)tolerance, Grid.One));
    }

    // n ln K + sum of ln((2c)!/(4^c c!)) - ln((n + K/2 - 1)!/(K/2 - 1)!), each term rounded down.
    private static Int128 Mixture(ReadOnlySpan<ulong> counts, int bins, ulong n)
    {
        var half = (ulong)bins / 2;
        var ln = (Int128)n * FixedPoint.Ln((ulong)bins, 1) - (Int128)n * FixedPoint.LnUp(4, 1)
            - FixedPoint.LnFactorialUp(n + half - 1) + FixedPoint.LnFactorial(half - 1);
        for (var bin = 0; bin < bins; bin++)
        {
            ulong count = 0;
            foreach (var part in counts.Slice(bin * (Bins / bins), Bins / bins))
                count += part;
            ln += FixedPoint.LnFactorial(2 * count) - FixedPoint.LnFactorialUp(count);
        }
        return ln;
    }

    // Of bin k, from 0, the factor is 1 + j (2k - 15)/256, whose mean over the bins is 1.
    private static Int128 Sloped(ReadOnlySpan<ulong> counts, int slope)
    {
        Int128 ln = 0;
        for (var bin = 0; bin < Bins; bin++)
            ln += (Int128)counts[bin] * FixedPoint.Ln((ulong)(256 + slope * (2 * bin - 15)), 256);
        return ln;
    }

    // The logarithm of the mean of bets with these logarithms: that of the largest, and that of the mean of their ratios to it.
    private static Int128 LnMean(ReadOnlySpan<Int128> bets)
    {
        var largest = bets[0];
        foreach (var bet in bets)
            largest = Int128.Max(largest, bet);
        UInt128 sum = 0;
        foreach (var bet in bets)
            sum += FixedPoint.Exp(bet - largest);
        return largest + FixedPoint.Ln((ulong)(sum >> 8), (ulong)bets.Length << (FixedPoint.Bits - 8));
    }

    private static long Millionths(Int128 ln)
    {
        var scaled = ln * Grid.One;
        return (long)(scaled >> FixedPoint.Bits);
    }
}
