using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Int8;

namespace Assay.Engine.Tests.Execution;

/// <summary>One-node graphs of assay-int8-v1 over odd shapes and every edge of its figures.</summary>
internal static class Int8Cases
{
    public static IEnumerable<FastCase> All() => Ends().Concat(Denses()).Concat(Convolutions()).Concat(Pools()).Concat(Pairs()).Concat(Rows());

    private static IEnumerable<FastCase> Ends()
    {
        float[] edges =
        [
            0, -0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 0.49999997f, 126.5f, 127.5f, -128.5f, 1e9f, -1e9f, 3e38f, -3e38f, 1e-40f, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
            .. Enumerable.Range(-130, 260).Select(i => i + 0.5f), .. Enumerable.Range(0, 50).Select(i => (i - 25) / 3f),
        ];
        foreach (var (scale, zero) in new[] { (1f, 0L), (1f, -128), (127f, 127), (0.37f, 5), (float.Epsilon, 1), (float.MaxValue, -1) })
            yield return new($"Quantize by {scale}, {zero}", Primitive.Int8Quantize, Attributes.None.With("inverse_scale", scale).With("zero_point", zero), 1, Tensor.From<float>(Shape.Of(edges.Length), edges));
        foreach (var (scale, zero) in new[] { (1f, 0L), (0.0123f, -128), (float.MaxValue, 127), (float.Epsilon, 3) })
            yield return new($"Dequantize by {scale}, {zero}", Primitive.Int8Dequantize, Attributes.None.With("scale", scale).With("zero_point", zero), 1, Every(256));
        yield return new("Table", Primitive.Int8Table, Attributes.None, 1, Every(700), Tensor.From<sbyte>(Shape.Of(256), [.. TinyInt8.Curve()]));
    }

    private static IEnumerable<FastCase> Denses()
    {
        foreach (var (rows, outputs, inner, zero) in new[] { (1, 1, 1, 0), (1, 10, 16, -128), (3, 17, 33, 127), (2, 64, 64, -3), (9, 16, 100, 12), (1, 40, 1031, 1), (5, 31, 3, -77), (33, 48, 130, 5), (2, 5, 0, 4), (0, 5, 7, 4) })
        {
            yield return Dense($"{rows}x{inner} to {outputs}", rows, outputs, inner, zero);
            if (inner > 30)
                yield return Dense($"{rows}x{inner} to {outputs}, extremes", rows, outputs, inner, zero, isExtreme: true);
        }
        yield return Dense("one group, a table", 4, 20, 70, -9, groups: 1, table: true);
        yield return Dense("three groups, a table, clamped", 4, 20, 70, -9, groups: 3, table: true, low: -60, high: 33);
        yield return Dense("of the greatest shift", 2, 8, 40, 0, groups: 1, shift: 46);
        yield return Dense("of the least shift", 2, 8, 40, 0, groups: 1, shift: 1, multiplier: 1);
        yield return Dense("of the greatest multiplier", 2, 8, 40, 0, groups: 1, shift: 27, multiplier: 32767);
        yield return new("Dense of a row without a batch", Primitive.Int8Dense, Figures(("x_zero_point", 3), ("bias_bound", 1000), ("y_zero_point", 2)), 1,
            Any(5, 12), TinyInt8.Weights(4, 7, 12), TinyInt8.Biases(4, 7), Ints(250), Ints(14));
    }

    private static FastCase Dense(string name, int rows, int outputs, int inner, int zero, bool isExtreme = false, int groups = -1, bool table = false, int low = -128, int high = 127, int shift = 0, int multiplier = 0)
    {
        var x = isExtreme ? Filled(sbyte.MinValue, rows, inner) : Any((ulong)(rows + inner), rows, inner);
        var w = isExtreme ? Filled(-127, outputs, inner) : TinyInt8.Weights(outputs + inner, outputs, inner);
        return new($"Dense {name}", Primitive.Int8Dense, Figures(("x_zero_point", zero), ("bias_bound", 1000), ("y_zero_point", -7), ("low", low), ("high", high)), 1,
            [x, w, TinyInt8.Biases(inner, outputs), .. Scales(groups < 0 ? outputs : groups, outputs, inner, shift, multiplier), .. table ? new[] { Tensor.From<sbyte>(Shape.Of(256), [.. TinyInt8.Curve()]) } : []]);
    }

