using Assay.Reliability.Statistics;

namespace Assay.Market.Cover;

/// <summary>
/// Failures among verdicts to come, when what is known of their rate is passes and failures in memory beside one half of each: the
/// beta-binomial, in units of 2^-64, each term rounded down (docs/spec/market.md section 4).
/// </summary>
/// <remarks>
/// Terms follow from one another, outward from the likeliest, so that what is lost by rounding does not grow. With a flat start of
/// (0, 0) they fall toward the middle and rise again, and stay far above one unit.
/// </remarks>
internal readonly struct BetaBinomial
{
    /// <summary>Verdicts to come, at most.</summary>
    public const ulong MostVerdicts = 1 << 16;

    /// <summary>Verdicts remembered, below this: a term times both of its factors stays within 128 bits.</summary>
    public const ulong MemoryLimit = 1 << 26;

    private readonly ulong verdicts, passes, failures;

    /// <param name="verdicts">To come, at most <see cref="MostVerdicts"/>.</param>
    public BetaBinomial(ulong verdicts, Counts memory)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(verdicts, MostVerdicts);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(memory.Total, MemoryLimit);
        (this.verdicts, passes, failures) = (verdicts, memory.Passes, memory.Failures);
    }

    /// <summary>Where the terms begin: the likeliest number of failures, or all where nothing was ever remembered to pass.</summary>
    public ulong First => passes == 0 ? verdicts
        : failures == 0 ? 0
        : Math.Min(verdicts, (verdicts + 1) * (2 * failures - 1) / (2 * (passes + failures - 1)));

    /// <summary>The chance of so many failures, by logarithms, not above the true one.</summary>
    public UInt128 Chance(ulong k)
    {
        var (m, s, f) = (verdicts, passes, failures);
        var ln = FixedPoint.LnFactorial(m) - FixedPoint.LnFactorialUp(k) - FixedPoint.LnFactorialUp(m - k)
            + FixedPoint.LnFactorial(2 * (k + f)) - FixedPoint.LnFactorialUp(k + f)
            + FixedPoint.LnFactorial(2 * (m - k + s)) - FixedPoint.LnFactorialUp(m - k + s) - FixedPoint.LnFactorialUp(m + f + s)
            - FixedPoint.LnFactorialUp(2 * f) + FixedPoint.LnFactorial(f) - FixedPoint.LnFactorialUp(2 * s) + FixedPoint.LnFactorial(s)
            + FixedPoint.LnFactorial(f + s) - (Int128)m * FixedPoint.LnUp(4, 1);
        return FixedPoint.Exp(ln);
    }

    /// <summary>The term after that of k failures.</summary>
    public UInt128 After(UInt128 term, ulong k) =>
        term * ((verdicts - k) * (2 * (k + failures) + 1)) / ((k + 1) * (2 * (verdicts - k + passes) - 1));

    /// <summary>The term before that of k failures.</summary>
    public UInt128 Before(UInt128 term, ulong k) =>
        term * (k * (2 * (verdicts - k + passes) + 1)) / ((verdicts - k + 1) * (2 * (k + failures) - 1));
}
