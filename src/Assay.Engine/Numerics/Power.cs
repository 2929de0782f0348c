namespace Assay.Engine.Numerics;

/// <summary>
/// pow in float64 arithmetic with separate multiplications and additions, rounded once to float32 at the end:
/// docs/spec/assay-f32-v1.md, section 4.6. Float64 has the 11 spare bits that y·log2(x) needs.
/// </summary>
internal static class Power
{
    private const double Log2E = 1.4426950408889634, Ln2 = 0.6931471805599453, RoundingMagic = 6755399441055744.0;

    /// <summary>x to the power y, with the special cases of IEEE 754-2019, 9.2.1 (pow); pow(x, 2) is x·x.</summary>
    public static float Pow(float x, float y)
    {
        if (y == 0 || x == 1)
            return 1;
        if (float.IsNaN(x) || float.IsNaN(y))
            return ScalarMath.Canonical(float.NaN);
        if (y == 2)
            return x * x;

        var odd = IsOddInteger(y);
        var a = MathF.Abs(x);
        if (a == 0 || float.IsInfinity(a))
        {
            var magnitude = a == 0 == y > 0 ? 0f : float.PositiveInfinity;
            return odd && float.IsNegative(x) ? -magnitude : magnitude;
        }
        if (float.IsInfinity(y))
            return a == 1 ? 1 : a > 1 == y > 0 ? float.PositiveInfinity : 0;
        if (x < 0 && y != MathF.Truncate(y))
            return ScalarMath.Canonical(float.NaN);

        var t = y * Log2(a);
        var result = (float)Exp2(t < -160 ? -160 : t > 160 ? 160 : t);
        return odd && x < 0 ? -result : result;
    }

    /// <summary>The logarithm to base 2 of a positive normal float64, such as every positive float32 is.</summary>
    internal static double Log2(double a)
    {
        var bits = BitConverter.DoubleToInt64Bits(a);
        var shifted = bits - 0x3FE6A09E00000000;
        var e = shifted >> 52;
        var m = BitConverter.Int64BitsToDouble((shifted & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E00000000);
        var s = (m - 1) / (m + 1);
        var z = s * s;
        var q = 1.0 / 23;
        q = q * z + 1.0 / 21;
        q = q * z + 1.0 / 19;
        q = q * z + 1.0 / 17;
        q = q * z + 1.0 / 15;
        q = q * z + 1.0 / 13;
        q = q * z + 1.0 / 11;
        q = q * z + 1.0 / 9;
        q = q * z + 1.0 / 7;
        q = q * z + 1.0 / 5;
        q = q * z + 1.0 / 3;
        q = q * z + 1;
        return (2 * s * q * Log2E) + e;
    }

    /// <summary>2 to the power t, for t between -1000 and 1000.</summary>
    internal static double Exp2(double t)
    {
        var n = (t + RoundingMagic) - RoundingMagic;
        var r = (t - n) * Ln2;
        var q = 1.0 / 6227020800;
        q = q * r + 1.0 / 479001600;
        q = q * r + 1.0 / 39916800;
        q = q * r + 1.0 / 3628800;
        q = q * r + 1.0 / 362880;
        q = q * r + 1.0 / 40320;
        q = q * r + 1.0 / 5040;
        q = q * r + 1.0 / 720;
        q = q * r + 1.0 / 120;
        q = q * r + 1.0 / 24;
        q = q * r + 1.0 / 6;
        q = q * r + 1.0 / 2;
        q = q * r + 1;
        q = q * r + 1;
        return q * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    private static bool IsOddInteger(float y) =>
        y == MathF.Truncate(y) && MathF.Abs(y) < 16777216f && ((int)y & 1) != 0;
}
