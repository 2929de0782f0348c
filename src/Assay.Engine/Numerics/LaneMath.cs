using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// exp, log, tanh and sigmoid over any lanes: the reductions and polynomials of docs/spec/assay-f32-v1.md, section 4,
/// operation by operation. Changing any of them changes the profile.
/// </summary>
internal static partial class LaneMath
{
    private const int CanonicalNaN = 0x7FC00000, SignBit = unchecked((int)0x80000000), Infinity = 0x7F800000;

    private const float
        Log2E = 1.44269502f, RoundingMagic = 12582912f,
        Ln2Main = 0.693147182f, Ln2Rest = -1.90465421e-9f,
        Ln2Short = 0.693145752f, Ln2ShortRest = 1.42860677e-6f;

    /// <summary>x, with every NaN replaced by 0x7FC00000.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Canonical<T>(T x) where T : unmanaged, ILanes<T> => T.Canonical(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Abs<T>(T x) where T : unmanaged, ILanes<T> => x & T.BroadcastBits(~SignBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Negate<T>(T x) where T : unmanaged, ILanes<T> => x ^ T.BroadcastBits(SignBit);

    /// <summary>IEEE 754-2019 maximum: NaN wins, and +0 is above -0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(T a, T b) where T : unmanaged, ILanes<T>
    {
        var result = T.Select(T.Equal(a, b), a & b, T.Select(T.Less(a, b), b, a));
        return T.Select(T.Equal(b, b), result, b);
    }

    /// <summary>
    /// Numbers whose order as integers is that of <see cref="Max"/>: -0 below +0, the canonical NaN above all. Its own inverse but
    /// for other NaNs, which become canonical.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OrderKey<T>(T x) where T : unmanaged, ILanes<T>
    {
        var bits = Canonical(x);
        return bits ^ T.ShiftRight(T.ShiftRightArithmetic(bits, 31), 1);
    }

    /// <summary>IEEE 754-2019 minimum: NaN wins, and -0 is below +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(T a, T b) where T : unmanaged, ILanes<T>
    {
        var result = T.Select(T.Equal(a, b), a | b, T.Select(T.Less(b, a), b, a));
        return T.Select(T.Equal(b, b), result, b);
    }

