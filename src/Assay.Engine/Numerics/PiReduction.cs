using System.Numerics;

namespace Assay.Engine.Numerics;

/// <summary>The remainder of a number by pi/2 in whole numbers, for any finite float64 (4.11 of the profile).</summary>
/// <remarks>Payne and Hanek, "Radian reduction for trigonometric functions" (1983): of 2/pi only the bits that matter modulo 4 and below are multiplied.</remarks>
internal static class PiReduction
{
    /// <summary>The first 1,280 binary digits of 2/pi after the point.</summary>
    private static readonly ulong[] TwoOverPi =
    [
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561,
        0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484,
        0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
        0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B,
        0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];

    /// <summary>x = (4k + Quadrant + High + Low) pi/2 with |High + Low| at most 1/2.</summary>
    /// <param name="x">Positive, finite, at least 2^-60.</param>
    public static (int Quadrant, double High, double Low) Reduce(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var m = (ulong)(bits & 0x000FFFFFFFFFFFFF) | (1UL << 52);
        var k = (int)(bits >> 52) - 1075;

        // x is m 2^k. Digits k-1 to k+254 of 2/pi, times m, modulo 2^256: x 2/pi modulo 4, in units of 2^-254.
        UInt128 carry = 0;
        Span<ulong> q = stackalloc ulong[4];
        for (var limb = 3; limb >= 0; limb--)
        {
            carry += (UInt128)Digits(k - 1 + (64 * limb)) * m;
            q[limb] = (ulong)carry;
            carry >>= 64;
        }
        var quadrant = (int)(q[0] >> 62);
        // Above a half the next quadrant is nearer; what is left is then negative.
        var negative = (q[0] & (1UL << 61)) != 0;
        q[0] &= (1UL << 62) - 1;
        if (negative)
        {
            quadrant = (quadrant + 1) & 3;
            // 2^254 - q
            var borrow = UInt128.One;
            for (var limb = 3; limb >= 0; limb--)
            {
                borrow += ~q[limb];
                q[limb] = (ulong)borrow;
                borrow >>= 64;
            }
            q[0] &= (1UL << 62) - 1;
        }
        var (high, place) = Leading(q, -1);
        var (low, _) = Leading(q, place);
        return (quadrant, negative ? -high : high, negative ? -low : low);
    }

    /// <summary>64 digits of 2/pi from digit <paramref name="first"/>, the one of weight 2^-first; there are none before the first.</summary>
    private static ulong Digits(int first)
    {
        var at = first - 1;
        var word = at >> 6;
        ulong left = word >= 0 ? TwoOverPi[word] : 0, right = word + 1 >= 0 ? TwoOverPi[word + 1] : 0;
        var shift = at & 63;
        return shift == 0 ? left : (left << shift) | (right >> (64 - shift));
    }

    /// <summary>
    /// 53 bits of the fraction as a float64, truncated: from its leading one where <paramref name="after"/> is negative, else from bit <paramref name="after"/>,
    /// counted from the top. Also where they end.
    /// </summary>
    private static (double Value, int End) Leading(ReadOnlySpan<ulong> q, int after)
    {
        var start = after;
        if (start < 0)
            for (start = 0; start < 256 && q[start >> 6] == 0;)
                start += 64;
        if (after < 0 && start < 256)
            start += BitOperations.LeadingZeroCount(q[start >> 6]);
        var (word, shift) = (start >> 6, start & 63);
        ulong left = word < 4 ? q[word] : 0, right = word + 1 < 4 ? q[word + 1] : 0;
        var value = (shift == 0 ? left : (left << shift) | (right >> (64 - shift))) >> 11;
        // The bit at place i, from the top, weighs 2^(1-i).
        return ((double)value * BitConverter.Int64BitsToDouble((1L - start - 52 + 1023) << 52), start + 53);
    }
}
