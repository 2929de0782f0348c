namespace Assay.Reliability.Tests.Statistics;

/// <summary>The interval of Clopper and Pearson (1934), valid at one n fixed in advance: what the confidence sequences are compared with.</summary>
internal static class FixedN
{
    /// <summary>Whether p is inside the two-sided 95 % interval: neither tail that begins at the observed count has less than 2.5 %.</summary>
    public static bool Holds(int successes, int n, double p) =>
        Tail(successes, n, p, -1) > 0.025 && Tail(successes, n, p, 1) > 0.025;

    // P(X <= k) for step -1, P(X >= k) for step 1, summed from k outward.
    private static double Tail(int k, int n, double p, int step)
    {
        double ln = 0;
        for (var i = 1; i <= k; i++)
            ln += Math.Log((n - k + i) / (double)i);
        var term = Math.Exp(ln + k * Math.Log(p) + (n - k) * Math.Log(1 - p));
        double sum = 0;
        for (var i = k; i >= 0 && i <= n; i += step)
        {
            sum += term;
            term *= step < 0 ? i / (n - i + 1.0) * ((1 - p) / p) : (n - i) / (i + 1.0) * (p / (1 - p));
        }
        return sum;
    }
}
