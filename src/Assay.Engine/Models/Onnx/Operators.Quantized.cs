namespace Assay.Engine.Models.Onnx;

/// <content>Numbers in few bits.</content>
internal static partial class Operators
{
    private static Rule[] Quantized =>
    [
        new("QuantizeLinear", 2, 3, QuantizeLinear),
        new("DequantizeLinear", 2, 3, DequantizeLinear),
        new("DynamicQuantizeLinear", 1, 1, DynamicQuantizeLinear),
        new("MatMulInteger", 2, 4, n => n.Output(0, IntegerProduct(n, n.Input(0), n.Input(1), n.Optional(2), n.Optional(3)))),
        new("ConvInteger", 2, 4, n => n.Output(0, n.Emit(Primitive.ConvInteger, IntegerWindows(n), n.Input(0), n.Input(1), n.Optional(2), n.Optional(3)))),
        new("QLinearMatMul", 8, 8, QLinearMatMul),
        new("QLinearConv", 8, 9, QLinearConv),
    ];

    private static void QuantizeLinear(OnnxNode n)
    {
        var scale = Scale(n, out var scaleType);
        var zero = n.Optional(2);
        var named = n.Opset >= 21 ? n.Int("output_dtype", 0) : 0;
        var to = zero >= 0 ? (long)TypeOf(n, zero) : named != 0 ? named : (long)DType.UInt8;
        if (named != 0 && named != to)
            throw new ModelException($"output_dtype is {named} and the zero point of type {to}");
        var precision = n.Opset >= 23 && n.Int("precision", 0) is not 0 and var given ? given : (long)scaleType;
        var a = BlockAttributes(n).With("to", to);
        a = WithInt(a, "precision", precision, (long)DType.Float32);
        a = WithInt(a, "saturate", n.Opset >= 19 && n.Int("saturate", 1) == 0 ? 0 : 1, 1);
        ShapeRules.CastTarget(a);
        n.Output(0, n.Emit(Primitive.QuantizeLinear, a, n.Input(0), scale, zero));
    }

    private static void DequantizeLinear(OnnxNode n)
    {
        var scale = Scale(n, out var scaleType);
        var a = BlockAttributes(n).With("to", n.Opset >= 23 && n.Int("output_dtype", 0) is not 0 and var named ? named : (long)scaleType);
        ShapeRules.CastTarget(a);
        n.Output(0, n.Emit(Primitive.DequantizeLinear, a, n.Input(0), scale, n.Optional(2)));
    }

    private static int Scale(OnnxNode n, out DType type)
    {
        type = TypeOf(n, n.Input(1));
        if (type != DType.Float8E8M0)
            return n.Input(1);
        type = DType.Float32;
        return n.Emit(Primitive.Cast, To(DType.Float32), n.Input(1));
    }

    private static Attributes BlockAttributes(OnnxNode n)
    {
        var a = n.Opset >= 13 ? WithInt(Attributes.None, "axis", n.Int("axis", 1), 1) : Attributes.None;
        return n.Opset >= 21 ? WithInt(a, "block_size", n.Int("block_size", 0), 0) : a;
    }

    /// <summary>The range of the input, widened to hold 0, in 255 steps; the zero point is where 0 falls.</summary>
    private static void DynamicQuantizeLinear(OnnxNode n)
    {
        var x = n.Input(0);
        var none = n.Constant(Tensor.Scalar(0f));
        var keep = Attributes.None.With("keepdims", 0L);
        var least = n.Emit(Primitive.Min, Attributes.None, n.Emit(Primitive.ReduceMin, keep, x), none);
        var greatest = n.Emit(Primitive.Max, Attributes.None, n.Emit(Primitive.ReduceMax, keep, x), none);
        var scale = n.Emit(Primitive.Div, Attributes.None, n.Emit(Primitive.Sub, Attributes.None, greatest, least), n.Constant(Tensor.Scalar(255f)));
        var to = Attributes.None.With("to", (long)DType.UInt8);
        var zero = n.Emit(Primitive.QuantizeLinear, to, n.Emit(Primitive.Neg, Attributes.None, least), scale);
        n.Output(0, n.Emit(Primitive.QuantizeLinear, to, x, scale, zero));
        n.Output(1, scale);
        n.Output(2, zero);
    }

    /// <summary>MatMulInteger; a list of zero points of the left operand belongs to its rows.</summary>
    private static int IntegerProduct(OnnxNode n, int a, int b, int zeroA, int zeroB)
    {
        if (zeroA >= 0)
            zeroA = ByRow(n, zeroA);
        return n.Emit(Primitive.MatMulInteger, Attributes.None, a, b, zeroA, zeroB);
    }

    private static int ByRow(OnnxNode n, int list) =>
        n.FactOf(list) is { HasRank: true, Dims: [not 1] } ? n.Emit(Primitive.Unsqueeze, Attributes.None, list, n.Constant([1])) : list;

    private static Attributes IntegerWindows(OnnxNode n) => WithInt(Windows(n, pool: false), "group", n.Int("group", 1), 1);

    private static void QLinearMatMul(OnnxNode n)
    {
        var sum = IntegerProduct(n, n.Input(0), n.Input(3), n.Input(2), n.Input(5));
        var scale = n.Emit(Primitive.Mul, Attributes.None, ByRow(n, Single(n, 1)), Single(n, 4));
        Requantize(n, sum, scale);
    }

    private static void QLinearConv(OnnxNode n)
    {
        var sum = n.Emit(Primitive.ConvInteger, IntegerWindows(n), n.Input(0), n.Input(3), n.Input(2), n.Input(5));
        if (!n.FactOf(sum).HasRank)
            throw new ModelException("the input's rank is not known");
        long[] axes = [.. Enumerable.Range(1, n.FactOf(sum).Dims.Length - 2).Select(i => (long)i)];
        int ByChannel(int list) => n.FactOf(list) is { HasRank: true, Dims: [not 1] } ? n.Emit(Primitive.Unsqueeze, Attributes.None, list, n.Constant(axes)) : list;
        if (n.HasInput(8))
            sum = n.Emit(Primitive.Add, Attributes.None, sum, ByChannel(n.Input(8)));
        Requantize(n, sum, n.Emit(Primitive.Mul, Attributes.None, Single(n, 1), ByChannel(Single(n, 4))));
    }

    /// <summary>Inputs 6 and 7: the scale and the zero point of the output.</summary>
    private static void Requantize(OnnxNode n, int sum, int scale)
    {
        var real = n.Emit(Primitive.Mul, Attributes.None, n.Emit(Primitive.Cast, To(DType.Float32), sum), scale);
        var a = Attributes.None.With("to", (long)TypeOf(n, n.Input(7)));
        n.Output(0, n.Emit(Primitive.QuantizeLinear, a, real, Single(n, 6), n.Input(7)));
    }

    /// <summary>A scale as float32.</summary>
    private static int Single(OnnxNode n, int input) =>
        TypeOf(n, n.Input(input)) == DType.Float32 ? n.Input(input) : n.Emit(Primitive.Cast, To(DType.Float32), n.Input(input));
}
