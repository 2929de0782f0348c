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
    public void Blocks_with_fifth_bits_hold_them_by_element_and_those_with_a_minimum_add_it()
    {
        // q counts down from 31 to 0: elements 0 to 15 have the fifth bit.
        byte[] low = [.. Enumerable.Range(0, 16).Select(i => (byte)((15 - i) | ((15 - i) << 4)))];
        var y = new float[32];
        QuantizedRows.Widen(WeightType.Q5_0, [0x00, 0x38, 0xFF, 0xFF, 0x00, 0x00, .. low], y);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (15 - i) * 0.5f), y);
        QuantizedRows.Widen(WeightType.Q5_1, [0x00, 0x38, 0x00, 0xC4, 0xFF, 0xFF, 0x00, 0x00, .. low], y);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => ((31 - i) * 0.5f) - 4), y);
        QuantizedRows.Widen(WeightType.Q4_1, [0x00, 0x38, 0x00, 0xC4, .. low], y);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => ((15 - (i % 16)) * 0.5f) - 4), y);
    }

    [Fact]
    public void The_scales_of_Q3_K_are_six_bits_of_twelve_bytes_and_its_third_bits_go_by_sub_blocks()
    {
        // s = 4j - 30 for j = 0 to 15; every number has its two low bits from its sub-block; the third bit is set in sub-blocks 0, 2, 5, 7. d = 1.
        var row = new byte[110];
        row[109] = 0x3C;
        row.AsSpan(0, 32).Fill(0b10100101);
        row.AsSpan(32, 64).Fill(0b11_10_01_00);
        for (var j = 0; j < 16; j++)
        {
            var s = (4 * j) + 2;
            row[96 + (j % 8)] |= (byte)((s & 15) << (j / 8 * 4));
            row[104 + (j % 4)] |= (byte)(s >> 4 << (j / 4 * 2));
        }
        var y = new float[256];
        QuantizedRows.Widen(WeightType.Q3_K, row, y);
        for (var i = 0; i < 256; i++)
            Assert.Equal(((i / 32 % 4) - ((i / 32) is 0 or 2 or 5 or 7 ? 0 : 4)) * ((4 * (i / 16)) - 30), y[i]);
    }

    [Fact]
    public void Each_sixteen_numbers_of_Q2_K_have_a_scale_and_a_minimum()
    {
        var row = new byte[84];
        (row[81], row[83]) = (0x3C, 0x38); // d = 1, dmin = 0.5
        for (var j = 0; j < 16; j++)
            row[j] = (byte)(j | ((15 - j) << 4));
        row.AsSpan(16, 64).Fill(0b11_10_01_00);
        var y = new float[256];
        QuantizedRows.Widen(WeightType.Q2_K, row, y);
        for (var i = 0; i < 256; i++)
            Assert.Equal((i / 32 % 4 * (i / 16)) - (0.5f * (15 - (i / 16))), y[i]);
    }

    /// <summary>SHA-256 (its first half) of what ggml's dequantize_row_TYPE, of the library in node-llama-cpp 3.22.1, made of the same rows, -0 written as 0.</summary>
    [Theory]
    [InlineData(WeightType.Q8_0, "79723e89f8ee0a416268569feaf42f0c")]
    [InlineData(WeightType.Q4_0, "64dc401bea369f70d9c2cc458958b5ad")]
    [InlineData(WeightType.Q4_1, "789100c55a4e6feb0d962132c376a865")]
    [InlineData(WeightType.Q5_0, "9389b8cb51dc9e57c18d05746dfa61ce")]
    [InlineData(WeightType.Q5_1, "d7cf4bd81fe2730dfe24eed62e0ad8dc")]
    [InlineData(WeightType.Q2_K, "b2f786f3ff1fa70a0119cde46a4f6165")]
    [InlineData(WeightType.Q3_K, "3d02c86c28d30c46704ee4102f03b135")]
    [InlineData(WeightType.Q4_K, "b643fe7cb357efc7a9f83dd8d86c1848")]
    [InlineData(WeightType.Q5_K, "8c04b184a5efea8b732f736cc459d327")]
    [InlineData(WeightType.Q6_K, "46ef446e60fa7f8793fd2812de7db516")]
    public void Rows_are_the_numbers_that_ggml_makes_of_them(WeightType type, string theirs)
    {
        var y = new float[4096];
        QuantizedRows.Widen(type, StoredRows.Make(type, 1, y.Length, 7), y);
        var bytes = y.SelectMany(v => BitConverter.GetBytes(v + 0f)).ToArray();
        Assert.Equal(theirs, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..32]);
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
