using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>The functions in float64, good to a few parts in 10^16: a float32's last place is 10^9 times coarser.</summary>
internal static class Precise
{
    public static double Apply(Function function, double x) => function switch
    {
        Function.Sqrt => Math.Sqrt(x),
        Function.Exp => Math.Exp(x),
        Function.Log => Math.Log(x),
        Function.Tanh => Math.Tanh(x),
        Function.Sigmoid => 1 / (1 + Math.Exp(-x)),
        Function.Erf => Erf(x),
        Function.Sin => Math.Sin(x),
        Function.Cos => Math.Cos(x),
        Function.Tan => Math.Tan(x),
        Function.Asin => Math.Asin(x),
        Function.Acos => Math.Acos(x),
        Function.Atan => Math.Atan(x),
        Function.Sinh => Math.Sinh(x),
        Function.Cosh => Math.Cosh(x),
        Function.Asinh => Math.Asinh(x),
        Function.Acosh => Math.Acosh(x),
        Function.Atanh => Math.Atanh(x),
        Function.Softplus => Softplus(x),
        Function.Round => Math.Round(x),
        Function.Floor => Math.Floor(x),
        Function.Ceil => Math.Ceiling(x),
        Function.Sign => double.IsNaN(x) ? x : Math.Sign(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "unknown function"),
    };

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

    private static double Softplus(double x)
    {
        if (double.IsNaN(x))
            return x;
        var u = Math.Exp(-Math.Abs(x));
        // Kahan's: what 1 + u rounds away is put back by the quotient.
        var w = 1 + u;
        return Math.Max(x, 0) + (w == 1 ? u : Math.Log(w) * (u / (w - 1)));
    }
}
