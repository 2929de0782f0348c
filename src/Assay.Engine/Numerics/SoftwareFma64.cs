using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Assay.Engine.Numerics;

/// <summary>Fused multiply-add of float64: the instruction where there is one, else whole numbers of 128 bits, in which the product is exact.</summary>
/// <remarks>Math.FusedMultiplyAdd is not used because not every platform rounds it once.</remarks>
public static class SoftwareFma64
{
    private const long Fraction = 0x000FFFFFFFFFFFFF, Hidden = 1L << 52;

    /// <summary>a·b + c, rounded once to nearest even.</summary>
    public static double Fma(double a, double b, double c)
    {
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported)
            return System.Runtime.Intrinsics.X86.Fma.MultiplyAddScalar(Vector128.CreateScalarUnsafe(a), Vector128.CreateScalarUnsafe(b), Vector128.CreateScalarUnsafe(c)).ToScalar();
        if (AdvSimd.IsSupported)
            return AdvSimd.FusedMultiplyAddScalar(Vector64.CreateScalar(c), Vector64.CreateScalar(a), Vector64.CreateScalar(b)).ToScalar();
        return Exact(a, b, c);
    }

    /// <summary>The same without the instruction.</summary>
    public static double Exact(double a, double b, double c)
    {
        if (!double.IsFinite(a) || !double.IsFinite(b))
            return a * b + c;
        if (!double.IsFinite(c))
            return c;
        if (a == 0 || b == 0)
            return a * b + c;
        if (c == 0)
            return a * b;       // one rounding already, and the sign of an underflow is the product's
        var (p, pe) = Parts(a);
        var (q, qe) = Parts(b);
        var (r, re) = Parts(c);
        var (product, productExponent) = Raise((UInt128)p * q, pe + qe);
        var (addend, addendExponent) = Raise(r, re);
        var negative = double.IsNegative(a) != double.IsNegative(b);
        var subtract = negative != double.IsNegative(c);
        // The one with the greater exponent first: of the other, the bits that fall out of 128 leave only a trace, which is enough to
        // round by, since they can be there only where the sum loses one leading bit at most.
        if (productExponent < addendExponent || productExponent == addendExponent && product < addend)
        {
            (product, productExponent, addend, addendExponent) = (addend, addendExponent, product, productExponent);
            negative = double.IsNegative(c);
        }
        var aligned = ShiftWithTrace(addend, productExponent - addendExponent);
        var sum = subtract ? product - aligned : product + aligned;
        return sum == UInt128.Zero ? 0 : Round(negative, sum, productExponent);
    }

    /// <summary>A finite number that is not 0, as magnitude · 2^exponent.</summary>
    private static (ulong Magnitude, int Exponent) Parts(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) & 0x7FF;
        return exponent == 0 ? ((ulong)(bits & Fraction), -1074) : ((ulong)(bits & Fraction | Hidden), exponent - 1075);
    }

    /// <summary>The same value with bit 124 leading: there is room for a carry above, and what is below 53 or 106 bits is zeros.</summary>
    private static (UInt128 Magnitude, int Exponent) Raise(UInt128 magnitude, int exponent)
    {
        var shift = (int)UInt128.LeadingZeroCount(magnitude) - 3;
        return (magnitude << shift, exponent - shift);
    }

    /// <summary>Shifted right; the lowest bit is set where anything fell out.</summary>
    private static UInt128 ShiftWithTrace(UInt128 value, int count)
    {
        if (count >= 127)
            return UInt128.One;
        var shifted = value >> count;
        return shifted << count == value ? shifted : shifted | UInt128.One;
    }

    private static double Round(bool negative, UInt128 magnitude, int exponent)
    {
        // Drop all but 53 bits, or all below 2^-1074.
        var drop = Math.Max(127 - (int)UInt128.LeadingZeroCount(magnitude) - 52, -1074 - exponent);
        ulong kept;
        if (drop <= 0)
            kept = (ulong)(magnitude << -drop);
        else
        {
            // Two bits more, the lower of which is set where anything but zeros lies at or below it.
            var fine = (ulong)(drop == 1 ? magnitude << 1 : ShiftWithTrace(magnitude, drop - 2));
            kept = fine >> 2;
            // Above half, or half and odd.
            if ((fine & 2) != 0 && (fine & 5) != 0)
                kept++;
        }
        var field = exponent + drop + 1074;
        var bits = field + (long)(kept >> 52) > 2046 ? 0x7FF0000000000000 : ((long)field << 52) + (long)kept;
        return BitConverter.Int64BitsToDouble(negative ? bits | long.MinValue : bits);
    }
}
