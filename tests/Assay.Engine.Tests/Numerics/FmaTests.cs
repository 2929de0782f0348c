using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public unsafe class FmaTests
{
    [Fact]
    public void Software_fma_equals_the_hardware_on_random_bits()
    {
        Assert.SkipUnless(Isa.V128.IsSupported(), "needs a processor with FMA");
        for (var i = 0ul; i < 6_000_000; i++)
            Check(Sample.Any(3 * i), Sample.Any((3 * i) + 1), Sample.Any((3 * i) + 2));
    }

    [Fact]
    public void Software_fma_equals_the_hardware_where_the_addend_nearly_cancels_or_halves_the_last_place()
    {
        Assert.SkipUnless(Isa.V128.IsSupported(), "needs a processor with FMA");
        for (var i = 0ul; i < 4_000_000; i++)
        {
            var h = Sample.Hash(i);
            var a = Scaled(Sample.Hash(2 * i), (int)(h & 63) - 100);
            var b = Scaled(Sample.Hash((2 * i) + 1), (int)((h >> 6) & 63) - 32);
            // The addend within a few bits of the product's last places, of either sign: half-way cases are common here.
            var c = Scaled(h >> 20, (int)((h >> 12) & 63) - 32 + (int)(h & 63) - 100);
            Check(a, b, c);
            Check(a, b, -(a * b));
            Check(a, b, BitConverter.Int32BitsToSingle((int)(h >> 60)));
        }
    }

    [Fact]
    public void Software_fma_equals_the_hardware_on_the_edges()
    {
        Assert.SkipUnless(Isa.V128.IsSupported(), "needs a processor with FMA");
        var edges = Sample.Edges.Where((_, i) => i % 37 < 4).ToArray();
        foreach (var a in edges)
            foreach (var b in edges)
                for (var i = 0; i < edges.Length; i += 3)
                    Check(a, b, edges[i]);
    }

    [Fact]
    public void A_tie_broken_only_by_the_far_end_of_the_product_rounds_once()
    {
        // 1 + 2^-24 + 2^-60: rounding the float64 sum first would drop the 2^-60 and then round the tie to even.
        Assert.Equal(MathF.BitIncrement(1f), ScalarMath.Fma(1f / (1 << 30), 1f / (1 << 30), MathF.BitIncrement(1f)));
        var low = MathF.ScaleB(1, -30);
        var sum = ScalarMath.Fma(MathF.ScaleB(1, -12) + MathF.ScaleB(1, -35), MathF.ScaleB(1, -12) + MathF.ScaleB(1, -35), 1f);
        Assert.Equal(MathF.BitIncrement(1f), sum);
        Assert.Equal(low * low, ScalarMath.Fma(low, low, 0f));
    }

    [Fact]
    public void Signs_of_zero_and_invalid_operations_follow_the_standard()
    {
        Assert.True(float.IsNegative(ScalarMath.Fma(-1f, 0f, -0f)));
        Assert.False(float.IsNegative(ScalarMath.Fma(-1f, 0f, 0f)));
        Assert.False(float.IsNegative(ScalarMath.Fma(1f, 1f, -1f)));
        Assert.True(float.IsNaN(ScalarMath.Fma(float.PositiveInfinity, 0f, 1f)));
        Assert.True(float.IsNaN(ScalarMath.Fma(float.PositiveInfinity, 1f, float.NegativeInfinity)));
        Assert.Equal(float.PositiveInfinity, ScalarMath.Fma(float.MaxValue, 2f, 0f));
    }

    private static float Scaled(ulong h, int exponent) =>
        MathF.ScaleB((h & 1) == 0 ? 1 : -1, exponent) * BitConverter.Int32BitsToSingle(0x3F800000 | (int)((h >> 1) & 0x7FFFFF));

    private static void Check(float a, float b, float c)
    {
        var expected = Lane4.Fma(new Lane4(System.Runtime.Intrinsics.Vector128.Create(a)), Lane4.Broadcast(b), Lane4.Broadcast(c)).V[0];
        var actual = ScalarMath.Fma(a, b, c);
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual) && !(float.IsNaN(expected) && float.IsNaN(actual)))
            Assert.Fail($"fma({a:R}, {b:R}, {c:R}) is {expected:R}, not {actual:R}");
    }
}
