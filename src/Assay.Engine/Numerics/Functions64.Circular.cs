using static Assay.Engine.Numerics.DoubleDouble;

namespace Assay.Engine.Numerics;

/// <content>Circular functions and their inverses.</content>
internal static partial class Functions64
{
    private static readonly DoubleDouble
        HalfPi = new(1.5707963267948966, 6.123233995736766e-17),
        QuarterPi = new(0.7853981633974483, 3.061616997868383e-17),
        Pi = new(3.141592653589793, 1.2246467991473532e-16);

    private static double Sin(double a)
    {
        var (r, n) = Remainder(a);
        var y = (n & 1) == 0 ? Sine(r) : Cosine(r);
        return (n & 2) == 0 ? y.High : -y.High;
    }

    private static double Cos(double a)
    {
        if (a < Tiny)
            return 1;
        var (r, n) = Remainder(a);
        var y = (n & 1) == 0 ? Cosine(r) : Sine(r);
        return ((n + 1) & 2) == 0 ? y.High : -y.High;
    }

    private static double Tan(double a)
    {
        var (r, n) = Remainder(a);
        return (n & 1) == 0 ? (Sine(r) / Cosine(r)).High : (-Cosine(r) / Sine(r)).High;
    }

    private static double Asin(double a) => a > 1 ? double.NaN : a == 1 ? HalfPi.High : Arctangent(a / Leg(a)).High;

    private static double Acos(double x)
    {
        var a = Math.Abs(x);
        if (a > 1)
            return double.NaN;
        if (a < 1e-20)
            return HalfPi.High;
        DoubleDouble y = a == 1 ? 0 : Arctangent(Leg(a) / a);
        return (x < 0 ? Pi - y : y).High;
    }

    /// <summary>sqrt(1 - a²) for a below 1.</summary>
    private static DoubleDouble Leg(double a) => DoubleDouble.Sqrt(TwoSum(1, -a) * TwoSum(1, a));

    private static DoubleDouble Arctangent(DoubleDouble a)
    {
        if (a.High >= 1e40)
            return HalfPi;
        var (u, start) = a.High > 2.414213562373095 ? (-1 / a, HalfPi) : a.High > 0.41421356237309503 ? ((a - 1) / (a + 1), QuarterPi) : (a, 0);
        DoubleDouble z = u * u, q = 0;
        for (var k = 87; k >= 1; k -= 2)
            q = ((DoubleDouble)1 / k) - (q * z);
        return start + (u * q);
    }

    /// <summary>a less a multiple of pi/2, and that multiple modulo 4; NaN for infinity.</summary>
    private static (DoubleDouble R, int N) Remainder(double a)
    {
        if (a < 0.785)
            return (a, 0);
        if (double.IsInfinity(a))
            return (double.NaN, 0);
        var (n, high, low) = PiReduction.Reduce(a);
        return (FastTwoSum(high, low) * HalfPi, n);
    }

    private static DoubleDouble Sine(DoubleDouble r)
    {
        DoubleDouble z = r * r, q = 1;
        for (var k = 14; k >= 1; k--)
            q = 1 - ((z * q) / (2 * k * ((2 * k) + 1)));
        return r * q;
    }

    private static DoubleDouble Cosine(DoubleDouble r)
    {
        DoubleDouble z = r * r, q = 1;
        for (var k = 15; k >= 1; k--)
            q = 1 - ((z * q) / (2 * k * ((2 * k) - 1)));
        return q;
    }
}
