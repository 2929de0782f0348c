using Assay.Engine.Models;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>Rows that are normalised and attention, for comparing executors.</summary>
internal static class AxisCases
{
    public static IEnumerable<FastCase> Rows()
    {
        (int[] X, int Axis, int[]? Scale, int[]? Bias)[] shapes =
        [
            ([5, 7], -1, [7], [7]), ([3, 64], -1, [64], null), ([2, 3, 33], 2, null, null), ([2, 3, 33], 1, [3, 33], [3, 33]), ([4, 1000], 1, [1000], [1000]),
            ([2, 3, 50], 2, [3, 1], [3, 1]), ([2, 3, 4, 17], 2, [3, 4, 1], [3, 4, 1]), ([2, 3, 4, 17], 2, [1], [17]), ([2, 3, 4, 17], 2, [1, 17], [4, 17]),
            ([7], 0, [7], null), ([6, 1], 1, [1], [1]), ([0, 5], 1, [5], null), ([2, 1, 40], 0, [2, 1, 40], [40]), ([300, 8], 1, [8], [8]),
        ];
        foreach (var (x, axis, scale, bias) in shapes)
            foreach (var type in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
            {
                var a = Attributes.None.With("axis", (long)axis).With("epsilon", 1e-3f);
                var operand = FastCase.Floats(3, type == DType.Float32 && x.Length > 2, type, x);
                Tensor? s = scale is null ? null : FastCase.Floats(4, false, type, scale), b = bias is null ? null : FastCase.Floats(5, false, type, bias);
                var name = $"{type} {string.Join('x', x)} at {axis}, {(scale is null ? "-" : string.Join('x', scale))}, {(bias is null ? "-" : string.Join('x', bias))}";
                yield return new($"LayerNormalization {name}", Primitive.LayerNormalization, a, 1, operand, s, b);
                yield return new($"LayerNormalization with statistics {name}", Primitive.LayerNormalization, a, 3, operand, s, b);
                yield return new($"RmsNormalization {name}", Primitive.RmsNormalization, a, 1, operand, s);
            }
    }

    public static IEnumerable<FastCase> Attention() => Attentions(wild: false);

    public static IEnumerable<FastCase> WildAttention() => Attentions(wild: true);

    public static IEnumerable<FastCase> LinearAttention()
    {
        (int B, int T, int H, int G, int D, int M)[] shapes = [(1, 1, 1, 1, 1, 1), (2, 3, 4, 2, 5, 7), (1, 9, 2, 2, 16, 50), (2, 4, 3, 1, 3, 33), (1, 0, 1, 1, 2, 2)];
        var seed = 300ul;
        foreach (var (b, t, h, g, d, m) in shapes)
            foreach (var kinds in Enumerable.Range(0, 24))
            {
                var type = (seed++ % 4) switch { 3 => DType.Float16, _ => DType.Float32 };
                var a = Attributes.None.With("q_num_heads", (long)h).With("kv_num_heads", (long)g);
                Tensor? Maybe(bool there, ulong salt, params int[] dims) => there ? FastCase.Floats(seed + salt, false, type, dims) : null;
                var beta = kinds % 3 > 0;
                yield return new($"{type} linear {b}x{t}x{h}/{g}, {d} by {m}, {kinds}", Primitive.LinearAttention, kinds % 5 == 0 ? a.With("scale", 0.7f) : a, 2,
                    FastCase.Floats(seed, kinds == 7, type, b, t, h * d), FastCase.Floats(seed + 1, false, type, b, t, g * d), FastCase.Floats(seed + 2, false, type, b, t, g * m),
                    Maybe(kinds % 2 == 0, 3, b, g, d, m), Maybe(kinds % 4 > 1, 4, b, t, kinds % 4 == 2 ? g : g * d), Maybe(beta, 5, b, t, kinds % 3 == 1 ? g : 1), Maybe(beta && kinds > 11, 6, b, t, g * d));
            }
    }

    private static IEnumerable<FastCase> Attentions(bool wild)
    {
        (int B, int H, int G, int L, int S, int E, int F)[] shapes =
        [
            (1, 1, 1, 1, 1, 1, 1), (2, 3, 3, 4, 6, 8, 10), (1, 4, 2, 5, 17, 16, 16), (1, 2, 1, 19, 33, 7, 5), (2, 2, 2, 3, 150, 8, 64),
            (1, 1, 1, 20, 20, 4, 50), (1, 6, 2, 1, 300, 12, 20), (1, 1, 1, 40, 49, 3, 100),
        ];
        var seed = wild ? 100ul : 1;
        foreach (var (b, h, g, l, s, e, f) in shapes)
            foreach (var bias in new[] { null, new[] { s }, [l, s], [1, h, l, s], [b, 1, 1, s], [b, h, l, Math.Max(1, s - 3)] })
                foreach (var offsets in new long[]?[] { null, [0], [s - l], [.. Enumerable.Range(0, b).Select(i => i - 2L)] })
                {
                    var type = (seed++ % 5) switch { 3 => DType.Float16, 4 => DType.BFloat16, _ => DType.Float32 };
                    var a = seed % 3 == 0 ? Attributes.None.With("softcap", 2f) : seed % 3 == 1 ? Attributes.None.With("scale", 0.3f) : Attributes.None;
                    var lengths = seed % 4 == 0 ? FastCase.Ints([.. Enumerable.Range(0, b).Select(i => (long)(s - i - 1))]) : null;
                    yield return new($"{type} {b}x{h}/{g}x{l} of {s}, {e}, {f}, bias {(bias is null ? "-" : string.Join('x', bias))}, offsets {(offsets is null ? "-" : string.Join(',', offsets))}, {seed}",
                        Primitive.Attention, a, 1,
                        FastCase.Floats(seed, wild, type, b, h, l, e), FastCase.Floats(seed + 1, wild, type, b, g, s, e), FastCase.Floats(seed + 2, wild, type, b, g, s, f),
                        bias is null ? null : Masked(seed, type, bias), lengths, offsets is null ? null : FastCase.Ints(offsets));
                }
    }

    /// <summary>A bias that masks some keys, and in some rows all.</summary>
    private static Tensor Masked(ulong seed, DType type, int[] dims)
    {
        var bias = Tensor.Create(DType.Float32, Shape.Of(dims));
        var values = bias.MutableSpan<float>();
        for (var i = 0; i < values.Length; i++)
        {
            var row = Sample.Hash(seed * 7919 + (ulong)(i / dims[^1]));
            values[i] = row % 4 == 0 || row % 4 == 1 && Sample.Hash(seed + (ulong)i) % 3 == 0 ? float.NegativeInfinity : row % 4 == 2 && i % dims[^1] > 2 ? float.NegativeInfinity : i % 7 * 0.25f;
        }
        if (type == DType.Float32)
            return bias;
        var narrow = Tensor.Create(type, bias.Shape);
        for (var i = 0; i < values.Length; i++)
            narrow.MutableSpan<ushort>()[i] = type == DType.Float16 ? BitConverter.HalfToUInt16Bits((Half)values[i]) : (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
        return narrow;
    }
}
