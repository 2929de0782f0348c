namespace Assay.Engine.Tests.Numerics;

/// <summary>Functions in float64 that the base library lacks, by series of terms of one sign: good to a few parts in 10^16.</summary>
internal static class Precise
{
    /// <summary>2/sqrt(pi) exp(-x²) (x + 2x³/3 + 4x⁵/15 + ...): every term has the sign of x, so nothing cancels.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
