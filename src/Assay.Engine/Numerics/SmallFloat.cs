namespace Assay.Engine.Numerics;

/// <summary>
/// Floats of 8 and 4 bits with a sign: exact to float32, to nearest even from it. The numbers are those of the OCP formats and
/// of "8-bit Numerical Formats for Deep Neural Networks" (arXiv 2206.02915); docs/spec/assay-f32-v1.md, 1.8.
/// </summary>
public readonly struct SmallFloat
{
    public static readonly SmallFloat E4M3FN = new(3, 7, greatest: 0x7E, nan: 0x7F, beyond: 0x7F, sign: 0x80, isUnsignedZero: false);
    public static readonly SmallFloat E4M3FNUZ = new(3, 8, greatest: 0x7F, nan: 0x80, beyond: 0x80, sign: 0x80, isUnsignedZero: true);
    public static readonly SmallFloat E5M2 = new(2, 15, greatest: 0x7B, nan: 0x7E, beyond: 0x7C, sign: 0x80, isUnsignedZero: false);
    public static readonly SmallFloat E5M2FNUZ = new(2, 16, greatest: 0x7F, nan: 0x80, beyond: 0x80, sign: 0x80, isUnsignedZero: true);

    /// <summary>Without NaN and infinities: NaN becomes -0, and what is too large always the greatest number.</summary>
    public static readonly SmallFloat E2M1 = new(1, 1, greatest: 0x7, nan: 0x8, beyond: 0x7, sign: 0x8, isUnsignedZero: false);

    private readonly int mantissa, bias;
    private readonly byte greatest, nan, beyond, sign;
    private readonly bool isUnsignedZero;

    private SmallFloat(int mantissa, int bias, byte greatest, byte nan, byte beyond, byte sign, bool isUnsignedZero)
    {
        (this.mantissa, this.bias, this.greatest, this.nan, this.beyond, this.sign) = (mantissa, bias, greatest, nan, beyond, sign);
        this.isUnsignedZero = isUnsignedZero;
    }

    /// <summary>The number that the bits stand for; any NaN is 0x7FC00000.</summary>
    public float ToSingle(byte bits)
    {
        var magnitude = bits & (sign - 1);
        if (isUnsignedZero ? bits == nan : magnitude > greatest)
            return !isUnsignedZero && magnitude == beyond && beyond != nan
                ? (bits & sign) != 0 ? float.NegativeInfinity : float.PositiveInfinity
                : ScalarMath.Canonical(float.NaN);
        var exponent = magnitude >> mantissa;
        var digits = magnitude & ((1 << mantissa) - 1);
        // A product of a small integer and a power of two: exact.
        var value = exponent == 0
            ? digits * PowerOfTwo(1 - bias - mantissa)
            : (digits + (1 << mantissa)) * PowerOfTwo(exponent - bias - mantissa);
        return (bits & sign) != 0 ? -value : value;
    }

    /// <summary>The bits of the nearest number, ties to even.</summary>
    /// <param name="saturate">Numbers that are too large, and infinities, become the greatest; else infinity, or NaN where there is none.</param>
    public byte FromSingle(float value, bool saturate)
    {
        if (float.IsNaN(value))
            return nan;
        var negative = float.IsNegative(value);
        var magnitude = MathF.Abs(value);
        if (magnitude == 0)
            return negative && !isUnsignedZero ? sign : (byte)0;
        var code = greatest + 1;
        if (magnitude < PowerOfTwo(40))
        {
            // The last place of the result is 2^place; below the normal numbers it stays where it is.
            var exponent = (BitConverter.SingleToInt32Bits(magnitude) >> 23) - 127;
            var place = Math.Max(exponent, 1 - bias) - mantissa;
            // 2^-place is exact, and so is the product, unless it is below half a place by far.
            var scaled = (double)magnitude * PowerOfTwo(-place);
            var units = (int)scaled;
            var rest = scaled - units;
            if (rest > 0.5 || rest == 0.5 && (units & 1) != 0)
                units++;
            // A carry out of the digits goes on into the exponent by itself.
            code = ((place + mantissa + bias - 1) << mantissa) + units;
        }
        if (code > greatest)
            code = saturate ? greatest : beyond;
        if (isUnsignedZero && code is 0 or 0x80)
            return (byte)code;
        return (byte)(negative ? code | sign : code);
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}

/// <summary>float8e8m0: powers of two from 2^-127 to 2^127 and NaN (0xFF), as scales of blocks. No sign, no zero.</summary>
public static class PowerFloat
{
    private const byte Greatest = 0xFE, NaN = 0xFF;

    public static float ToSingle(byte bits) => bits switch
    {
        NaN => ScalarMath.Canonical(float.NaN),
        0 => BitConverter.Int32BitsToSingle(0x00400000),
        _ => BitConverter.Int32BitsToSingle(bits << 23),
    };

    /// <summary>The power of two at or beside |value|; NaN and infinities give NaN, what is below 2^-127 gives it.</summary>
    /// <param name="saturate">Whether what is above 2^127 becomes it, or NaN.</param>
    /// <param name="mode"><c>up</c>: away from zero; <c>down</c>: towards zero; <c>nearest</c>: the nearest, ties away from zero.</param>
    public static byte FromSingle(float value, bool saturate, string mode)
    {
        var magnitude = MathF.Abs(value);
        if (!float.IsFinite(magnitude))
            return NaN;
        var bits = BitConverter.SingleToInt32Bits(magnitude);
        if (bits <= 0x00400000)
            return 0;
        // Subnormals above 2^-127 lie between it and 2^-126; twice their bits put their fraction where normal numbers have it.
        var exponent = bits >> 23;
        var fraction = (exponent == 0 ? bits << 1 : bits) & 0x007FFFFF;
        var code = exponent + (mode switch { "up" => fraction > 0, "nearest" => fraction >= 0x00400000, _ => false } ? 1 : 0);
        return code <= Greatest ? (byte)code : saturate ? Greatest : NaN;
    }
}
