using System.Collections.Immutable;
using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Tests.Execution;

namespace Assay.Engine.Tests.Conformance;

/// <summary>Vectors of primitives that few comparisons of executors have: movement by index, along axes, images, signals.</summary>
internal static class PlaceVectors
{
    private static readonly Attributes None = Attributes.None;

    public static IEnumerable<FastCase> All() => [.. Logic(), .. Axes(), .. Shapes(), .. Indexed(), .. Images(), .. Signals()];

    private static IEnumerable<FastCase> Logic()
    {
        Tensor a = FastCase.Floats(1, true, DType.Float32, 4, 15), b = FastCase.Floats(1, true, DType.Float32, 15);
        var bools = Tensor.From<bool>(Shape.Of(3), [true, false, true]);
        yield return new("Not", Primitive.Not, None, 1, bools);
        foreach (var op in new[] { Primitive.Equal, Primitive.Less, Primitive.Greater })
        {
            yield return new($"{op} float32", op, None, 1, a, b);
            yield return new($"{op} float64", op, None, 1, VectorCases.Doubles(2, 9), VectorCases.Doubles(2, 3, 9));
            yield return new($"{op} int64", op, None, 1, Whole(3, 4), Whole(3, 3, 4));
        }
        foreach (var op in new[] { Primitive.Add, Primitive.Sub, Primitive.Mul, Primitive.Div, Primitive.Min, Primitive.Max })
            yield return new($"{op} int32", op, None, 1, Tensor.From<int>(Shape.Of(4), [int.MinValue, -7, 7, int.MaxValue]), Tensor.From<int>(Shape.Of(3, 1), [-1, 2, 1 << 30]));
        yield return new("Sign int64", Primitive.Sign, None, 1, FastCase.Ints(-3, 0, 9, long.MinValue));
        yield return new("Abs int8", Primitive.Abs, None, 1, Tensor.From<sbyte>(Shape.Of(3), [-128, -1, 5]));
    }

    private static IEnumerable<FastCase> Axes()
    {
        foreach (var (type, wild) in new[] { (DType.Float32, false), (DType.Float32, true), (DType.Float16, false) })
        {
            var x = FastCase.Floats(4, wild, type, 3, 21);
            var name = $"{type.Name()}{(wild ? " wild" : "")}";
            yield return new($"ReduceProd {name}", Primitive.ReduceProd, None, 1, x, FastCase.Ints(1));
            foreach (var op in new[] { Primitive.ArgMax, Primitive.ArgMin })
            {
                yield return new($"{op} {name}", op, None.With("axis", 1L), 1, x);
                yield return new($"{op} last {name}", op, None.With("select_last_index", 1L).With("keepdims", 0L), 1, x);
            }
            foreach (var op in new[] { Primitive.CumSum, Primitive.CumProd })
            {
                yield return new($"{op} {name}", op, None, 1, x, Tensor.Scalar(1L));
                yield return new($"{op} exclusive, reverse {name}", op, None.With("exclusive", 1L).With("reverse", 1L), 1, x, Tensor.Scalar(0L));
            }
            yield return new($"TopK {name}", Primitive.TopK, None, 2, x, FastCase.Ints(5));
            yield return new($"TopK smallest {name}", Primitive.TopK, None.With("largest", 0L).With("axis", 0L), 2, x, FastCase.Ints(2));
        }
        yield return new("Det", Primitive.Det, None, 1, FastCase.Floats(5, 2, 4, 4));
        yield return new("Attention", Primitive.Attention, None, 1, FastCase.Floats(6, 1, 4, 3, 5), FastCase.Floats(7, 1, 2, 6, 5), FastCase.Floats(8, 1, 2, 6, 4));
        yield return new("Attention with scores", Primitive.Attention, None.With("softcap", 2f).With("scores", 1L), 2,
            FastCase.Floats(6, 2, 2, 3, 4), FastCase.Floats(7, 2, 2, 5, 4), FastCase.Floats(8, 2, 2, 5, 4), FastCase.Floats(9, 3, 5));
    }

