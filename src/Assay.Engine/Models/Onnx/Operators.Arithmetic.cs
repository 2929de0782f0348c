namespace Assay.Engine.Models.Onnx;

/// <content>Contractions, windows, recurrence.</content>
internal static partial class Operators
{
    private static Rule[] Contractions =>
    [
        new("MatMul", 2, 2, n => n.Output(0, n.Emit(Primitive.MatMul, Attributes.None, n.Input(0), n.Input(1)))),
        new("Gemm", 2, 3, Gemm),
        new("Conv", 2, 3, Conv),
        new("MaxPool", 1, 1, MaxPool),
        new("AveragePool", 1, 1, AveragePool),
        new("GlobalAveragePool", 1, 1, n => GlobalPool(n, Primitive.ReduceMean)),
        new("GlobalMaxPool", 1, 1, n => GlobalPool(n, Primitive.ReduceMax)),
    ];

    private static void Gemm(OnnxNode n)
    {
        if (n.Opset < 7)
            n.Only("broadcast", 1);
        int a = n.Input(0), b = n.Input(1), c = n.Optional(2);
        foreach (var id in new[] { a, b })
            if (n.FactOf(id) is { HasRank: true, Dims.Length: not 2 } odd)
                throw new ModelException($"an operand is {odd}, not a matrix");
        if (n.Int("transA", 0) != 0)
            a = n.Emit(Primitive.Transpose, Attributes.None, a);
        if (n.Int("transB", 0) != 0)
            b = n.Emit(Primitive.Transpose, Attributes.None, b);
        var y = Scale(n, n.Emit(Primitive.MatMul, Attributes.None, a, b), n.Float("alpha", 1));
        var beta = n.Float("beta", 1);
        if (c >= 0 && beta != 0)
            y = n.Emit(Primitive.Add, Attributes.None, y, Scale(n, c, beta));
        n.Output(0, y);
    }

    private static int Scale(OnnxNode n, int x, float factor)
    {
        if (factor == 1)
            return x;
        var scalar = n.FactOf(x).Type switch
        {
            DType.Float32 => Tensor.Scalar(factor),
            { } other => throw new ModelException($"a factor of {factor} on {other.Name()} is not supported"),
            null => throw new ModelException($"a factor of {factor} on an unknown type is not supported"),
        };
        return n.Emit(Primitive.Mul, Attributes.None, x, n.Constant(scalar));
    }

    private static Attributes Windows(OnnxNode n, bool pool)
    {
        var a = Attributes.None;
        a = WithInts(n, a, "strides", 1);
        a = WithInts(n, a, "dilations", 1);
        var pads = n.Ints("pads");
        var auto = n.Text("auto_pad", "NOTSET");
        if (auto is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER"))
            throw new ModelException($"auto_pad '{OnnxModel.Cut(auto)}' is not known");
        if (auto != "NOTSET" && pads.Any(p => p != 0))
            throw new ModelException($"both pads and auto_pad {auto}");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
            a = a.With("auto_pad", auto);
        else
            a = WithInts(n, a, "pads", 0);
        if (n.Has("kernel_shape"))
            a = WithInts(n, a, "kernel_shape");
        else if (pool)
            throw new ModelException("kernel_shape is missing");
        return a;
    }

    private static void Conv(OnnxNode n)
    {
        var a = WithInt(Windows(n, pool: false), "group", n.Int("group", 1), 1);
        n.Output(0, n.Emit(Primitive.Conv, a, n.Input(0), n.Input(1), n.Optional(2)));
    }

    private static void MaxPool(OnnxNode n)
    {
        var a = WithInt(Windows(n, pool: true), "ceil_mode", n.Int("ceil_mode", 0), 0);
        // The order of storage only says how the second output counts.
        var order = n.Int("storage_order", 0) == 0 ? 0 : 1;
        if (!n.HasOutput(1))
        {
            n.Output(0, n.Emit(Primitive.MaxPool, a, n.Input(0)));
            return;
        }
        var outputs = n.EmitAll(Primitive.MaxPool, WithInt(a, "storage_order", order, 0), 2, n.Input(0));
        n.Output(0, outputs[0]);
        n.Output(1, outputs[1]);
    }

    private static void AveragePool(OnnxNode n)
    {
        var a = WithInt(Windows(n, pool: true), "ceil_mode", n.Int("ceil_mode", 0), 0);
        a = WithInt(a, "count_include_pad", n.Int("count_include_pad", 0), 0);
        n.Output(0, n.Emit(Primitive.AveragePool, a, n.Input(0)));
    }

    private static void GlobalPool(OnnxNode n, Primitive op)
    {
        var x = n.Input(0);
        if (!n.FactOf(x).HasRank)
            throw new ModelException("the input's rank is not known");
        var rank = n.FactOf(x).Dims.Length;
        if (rank < 3)
            throw new ModelException($"the input has rank {rank}; 3 or more is needed");
        var axes = new long[rank - 2];
        for (var i = 0; i < axes.Length; i++)
            axes[i] = i + 2;
        n.Output(0, n.Emit(op, Attributes.None, x, n.Constant(axes)));
    }
}
