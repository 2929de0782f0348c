using System.Runtime.CompilerServices;

namespace Assay.Proofs.Field;

/// <summary>An element of the field of p = 2^31 − 2^24 + 1 elements, called KoalaBear (docs/spec/proofs.md section 1).</summary>
/// <remarks>In memory as a·2^32 mod p (Montgomery 1985), which never leaves it: <see cref="Value"/> and <see cref="From(uint)"/> are the way out and in.</remarks>
public readonly struct Felt : IEquatable<Felt>
{
    /// <summary>p. The multiplicative group has 2^24 · 127 elements.</summary>
    public const uint Modulus = 0x7f00_0001;

    /// <summary>The largest power of two that divides p − 1 is 2 to this.</summary>
    public const int TwoAdicity = 24;

    /// <summary>1/p modulo 2^32: for kernels.</summary>
    public const uint InverseOfModulus = 0x8100_0001;

    // 2^32 and 2^64 modulo p.
    private const uint R = 0x01ff_fffe, RSquared = 0x17f7_efe4;

    private readonly uint form;

    private Felt(uint form) => this.form = form;

    public static Felt Zero => default;

    public static Felt One => new(R);

    /// <summary>3, which generates the multiplicative group.</summary>
    public static Felt Generator => From(3);

    /// <summary>In [0, p).</summary>
    public uint Value => Reduce(form);

    /// <summary>What is in memory: for kernels, which compute on it directly.</summary>
    public uint Form => form;

    /// <summary>From what <see cref="Form"/> gave.</summary>
    /// <param name="form">Less than p.</param>
    public static Felt OfForm(uint form) => new(form);

    /// <param name="value">Less than p.</param>
    public static Felt From(uint value) => new(Reduce((ulong)value * RSquared));

    /// <summary>An integer modulo p.</summary>
    public static Felt From(long value)
    {
        var rest = value % Modulus;
        return From((uint)(rest < 0 ? rest + Modulus : rest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt operator +(Felt a, Felt b) => new(Math.Min(a.form + b.form, a.form + b.form - Modulus));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt operator -(Felt a, Felt b) => new(Math.Min(a.form - b.form, a.form - b.form + Modulus));

    public static Felt operator -(Felt a) => Zero - a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Felt operator *(Felt a, Felt b) => new(Reduce((ulong)a.form * b.form));

    public static bool operator ==(Felt a, Felt b) => a.form == b.form;

    public static bool operator !=(Felt a, Felt b) => a.form != b.form;

    public Felt Power(ulong exponent)
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
    public Felt Invert() => Power(Modulus - 2);

    /// <summary>An element of order 2^<paramref name="log"/>: 3^(127 · 2^(24 − log)).</summary>
    public static Felt RootOfUnity(int log)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)log, (uint)TwoAdicity);
        return Generator.Power(127UL << (TwoAdicity - log));
    }

    public bool Equals(Felt other) => form == other.form;

    public override bool Equals(object? obj) => obj is Felt other && Equals(other);

    public override int GetHashCode() => (int)form;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>t/2^32 modulo p, for t below p · 2^32.</summary>
    // m·p has t's low half, so t − m·p is a multiple of 2^32, above −p·2^32 and below p·2^32: its high half, plus p where it is negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Reduce(ulong t)
    {
        var m = (uint)t * InverseOfModulus;
        var high = (uint)(t >> 32) - (uint)((ulong)m * Modulus >> 32);
        return Math.Min(high, high + Modulus);
    }
}