    /// <summary>x above zero, +0 elsewhere, NaN where x is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Relu<T>(T x) where T : unmanaged, ILanes<T> => T.Relu(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x) where T : unmanaged, ILanes<T>
    {
        var y = T.Select(T.Less(x, T.Broadcast(89f)), x, T.Broadcast(89f));
        y = T.Select(T.Less(T.Broadcast(-104f), y), y, T.Broadcast(-104f));
        var (p, n) = ExpParts(y);
        var (low, high) = PowersOfTwo(n);
        var result = (T.Broadcast(1f) + p) * low * high;
        return T.Select(T.Equal(x, x), result, T.BroadcastBits(CanonicalNaN));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x) where T : unmanaged, ILanes<T>
    {
        var subnormal = T.Less(x, T.BroadcastBits(0x00800000));
        var scaled = T.Select(subnormal, x * T.Broadcast(8388608f), x);
        var shifted = T.SubInt(scaled, T.BroadcastBits(0x3F3504F3));
        var e = T.FromInt(T.ShiftRightArithmetic(shifted, 23)) - (subnormal & T.Broadcast(23f));
        var f = T.AddInt(shifted & T.BroadcastBits(0x007FFFFF), T.BroadcastBits(0x3F3504F3)) - T.Broadcast(1f);

        var q = T.Broadcast(0.0680491775f);
        q = T.Fma(q, f, T.Broadcast(-0.117258288f));
        q = T.Fma(q, f, T.Broadcast(0.118885927f));
        q = T.Fma(q, f, T.Broadcast(-0.123964213f));
        q = T.Fma(q, f, T.Broadcast(0.142181218f));
        q = T.Fma(q, f, T.Broadcast(-0.166685268f));
        q = T.Fma(q, f, T.Broadcast(0.200022265f));
        q = T.Fma(q, f, T.Broadcast(-0.25f));
        q = T.Fma(q, f, T.Broadcast(0.333333105f));
        q = T.Fma(q, f, T.Broadcast(-0.5f));

        var main = e * T.Broadcast(Ln2Short);
        var sum = main + f;
        var rest = f - (sum - main);
        var tail = T.Fma(f * f, q, T.Fma(e, T.Broadcast(Ln2ShortRest), rest));
        var result = sum + tail;

        result = T.Select(T.Less(x, T.BroadcastBits(Infinity)), result, x);
        result = T.Select(T.Equal(x, T.Broadcast(0f)), T.BroadcastBits(Infinity | SignBit), result);
        return T.Select(T.Less(x, T.Broadcast(0f)), T.BroadcastBits(CanonicalNaN), Canonical(result));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x) where T : unmanaged, ILanes<T>
    {
        var a = Abs(x);
        var one = T.Broadcast(1f);

        // |x| below 1: an odd polynomial.
        var z = a * a;
        var q = T.Broadcast(0.000120058736f);
        q = T.Fma(q, z, T.Broadcast(-0.000835202518f));
        q = T.Fma(q, z, T.Broadcast(0.0030683775f));
        q = T.Fma(q, z, T.Broadcast(-0.00858586188f));
        q = T.Fma(q, z, T.Broadcast(0.0217800289f));
        q = T.Fma(q, z, T.Broadcast(-0.0539517812f));
        q = T.Fma(q, z, T.Broadcast(0.13333182f));
        q = T.Fma(q, z, T.Broadcast(-0.333333284f));
        var near = T.Fma(a, z * q, a);

        // Above: 1 - 2/(exp(2|x|) + 1), where exp's last addition and the +1 are one rounding.
        var y = T.Select(T.Less(a, T.Broadcast(10f)), a, T.Broadcast(10f));
        var (p, n) = ExpParts(y + y);
        var power = T.ShiftLeft(T.AddInt(n, T.BroadcastBits(127)), 23);
        var far = one - T.Broadcast(2f) / T.Fma(power, p, power + one);

        var result = T.Select(T.Less(a, one), near, far) | (x & T.BroadcastBits(SignBit));
        return T.Select(T.Equal(x, x), result, T.BroadcastBits(CanonicalNaN));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x) where T : unmanaged, ILanes<T>
    {
        var one = T.Broadcast(1f);
        var a = Abs(x);
        a = T.Select(T.Less(a, T.Broadcast(104f)), a, T.Broadcast(104f));
        var (p, n) = ExpParts(Negate(a));
        var (low, high) = PowersOfTwo(n);

        // exp(-|x|) = (main + rest) 2^n; the denominator 1 + exp(-|x|) as an unevaluated sum of two floats.
        var main = one + p;
        var rest = p - (main - one);
        var e = main * low * high;
        var denominator = one + e;
        var denominatorRest = (e - (denominator - one)) + (rest * low * high);

        // Above zero 1/denominator; below, exp(x)/denominator, its power of two applied last so that it rounds once.
        var negative = T.Less(x, T.Broadcast(0f));
        var numerator = T.Select(negative, main, one);
        var numeratorRest = negative & rest;
        var inverse = one / denominator;
        var q = numerator * inverse;
        var remainder = T.Fma(Negate(q), denominator, numerator) + numeratorRest;
        remainder = T.Fma(Negate(q), denominatorRest, remainder);
        var result = T.Fma(remainder, inverse, q);
        result = result * T.Select(negative, low, one) * T.Select(negative, high, one);
        return T.Select(T.Equal(x, x), result, T.BroadcastBits(CanonicalNaN));
    }

    /// <summary>exp(y) = (1 + p) 2^n for y between -104 and 89; n as integer lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T P, T N) ExpParts<T>(T y) where T : unmanaged, ILanes<T>
    {
        var magic = T.Broadcast(RoundingMagic);
        var shifted = T.Fma(y, T.Broadcast(Log2E), magic);
        var n = shifted - magic;
        var r = T.Fma(n, T.Broadcast(-Ln2Main), y);
        r = T.Fma(n, T.Broadcast(-Ln2Rest), r);
        var q = T.Broadcast(0.000199534057f);
        q = T.Fma(q, r, T.Broadcast(0.00139357604f));
        q = T.Fma(q, r, T.Broadcast(0.00833319779f));
        q = T.Fma(q, r, T.Broadcast(0.0416664556f));
        q = T.Fma(q, r, T.Broadcast(0.166666672f));
        q = T.Fma(q, r, T.Broadcast(0.5f));
        return (T.Fma(r * r, q, r), T.SubInt(shifted, magic));
    }

    /// <summary>Two floats whose product is 2^n, for n from -252 to 254: scaling by both rounds once, subnormals included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Low, T High) PowersOfTwo<T>(T n) where T : unmanaged, ILanes<T>
    {
        var half = T.ShiftRightArithmetic(n, 1);
        var bias = T.BroadcastBits(127);
        return (T.ShiftLeft(T.AddInt(half, bias), 23), T.ShiftLeft(T.AddInt(T.SubInt(n, half), bias), 23));
    }
}
