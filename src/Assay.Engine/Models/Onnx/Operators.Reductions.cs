namespace Assay.Engine.Models.Onnx;

/// <content>Folds along axes, places of extremes, sums so far, and softmax of every kind.</content>
internal static partial class Operators
{
    private static Rule[] Reductions =>
    [
        new("ReduceSum", 1, 2, n => Reduce(n, Primitive.ReduceSum, axesInputSince: 13)),
        new("ReduceMean", 1, 2, n => Reduce(n, Primitive.ReduceMean)),
        new("ReduceMax", 1, 2, n => Reduce(n, Primitive.ReduceMax)),
        new("ReduceMin", 1, 2, n => Reduce(n, Primitive.ReduceMin)),
        new("ReduceProd", 1, 2, n => Reduce(n, Primitive.ReduceProd)),
        new("ReduceL1", 1, 2, n => ReduceSum(n, x => n.Emit(Primitive.Abs, Attributes.None, x), null)),
        new("ReduceL2", 1, 2, n => ReduceSum(n, x => Square(n, x), y => n.Emit(Primitive.Sqrt, Attributes.None, y))),
        new("ReduceSumSquare", 1, 2, n => ReduceSum(n, x => Square(n, x), null)),
        new("ReduceLogSum", 1, 2, n => ReduceSum(n, null, y => n.Emit(Primitive.Log, Attributes.None, y))),
        new("ReduceLogSumExp", 1, 2, ReduceLogSumExp),
        new("ArgMax", 1, 1, n => Arg(n, Primitive.ArgMax)),
        new("ArgMin", 1, 1, n => Arg(n, Primitive.ArgMin)),
        new("CumSum", 2, 2, n => Cumulate(n, Primitive.CumSum)),
        new("CumProd", 2, 2, n => Cumulate(n, Primitive.CumProd)),
        new("TopK", 1, 2, TopK),
        new("Softmax", 1, 1, n => AlongAxis(n, (x, axis) => n.Emit(Primitive.Softmax, WithInt(Attributes.None, "axis", axis, -1), x))),
        new("LogSoftmax", 1, 1, n => AlongAxis(n, (x, axis) => LogSoftmax(n, x, axis))),
        new("Hardmax", 1, 1, n => AlongAxis(n, (x, axis) => Hardmax(n, x, axis))),
    ];

    private static int Square(OnnxNode n, int x) => n.Emit(Primitive.Mul, Attributes.None, x, x);

    /// <summary>A float16 or bfloat16 operand as float32: what ONNX computes as one operator rounds once, at its end.</summary>
    private static int Wide(OnnxNode n, int x) =>
        n.FactOf(x).Type is DType.Float16 or DType.BFloat16 ? n.Emit(Primitive.Cast, To(DType.Float32), x) : x;

    /// <summary>A result of <see cref="Wide"/> operands in the operands' own type.</summary>
    private static int Narrow(OnnxNode n, int y, DType? type) =>
        type is DType.Float16 or DType.BFloat16 ? n.Emit(Primitive.Cast, To(type.Value), y) : y;

    /// <summary>One number of an operand's type.</summary>
    private static int Number(OnnxNode n, int like, double value) => n.Constant(n.FactOf(like).Type switch
    {
        DType.Float64 => Models.Tensor.Scalar(value),
        DType.Float32 => Models.Tensor.Scalar((float)value),
        var other => throw new ModelException($"an operand is {other?.Name() ?? "of unknown type"}; float32 or float64 is needed"),
    });

    private static void Reduce(OnnxNode n, Primitive op, int axesInputSince = 18)
    {
        var (a, axes) = Reduced(n, axesInputSince);
        n.Output(0, n.Emit(op, a, n.Input(0), axes));
    }

    /// <summary>A sum of what <paramref name="before"/> makes of the elements, and what <paramref name="after"/> makes of it.</summary>
    private static void ReduceSum(OnnxNode n, Func<int, int>? before, Func<int, int>? after)
    {
        var (a, axes) = Reduced(n, axesInputSince: 18);
        var x = n.Input(0);
        var type = n.FactOf(x).Type;
        x = Wide(n, x);
        // Roots and logarithms of whole numbers go by way of float64 and back.
        if (after is not null && type is { } whole && !whole.IsFloat())
            x = n.Emit(Primitive.Cast, To(DType.Float64), x);
        var y = n.Emit(Primitive.ReduceSum, a, before is null ? x : before(x), axes);
        y = Narrow(n, after is null ? y : after(y), type);
        n.Output(0, after is not null && type is { } back && !back.IsFloat() ? n.Emit(Primitive.Cast, To(back), y) : y);
    }

    /// <summary>log(sum(exp(x - m))) + m, with m the greatest element, but finite.</summary>
    private static void ReduceLogSumExp(OnnxNode n)
    {
        var (a, axes) = Reduced(n, axesInputSince: 18);
        int x = Wide(n, n.Input(0)), wide = x;
        var type = n.FactOf(n.Input(0)).Type;
        if (type is { } whole && !whole.IsFloat())
            x = wide = n.Emit(Primitive.Cast, To(DType.Float64), x);
        var most = type is DType.Float64 || n.FactOf(x).Type is DType.Float64 ? double.MaxValue : float.MaxValue;
        var kept = a.Has("keepdims") ? new Attributes(a.Values.Remove("keepdims")) : a;
        var m = n.Emit(Primitive.ReduceMax, kept, x, axes);
        m = n.Emit(Primitive.Max, Attributes.None, n.Emit(Primitive.Min, Attributes.None, m, Number(n, x, most)), Number(n, x, -most));
        var e = n.Emit(Primitive.Exp, Attributes.None, n.Emit(Primitive.Sub, Attributes.None, x, m));
        var log = n.Emit(Primitive.Log, Attributes.None, n.Emit(Primitive.ReduceSum, kept, e, axes));
        var y = n.Emit(Primitive.Add, Attributes.None, log, m);
        // The folded axes have an extent of 1 now, so a maximum along them only drops them.
        if (a.Has("keepdims"))
            y = n.Emit(Primitive.ReduceMax, a, y, axes);
        y = Narrow(n, y, type);
        n.Output(0, type is { } back && !back.IsFloat() ? n.Emit(Primitive.Cast, To(back), y) : y);
    }

