using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Numerics.Int8;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>The clauses of docs/spec/assay-int8-v1.md, with numbers that stand in no other program.</summary>
public sealed class Int8Tests
{
    [Theory]
    [InlineData(3, 1, 1, 0, 2)]     // 1.5: ties go up
    [InlineData(-3, 1, 1, 0, -1)]   // -1.5
    [InlineData(-1, 1, 1, 0, 0)]    // -0.5
    [InlineData(1, 1, 2, 0, 0)]     // 0.25
    [InlineData(1056964608, 32767, 46, -1, -1)]
    [InlineData(1056964608, 32767, 38, 5, 127)]
    [InlineData(-1056964608, 32767, 38, 5, -121)]
    [InlineData(1000, 300, 12, -3, 70)]
    public void A_requantisation_is_a_rounded_shift(int accumulator, int multiplier, int shift, int zero, int y) =>
        Assert.Equal(y, Requantisation.Of(multiplier, shift, zero).Apply(accumulator, 0));

    [Fact]
    public void The_clamp_comes_before_the_table()
    {
        var to = Requantisation.Of(1, 1, 0, low: -2, high: 3) with { Table = [.. Enumerable.Range(0, 256).Select(i => (sbyte)(i - 28))] };
        Assert.Equal([98, 98, 100, 103, 103], new[] { -1000, -4, 0, 6, 1000 }.Select(acc => (int)to.Apply(acc, 0)));
    }

    [Fact]
    public void The_padding_of_a_convolution_is_the_zero_point()
    {
        var x = Tensor.From<sbyte>(Shape.Of(1, 1, 1, 2), [12, -128]);
        var w = Tensor.From<sbyte>(Shape.Of(1, 1, 3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var a = Attributes.None.With("x_zero_point", 10L).With("bias_bound", 1000L).With("y_zero_point", 0L).With("pads", System.Collections.Immutable.ImmutableArray.Create(1L, 1, 1, 1));
        // 5 · 2 + 6 · -138 + 1000, and 4 · 2 + 5 · -138 + 1000.
        Assert.Equal([(sbyte)(182 / 2), 127], Run(new("padding", Primitive.Int8Conv, a, 1, x, w, Ints(1000), Ints(1), Ints(1))));
    }

    [Fact]
    public void A_softmax_is_255_parts_to_the_nearest()
    {
        var exponents = Ints([1024, 512, .. Enumerable.Repeat(0, 254)]);
        var x = Tensor.From<sbyte>(Shape.Of(1, 3), [5, 4, -100]);
        // 255 · 2/3 = 170, 255 / 3 = 85.
        Assert.Equal([42, -43, -128], Run(new("softmax", Primitive.Int8Softmax, Attributes.None, 1, x, exponents)));
        var square = Tensor.From<sbyte>(Shape.Of(1, 2, 2), [1, 1, 1, 1]);
        // 127.5 goes up.
        Assert.Equal([127, -128, 0, 0], Run(new("causal", Primitive.Int8Softmax, Attributes.None.With("causal", 1L), 1, square, exponents)));
    }

    [Fact]
    public void A_normalisation_is_near_that_of_real_numbers()
    {
        const int Length = 100, Gain = 400;
        var noise = new Noise(4);
        var x = Tensor.From<sbyte>(Shape.Of(Length), [.. Enumerable.Range(0, Length).Select(_ => (sbyte)(noise.Below(120) - 50))]);
        var values = x.Span<sbyte>().ToArray().Select(v => (double)v).ToArray();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Length);
        var y = Run(new("normalize", Primitive.Int8Normalize, Attributes.None.With("gain", (long)Gain).With("epsilon", 1L).With("y_zero_point", 3L), 1, x));
        for (var i = 0; i < Length; i++)
            Assert.InRange(y[i] - (3 + (Gain / Math.Sqrt(Length) * (values[i] - mean) / deviation)), -0.7, 0.7);
    }

    [Fact]
    public void Roots_are_the_nearest_whole_numbers()
    {
        foreach (var v in Enumerable.Range(1, 5000).Concat(Enumerable.Range(1, 32700).SelectMany(s => new[] { (s * s) - s, (s * s) - s + 1, s * s, (s * s) + s })).Where(v => v > 0))
        {
            long s = Int8Rows.Root(v);
            Assert.True((s * s) - s < v && v <= (s * s) + s, $"the root of {v} is not {s}");
        }
    }

    [Fact]
    public void The_fineness_is_the_largest_that_leaves_squares_in_range()
    {
        for (var n = 1; n <= 1024; n++)
        {
            long f = Int8Rows.Fineness(n), padded = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)n);
            Assert.True(f * f * padded <= 1 << 16 && 4 * f * f * padded > 1 << 16, $"{n}: {f}");
        }
        Assert.Equal([8, 8, 32], new[] { 1024, 768, 64 }.Select(Int8Rows.Fineness));
    }

    private static sbyte[] Run(FastCase test)
    {
        var (graph, inputs) = test.Build(constants: true);
        return Reference.Run(graph, inputs)[0].Value.Span<sbyte>().ToArray();
    }

    private static Tensor Ints(params int[] values) => Tensor.From<int>(Shape.Of(values.Length), values);
}
