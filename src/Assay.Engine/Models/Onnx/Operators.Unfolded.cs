namespace Assay.Engine.Models.Onnx;

/// <content>
/// Operators on quantised tensors written out as DequantizeLinear, the operator on floats, and QuantizeLinear: for a reader that
/// wants their scales, not their values. In a graph that is run they mean what <see cref="Quantized"/> says.
/// </content>
/// <remarks>Source: ONNX, QLinearConv and QLinearMatMul; ONNX Runtime, docs/ContribOperators.md, domain com.microsoft.</remarks>
internal static partial class Operators
{
    private static readonly Dictionary<string, Rule> UnfoldedOfOnnx = Join(UnfoldedRules), UnfoldedOfRuntime = Join(UnfoldedRuntimeRules);

    private static Rule[] UnfoldedRules =>
    [
        new("QLinearConv", 8, 9, UnfoldConvolution),
        new("QLinearMatMul", 8, 8, n => Rounded(n, n.Emit(Primitive.MatMul, Attributes.None, Real(n, 0), Real(n, 3, 1)), 6)),
    ];

    private static Rule[] UnfoldedRuntimeRules =>
    [
        new("QuantizeLinear", 2, 3, QuantizeLinear),
        new("DequantizeLinear", 2, 3, DequantizeLinear),
        new("QLinearAdd", 7, 8, n => Rounded(n, n.Emit(Primitive.Add, Attributes.None, Real(n, 0), Real(n, 3)), 6)),
        new("QLinearSigmoid", 4, 5, n => Rounded(n, n.Emit(Primitive.Sigmoid, Attributes.None, Real(n, 0)), 3)),
        new("QLinearLeakyRelu", 4, 5, n => Rounded(n, n.Emit(Primitive.LeakyRelu, Attributes.None.With("alpha", n.Float("alpha", 0.01f)), Real(n, 0)), 3)),
        new("QLinearAveragePool", 4, 5, n =>
        {
            n.Only("channels_last", 0);
            var a = WithInt(WithInt(Windows(n, pool: true), "ceil_mode", n.Int("ceil_mode", 0), 0), "count_include_pad", n.Int("count_include_pad", 0), 0);
            Rounded(n, n.Emit(Primitive.AveragePool, a, Real(n, 0)), 3);
        }),
        new("QLinearGlobalAveragePool", 4, 5, n =>
        {
            n.Only("channels_last", 0);
            Rounded(n, n.Emit(Primitive.ReduceMean, Attributes.None, Real(n, 0), n.Constant([2, 3])), 3);
        }),
        new("QLinearSoftmax", 5, 5, n =>
        {
            n.Ignore("opset");
            Rounded(n, n.Emit(Primitive.Softmax, WithInt(Attributes.None, "axis", n.Int("axis", -1), -1), Real(n, 0)), 3);
        }),
        new("QLinearConcat", 5, Any, n =>
        {
            var parts = new List<int>();
            for (var i = 2; i + 1 < n.InputCount; i += 3)
                parts.Add(Real(n, i));
            Rounded(n, n.Emit(Primitive.Concat, Attributes.None.With("axis", n.Int("axis", 0)), [.. parts]), 0);
        }),
        new("QGemm", 6, 9, UnfoldGemm),
    ];

    /// <summary>The rules that stand before all others where a file is read for its scales; null where they do not.</summary>
    private static Rule? Unfolded(OnnxNode node) => !node.Scope.Context.Unfolds ? null : Context.Plain(node.Domain) switch
    {
        "" => UnfoldedOfOnnx.GetValueOrDefault(node.Op),
        "com.microsoft" => UnfoldedOfRuntime.GetValueOrDefault(node.Op),
        _ => null,
    };

    /// <summary>Input <paramref name="i"/>, whose scale and zero point are the two after it, as floats.</summary>
    private static int Real(OnnxNode n, int i, int axis = 0) =>
        n.Emit(Primitive.DequantizeLinear, WithInt(Attributes.None.With("to", (long)DType.Float32), "axis", axis, 1), n.Input(i), n.Input(i + 1), n.Optional(i + 2));

    /// <summary>The output, by the scale that is input <paramref name="scale"/> and the zero point after it.</summary>
    private static void Rounded(OnnxNode n, int y, int scale)
    {
        var zero = n.Optional(scale + 1);
        n.Output(0, n.Emit(Primitive.QuantizeLinear, Attributes.None.With("to", (long)(zero < 0 ? DType.UInt8 : TypeOf(n, zero))), y, n.Input(scale), zero));
    }

    private static void UnfoldConvolution(OnnxNode n)
    {
        var bias = n.HasInput(8) ? RealBias(n, 8, n.Input(1), n.Input(4)) : -1;
        Rounded(n, n.Emit(Primitive.Conv, IntegerWindows(n), Real(n, 0), Real(n, 3), bias), 6);
    }

    private static void UnfoldGemm(OnnxNode n)
    {
        n.Only("transA", 0);
        if (n.Float("alpha", 1) != 1)
            throw new ModelException($"alpha is {n.Float("alpha", 1)}, not 1");
        var transposed = n.Int("transB", 0) != 0;
        var b = Real(n, 3, transposed ? 0 : 1);
        var y = n.Emit(Primitive.MatMul, Attributes.None, Real(n, 0), transposed ? n.Emit(Primitive.Transpose, Attributes.None, b) : b);
        if (n.HasInput(6))
            y = n.Emit(Primitive.Add, Attributes.None, y, RealBias(n, 6, n.Input(1), n.Input(4)));
        if (n.HasInput(7))
            Rounded(n, y, 7);
        else
            n.Output(0, y);
    }

    /// <summary>An int32 bias, whose step is that of the input times that of the weights.</summary>
    private static int RealBias(OnnxNode n, int bias, int input, int weights) => n.Emit(Primitive.DequantizeLinear,
        Attributes.None.With("to", (long)DType.Float32).With("axis", 0L), n.Input(bias), n.Emit(Primitive.Mul, Attributes.None, input, weights));
}