    private static IEnumerable<FastCase> Convolutions()
    {
        yield return Conv("1x1", [1, 19, 7, 9], [21, 19, 1, 1], 3);
        yield return Conv("3x3 padded", [2, 3, 13, 15], [10, 3, 3, 3], -128, ("pads", [1, 1, 1, 1]));
        yield return Conv("5x5 of one channel", [1, 1, 28, 28], [8, 1, 5, 5], -128);
        yield return Conv("5x5", [1, 8, 12, 12], [16, 8, 5, 5], 0);
        yield return Conv("strided", [1, 4, 20, 21], [12, 4, 3, 5], 127, ("strides", [2, 3]), ("pads", [1, 0, 2, 3]));
        yield return Conv("dilated", [1, 2, 20, 21], [5, 2, 3, 3], 9, ("dilations", [2, 3]), ("pads", [2, 2, 2, 2]));
        yield return Conv("wide", [1, 33, 3, 70], [33, 33, 3, 3], -5, ("pads", [1, 1, 1, 1]));
        yield return Conv("deep", [1, 130, 5, 6], [13, 130, 3, 3], 1, ("pads", [1, 1, 1, 1]));
        yield return Conv("all in padding", [1, 2, 2, 2], [3, 2, 2, 2], 4, ("pads", [3, 3, 3, 3]));
        yield return Conv("no picture", [0, 2, 6, 6], [3, 2, 2, 2], 4);
        yield return Conv("depthwise", [2, 11, 17, 35], [11, 1, 3, 3], -4, 11, ("pads", [1, 1, 1, 1]));
        yield return Conv("depthwise, strided", [1, 5, 17, 18], [5, 1, 3, 5], 100, 5, ("strides", [2, 2]), ("pads", [1, 2, 1, 2]));
        yield return Conv("depthwise, dilated", [1, 3, 12, 50], [3, 1, 5, 2], -128, 3, ("dilations", [1, 3]), ("pads", [2, 2, 2, 2]));
        for (var i = 0; i < 30; i++)
        {
            var noise = new Noise((ulong)i + 500);
            int Next(int from, int to) => from + noise.Below(to - from + 1);
            var (channels, outputs, isDepthwise) = (Next(1, 9), Next(1, 20), i % 4 == 0);
            int kh = Next(1, 4), kw = Next(1, 4), dh = Next(1, 2), dw = Next(1, 3);
            yield return Conv($"random {i}", [Next(1, 2), channels, ((kh - 1) * dh) + Next(1, 12), ((kw - 1) * dw) + Next(1, 40)], [isDepthwise ? channels : outputs, isDepthwise ? 1 : channels, kh, kw],
                Next(-128, 127), isDepthwise ? channels : 1, ("strides", [Next(1, 3), Next(1, 3)]), ("dilations", [dh, dw]), ("pads", [Next(0, 2), Next(0, 2), Next(0, 2), Next(0, 2)]));
        }
    }

    private static FastCase Conv(string name, int[] x, int[] w, int zero, params (string, long[])[] lists) => Conv(name, x, w, zero, 1, lists);

    private static FastCase Conv(string name, int[] x, int[] w, int zero, int group, params (string, long[])[] lists)
    {
        var a = Figures(("x_zero_point", zero), ("bias_bound", 1000), ("y_zero_point", 11), ("low", 11)).With("group", (long)group);
        return new($"Conv {name}", Primitive.Int8Conv, With(a, lists), 1,
            [Any((ulong)(x[1] + w[2]), x), TinyInt8.Weights(w[0], w), TinyInt8.Biases(w[1], w[0]), .. Scales(w[0], w[0], w[1] * w[2] * w[3], 0, 0)]);
    }

