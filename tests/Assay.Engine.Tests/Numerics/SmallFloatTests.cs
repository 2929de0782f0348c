using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>Floats of 8 and 4 bits: every code against its meaning, and every rounding against all codes.</summary>
public sealed class SmallFloatTests
{
    private static readonly (string Name, SmallFloat Format, int Codes, float Greatest, float Least)[] Formats =
    [
        ("e4m3fn", SmallFloat.E4M3FN, 256, 448, 1f / 512),
        ("e4m3fnuz", SmallFloat.E4M3FNUZ, 256, 240, 1f / 1024),
        ("e5m2", SmallFloat.E5M2, 256, 57344, 1f / 65536),
        ("e5m2fnuz", SmallFloat.E5M2FNUZ, 256, 57344, 1f / 131072),
        ("e2m1", SmallFloat.E2M1, 16, 6, 0.5f),
    ];

    [Fact]
    public void Every_number_comes_back_as_itself()
    {
        foreach (var (name, format, codes, greatest, least) in Formats)
        {
            float high = 0, low = float.MaxValue;
            for (var code = 0; code < codes; code++)
            {
                var value = format.ToSingle((byte)code);
                if (float.IsNaN(value))
                {
                    Assert.Equal(0x7FC00000, BitConverter.SingleToInt32Bits(value));
                    continue;
                }
                Assert.True(format.FromSingle(value, saturate: false) == code, $"{name} {code:X2}");
                if (float.IsFinite(value))
                    high = MathF.Max(high, value);
                if (value > 0)
                    low = MathF.Min(low, value);
            }
            Assert.Equal((greatest, least), (high, low));
        }
    }

    [Fact]
    public void Everything_between_goes_to_the_nearest_with_ties_to_even()
    {
        foreach (var (name, format, codes, greatest, _) in Formats)
        {
            var numbers = Enumerable.Range(0, codes / 2).Select(c => (Code: c, Value: format.ToSingle((byte)c))).Where(n => float.IsFinite(n.Value)).OrderBy(n => n.Value).ToArray();
            for (var i = 0; i + 1 < numbers.Length; i++)
            {
                var (below, above) = (numbers[i], numbers[i + 1]);
                var middle = (below.Value + above.Value) / 2;
                var even = (below.Code & 1) == 0 ? below.Code : above.Code;
                Assert.True(format.FromSingle(middle, true) == even, $"{name} {middle}");
                Assert.True(format.FromSingle(MathF.BitDecrement(middle), true) == below.Code, $"{name} below {middle}");
                Assert.True(format.FromSingle(MathF.BitIncrement(middle), true) == above.Code, $"{name} above {middle}");
                if (middle > 0 && even != 0)
                    Assert.True(format.FromSingle(-middle, true) == (even | codes / 2), $"{name} {-middle}");
            }
            Assert.Equal(greatest, format.ToSingle(format.FromSingle(float.MaxValue, true)));
            Assert.Equal(-greatest, format.ToSingle(format.FromSingle(float.NegativeInfinity, true)));
        }
    }

    [Fact]
    public void What_is_too_large_or_no_number_becomes_what_the_format_has_for_it()
    {
        Assert.Equal([0x7F, 0xFF, 0x7F], Codes(SmallFloat.E4M3FN));
        Assert.Equal([0x80, 0x80, 0x80], Codes(SmallFloat.E4M3FNUZ));
        Assert.Equal([0x7C, 0xFC, 0x7E], Codes(SmallFloat.E5M2));
        Assert.Equal([0x80, 0x80, 0x80], Codes(SmallFloat.E5M2FNUZ));
        Assert.Equal([0x07, 0x0F, 0x08], Codes(SmallFloat.E2M1));
        Assert.Equal([0x80, 0, 0x80, 0, 0x08], Formats.Select(f => (int)f.Format.FromSingle(-0f, true)));
        Assert.Equal([0x80, 0, 0x80, 0, 0x08], Formats.Select(f => (int)f.Format.FromSingle(-1e-30f, true)));

        static int[] Codes(SmallFloat f) => [f.FromSingle(1e30f, false), f.FromSingle(float.NegativeInfinity, false), f.FromSingle(float.NaN, false)];
    }

    [Fact]
    public void Scales_are_powers_of_two_rounded_up_down_or_to_the_nearest()
    {
        for (var code = 0; code < 255; code++)
            foreach (var mode in new[] { "up", "down", "nearest" })
                Assert.Equal(code, PowerFloat.FromSingle(PowerFloat.ToSingle((byte)code), true, mode));
        Assert.Equal([0x80, 0x7F, 0x7F], Modes(1.25f));
        Assert.Equal([0x80, 0x7F, 0x80], Modes(-1.5f));
        Assert.Equal([0, 0, 0], Modes(0));
        Assert.Equal([1, 0, 1], Modes(BitConverter.Int32BitsToSingle(0x00600000)));
        Assert.Equal([0xFE, 0xFE, 0xFE], Modes(float.MaxValue));
        Assert.Equal(0xFF, PowerFloat.FromSingle(float.MaxValue, false, "up"));
        Assert.Equal([0xFF, 0xFF, 0xFF], Modes(float.NaN));
        Assert.True(float.IsNaN(PowerFloat.ToSingle(0xFF)));

        static int[] Modes(float v) => [PowerFloat.FromSingle(v, true, "up"), PowerFloat.FromSingle(v, true, "down"), PowerFloat.FromSingle(v, true, "nearest")];
    }
}
