namespace Assay.Engine.Models.Onnx;

/// <content>Operators whose places are named by indices, or whose outputs' extents the elements decide.</content>
internal static partial class Operators
{
    private static Rule[] Indexing =>
    [
        new("GatherElements", 2, 2, n => n.Output(0, n.Emit(Primitive.GatherElements, AxisOf(n), n.Input(0), n.Input(1)))),
        new("GatherND", 2, 2, n => n.Output(0, n.Emit(Primitive.GatherNd, WithInt(Attributes.None, "batch_dims", n.Int("batch_dims", 0), 0), n.Input(0), n.Input(1)))),
        new("ScatterElements", 3, 3, n => Scatter(n, Primitive.ScatterElements, AxisOf(n))),
        new("Scatter", 3, 3, n => Scatter(n, Primitive.ScatterElements, AxisOf(n))),
        new("ScatterND", 3, 3, n => Scatter(n, Primitive.ScatterNd, Attributes.None)),
        new("TensorScatter", 2, 3, TensorScatter),
        new("OneHot", 3, 3, OneHot),
        new("Trilu", 1, 2, n => n.Output(0, n.Emit(Primitive.Trilu, WithInt(Attributes.None, "upper", n.Int("upper", 1) == 0 ? 0 : 1, 1), n.Input(0), n.Optional(1)))),
        new("EyeLike", 1, 1, EyeLike),
        new("ReverseSequence", 2, 2, ReverseSequence),
        new("Tile", 2, 2, Tile),
        new("NonZero", 1, 1, n => n.Output(0, n.Emit(Primitive.NonZero, Attributes.None, AsBool(n, n.Input(0))))),
        new("Compress", 2, 2, Compress),
        new("Unique", 1, 1, Unique),
        new("NonMaxSuppression", 2, 5, NonMaxSuppression),
    ];

    private static Attributes AxisOf(OnnxNode n) => WithInt(Attributes.None, "axis", n.Int("axis", 0), 0);

    private static void Scatter(OnnxNode n, Primitive op, Attributes a)
    {
        // Reductions came with version 16 (add, mul) and 18 (min, max).
        if (n.Opset >= 16 && n.Text("reduction", "none") is var reduction && reduction != "none")
            a = a.With("reduction", reduction);
        n.Output(0, n.Emit(op, a, n.Input(0), n.Input(1), n.Input(2)));
    }

    private static void TensorScatter(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "axis", n.Int("axis", -2), -2);
        if (n.Text("mode", "linear") is var mode && mode != "linear")
            a = a.With("mode", mode);
        n.Output(0, n.Emit(Primitive.TensorScatter, a, n.Input(0), n.Input(1), n.Optional(2)));
    }

    private static void OneHot(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "axis", n.Int("axis", -1), -1);
        n.Output(0, n.Emit(Primitive.OneHot, a, AsIndices(n, n.Input(0)), AsIndices(n, n.Input(1)), n.Input(2)));
    }

    /// <summary>Numbers of other types are cast to int64 before they are used as indices.</summary>
    private static int AsIndices(OnnxNode n, int x) =>
        n.FactOf(x).Type is DType.Int32 or DType.Int64 ? x : n.Emit(Primitive.Cast, To(DType.Int64), x);

    private static int AsBool(OnnxNode n, int x) => n.FactOf(x).Type == DType.Bool ? x : n.Emit(Primitive.Cast, To(DType.Bool), x);

    private static void EyeLike(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "k", n.Int("k", 0), 0);
        if (n.Has("dtype"))
            a = a.With("dtype", n.Int("dtype", 0));
        n.Output(0, n.Emit(Primitive.EyeLike, a, n.Input(0)));
    }

    private static void ReverseSequence(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "time_axis", n.Int("time_axis", 0), 0);
        a = WithInt(a, "batch_axis", n.Int("batch_axis", 1), 1);
        n.Output(0, n.Emit(Primitive.ReverseSequence, a, n.Input(0), n.Input(1)));
    }

    private static void Tile(OnnxNode n)
    {
        if (n.Opset < 6)
            throw new ModelException("tiles along one axis, of before operator set 6, are not supported");
        n.Output(0, n.Emit(Primitive.Tile, Attributes.None, n.Input(0), n.Input(1)));
    }

    /// <summary>The elements that a condition chooses are those at the places where it is true.</summary>
    private static void Compress(OnnxNode n)
    {
        var x = n.Input(0);
        var places = n.Emit(Primitive.Squeeze, Attributes.None, n.Emit(Primitive.NonZero, Attributes.None, n.Input(1)), n.Constant([0]));
        if (!n.Has("axis"))
            x = n.Emit(Primitive.Reshape, Attributes.None, x, n.Constant([-1]));
        n.Output(0, n.Emit(Primitive.Gather, AxisOf(n), x, places));
    }

    private static void Unique(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "sorted", n.Int("sorted", 1) == 0 ? 0 : 1, 1);
        if (n.Has("axis"))
            a = a.With("axis", n.Int("axis", 0));
        var outputs = n.EmitAll(Primitive.Unique, a, Math.Min(n.OutputCount, 4), n.Input(0));
        for (var i = 0; i < outputs.Length; i++)
            n.Output(i, outputs[i]);
    }

    private static void NonMaxSuppression(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "center_point_box", n.Int("center_point_box", 0) == 0 ? 0 : 1, 0);
        n.Output(0, n.Emit(Primitive.NonMaxSuppression, a, n.Input(0), n.Input(1), n.Optional(2), n.Optional(3), n.Optional(4)));
    }
}