    private static (Attributes Attributes, int Axes) Reduced(OnnxNode n, int axesInputSince)
    {
        var a = WithInt(Attributes.None, "keepdims", n.Int("keepdims", 1) == 0 ? 0 : 1, 1);
        if (n.Opset >= axesInputSince)
            return (WithInt(a, "noop_with_empty_axes", n.Int("noop_with_empty_axes", 0) == 0 ? 0 : 1, 0), n.Optional(1));
        if (n.InputCount > 1)
            throw new ModelException($"axes are an attribute before operator set {axesInputSince}");
        return (a, n.Has("axes") ? n.Constant(n.Ints("axes").AsSpan()) : -1);
    }

    private static void Arg(OnnxNode n, Primitive op)
    {
        var a = WithInt(Attributes.None, "axis", n.Int("axis", 0), 0);
        a = WithInt(a, "keepdims", n.Int("keepdims", 1) == 0 ? 0 : 1, 1);
        if (n.Opset >= 12)
            a = WithInt(a, "select_last_index", n.Int("select_last_index", 0) == 0 ? 0 : 1, 0);
        n.Output(0, n.Emit(op, a, n.Input(0)));
    }

    private static void Cumulate(OnnxNode n, Primitive op)
    {
        var a = WithInt(Attributes.None, "exclusive", n.Int("exclusive", 0) == 0 ? 0 : 1, 0);
        n.Output(0, n.Emit(op, WithInt(a, "reverse", n.Int("reverse", 0) == 0 ? 0 : 1, 0), n.Input(0), n.Input(1)));
    }

    private static void TopK(OnnxNode n)
    {
        var a = WithInt(Attributes.None, "axis", n.Int("axis", -1), -1);
        if (n.Opset >= 11)
        {
            a = WithInt(a, "largest", n.Int("largest", 1) == 0 ? 0 : 1, 1);
            n.Ignore("sorted");     // where it is 0 any order would do, the sorted one too
        }
        if (n.Opset < 10 && !n.Has("k"))
            throw new ModelException("k is missing");
        var outputs = n.EmitAll(Primitive.TopK, a, 2, n.Input(0), n.Opset >= 10 ? n.Input(1) : n.Constant([n.Int("k", 0)]));
        n.Output(0, outputs[0]);
        n.Output(1, outputs[1]);
    }

    /// <summary>Since version 13 along one axis; before, the input is seen as a matrix, cut at the axis, and its rows are computed.</summary>
    private static void AlongAxis(OnnxNode n, Func<int, long, int> compute)
    {
        var x = n.Input(0);
        if (n.Opset >= 13)
        {
            n.Output(0, compute(x, n.Int("axis", -1)));
            return;
        }
        var axis = n.Int("axis", 1);
        var fact = n.FactOf(x);
        if (fact.HasRank && (axis == fact.Dims.Length - 1 || axis == -1))
        {
            n.Output(0, compute(x, -1));
            return;
        }
        var rows = compute(n.Emit(Primitive.Flatten, WithInt(Attributes.None, "axis", axis, 1), x), -1);
        n.Output(0, n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), rows, n.Emit(Primitive.Shape, Attributes.None, x)));
    }

    /// <summary>(x - m) - log(sum(exp(x - m))), with m the greatest element.</summary>
    private static int LogSoftmax(OnnxNode n, int x, long axis)
    {
        var type = n.FactOf(x).Type;
        x = Wide(n, x);
        var axes = n.Constant([axis]);
        var d = n.Emit(Primitive.Sub, Attributes.None, x, n.Emit(Primitive.ReduceMax, Attributes.None, x, axes));
        var sum = n.Emit(Primitive.ReduceSum, Attributes.None, n.Emit(Primitive.Exp, Attributes.None, d), axes);
        return Narrow(n, n.Emit(Primitive.Sub, Attributes.None, d, n.Emit(Primitive.Log, Attributes.None, sum)), type);
    }

    /// <summary>1 at the first place of the greatest element, 0 elsewhere: where the places, counted by a sum of ones, are its own.</summary>
    private static int Hardmax(OnnxNode n, int x, long axis)
    {
        if (n.FactOf(x).Type is not { } type)
            throw new ModelException("the input's type is not known");
        var ones = n.Emit(Primitive.Expand, Attributes.None, n.Constant(Models.Tensor.Scalar(1L)), n.Emit(Primitive.Shape, Attributes.None, x));
        var places = n.Emit(Primitive.CumSum, Attributes.None.With("exclusive", 1L), ones, n.Constant(Models.Tensor.Scalar(axis)));
        var best = n.Emit(Primitive.ArgMax, WithInt(Attributes.None, "axis", axis, 0), x);
        return n.Emit(Primitive.Cast, To(type), n.Emit(Primitive.Equal, Attributes.None, places, best));
    }
}
