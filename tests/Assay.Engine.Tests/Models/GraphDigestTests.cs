using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Models;

public sealed class GraphDigestTests
{
    private static OnnxWriter Model(string inner = "h", float constant = 2, string output = "y", string input = "x", int extent = 3, long axis = 0) =>
        new OnnxWriter(13).Input(input, DType.Float32, extent).Initialiser(inner + "c", Tensor.Scalar(constant))
            .Node("Mul", [input, inner + "c"], [inner]).Node("Softmax", [inner], [output], ("axis", axis)).Output(output);

    private static string Digest(OnnxWriter writer) => Convert.ToHexStringLower(GraphDigest.Of(OnnxModel.Read(writer.ToBytes())));

    [Fact]
    public void Digest_of_a_known_graph_does_not_change() =>
        Assert.Equal("6689c59be64608dfa95861a8f0bf637753dec28d8c1cb44b1cddd04f874a4f95", Digest(Model()));

    [Fact]
    public void Names_inside_the_graph_and_what_nothing_uses_do_not_enter()
    {
        Assert.Equal(Digest(Model()), Digest(Model(inner: "other")));
        Assert.Equal(Digest(Model()), Digest(Model().Initialiser("unused", Tensor.Scalar(9f)).Metadata("author", "x")));
    }

    [Fact]
    public void Defaults_written_out_or_left_out_are_one_graph()
    {
        var explicitly = new OnnxWriter(13).Input("x", DType.Float32, 1, 1, 4, 4).Initialiser("w", Tensor.Create(DType.Float32, Shape.Of(1, 1, 3, 3)))
            .Node("Conv", ["x", "w"], ["y"], ("strides", new long[] { 1, 1 }), ("pads", new long[] { 0, 0, 0, 0 }), ("group", 1), ("auto_pad", "VALID")).Output("y");
        var tersely = new OnnxWriter(13).Input("x", DType.Float32, 1, 1, 4, 4).Initialiser("w", Tensor.Create(DType.Float32, Shape.Of(1, 1, 3, 3)))
            .Node("Conv", ["x", "w"], ["y"]).Output("y");
        Assert.Equal(Digest(tersely), Digest(explicitly));
    }

    [Fact]
    public void Whatever_the_caller_or_the_arithmetic_sees_enters()
    {
        var all = new[] { Model(), Model(constant: 3), Model(output: "z"), Model(input: "w"), Model(extent: 4), Model(axis: -1) }.Select(Digest).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.NotEqual(Digest(Model()), Digest(new OnnxWriter(13).Input("x", DType.Float32, 3).Initialiser("hc", Tensor.From<float>(Shape.Of(1), [2]))
            .Node("Mul", ["x", "hc"], ["h"]).Node("Softmax", ["h"], ["y"], ("axis", 0)).Output("y")));
    }

    [Fact]
    public void Order_of_operands_and_zero_signs_enter()
    {
        string Of(string a, string b, float zero) => Digest(new OnnxWriter(13).Input("x", DType.Float32, 1).Initialiser("z", Tensor.Scalar(zero)).Node("Sub", [a, b], ["y"]).Output("y"));
        Assert.NotEqual(Of("x", "z", 0), Of("z", "x", 0));
        Assert.NotEqual(Of("x", "z", 0), Of("x", "z", -0f));
    }

    [Fact]
    public void Extents_and_types_that_a_loop_gives_where_it_makes_no_iteration_enter()
    {
        OnnxWriter Of(int extent)
        {
            var body = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).Input("v", DType.Float32, extent)
                .Node("Identity", ["go"], ["on"]).Node("Relu", ["v"], ["w"]).Node("Neg", ["v"], ["made"]).Output("on").Output("w").Output("made");
            return new OnnxWriter(19).Input("count", DType.Int64).InputOfAnyRank("x", DType.Float32)
                .Node("Loop", ["count", "", "x"], ["last", "all"], ("body", body)).Output("last").Output("all");
        }

        Assert.Equal(Digest(Of(2)), Digest(Of(2)));
        Assert.NotEqual(Digest(Of(2)), Digest(Of(3)));
    }
}
