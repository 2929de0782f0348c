using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public class HalfFloatTests
{
    [Fact]
    public void Every_float16_converts_exactly_and_comes_back()
    {
        for (var bits = 0; bits < 65536; bits++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            var actual = HalfFloat.ToSingle((ushort)bits);
            if (float.IsNaN(expected))
            {
                Assert.Equal(0x7FC00000, BitConverter.SingleToInt32Bits(actual));
                Assert.Equal(HalfFloat.CanonicalNaN, HalfFloat.FromSingle(actual));
                continue;
            }
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
            Assert.Equal((ushort)bits, HalfFloat.FromSingle(actual));
        }
    }

    [Fact]
    public void Float32_rounds_to_the_nearest_float16_ties_to_even()
    {
        foreach (var x in Probes())
            Assert.True(float.IsNaN(x) || BitConverter.HalfToUInt16Bits((Half)x) == HalfFloat.FromSingle(x), $"{x:R}");
        Assert.Equal(0x7BFF, HalfFloat.FromSingle(65519.99f));
        Assert.Equal(0x7C00, HalfFloat.FromSingle(65520f));
        Assert.Equal(0x0000, HalfFloat.FromSingle(MathF.ScaleB(1, -25)));
        Assert.Equal(0x0001, HalfFloat.FromSingle(MathF.BitIncrement(MathF.ScaleB(1, -25))));
        Assert.Equal(0x0002, HalfFloat.FromSingle(MathF.ScaleB(3, -25)));
    }

    [Fact]
    public void Every_bfloat16_comes_back_and_float32_rounds_to_the_nearest()
    {
        for (var bits = 0; bits < 65536; bits++)
        {
            var x = BrainFloat.ToSingle((ushort)bits);
            Assert.Equal(float.IsNaN(x) ? BrainFloat.CanonicalNaN : (ushort)bits, BrainFloat.FromSingle(x));
        }
        Assert.Equal(0x3F80, BrainFloat.FromSingle(BitConverter.Int32BitsToSingle(0x3F808000)));
        Assert.Equal(0x3F81, BrainFloat.FromSingle(BitConverter.Int32BitsToSingle(0x3F808001)));
        Assert.Equal(0x3F82, BrainFloat.FromSingle(BitConverter.Int32BitsToSingle(0x3F818000)));
        Assert.Equal(0x7F80, BrainFloat.FromSingle(float.MaxValue));
    }

    /// <summary>The neighbourhood of every float16 and of every point half-way between two.</summary>
    private static IEnumerable<float> Probes()
    {
        for (var bits = 0; bits < 65536; bits++)
        {
            var x = HalfFloat.ToSingle((ushort)bits);
            var next = HalfFloat.ToSingle((ushort)(bits + 1));
            var middle = (x / 2) + (next / 2);
            yield return MathF.BitDecrement(x);
            yield return MathF.BitIncrement(x);
            yield return MathF.BitDecrement(middle);
            yield return middle;
            yield return MathF.BitIncrement(middle);
        }
        for (var i = 0ul; i < 1_000_000; i++)
            yield return Sample.Any(i);
    }
}
