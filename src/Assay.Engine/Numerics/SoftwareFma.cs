using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>Fused multiply-add without the instruction: one rounding, to nearest even, of the exact a·b + c.</summary>
/// <remarks>
/// Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd" (2008).
/// A float32 product is exact in float64. Rounding the sum to odd keeps the second rounding, to float32, from erring:
/// 53 bits are at least two more than 24. MathF.FusedMultiplyAdd is not used because not every platform rounds it once.
/// </remarks>
public static class SoftwareFma
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fma(float a, float b, float c)
    {
        var product = (double)a * b;
        var sum = product + c;
        // TwoSum (Knuth): sum + error is exactly product + c where sum is finite.
        var shadow = sum - product;
        var error = (product - (sum - shadow)) + (c - shadow);
        if (error != 0)
            sum = ToOdd(sum, error);
        return (float)sum;
    }

    private static double ToOdd(double sum, double error)
    {
        var bits = BitConverter.DoubleToInt64Bits(sum);
        // Infinity or NaN came in: error is NaN, and sum is already the answer.
        if ((bits & 1) != 0 || !double.IsFinite(sum))
            return sum;
        // The neighbour on the error's side, one step away from zero or towards it, is odd.
        return BitConverter.Int64BitsToDouble(error > 0 == sum > 0 ? bits + 1 : bits - 1);
    }
}
