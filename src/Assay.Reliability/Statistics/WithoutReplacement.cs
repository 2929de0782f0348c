using System.Numerics;

namespace Assay.Reliability.Statistics;

/// <summary>
/// How many of N committed records fail, from t of them drawn in random order without replacement (docs/spec/accounts.md
/// section 7). The order of drawing is the auditors'; nothing is assumed of the records.
/// </summary>
/// <remarks>
/// The prior-posterior ratio with a uniform prior, in whole numbers: K failing records are excluded where
/// 20 (t+1) C(K, F) C(N-K, S) is at most C(N, t), with F failures and S passes drawn. With probability 95 % the true K is never
/// excluded, at any t (Waudby-Smith and Ramdas 2020).
/// </remarks>
public static class WithoutReplacement
{
    /// <summary>The smallest and the largest number of failing records that are not excluded.</summary>
    public static (ulong Lowest, ulong Highest) Failures(ulong records, Counts drawn)
    {
        var (s, f, t) = (drawn.Passes, drawn.Failures, drawn.Total);
        if (records >= Counts.Limit || t > records)
            throw new ArgumentOutOfRangeException(nameof(records), $"{t} records drawn of {records}");
        if (t == 0)
            return (0, records);
        var mode = Mode(records, drawn);
        var (lowest, highest) = (f, mode);
        while (lowest < highest)
        {
            var k = lowest + (highest - lowest) / 2;
            if (Excluded(records, drawn, k))
                lowest = k + 1;
            else
                highest = k;
        }
        var first = lowest;
        (lowest, highest) = (mode, records - s);
        while (lowest < highest)
        {
            var k = highest - (highest - lowest) / 2;
            if (Excluded(records, drawn, k))
                highest = k - 1;
            else
                lowest = k;
        }
        return (first, lowest);
    }

    /// <summary>Whether the lower end of <see cref="Failures"/> is at least so many, without looking for the end itself.</summary>
    public static bool AtLeast(ulong records, Counts drawn, ulong failing)
    {
        if (records >= Counts.Limit || drawn.Total > records)
            throw new ArgumentOutOfRangeException(nameof(records), $"{drawn.Total} records drawn of {records}");
        if (failing <= drawn.Failures)
            return true;
        // Below the mode the excluded are all those up to the lower end.
        return drawn.Total > 0 && failing <= Mode(records, drawn) && Excluded(records, drawn, failing - 1);
    }

    /// <summary>The same as rates, in millionths, rounded outward.</summary>
    public static Interval Rate(ulong records, Counts drawn)
    {
        if (records == 0)
            return new(0, Grid.One);
        var (lowest, highest) = Failures(records, drawn);
        return new(Grid.Down(lowest, records), Grid.Up(highest, records));
    }

    // C(K, F) C(N-K, S) rises to its maximum and falls after it, and there it is not excluded, for its mean over K is
    // C(N+1, t+1)/(N+1) = C(N, t)/(t+1).
    private static ulong Mode(ulong records, Counts drawn) =>
        (ulong)UInt128.Min(((UInt128)records + 1) * drawn.Failures / drawn.Total, records - drawn.Passes);

    /// <summary>Whether K failing records are excluded, F at most K at most N - S: by logarithms where they can tell, else in whole numbers.</summary>
    internal static bool Excluded(ulong records, Counts drawn, ulong k)
    {
        var (s, f, t) = (drawn.Passes, drawn.Failures, drawn.Total);
        var rest = records - k;
        // ln (20 (t+1) C(K, F) C(N-K, S) / C(N, t)), each logarithm at most one unit above what stands here.
        var value = FixedPoint.Ln(Grid.Threshold * (t + 1), 1)
            + FixedPoint.LnFactorial(k) - FixedPoint.LnFactorial(f) - FixedPoint.LnFactorial(k - f)
            + FixedPoint.LnFactorial(rest) - FixedPoint.LnFactorial(s) - FixedPoint.LnFactorial(rest - s)
            - FixedPoint.LnFactorial(records) + FixedPoint.LnFactorial(t) + FixedPoint.LnFactorial(records - t);
        if (value > 5)
            return false;
        return value < -5 || ExcludedExactly(records, drawn, k);
    }

    /// <summary>The same in whole numbers: 20 (t+1) C(t, F) K...(K-F+1) (N-K)...(N-K-S+1) at most N...(N-t+1).</summary>
    internal static bool ExcludedExactly(ulong records, Counts drawn, ulong k)
    {
        var (s, f, t) = (drawn.Passes, drawn.Failures, drawn.Total);
        var fewer = Math.Min(s, f);
        // C(t, F) = t...(t-fewer+1) / fewer!: the divisor goes to the other side.
        var left = (BigInteger)Grid.Threshold * (t + 1) * Falling(t, fewer) * Falling(k, f) * Falling(records - k, s);
        return left <= Falling(records, t) * Falling(fewer, fewer);
    }

    // from (from-1) ... (from-count+1), halves multiplied by halves so that factors are alike in length.
    private static BigInteger Falling(ulong from, ulong count)
    {
        if (count > 16)
            return Falling(from, count / 2) * Falling(from - count / 2, count - count / 2);
        var product = BigInteger.One;
        for (ulong i = 0; i < count; i++)
            product *= from - i;
        return product;
    }
}