    private static IEnumerable<FastCase> Shapes()
    {
        var x = FastCase.Floats(11, true, DType.Float32, 2, 1, 3);
        yield return new("Shape", Primitive.Shape, None, 1, x);
        yield return new("Size", Primitive.Size, None, 1, x);
        yield return new("Flatten", Primitive.Flatten, None.With("axis", 2L), 1, x);
        yield return new("Squeeze", Primitive.Squeeze, None, 1, x);
        yield return new("Unsqueeze", Primitive.Unsqueeze, None, 1, x, FastCase.Ints(0, -1));
        yield return new("ConstantOfShape", Primitive.ConstantOfShape, None, 1, FastCase.Ints(2, 3), Tensor.Scalar(1.5f));
        yield return new("EyeLike", Primitive.EyeLike, None.With("k", 1L), 1, FastCase.Floats(1, 3, 4));
        yield return new("Tile", Primitive.Tile, None, 1, x, FastCase.Ints(2, 3, 1));
        yield return new("Trilu", Primitive.Trilu, None, 1, FastCase.Floats(12, 4, 5), Tensor.Scalar(-1L));
        yield return new("Split", Primitive.Split, None.With("axis", 1L), 2, FastCase.Floats(13, 2, 5), FastCase.Ints(2, 3));
        yield return new("ReverseSequence", Primitive.ReverseSequence, None, 1, FastCase.Floats(14, 4, 3), FastCase.Ints(4, 1, 3));
    }

    private static IEnumerable<FastCase> Indexed()
    {
        Tensor x = FastCase.Floats(15, true, DType.Float32, 4, 3), updates = FastCase.Floats(16, 2, 3);
        var places = Tensor.From<long>(Shape.Of(2, 3), [1, -1, 0, 1, 2, 0]);
        yield return new("GatherElements", Primitive.GatherElements, None, 1, x, places);
        yield return new("GatherNd", Primitive.GatherNd, None, 1, x, Tensor.From<long>(Shape.Of(3, 2), [0, 1, 3, -1, 2, 2]));
        foreach (var reduction in new[] { "none", "add", "mul", "min", "max" })
        {
            var a = reduction == "none" ? None : None.With("reduction", reduction);
            yield return new($"ScatterElements {reduction}", Primitive.ScatterElements, a, 1, x, places, updates);
            yield return new($"ScatterNd {reduction}", Primitive.ScatterNd, a, 1, x, Tensor.From<long>(Shape.Of(2, 1), [2, 2]), updates);
        }
        yield return new("TensorScatter", Primitive.TensorScatter, None.With("mode", "circular"), 1, FastCase.Floats(17, 2, 4, 3), FastCase.Floats(18, 2, 2, 3), FastCase.Ints(3, 0));
        yield return new("OneHot", Primitive.OneHot, None, 1, FastCase.Ints(1, -1, 7), Tensor.Scalar(4L), Tensor.From<float>(Shape.Of(2), [-1, 2]));
        yield return new("PositionOf", Primitive.PositionOf, None, 1, Tensor.From<float>(Shape.Of(5), [1, -0f, float.NaN, 7, 2]), Tensor.From<float>(Shape.Of(4), [0, 2, float.NaN, 2]));
        yield return new("TfIdfVectorizer", Primitive.TfIdfVectorizer, None.With("mode", "TFIDF").With("min_gram_length", 1L).With("max_gram_length", 2L).With("max_skip_count", 1L), 1,
            FastCase.Ints(1, 1, 3, 3, 3, 7, 8, 6, 7), FastCase.Ints(2, 3, 5, 4, 5, 6, 7, 8, 6, 7), FastCase.Ints(0, 4), FastCase.Ints(0, 1, 2, 3, 4, 5, 6), Tensor.From<float>(Shape.Of(7), [1, 0.1f, 3, 0.7f, 2, 5, 0.3f]));
        yield return new("NonZero", Primitive.NonZero, None, 1, Tensor.From<bool>(Shape.Of(2, 3), [true, false, true, false, false, true]));
        yield return new("Unique", Primitive.Unique, None, 4, Tensor.From<float>(Shape.Of(8), [2, -0f, 1, 0, float.NaN, 2, -3, float.NaN]));
        yield return new("Unique rows", Primitive.Unique, None.With("axis", 0L).With("sorted", 0L), 4, Tensor.From<float>(Shape.Of(4, 2), [2, 1, 0, 5, 2, 1, 0, 4]));
        yield return new("NonMaxSuppression", Primitive.NonMaxSuppression, None, 1,
            Tensor.From<float>(Shape.Of(1, 4, 4), [0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 10, 1, 11, 0.9f, 1, 0, 0]), Tensor.From<float>(Shape.Of(1, 1, 4), [0.9f, 0.75f, 0.6f, 0.95f]),
            Tensor.Scalar(3L), Tensor.Scalar(0.5f), Tensor.Scalar(0.1f));
    }

