using static Assay.Engine.Numerics.DoubleDouble;

namespace Assay.Engine.Numerics;

/// <summary>
/// The functions of one float64, computed in double-double by plain series and rounded once: 4.14 of docs/spec/assay-f32-v1.md, operation
/// by operation. Made to be read, not to be fast.
/// </summary>
internal static partial class Functions64
{
    /// <summary>Below this a function that is x + O(x³) is x, to the nearest float64.</summary>
    private const double Tiny = 1.0 / (1 << 28);

    private const double Log2E = 1.4426950408889634, RoundingMagic = 6755399441055744.0;

    private static readonly DoubleDouble
        Ln2 = new(0.6931471805599453, 2.3190468138462996e-17),
        TwoOverSqrtPi = new(1.1283791670955126, 1.533545961316588e-17);

    /// <summary>The function's value at x. A NaN result may be any.</summary>
    public static double Apply(Function function, double x) => function switch
    {
        _ when double.IsNaN(x) => x,
        Function.Sqrt => Math.Sqrt(x),
        Function.Round => Math.Round(x),
        Function.Floor => Math.Floor(x),
        Function.Ceil => Math.Ceiling(x),
        Function.Sign => Math.Sign(x),
        Function.Exp => Exp(x),
        Function.Log => x < 0 ? double.NaN : x == 0 ? double.NegativeInfinity : double.IsPositiveInfinity(x) ? x : Log(x).High,
        Function.Sigmoid => Sigmoid(x),
        Function.Softplus => double.IsPositiveInfinity(x) ? x : Softplus(x),
        Function.Cos => Cos(Math.Abs(x)),
        Function.Cosh => Cosh(Math.Abs(x)),
        Function.Acos => Acos(x),
        Function.Acosh => Acosh(x),
        // What is left is odd: of |x|, with the sign of x.
        Function.Erf => Math.CopySign(Erf(Math.Abs(x)), x),
        _ when Math.Abs(x) < Tiny => x,
        _ => Math.CopySign(1, x) * Odd(function, Math.Abs(x)),
    };

