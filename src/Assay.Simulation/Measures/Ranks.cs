namespace Assay.Simulation.Measures;

/// <summary>Spearman's rank correlation: that of the ranks, ties sharing their mean rank.</summary>
public static class Ranks
{
    /// <returns>−1 to 1; null where one side does not vary.</returns>
    public static double? Correlation(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        var (x, y) = (Doubled(a), Doubled(b));
        // Twice the ranks less their mean, n + 1: whole numbers, so that the sums are exact.
        long xx = 0, yy = 0, xy = 0, mean = a.Length + 1;
        for (var i = 0; i < x.Length; i++)
        {
            var (u, v) = (x[i] - mean, y[i] - mean);
            (xx, yy, xy) = (xx + u * u, yy + v * v, xy + u * v);
        }
        return xx == 0 || yy == 0 ? null : xy / Math.Sqrt((double)xx * yy);
    }

    // Twice each value's rank, from 1: those below it twice, those equal to it once, and itself.
    private static long[] Doubled(ReadOnlySpan<uint> values)
    {
        var ranks = new long[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var rank = 1L;
            foreach (var other in values)
                rank += other < values[i] ? 2 : other == values[i] ? 1 : 0;
            ranks[i] = rank;
        }
        return ranks;
    }
}
