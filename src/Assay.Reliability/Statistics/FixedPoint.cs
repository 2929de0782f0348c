namespace Assay.Reliability.Statistics;

/// <summary>
/// Logarithm, exponential and logarithm of factorials in whole numbers of 2^-64, each the floor of the true value
/// (docs/spec/accounts.md section 2). Whoever computes the floor, by whatever way, has the same digits.
/// </summary>
public static class FixedPoint
{
    public const int Bits = 64;

    /// <summary>One, in units of 2^-64.</summary>
    public static readonly UInt128 One = UInt128.One << Bits;

    /// <summary>The largest argument of <see cref="Exp"/>: e^40 is about 2.4e17.</summary>
    public static readonly Int128 ExpLimit = (Int128)40 << Bits;

    /// <summary>floor(2^64 ln(numerator/denominator)), both at least 1.</summary>
    public static Int128 Ln(ulong numerator, ulong denominator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(numerator);
        ArgumentOutOfRangeException.ThrowIfZero(denominator);
        if (numerator == denominator)
            return 0;
        return FastFunctions.TryLn(numerator, denominator, out var floor) ? floor : (Int128)ExactFunctions.Ln(numerator, denominator);
    }

    /// <summary>The smallest whole number at or above 2^64 ln(numerator/denominator).</summary>
    public static Int128 LnUp(ulong numerator, ulong denominator) =>
        numerator == denominator ? 0 : Ln(numerator, denominator) + 1;

    /// <summary>floor(2^64 e^(x/2^64)) for x up to <see cref="ExpLimit"/>.</summary>
    public static UInt128 Exp(Int128 x)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x, ExpLimit);
        if (x <= -((Int128)45 << Bits))
            return 0; // e^-45 < 2^-64
        return FastFunctions.TryExp(x, out var floor) ? floor : (UInt128)ExactFunctions.Exp(x);
    }

    /// <summary>floor(2^64 ln n!) for n below 2^54.</summary>
    public static Int128 LnFactorial(ulong n) => LogFactorial.Floor(n);

    /// <summary>The smallest whole number at or above 2^64 ln n!.</summary>
    public static Int128 LnFactorialUp(ulong n) => n < 2 ? 0 : LnFactorial(n) + 1;

    /// <summary>floor(a b / 2^64), for b at most <see cref="One"/>.</summary>
    internal static UInt128 Scaled(UInt128 a, UInt128 b) =>
        b == One ? a : Math.BigMul((ulong)(a >> 64), (ulong)b) + (Math.BigMul((ulong)a, (ulong)b) >> 64);
}
