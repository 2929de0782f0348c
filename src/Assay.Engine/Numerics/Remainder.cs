namespace Assay.Engine.Numerics;

/// <summary>The remainder of a division whose quotient is truncated: exact, as C's fmod; docs/spec/assay-f32-v1.md, 4.20.</summary>
internal static class Remainder
{
    private const long Fraction = 0x000FFFFFFFFFFFFF, Hidden = 0x0010000000000000;

    /// <summary>x - y * trunc(x / y), with the sign of x; NaN where x is infinite or y is 0.</summary>
    public static double Of(double x, double y)
    {
        if (double.IsNaN(x) || double.IsNaN(y) || double.IsInfinity(x) || y == 0)
            return double.NaN;
        if (!(Math.Abs(x) >= Math.Abs(y)))
            return x;
        var (a, from) = Parts(x);
        var (b, to) = Parts(y);
        var rest = a % b;
        // Eleven bits at a time fit beside the 53 of a remainder.
        for (var left = from - to; left > 0 && rest != 0; left -= 11)
            rest = (rest << Math.Min(left, 11)) % b;
        // rest is below b and its place is that of y: the product is exact.
        var magnitude = rest * PowerOfTwo(to);
        return double.IsNegative(x) ? -magnitude : magnitude;
    }

    /// <summary>|x| as an integer times a power of two.</summary>
    private static (ulong Digits, int Place) Parts(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) & 0x7FF;
        return exponent == 0 ? ((ulong)(bits & Fraction), -1074) : ((ulong)(bits & Fraction | Hidden), exponent - 1075);
    }

    private static double PowerOfTwo(int exponent) =>
        BitConverter.Int64BitsToDouble(exponent >= -1022 ? (long)(exponent + 1023) << 52 : 1L << (exponent + 1074));
}