    private static IEnumerable<FastCase> Images()
    {
        var x = FastCase.Floats(19, 1, 2, 5, 6);
        yield return new("DecodeImage", Primitive.DecodeImage, None.With("pixel_format", "Grayscale"), 1,
            Tensor.From<byte>(Shape.Of(17), [.. Encoding.ASCII.GetBytes("P6\n2 1\n255\n"), 1, 2, 3, 250, 128, 9]));
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
            yield return new($"Resize {mode}", Primitive.Resize, mode == "nearest" ? None : None.With("mode", mode), 1, x, null, null, FastCase.Ints(1, 2, 8, 9));
        foreach (var mode in new[] { "linear", "nearest", "cubic" })
            yield return new($"GridSample {mode}", Primitive.GridSample, mode == "linear" ? None : None.With("mode", mode).With("padding_mode", "border"), 1, x, Scaled(20, 0.4f, 1, 3, 4, 2));
        yield return new("AffineGrid", Primitive.AffineGrid, None, 1, FastCase.Floats(21, 1, 2, 3), FastCase.Ints(1, 1, 3, 4));
        var regions = Tensor.From<float>(Shape.Of(2, 4), [0, 0, 4, 3.5f, 1, 2, 5, 4]);
        foreach (var mode in new[] { "avg", "max" })
            yield return new($"RoiAlign {mode}", Primitive.RoiAlign, (mode == "avg" ? None : None.With("mode", mode)).With("output_height", 2L).With("output_width", 3L), 1, x, regions, FastCase.Ints(0, 0));
        yield return new("MaxRoiPool", Primitive.MaxRoiPool, Lists(("pooled_shape", [2, 2])), 1, x, Tensor.From<float>(Shape.Of(1, 5), [0, 0, 0, 4, 3]));
        yield return new("ConvTranspose", Primitive.ConvTranspose, Lists(("strides", [2, 1]), ("pads", [1, 0, 0, 1])), 1, x, FastCase.Floats(22, 2, 3, 3, 2), FastCase.Floats(23, 3));
        yield return new("DeformConv", Primitive.DeformConv, None, 1, x, FastCase.Floats(24, 2, 2, 2, 2), Scaled(25, 0.3f, 1, 8, 4, 5), FastCase.Floats(26, 2));
        yield return new("Col2Im", Primitive.Col2Im, None, 1, FastCase.Floats(27, 1, 8, 6), FastCase.Ints(3, 4), FastCase.Ints(2, 2));
        yield return new("LpPool", Primitive.LpPool, Lists(("kernel_shape", [2, 3])), 1, x);
        yield return new("MaxPool with places", Primitive.MaxPool, Lists(("kernel_shape", [2, 3])), 2, x);
    }

    private static IEnumerable<FastCase> Signals()
    {
        yield return new("Dft", Primitive.Dft, None, 1, FastCase.Floats(28, 1, 12, 1), null, Tensor.Scalar(1L));
        yield return new("Dft inverse", Primitive.Dft, None.With("inverse", 1L), 1, FastCase.Floats(29, 1, 7, 2), null, Tensor.Scalar(1L));
        yield return new("Stft", Primitive.Stft, None, 1, FastCase.Floats(30, 1, 20, 1), Tensor.Scalar(4L), FastCase.Floats(31, 8), Tensor.Scalar(8L));
        foreach (var kind in new[] { "hann", "hamming", "blackman" })
            yield return new($"CosineWindow {kind}", Primitive.CosineWindow, kind == "hann" ? None : None.With("kind", kind), 1, Tensor.Scalar(11L));
        yield return new("MelWeightMatrix", Primitive.MelWeightMatrix, None, 1, Tensor.Scalar(6L), Tensor.Scalar(16L), Tensor.Scalar(8000L), Tensor.Scalar(0f), Tensor.Scalar(4000f));
    }

    private static Tensor Whole(ulong seed, params int[] dims)
    {
        var floats = FastCase.Floats(seed, dims);
        return Tensor.From<long>(floats.Shape, [.. floats.Span<float>().ToArray().Select(v => (long)v)]);
    }

    private static Tensor Scaled(ulong seed, float factor, params int[] dims)
    {
        var floats = FastCase.Floats(seed, dims);
        return Tensor.From<float>(floats.Shape, [.. floats.Span<float>().ToArray().Select(v => Math.Clamp(v, -3, 3) * factor)]);
    }

    private static Attributes Lists(params (string Name, long[] Values)[] lists) =>
        lists.Aggregate(None, (a, l) => a.With(l.Name, ImmutableArray.Create(l.Values)));
}
