using Assay.Reliability.Statistics;

namespace Assay.Simulation.Markets;

/// <summary>What agents hold likely, in millionths, from whole numbers.</summary>
public static class Beliefs
{
    /// <summary>That of so many verdicts at most so many fail, where passes and failures are remembered beside one half of each (beta-binomial).</summary>
    /// <returns>1 to 999,999.</returns>
    public static uint AtMost(ulong failures, ulong verdicts, Counts memory)
    {
        var (m, s, f) = (verdicts, memory.Passes, memory.Failures);
        // No failure: the product of (2(s+i)+1)/(2(s+f+i)+2) over i below m; and each further term from the one before.
        Int128 ln = 0;
        for (ulong i = 0; i < m; i++)
            ln += FixedPoint.Ln(2 * (s + i) + 1, 2 * (s + f + i) + 2);
        var term = FixedPoint.Exp(ln);
        var sum = term;
        for (ulong k = 0; k < Math.Min(failures, m); k++)
        {
            term = term * (m - k) / (k + 1) * (2 * (k + f) + 1) / (2 * (m - k + s) - 1);
            sum += term;
        }
        return (uint)UInt128.Clamp((sum * Grid.One + FixedPoint.One / 2) >> FixedPoint.Bits, 1, Grid.One - 1);
    }

    /// <summary>The same where each fails with a known chance, in millionths: to about one in 2^25.</summary>
    public static uint AtMost(ulong failures, ulong verdicts, uint chance) =>
        AtMost(failures, verdicts, new Counts((ulong)(Grid.One - chance) << 5, (ulong)chance << 5));

    /// <summary>One of two, the second with a chance in millionths.</summary>
    public static uint Mixed(uint first, uint second, uint chance) =>
        (uint)(((ulong)first * (Grid.One - chance) + (ulong)second * chance) / Grid.One);

    /// <summary>That something with a chance in each of so many epochs comes at all.</summary>
    public static uint Ever(uint chance, int epochs)
    {
        ulong never = Grid.One;
        for (var i = 0; i < epochs; i++)
            never = never * (Grid.One - chance) / Grid.One;
        return (uint)(Grid.One - never);
    }

    /// <summary>The logarithm of a probability in millionths, kept from 0.1 to 99.9 %, in nats.</summary>
    public static double LogScore(uint probability) => (double)(FixedPoint.Ln(Math.Clamp(probability, 1_000, 999_000), Grid.One) >> 24) / (1UL << 40);
}
