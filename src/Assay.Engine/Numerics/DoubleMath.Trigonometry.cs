using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <content>Circular functions and their inverses (4.11 and 4.12 of the profile).</content>
internal static partial class DoubleMath
{
    private const double TwoOverPi = 0.6366197723675814, Pi = 3.141592653589793, HalfPi = 1.5707963267948966, QuarterPi = 0.7853981633974483;

    /// <summary>pi/2 in three parts, of which the first two have 33 bits: their products with whole numbers below 2^20 are exact.</summary>
    private const double HalfPi1 = 1.5707963267341256, HalfPi2 = 6.077100506303966e-11, HalfPi3 = 2.0222662487959506e-21;

    private const double Tan8th = 0.41421356237309503, Tan38th = 2.414213562373095;

    /// <summary>Below this the three parts do.</summary>
    private const double MostByParts = 1048576;

    /// <summary>sin(r)/r in r·r.</summary>
    private static ReadOnlySpan<double> Sines =>
        [1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000];

    /// <summary>cos(r) in r·r.</summary>
    private static ReadOnlySpan<double> Cosines =>
        [1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200];

    /// <summary>arctan(u)/u in u·u.</summary>
    private static ReadOnlySpan<double> Arctangents =>
        [1, -1.0 / 3, 1.0 / 5, -1.0 / 7, 1.0 / 9, -1.0 / 11, 1.0 / 13, -1.0 / 15, 1.0 / 17, -1.0 / 19, 1.0 / 21, -1.0 / 23, 1.0 / 25, -1.0 / 27, 1.0 / 29, -1.0 / 31];

    public static D Sin<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var (sine, cosine, n) = SinCos(Abs(x));
        var y = D.Select(IsEven(n), sine, cosine) ^ (D.ShiftLeft(n, 62) & D.BroadcastBits(SignBit));
        return WithSign(y, x);
    }

    public static D Cos<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var (sine, cosine, n) = SinCos(Abs(x));
        return D.Select(IsEven(n), cosine, sine) ^ (D.ShiftLeft(D.AddLong(n, D.BroadcastBits(1)), 62) & D.BroadcastBits(SignBit));
    }

    public static D Tan<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var (sine, cosine, n) = SinCos(Abs(x));
        var even = IsEven(n);
        return WithSign(D.Select(even, sine, Negate(cosine)) / D.Select(even, cosine, sine), x);
    }

    public static D Asin<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        return WithSign(Arctangent(a / Leg(a)), x);
    }

    public static D Acos<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        var y = Arctangent(Leg(a) / a);
        return D.Select(D.Less(x, D.Broadcast(0)), D.Broadcast(Pi) - y, y);
    }

    public static D Atan<D>(D x) where D : unmanaged, IDoubles<D> => WithSign(Arctangent(Abs(x)), x);

    /// <summary>sqrt(1 - a²).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Leg<D>(D a) where D : unmanaged, IDoubles<D> => D.Sqrt((D.Broadcast(1) - a) * (D.Broadcast(1) + a));

    /// <summary>arctan(a) for a from 0 to infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Arctangent<D>(D a) where D : unmanaged, IDoubles<D>
    {
        var one = D.Broadcast(1);
        D middle = D.Less(D.Broadcast(Tan8th), a), far = D.Less(D.Broadcast(Tan38th), a);
        var numerator = D.Select(far, D.Broadcast(-1), D.Select(middle, a - one, a));
        var denominator = D.Select(far, a, D.Select(middle, a + one, one));
        var u = numerator / denominator;
        var start = D.Select(far, D.Broadcast(HalfPi), middle & D.Broadcast(QuarterPi));
        return start + (u * Poly(u * u, Arctangents));
    }

    /// <summary>Sine and cosine of a - n pi/2, and n modulo 4 in the lowest bits, for a from 0 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (D Sine, D Cosine, D N) SinCos<D>(D a) where D : unmanaged, IDoubles<D>
    {
        var magic = D.Broadcast(RoundingMagic);
        var shifted = (a * D.Broadcast(TwoOverPi)) + magic;
        var n = shifted - magic;
        var r = ((a - (n * D.Broadcast(HalfPi1))) - (n * D.Broadcast(HalfPi2))) - (n * D.Broadcast(HalfPi3));
        if (D.Any(D.Less(D.Broadcast(MostByParts - 1), a)))
            Far(a, ref r, ref shifted);
        var z = r * r;
        return (r * Poly(z, Sines), Poly(z, Cosines), shifted);
    }

    /// <summary>Does the lanes that three parts of pi/2 are not enough for, one by one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void Far<D>(D a, ref D r, ref D shifted) where D : unmanaged, IDoubles<D>
    {
        double* x = stackalloc double[8], rest = stackalloc double[8], quadrants = stackalloc double[8];
        D.Store(a, x);
        D.Store(r, rest);
        D.Store(shifted, quadrants);
        for (var i = 0; i < D.Width; i++)
            if (double.IsPositiveInfinity(x[i]))
                rest[i] = double.NaN;
            else if (x[i] >= MostByParts)
            {
                var (quadrant, high, _) = PiReduction.Reduce(x[i]);
                (rest[i], quadrants[i]) = (high * HalfPi, RoundingMagic + quadrant);
            }
        r = D.Load(rest);
        shifted = D.Load(quadrants);
    }

    /// <summary>A mask of the lanes whose lowest bit is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D IsEven<D>(D n) where D : unmanaged, IDoubles<D> =>
        D.Equal((n & D.BroadcastBits(1)) | D.Broadcast(1), D.Broadcast(1));
}
