using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Models;

/// <summary>One operator, two versions, two meanings.</summary>
public sealed class OpsetTests
{
    private static readonly Tensor X = Tensor.From<float>(Shape.Of(1, 2, 2), [0, 1, 2, 3]);

    [Fact]
    public void Softmax_before_version_13_sees_a_matrix_cut_at_the_axis()
    {
        float[] whole = Floats(Run(12, "Softmax", [X], ("axis", 1))), row = Floats(Run(13, "Softmax", [X], ("axis", 1)));
        Assert.Equal(1, whole.Sum(), 1e-6);
        Assert.Equal(2, row.Sum(), 1e-6);
        Assert.Equal(1, row[0] + row[2], 1e-6);
        Assert.Equal(Shape.Of(1, 2, 2), Run(12, "Softmax", [X], ("axis", 1)).Shape);
        // The defaults differ too: axis 1 then, the last axis now.
        Assert.Equal(whole, Floats(Run(12, "Softmax", [X])));
        Assert.Equal(1, Floats(Run(13, "Softmax", [X]))[..2].Sum(), 1e-6);
    }

    [Fact]
    public void Bounds_and_axes_move_from_attributes_to_operands()
    {
        var axes = Ints(0);
        Assert.Equal(Shape.Of(2, 2), Run(11, "Squeeze", [X], ("axes", new long[] { 0 })).Shape);
        Assert.Equal(Shape.Of(2, 2), Run(13, "Squeeze", [X, axes]).Shape);
        Assert.Equal(Shape.Of(1, 1, 2, 2), Run(11, "Unsqueeze", [X], ("axes", new long[] { 0 })).Shape);
        Assert.Equal(Shape.Of(1, 1, 2, 2), Run(13, "Unsqueeze", [X, axes]).Shape);
        Assert.Equal([2f, 3], Floats(Run(9, "Slice", [X], ("starts", new long[] { 1 }), ("ends", new long[] { 99 }), ("axes", new long[] { 1 }))));
        Assert.Equal([3f, 1], Floats(Run(13, "Slice", [X, Ints(-1, 1), Ints(-9, 9), Ints(1, 2), Ints(-1, 1)])));
        Assert.Equal([2f, 4], Floats(Run(11, "ReduceSum", [X], ("axes", new long[] { 1 }), ("keepdims", 0))));
        Assert.Equal([2f, 4], Floats(Run(13, "ReduceSum", [X, Ints(1)], ("keepdims", 0))));
        Assert.Equal(Shape.Of(1, 2, 4), Run(2, "Pad", [X], ("pads", new long[] { 0, 0, 1, 0, 0, 1 })).Shape);
        Assert.Equal([9f, 0, 1, 9, 9, 2, 3, 9], Floats(Run(13, "Pad", [X, Ints(0, 0, 1, 0, 0, 1), Tensor.Scalar(9f)])));
        Assert.Equal([1f, 1, 2, 2], Floats(Run(6, "Clip", [X], ("min", 1f), ("max", 2f))));
        Assert.Equal([1f, 1, 2, 2], Floats(Run(13, "Clip", [X, Tensor.Scalar(1f), Tensor.Scalar(2f)])));
        Assert.Contains("before operator set 13", Refused(11, "Squeeze", [X, axes]), StringComparison.Ordinal);
        Assert.Contains("'axes' is not supported", Refused(13, "Squeeze", [X], ("axes", new long[] { 0 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Reshape_copies_an_extent_for_zero_unless_told_otherwise()
    {
        Assert.Equal(Shape.Of(1, 4), Run(13, "Reshape", [X, Ints(0, -1)]).Shape);
        var none = Tensor.Create(DType.Float32, Shape.Of(0, 3));
        Assert.Equal(Shape.Of(3, 0), Run(14, "Reshape", [none, Ints(3, 0)], ("allowzero", 1)).Shape);
        Assert.Contains("'allowzero' is not supported", Refused(13, "Reshape", [X, Ints(4)], ("allowzero", 1)), StringComparison.Ordinal);
        Assert.Contains("both 0 and -1", Refused(14, "Reshape", [none, Ints(0, -1)], ("allowzero", 1)), StringComparison.Ordinal);
        Assert.Contains("-1 twice", Refused(14, "Reshape", [X, Ints(-1, -1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Broadcasting_before_version_7_aligns_at_an_axis()
    {
        var column = Tensor.From<float>(Shape.Of(2), [10, 20]);
        Assert.Equal([10f, 11, 22, 23], Floats(Run(6, "Add", [X, column], ("broadcast", 1), ("axis", 1))));
        Assert.Equal([10f, 21, 12, 23], Floats(Run(6, "Add", [X, column], ("broadcast", 1))));
        Assert.Equal([10f, 21, 12, 23], Floats(Run(7, "Add", [X, column])));
    }

    [Fact]
    public void Dropout_only_infers_and_old_batch_normalisation_too()
    {
        Assert.Equal(Floats(X), Floats(Run(12, "Dropout", [X])));
        Assert.Equal(Floats(X), Floats(Run(7, "Dropout", [X], ("ratio", 0.9f))));
        var ones = Tensor.From<float>(Shape.Of(2), [1, 1]);
        Assert.Contains("spatial = 0", Refused(8, "BatchNormalization", [X, ones, ones, ones, ones], ("spatial", 0)), StringComparison.Ordinal);
        Assert.Contains("is_test = 0", Refused(6, "Dropout", [X], ("is_test", 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Gemm_transposes_scales_and_adds()
    {
        Tensor a = Tensor.From<float>(Shape.Of(2, 1), [1, 2]), b = Tensor.From<float>(Shape.Of(3, 2), [1, 2, 3, 4, 5, 6]), c = Tensor.From<float>(Shape.Of(3), [1, 1, 1]);
        Assert.Equal([2.5f + 3, 5.5f + 3, 8.5f + 3], Floats(Run(13, "Gemm", [a, b, c], ("transA", 1), ("transB", 1), ("alpha", 0.5f), ("beta", 3f))));
        Assert.Contains("not a matrix", Refused(13, "Gemm", [X, b]), StringComparison.Ordinal);
    }

    [Fact]
    public void Split_lowers_to_slices_of_even_or_given_parts()
    {
        var v = Tensor.From<float>(Shape.Of(5), [1, 2, 3, 4, 5]);
        var even = new OnnxWriter(18).Input("v", DType.Float32, 5).Node("Split", ["v"], ["a", "b"], ("num_outputs", 2)).Output("a").Output("b");
        var outputs = Reference.Run(OnnxModel.Read(even.ToBytes()), new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["v"] = v });
        Assert.Equal([4f, 5], Floats(outputs[1].Value));
        var given = new OnnxWriter(13).Input("v", DType.Float32, 5).Initialiser("s", Ints(2, 4)).Node("Split", ["v", "s"], ["a", "b"]).Output("a");
        Assert.Contains("parts 2+4 of an extent of 5", Assert.Throws<ModelException>(() => OnnxModel.Read(given.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_flow_through_the_arithmetic_of_shapes()
    {
        var writer = new OnnxWriter(13).Input("x", DType.Float32, 2, 3, 4)
            .Node("Shape", ["x"], ["s"]).Initialiser("i", Ints(0)).Node("Gather", ["s", "i"], ["n"]).Initialiser("m", Ints(-1))
            .Node("Concat", ["n", "m"], ["t"], ("axis", 0)).Node("Reshape", ["x", "t"], ["y"]).Output("y");
        var graph = OnnxModel.Read(writer.ToBytes());
        Assert.Equal([2, 12], graph.Values[graph.Outputs[0]].Dims.ToArray());
    }

    internal static Tensor Run(int opset, string op, Tensor[] operands, params (string, object)[] attributes)
    {
        var inputs = operands.Select((t, i) => (Name: $"i{i}", Value: t)).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        return Reference.Run(OnnxModel.Read(Model(opset, op, operands, attributes)), new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["i0"] = inputs["i0"] })[0].Value;
    }

    /// <summary>A model of one node; its first operand is an input, the others are constants.</summary>
    internal static byte[] Model(int opset, string op, Tensor[] operands, params (string, object)[] attributes)
    {
        var writer = new OnnxWriter(opset).Input("i0", operands[0].Type, operands[0].Shape.Dims.AsSpan());
        for (var i = 1; i < operands.Length; i++)
            writer.Initialiser($"i{i}", operands[i]);
        return writer.Node(op, [.. operands.Select((_, i) => $"i{i}")], ["y"], attributes).Output("y").ToBytes();
    }

    internal static string Refused(int opset, string op, Tensor[] operands, params (string, object)[] attributes) =>
        Assert.Throws<ModelException>(() => Run(opset, op, operands, attributes)).Message;

    internal static Tensor Ints(params long[] values) => Tensor.From<long>(Shape.Of(values.Length), values);

    internal static float[] Floats(Tensor t) => t.Span<float>().ToArray();
}