    /// <summary>An odd function of a, which is at least <see cref="Tiny"/>.</summary>
    private static double Odd(Function function, double a) => function switch
    {
        Function.Tanh => Tanh(a),
        Function.Sinh => Sinh(a),
        Function.Asinh => Asinh(a),
        Function.Atanh => Atanh(a),
        Function.Sin => Sin(a),
        Function.Tan => Tan(a),
        Function.Asin => Asin(a),
        Function.Atan => Arctangent(a).High,
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "unknown function"),
    };

    /// <summary>x to the power y, with the special cases of <see cref="Power.Pow"/>.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1)
            return 1;
        if (double.IsNaN(x) || double.IsNaN(y))
            return double.NaN;
        if (y == 2)
            return x * x;
        var odd = y == Math.Truncate(y) && Math.Abs(y) < 9007199254740992.0 && ((long)y & 1) != 0;
        var a = Math.Abs(x);
        if (a == 0 || double.IsInfinity(a))
        {
            var magnitude = a == 0 == y > 0 ? 0 : double.PositiveInfinity;
            return odd && double.IsNegative(x) ? -magnitude : magnitude;
        }
        if (double.IsInfinity(y))
            return a == 1 ? 1 : a > 1 == y > 0 ? double.PositiveInfinity : 0;
        if (x < 0 && y != Math.Truncate(y))
            return double.NaN;
        var log = Log(a);
        // Far beyond the range the product would overflow on the way; its first factor says so.
        var estimate = y * log.High;
        var (p, n) = ExpParts(estimate > 720 ? 720 : estimate < -760 ? -760 : log * y);
        var result = Scale(p.High, n);
        return odd && x < 0 ? -result : result;
    }

    private static double Exp(double x)
    {
        var (p, n) = ExpParts(x > 720 ? 720 : x < -760 ? -760 : x);
        return Scale(p.High, n);
    }

    private static double Sigmoid(double x)
    {
        var a = Math.Abs(x);
        var (p, n) = ExpParts(a > 760 ? -760 : -a);
        var sum = 1 + p.Scaled(n);
        return x < 0 ? Scale((p / sum).High, n) : (1 / sum).High;
    }

    private static double Softplus(double x)
    {
        var a = Math.Abs(x);
        var (p, n) = ExpParts(a > 760 ? -760 : -a);
        if (n < -40)
        {
            // log(1 + e) = e - e²/2 to all the bits there are, and may be subnormal.
            var tail = p * (1 - p.Scaled(n - 1));
            return x > 0 ? (x + tail.Scaled(n)).High : Scale(tail.High, n);
        }
        var log = Log(1 + p.Scaled(n));
        return x > 0 ? (x + log).High : log.High;
    }

    private static double Tanh(double a)
    {
        if (a >= 20)
            return 1;
        var e = ExpMinusOne(a + a);
        return (e / (e + 2)).High;
    }

    private static double Sinh(double a)
    {
        if (a < 1)
        {
            DoubleDouble z = (DoubleDouble)a * a, q = 1;
            for (var k = 15; k >= 1; k--)
                q = 1 + ((z * q) / (2 * k * ((2 * k) + 1)));
            return (a * q).High;
        }
        var (p, n) = ExpParts(a > 720 ? 720 : a);
        return Scale((p - Falling(p, n)).High, n - 1);
    }

    private static double Cosh(double a)
    {
        var (p, n) = ExpParts(a > 720 ? 720 : a);
        return Scale((p + Falling(p, n)).High, n - 1);
    }

    /// <summary>exp(-a) 2^-n for exp(a) = p 2^n; 0 where that is nothing beside p.</summary>
    private static DoubleDouble Falling(DoubleDouble p, int n) => n > 60 ? 0 : (1 / p).Scaled(-2 * n);

    private static double Asinh(double a)
    {
        if (a >= Huge)
            return double.IsInfinity(a) ? a : (Log(a) + Ln2).High;
        var s = (DoubleDouble)a * a;
        return Log(1 + (a + (s / (1 + DoubleDouble.Sqrt(1 + s))))).High;
    }

    private static double Acosh(double x)
    {
        if (x < 1)
            return double.NaN;
        if (x >= Huge)
            return double.IsInfinity(x) ? x : (Log(x) + Ln2).High;
        if (x == 1)
            return 0;
        var t = TwoSum(x, -1);
        return Log(1 + (t + DoubleDouble.Sqrt(t * (t + 2)))).High;
    }

    private static double Atanh(double a) =>
        a > 1 ? double.NaN : a == 1 ? double.PositiveInfinity : 0.5 * Log(TwoSum(1, a) / TwoSum(1, -a)).High;

    private static double Erf(double a)
    {
        if (a >= 6)
            return 1;
        if (a < 1e-150)
            // Moved away from the subnormals, so that the product's two parts are whole.
            return Scale((TwoOverSqrtPi * Scale(a, 200)).High, -200);
        var w = (DoubleDouble)a * (a + a);
        DoubleDouble q = 1;
        for (var k = a < 1 ? 30 : 140; k >= 1; k--)
            q = 1 + ((w * q) / ((2 * k) + 1));
        var (p, n) = ExpParts(-((DoubleDouble)a * a));
        return (TwoOverSqrtPi * p.Scaled(n) * (a * q)).High;
    }

    /// <summary>From here on a² + 1 is a², and the square does not overflow below.</summary>
    private const double Huge = 1.0 * (1L << 60);

    /// <summary>exp(y) = P 2^N for y between -760 and 720.</summary>
    private static (DoubleDouble P, int N) ExpParts(DoubleDouble y)
    {
        var n = ((y.High * Log2E) + RoundingMagic) - RoundingMagic;
        var r = y - (Ln2 * n);
        return (1 + (r * ExpSeries(r)), (int)n);
    }

    private static DoubleDouble ExpMinusOne(DoubleDouble y)
    {
        if (y.High < 0.25)
            return y * ExpSeries(y);
        var (p, n) = ExpParts(y);
        return p.Scaled(n) - 1;
    }

    /// <summary>(exp(r) - 1)/r = 1 + r/2 (1 + r/3 (1 + r/4 (...))).</summary>
    private static DoubleDouble ExpSeries(DoubleDouble r)
    {
        DoubleDouble q = 1;
        for (var d = 25; d >= 2; d--)
            q = 1 + ((r * q) / d);
        return q;
    }

    /// <summary>log of a number above 0.</summary>
    private static DoubleDouble Log(DoubleDouble x)
    {
        var d = 0;
        if (x.High < 2.2250738585072014e-308)
            (x, d) = (x.Scaled(54), 54);
        var bits = BitConverter.DoubleToInt64Bits(x.High) - 0x3FE6A09E00000000;
        var e = (int)(bits >> 52);
        // m between sqrt(1/2) and sqrt(2)
        var m = x.Scaled(-e);
        var s = (m - 1) / (m + 1);
        DoubleDouble z = s * s, q = 0;
        for (var k = 43; k >= 1; k -= 2)
            q = (q * z) + ((DoubleDouble)1 / k);
        return (Ln2 * (e - d)) + ((s + s) * q);
    }
}
