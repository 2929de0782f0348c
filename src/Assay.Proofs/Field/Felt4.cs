using System.Runtime.CompilerServices;

namespace Assay.Proofs.Field;

/// <summary>An element of the extension of degree 4, polynomials modulo X^4 − 3: c0 + c1 X + c2 X² + c3 X³. It has 2^123.955 elements.</summary>
public readonly struct Felt4(Felt c0, Felt c1, Felt c2, Felt c3) : IEquatable<Felt4>
{
    /// <summary>The degree.</summary>
    public const int Degree = 4;

    // 4 (p − 1)² is below 2 p · 2^32 and below 2^64: a sum of four products needs one conditional subtraction before it is reduced.
    private const ulong Wrap = (ulong)Felt.Modulus << 32;

    public Felt C0 { get; } = c0;

    public Felt C1 { get; } = c1;

    public Felt C2 { get; } = c2;

    public Felt C3 { get; } = c3;

    public static Felt4 Zero => default;

    public static Felt4 One => new(Felt.One, Felt.Zero, Felt.Zero, Felt.Zero);

    /// <summary>X + 2, which generates the multiplicative group.</summary>
    public static Felt4 Generator => new(Felt.From(2u), Felt.One, Felt.Zero, Felt.Zero);

    public static implicit operator Felt4(Felt value) => new(value, Felt.Zero, Felt.Zero, Felt.Zero);

    /// <summary>An integer modulo p.</summary>
    public static Felt4 From(long value) => Felt.From(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt4 operator +(Felt4 a, Felt4 b) => new(a.C0 + b.C0, a.C1 + b.C1, a.C2 + b.C2, a.C3 + b.C3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt4 operator -(Felt4 a, Felt4 b) => new(a.C0 - b.C0, a.C1 - b.C1, a.C2 - b.C2, a.C3 - b.C3);

    public static Felt4 operator -(Felt4 a) => Zero - a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt4 operator *(Felt4 a, Felt b) => new(a.C0 * b, a.C1 * b, a.C2 * b, a.C3 * b);

    public static Felt4 operator *(Felt a, Felt4 b) => b * a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt4 operator *(Felt4 a, Felt4 b)
    {
        ulong a0 = a.C0.Form, a1 = a.C1.Form, a2 = a.C2.Form, a3 = a.C3.Form;
        ulong b0 = b.C0.Form, b1 = b.C1.Form, b2 = b.C2.Form, b3 = b.C3.Form;
        ulong t1 = Thrice(b.C1), t2 = Thrice(b.C2), t3 = Thrice(b.C3);
        return new Felt4(
            Sum(a0 * b0 + a1 * t3 + a2 * t2 + a3 * t1),
            Sum(a0 * b1 + a1 * b0 + a2 * t3 + a3 * t2),
            Sum(a0 * b2 + a1 * b1 + a2 * b0 + a3 * t3),
            Sum(a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0));
    }

    public static bool operator ==(Felt4 a, Felt4 b) => a.Equals(b);

    public static bool operator !=(Felt4 a, Felt4 b) => !a.Equals(b);

    public Felt4 Power(UInt128 exponent)
    {
        var (power, result) = (this, One);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result *= power;
            power *= power;
        }
        return result;
    }

    /// <summary>1/a; of 0 it is 0.</summary>
    // With Y = X², Y² = 3: a = A + B X for A = c0 + c2 Y, B = c1 + c3 Y, and a (A − B X) = A² − Y B², which is n0 + n1 Y; times n0 − n1 Y that is in the base field.
    public Felt4 Invert()
    {
        var three = Felt.From(3u);
        var n0 = C0 * C0 + three * (C2 * C2) - three * (C1 * C3 + C1 * C3);
        var n1 = C0 * C2 + C0 * C2 - C1 * C1 - three * (C3 * C3);
        var scale = (n0 * n0 - three * (n1 * n1)).Invert();
        var (m0, m1) = (n0 * scale, -(n1 * scale));
        return new Felt4(C0 * m0 + three * (C2 * m1), -(C1 * m0 + three * (C3 * m1)), C0 * m1 + C2 * m0, -(C1 * m1 + C3 * m0));
    }

    public bool Equals(Felt4 other) => C0 == other.C0 && C1 == other.C1 && C2 == other.C2 && C3 == other.C3;

    public override bool Equals(object? obj) => obj is Felt4 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(C0, C1, C2, C3);

    public override string ToString() => $"{C0} + {C1} X + {C2} X² + {C3} X³";

    private static ulong Thrice(Felt a) => (a + a + a).Form;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Felt Sum(ulong products) => Felt.OfForm(Felt.Reduce(Math.Min(products, products - Wrap)));
}
