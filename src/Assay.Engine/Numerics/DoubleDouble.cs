using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// The unevaluated sum of two float64, the second at most half a last place of the first: some 104 bits, in which the functions of float64
/// are computed (4.13 of the profile).
/// </summary>
/// <remarks>Source: Dekker, "A floating-point technique for extending the available precision" (1971), with the product's error by fma.</remarks>
internal readonly struct DoubleDouble(double high, double low = 0)
{
    public readonly double High = high, Low = low;

    public static implicit operator DoubleDouble(double value) => new(value);

    public static DoubleDouble operator +(DoubleDouble x, DoubleDouble y)
    {
        var s = TwoSum(x.High, y.High);
        var t = TwoSum(x.Low, y.Low);
        s = FastTwoSum(s.High, s.Low + t.High);
        return FastTwoSum(s.High, s.Low + t.Low);
    }

    public static DoubleDouble operator -(DoubleDouble x) => new(-x.High, -x.Low);

    public static DoubleDouble operator -(DoubleDouble x, DoubleDouble y) => x + -y;

    public static DoubleDouble operator *(DoubleDouble x, DoubleDouble y)
    {
        var p = x.High * y.High;
        var e = ScalarMath.Fma(x.High, y.High, -p);
        return FastTwoSum(p, e + ((x.High * y.Low) + (x.Low * y.High)));
    }

    public static DoubleDouble operator /(DoubleDouble x, DoubleDouble y)
    {
        var a = x.High / y.High;
        var r = x - (y * a);
        var b = r.High / y.High;
        r -= y * b;
        return FastTwoSum(a, b) + (r.High / y.High);
    }

    /// <summary>The square root of a number above 0.</summary>
    public static DoubleDouble Sqrt(DoubleDouble x)
    {
        var q = Math.Sqrt(x.High);
        var r = x - ((DoubleDouble)q * q);
        return FastTwoSum(q, r.High / (q + q));
    }

    /// <summary>The product with 2^n, exact unless it leaves the range of float64.</summary>
    public DoubleDouble Scaled(int n) => new(Scale(High, n), Scale(Low, n));

    /// <summary>v·2^n in two products, of which only the last can round.</summary>
    public static double Scale(double v, int n)
    {
        var h = n >> 1;
        return v * Power(h) * Power(n - h);

        static double Power(int n) => BitConverter.Int64BitsToDouble((n + 1023L) << 52);
    }

    /// <summary>a + b exactly (Knuth).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble TwoSum(double a, double b)
    {
        var s = a + b;
        var t = s - a;
        return new(s, (a - (s - t)) + (b - t));
    }

    /// <summary>a + b exactly where |a| is not below |b|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleDouble FastTwoSum(double a, double b)
    {
        var s = a + b;
        return new(s, b - (s - a));
    }
}
