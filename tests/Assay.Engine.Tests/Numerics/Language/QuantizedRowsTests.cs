using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics.Language;

/// <summary>The scalar reference of section 1 of assay-llm-v1, against numbers worked out otherwise: by hand, and in float64.</summary>
public sealed class QuantizedRowsTests
{
    [Fact]
    public void A_block_of_Q4_0_has_its_first_half_in_the_low_bits()
    {
        var row = new byte[18];
        (row[0], row[1]) = (0x00, 0x38); // 0.5
        for (var i = 0; i < 16; i++)
            row[2 + i] = (byte)(i | ((15 - i) << 4));
        var y = new float[32];
        QuantizedRows.Widen(WeightType.Q4_0, row, y);
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal((i - 8) * 0.5f, y[i]);
            Assert.Equal((7 - i) * 0.5f, y[16 + i]);
        }
    }

    [Fact]
    public void The_scales_of_Q4_K_are_six_bits_of_twelve_bytes()
    {
        // s = 1, 2, 3, 4, 0x35, 0x26, 0x17, 0x08 and m = 5, 6, 7, 8, 0x3F, 0x2E, 0x1D, 0x0C, every number 1, d = 1 and dmin = 1.
        byte[] s = [1, 2, 3, 4, 0x35, 0x26, 0x17, 0x08], m = [5, 6, 7, 8, 0x3F, 0x2E, 0x1D, 0x0C];
        var row = new byte[144];
        (row[1], row[3]) = (0x3C, 0x3C);
        for (var j = 0; j < 4; j++)
        {
            row[4 + j] = (byte)(s[j] | (s[j + 4] >> 4 << 6));
            row[8 + j] = (byte)(m[j] | (m[j + 4] >> 4 << 6));
            row[12 + j] = (byte)((s[j + 4] & 15) | (m[j + 4] << 4));
        }
        row.AsSpan(16).Fill(0x11);
        var y = new float[256];
        QuantizedRows.Widen(WeightType.Q4_K, row, y);
        for (var i = 0; i < 256; i++)
            Assert.Equal(s[i / 32] - m[i / 32], y[i]);
    }

    [Fact]
    public void The_fifth_bit_of_Q5_K_and_the_high_two_of_Q6_K_go_by_sub_blocks()
    {
        var row = new byte[176];
        row[1] = 0x3C;
        row.AsSpan(4, 12).Fill(1); // s[j] = 1 for j < 4, 1 beyond
        for (var i = 0; i < 32; i++)
            row[16 + i] = 0b10100101;
        var y = new float[256];
        QuantizedRows.Widen(WeightType.Q5_K, row, y);
        for (var i = 0; i < 256; i++)
            Assert.Equal((i / 32) is 0 or 2 or 5 or 7 ? 16 : 0, y[i]);

        row = new byte[210];
        row[209] = 0x3C;
        for (var j = 0; j < 16; j++)
            row[192 + j] = (byte)(sbyte)(j - 8);
        for (var i = 0; i < 64; i++)
            row[128 + i] = 0b11_10_01_00;
        QuantizedRows.Widen(WeightType.Q6_K, row, y);
        for (var i = 0; i < 256; i++)
            Assert.Equal(((i / 32 % 4 * 16) - 32) * ((i / 16) - 8), y[i]);
    }

    [Fact]
    public void Activations_are_whole_numbers_of_at_most_127_that_stand_for_the_block()
    {
        var x = Sample.Units(320, 3);
        var (a, scales) = (new sbyte[320], new float[10]);
        QuantizedRows.Quantize(x, a, scales);
        for (var i = 0; i < x.Length; i++)
            Assert.Equal((double)x[i], a[i] * (double)scales[i / 32], scales[i / 32] * 0.501);
        for (var block = 0; block < 10; block++)
            Assert.Equal(127, a.Skip(block * 32).Take(32).Max(value => Math.Abs((int)value)));
    }

    [Fact]
    public void Halves_of_a_step_go_to_the_even_number()
    {
        var x = new float[32];
        (x[0], x[1], x[2], x[3], x[4]) = (127, 0.5f, 1.5f, -2.5f, -126.5f);
        var (a, scales) = (new sbyte[32], new float[1]);
        QuantizedRows.Quantize(x, a, scales);
        Assert.Equal([127, 0, 2, -2, -126], a[..5]);
        Assert.Equal(1, scales[0]);
    }

    [Fact]
    public void A_block_that_is_not_finite_is_NaN_and_one_next_to_nothing_is_zero()
    {
        var x = new float[128];
        x[3] = float.NaN;
        x[40] = float.NegativeInfinity;
        x[70] = 7.8886e-31f; // just below 2^-100
        x[100] = 7.88860905e-31f;
        var (a, scales) = (new sbyte[128], new float[4]);
        QuantizedRows.Quantize(x, a, scales);
        Assert.Equal([0x7FC00000, 0x7FC00000, 0], scales[..3].Select(BitConverter.SingleToInt32Bits));
        Assert.All(a[..96], value => Assert.Equal(0, value));
        Assert.Equal(127, a[100]);
    }

    [Fact]
    public void A_product_is_near_what_the_widened_row_gives_in_float64()
    {
        foreach (var type in StoredRows.Types)
        {
            const int columns = 512;
            var row = StoredRows.Make(type, 1, columns, 7);
            var x = StoredRows.Activations(columns, 11);
            var (wide, y) = (new float[columns], new float[1]);
            QuantizedRows.Widen(type, row, wide);
            QuantizedRows.Product(type, row, x, [0.25f], y);
            var (a, scales) = (new sbyte[columns], new float[columns / 32]);
            QuantizedRows.Quantize(x, a, scales);
            double expected = 0.25, size = 0;
            for (var c = 0; c < columns; c++)
            {
                var activation = type.IsQuantized ? (double)a[c] * scales[c / 32] : x[c];
                expected += wide[c] * activation;
                size += Math.Abs(wide[c] * activation);
            }
            Assert.True(Math.Abs(expected - y[0]) <= 1e-6 * size, $"{type}: {y[0]} rather than {expected}");
        }
    }

    [Fact]
    public void Hostile_rows_give_canonical_NaN_and_no_other()
    {
        foreach (var type in StoredRows.Types)
            for (ulong seed = 0; seed < 20; seed++)
            {
                var y = new float[3];
                QuantizedRows.Product(type, StoredRows.Make(type, 3, 256, seed, hostile: true), StoredRows.Activations(256, seed, hostile: true), [], y);
                foreach (var value in y)
                    Assert.Equal(BitConverter.SingleToInt32Bits(ScalarMath.Canonical(value)), BitConverter.SingleToInt32Bits(value));
            }
    }
}
