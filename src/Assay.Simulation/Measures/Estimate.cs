namespace Assay.Simulation.Measures;

/// <summary>A number with its interval for 95 %.</summary>
/// <param name="Cases">What it is out of: the sum of its weights.</param>
public readonly record struct Estimate(double Value, double Lower, double Upper, double Cases)
{
    private const double Z = 1.959963984540054;

    /// <summary>A ratio of sums over replications, with the error of its linear part.</summary>
    public static Estimate Ratio(IReadOnlyList<(double Value, double Weight)> replications)
    {
        var (sum, weight) = (0.0, 0.0);
        foreach (var (v, w) in replications)
            (sum, weight) = (sum + v, weight + w);
        var ratio = sum / weight;
        var squares = 0.0;
        foreach (var (v, w) in replications)
            squares += (v - ratio * w) * (v - ratio * w);
        var n = (double)replications.Count;
        var error = n < 2 ? double.NaN : Math.Sqrt(n / (n - 1) * squares) / Math.Abs(weight);
        return new(ratio, ratio - Z * error, ratio + Z * error, weight);
    }

    /// <summary>A share of cases, each taken for itself (Wilson 1927).</summary>
    public static Estimate Share(double hits, double cases)
    {
        var p = hits / cases;
        var middle = (p + Z * Z / (2 * cases)) / (1 + Z * Z / cases);
        var half = Z * Math.Sqrt(p * (1 - p) / cases + Z * Z / (4 * cases * cases)) / (1 + Z * Z / cases);
        return new(p, Math.Max(0, middle - half), Math.Min(1, middle + half), cases);
    }

    /// <summary>The mean of differences within replications of one world.</summary>
    public static Estimate Paired(IReadOnlyList<double> differences) => Ratio([.. differences.Select(d => (d, 1.0))]);
}
