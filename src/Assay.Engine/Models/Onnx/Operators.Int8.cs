namespace Assay.Engine.Models.Onnx;

/// <content>The domain assay.int8: one node each, as docs/spec/assay-int8-v1.md, section 2, lists them.</content>
internal static partial class Operators
{
    private static Rule[] Int8Rules =>
    [
        new("Quantize", 1, 1, n => Int8(n, Primitive.Int8Quantize, RequiredFloat(n, Required(n, Attributes.None, "zero_point"), "inverse_scale"))),
        new("Dequantize", 1, 1, n => Int8(n, Primitive.Int8Dequantize, RequiredFloat(n, Required(n, Attributes.None, "zero_point"), "scale"))),
        new("Dense", 5, 7, n => Int8(n, Primitive.Int8Dense, Required(n, Requantised(n), "x_zero_point", "bias_bound"), groups: 5)),
        new("Conv", 5, 7, n => Int8(n, Primitive.Int8Conv, Required(n, WithInt(Int8Windows(n, Requantised(n), dilated: true), "group", n.Int("group", 1), 1), "x_zero_point", "bias_bound"), groups: 5)),
        new("MaxPool", 1, 1, n => Int8(n, Primitive.Int8MaxPool, Int8Windows(n, Kernel(n), dilated: false))),
        new("AveragePool", 3, 5, n => Int8(n, Primitive.Int8AveragePool, Required(n, Int8Windows(n, Kernel(n, Requantised(n)), dilated: false), "x_zero_point"), groups: 3)),
        new("Add", 4, 6, n => Int8(n, Primitive.Int8Add, Required(n, Requantised(n), "a_multiplier", "b_multiplier", "a_zero_point", "b_zero_point"), groups: 4)),
        new("MatMul", 4, 6, n => Int8(n, Primitive.Int8MatMul, Required(n, Requantised(n), "a_zero_point", "b_zero_point"), groups: 4)),
        new("Table", 2, 2, n => Int8(n, Primitive.Int8Table, Attributes.None)),
        new("Normalize", 1, 1, n => Int8(n, Primitive.Int8Normalize, Required(n, Requantised(n), "gain", "epsilon"))),
        new("Softmax", 2, 2, n => Int8(n, Primitive.Int8Softmax, WithInt(Attributes.None, "causal", n.Int("causal", 0), 0))),
    ];

    /// <summary>The node itself.</summary>
    /// <param name="groups">The operand that may be empty where there is one group: absent and without elements are one thing.</param>
    private static void Int8(OnnxNode n, Primitive op, Attributes a, int groups = -1)
    {
        var inputs = new int[n.InputCount];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = n.Optional(i);
            if (i == groups && inputs[i] >= 0 && n.FactOf(inputs[i]) is { Type: DType.Int32, Value.Count: 0 })
                inputs[i] = -1;
        }
        n.Output(0, n.Emit(op, a, inputs));
    }

    private static Attributes Requantised(OnnxNode n) =>
        WithInt(WithInt(Required(n, Attributes.None, "y_zero_point"), "low", n.Int("low", -128), -128), "high", n.Int("high", 127), 127);

    private static Attributes Required(OnnxNode n, Attributes a, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            a = a.With(name, n.Has(name) ? n.Int(name, 0) : throw new ModelException($"{name} is missing"));
        return a;
    }

    private static Attributes RequiredFloat(OnnxNode n, Attributes a, string name) =>
        a.With(name, n.Has(name) ? n.Float(name, 0) : throw new ModelException($"{name} is missing"));

    private static Attributes Kernel(OnnxNode n, Attributes? a = null) =>
        n.Has("kernel_shape") ? (a ?? Attributes.None).With("kernel_shape", n.Ints("kernel_shape")) : throw new ModelException("kernel_shape is missing");

    private static Attributes Int8Windows(OnnxNode n, Attributes a, bool dilated)
    {
        a = WithInts(n, WithInts(n, a, "strides", 1), "pads", 0);
        return dilated ? WithInts(n, a, "dilations", 1) : a;
    }
}