    private static IEnumerable<FastCase> Pools()
    {
        (string, int[], int[], (string, long[])[])[] windows =
        [
            ("2x2", [1, 3, 8, 10], [2, 2], [("strides", [2, 2])]), ("3x3 padded", [2, 3, 15, 71], [3, 3], [("pads", [1, 1, 1, 1])]), ("3x3 by 2", [1, 2, 31, 70], [3, 3], [("strides", [2, 2]), ("pads", [0, 1, 1, 0])]),
            ("2x2, an odd place left", [1, 5, 9, 7], [2, 2], [("strides", [2, 2])]), ("of all", [2, 7, 6, 5], [6, 5], []), ("all in padding", [1, 2, 2, 2], [2, 2], [("pads", [3, 3, 3, 3])]), ("2x2, wide", [1, 2, 4, 133], [2, 2], [("strides", [2, 2])]),
        ];
        foreach (var (name, x, kernel, lists) in windows)
        {
            long[] shape = [.. kernel.Select(k => (long)k)];
            yield return new($"MaxPool {name}", Primitive.Int8MaxPool, With(Attributes.None, [("kernel_shape", shape), .. lists]), 1, Any(3, x));
            foreach (var zero in new[] { -128, 127, 6 })
                yield return new($"AveragePool {name}, {zero}", Primitive.Int8AveragePool, With(Figures(("x_zero_point", zero), ("y_zero_point", -zero / 2)), [("kernel_shape", shape), .. lists]), 1,
                    Any(4, x), Ints((1 << 14) / (kernel[0] * kernel[1])), Ints(14));
        }
        // A divisor of its own for each place.
        yield return new("AveragePool by place", Primitive.Int8AveragePool, With(Figures(("x_zero_point", 2), ("y_zero_point", 1)), [("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1])]), 1,
            Any(5, 1, 3, 3, 4), Ints(4096, 2731, 1820), Ints(14, 14, 14), Ints(0, 1, 1, 0, 1, 2, 2, 1, 0, 1, 1, 0));
    }

    private static IEnumerable<FastCase> Pairs()
    {
        foreach (var (p, q, shift) in new[] { (1, 1, 1), (1 << 20, 777_777, 20), (2_097_152, 1, 21), (3, 5, 3) })
            yield return new($"Add {p} and {q}", Primitive.Int8Add, Figures(("a_multiplier", p), ("b_multiplier", q), ("a_zero_point", -128 + (p % 3)), ("b_zero_point", 60), ("y_zero_point", 1), ("low", -120)), 1,
                Any(1, 3, 5, 47), Any(2, 3, 5, 47), Ints(1), Ints(shift));
        foreach (var (a, b, zeroA, zeroB) in new[] { (new[] { 1, 3, 5 }, new[] { 1, 5, 7 }, 1, -1), ([1, 1, 1], [1, 1, 1], -128, 127), ([2, 4, 9, 40], [2, 4, 40, 9], 0, 0), ([1, 33, 64], [1, 64, 65], -128, 3), ([3, 16, 100], [3, 100, 16], 127, -128), ([1, 4, 0], [1, 0, 3], 1, 1) })
            yield return new($"MatMul {string.Join('x', a)} and {string.Join('x', b)}", Primitive.Int8MatMul, Figures(("a_zero_point", zeroA), ("b_zero_point", zeroB), ("y_zero_point", 4)), 1,
                Any(8, a), Any(9, b), Ints(Math.Max(1, 20000 / (8 * (a[^1] + 1)))), Ints(21));
    }

    private static IEnumerable<FastCase> Rows()
    {
        foreach (var (dims, causal) in new[] { (new[] { 5 }, 0L), ([3, 1], 0), ([2, 17, 17], 1), ([2, 9, 64], 1), ([1, 40, 9], 1), ([4, 1024], 0), ([6, 33], 0) })
            yield return new($"Softmax {string.Join('x', dims)}{(causal == 1 ? ", causal" : "")}", Primitive.Int8Softmax, Attributes.None.With("causal", causal), 1, Any(6, dims), Ints(TinyInt8.Exponents()));
        yield return new("Softmax of a step", Primitive.Int8Softmax, Attributes.None, 1, Any(7, 3, 20), Ints([7, .. Enumerable.Repeat(0, 255)]));
        foreach (var (dims, gain, epsilon) in new[] { (new[] { 64 }, 160, 900), ([3, 1], 8191, 1), ([5, 7], 33, 1 << 22), ([2, 3, 768], 1000, 500), ([2, 1024], 8191, 1), ([4, 100], 1, 77), ([2, 2], 40, 3) })
        {
            var a = Figures(("gain", gain), ("epsilon", epsilon), ("y_zero_point", -4), ("low", -100), ("high", 101));
            yield return new($"Normalize {string.Join('x', dims)}", Primitive.Int8Normalize, a, 1, Any(11, dims));
            yield return new($"Normalize {string.Join('x', dims)}, extremes", Primitive.Int8Normalize, a, 1, Halves(dims));
            yield return new($"Normalize {string.Join('x', dims)}, all one", Primitive.Int8Normalize, a, 1, Filled(-128, dims));
        }
    }

    /// <summary>Multipliers, shifts and groups that leave most outputs unclamped.</summary>
    private static IEnumerable<Tensor?> Scales(int groups, int channels, int inner, int shift, int multiplier)
    {
        var noise = new Noise((ulong)(groups + inner));
        yield return Ints([.. Enumerable.Range(0, groups).Select(_ => multiplier > 0 ? multiplier : 1 + noise.Below(2 * Math.Max(1, (int)(4_000_000 / (75 * 74 * Math.Sqrt(inner + 1))))))]);
        yield return Ints([.. Enumerable.Range(0, groups).Select(g => shift > 0 ? shift : 16 + (g % 2))]);
        yield return groups == 1 ? null : Ints([.. Enumerable.Range(0, channels).Select(c => (c * 7) % groups)]);
    }

    private static Attributes Figures(params (string Name, long Value)[] figures) => figures.Aggregate(Attributes.None, (a, f) => a.With(f.Name, f.Value));

    private static Attributes With(Attributes a, (string Name, long[] Values)[] lists) => lists.Aggregate(a, (all, l) => all.With(l.Name, ImmutableArray.Create(l.Values)));

    private static Tensor Ints(params int[] values) => Tensor.From<int>(Shape.Of(values.Length), values);

    private static Tensor Any(ulong seed, params int[] dims)
    {
        var noise = new Noise(seed);
        var tensor = Tensor.Create(DType.Int8, Shape.Of(dims));
        foreach (ref var v in tensor.MutableSpan<sbyte>())
            v = noise.Below(9) == 0 ? (noise.Below(2) == 0 ? sbyte.MinValue : sbyte.MaxValue) : (sbyte)noise.Next();
        return tensor;
    }

    private static Tensor Every(int count) => Tensor.From<sbyte>(Shape.Of(count), [.. Enumerable.Range(0, count).Select(i => (sbyte)i)]);

    private static Tensor Filled(sbyte value, params int[] dims)
    {
        var tensor = Tensor.Create(DType.Int8, Shape.Of(dims));
        tensor.MutableSpan<sbyte>().Fill(value);
        return tensor;
    }

    private static Tensor Halves(params int[] dims)
    {
        var tensor = Filled(sbyte.MinValue, dims);
        for (var i = 0; i < tensor.Count; i += 2)
            tensor.MutableSpan<sbyte>()[i] = sbyte.MaxValue;
        return tensor;
    }
}
