using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// Functions of a float32 computed in float64, with separate multiplications and additions, and rounded once at the end: section 4.10
/// and what follows of docs/spec/assay-f32-v1.md, operation by operation. Changing any of them changes the profile.
/// </summary>
/// <remarks>Float64 has 29 spare bits, so plain series do, and the last rounding is nearly always the correct one.</remarks>
internal static partial class DoubleMath
{
    private const long SignBit = long.MinValue, CanonicalNaN = 0x7FF8000000000000;
    private const double RoundingMagic = 6755399441055744.0, Log2E = 1.4426950408889634,
        Ln2 = 0.6931471805599453, Ln2Main = 0.6931471805598903, Ln2Rest = 5.497923018708371e-14;

    /// <summary>(exp(r) - 1)/r: 1/(d + 1)!, d ascending.</summary>
    private static ReadOnlySpan<double> Exponentials =>
        [1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600];

    /// <summary>artanh(s)/s in s·s.</summary>
    private static ReadOnlySpan<double> Logarithms => [1, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17];

    /// <summary>sinh(x)/x in x·x.</summary>
    private static ReadOnlySpan<double> HyperbolicSines =>
        [1, 1.0 / 6, 1.0 / 120, 1.0 / 5040, 1.0 / 362880, 1.0 / 39916800, 1.0 / 6227020800, 1.0 / 1307674368000, 1.0 / 355687428096000];

    public static D Softplus<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        var y = Log1P(Exp(Negate(Least(a, 110))));
        return D.Select(D.Less(D.Broadcast(0), x), x + y, y);
    }

    public static D Sinh<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        var near = a * Poly(a * a, HyperbolicSines);
        var e = Exp(Least(a, 100));
        var far = (e - (D.Broadcast(1) / e)) * D.Broadcast(0.5);
        return WithSign(D.Select(D.Less(a, D.Broadcast(1)), near, far), x);
    }

    public static D Cosh<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var e = Exp(Least(Abs(x), 100));
        return (e + (D.Broadcast(1) / e)) * D.Broadcast(0.5);
    }

    public static D Asinh<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        var s = a * a;
        var y = Log1P(a + (s / (D.Broadcast(1) + D.Sqrt(s + D.Broadcast(1)))));
        return WithSign(FiniteOr(a, y, a), x);
    }

    public static D Acosh<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var t = x - D.Broadcast(1);
        var y = FiniteOr(x, Log1P(t + D.Sqrt(t * (t + D.Broadcast(2)))), x);
        return D.Select(D.Less(x, D.Broadcast(1)), D.BroadcastBits(CanonicalNaN), y);
    }

    public static D Atanh<D>(D x) where D : unmanaged, IDoubles<D>
    {
        var a = Abs(x);
        var one = D.Broadcast(1);
        var y = D.Broadcast(0.5) * Log1P((a + a) / (one - a));
        y = D.Select(D.Equal(a, one), D.Broadcast(double.PositiveInfinity), y);
        return WithSign(D.Select(D.Less(one, a), D.BroadcastBits(CanonicalNaN), y), x);
    }

    /// <summary>e^y for y between -700 and 700.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Exp<D>(D y) where D : unmanaged, IDoubles<D>
    {
        var magic = D.Broadcast(RoundingMagic);
        var shifted = (y * D.Broadcast(Log2E)) + magic;
        var n = shifted - magic;
        var r = (y - (n * D.Broadcast(Ln2Main))) - (n * D.Broadcast(Ln2Rest));
        var power = D.ShiftLeft(D.AddLong(shifted, D.BroadcastBits(1023)), 52);
        return ((r * Poly(r, Exponentials)) + D.Broadcast(1)) * power;
    }

    /// <summary>log(1 + u) for u from 0 to 2^200.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Log1P<D>(D u) where D : unmanaged, IDoubles<D>
    {
        var one = D.Broadcast(1);
        var w = one + u;
        // w = m 2^e with m between sqrt(1/2) and sqrt(2).
        var shifted = D.AddLong(w, D.BroadcastBits(0x3FF0000000000000 - 0x3FE6A09E00000000));
        var e = (D.ShiftRight(shifted, 52) | D.BroadcastBits(0x4330000000000000)) - D.Broadcast(4503599627370496.0 + 1023);
        var m = D.AddLong(shifted & D.BroadcastBits(0x000FFFFFFFFFFFFF), D.BroadcastBits(0x3FE6A09E00000000));
        var s = (m - one) / (m + one);
        // What rounding 1 + u lost.
        var lost = (u - (w - one)) / w;
        return ((e * D.Broadcast(Ln2)) + ((s + s) * Poly(s * s, Logarithms))) + lost;
    }

    /// <summary>c0 + c1 t + c2 t² + ... by Horner's rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Poly<D>(D t, ReadOnlySpan<double> c) where D : unmanaged, IDoubles<D>
    {
        var q = D.Broadcast(c[^1]);
        for (var i = c.Length - 2; i >= 0; i--)
            q = (q * t) + D.Broadcast(c[i]);
        return q;
    }

    /// <summary>y, but where x or y is NaN the one whose float32 form is 0x7FC00000.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D Canonical<D>(D x, D y) where D : unmanaged, IDoubles<D> =>
        D.Select(D.Equal(x, x) & D.Equal(y, y), y, D.BroadcastBits(CanonicalNaN));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Abs<D>(D x) where D : unmanaged, IDoubles<D> => x & D.BroadcastBits(~SignBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Negate<D>(D x) where D : unmanaged, IDoubles<D> => x ^ D.BroadcastBits(SignBit);

    /// <summary>y, its sign bit flipped where that of x is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D WithSign<D>(D y, D x) where D : unmanaged, IDoubles<D> => y ^ (x & D.BroadcastBits(SignBit));

    /// <summary>a, but the bound where a is not less; a NaN stays away from what follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D Least<D>(D a, double bound) where D : unmanaged, IDoubles<D> => D.Select(D.Less(a, D.Broadcast(bound)), a, D.Broadcast(bound));

    /// <summary>y where x is less than infinity, else z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D FiniteOr<D>(D x, D y, D z) where D : unmanaged, IDoubles<D> => D.Select(D.Less(x, D.Broadcast(double.PositiveInfinity)), y, z);
}
