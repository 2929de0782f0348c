using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>What a run hands out is the caller's: whatever he does to it, constants, inputs and later runs stay as they are.</summary>
public sealed class OwnOutputTests
{
    private static readonly Tensor C = Runs.Floats(1, 2, 3), X = Runs.Floats(4, 5, 6);

    private static OnnxWriter Model() => new OnnxWriter(19).Input("x", DType.Float32, 3).Input("b", DType.Bool).Initialiser("c", C);

    public static TheoryData<string> Ways => [.. Graphs.Keys];

    private static readonly Dictionary<string, Func<OnnxWriter>> Graphs = new(StringComparer.Ordinal)
    {
        ["a constant"] = () => Model().Output("c"),
        ["a constant under another name"] = () => Model().Node("Identity", ["c"], ["y"]).Output("y"),
        ["a constant under another shape"] = () => Model().Node("Unsqueeze", ["c", "at"], ["y"]).Initialiser("at", Tensor.From<long>(Shape.Of(1), [0])).Output("y"),
        ["a constant, used as well"] = () => Model().Node("Add", ["x", "c"], ["y"]).Output("y").Output("c"),
        ["whole numbers"] = () => Model().Initialiser("n", Tensor.From<long>(Shape.Of(2), [7, 8])).Output("n"),
        ["16-bit floats"] = () => Model().Initialiser("h", Tensor.From(Shape.Of(2), [(Half)7, (Half)8])).Output("h"),
        ["texts"] = () => Model().Initialiser("t", Tensor.OfTexts(Shape.Of(2), "a", "b")).Output("t"),
        ["a shape"] = () => Model().Node("Shape", ["x"], ["y"]).Output("y"),
        ["what comes of constants"] = () => Model().Node("Neg", ["c"], ["y"]).Output("y"),
        ["an input"] = () => Model().Node("Identity", ["x"], ["y"]).Output("y"),
        ["a branch's constant"] = () => Model()
            .Node("If", ["b"], ["y"], ("then_branch", new OnnxWriter(19).Node("Identity", ["c"], ["u"]).Output("u")), ("else_branch", new OnnxWriter(19).Node("Identity", ["x"], ["v"]).Output("v"))).Output("y"),
        ["a list"] = () => Model().Node("SequenceConstruct", ["c", "x"], ["y"]).Output("y"),
        ["an optional"] = () => Model().Node("Optional", ["c"], ["y"]).Output("y"),
        ["taken out of a list"] = () => Model().Node("SequenceConstruct", ["c", "x"], ["s"]).Initialiser("at", Tensor.Scalar(0L)).Node("SequenceAt", ["s", "at"], ["y"]).Output("y"),
    };

    [Theory, MemberData(nameof(Ways))]
    public void Altering_an_output_alters_nothing_else(string way)
    {
        var graph = OnnxModel.Read(Graphs[way]().ToBytes());
        using Session planned = new(graph, new() { Threads = 1 }), plain = new(graph, new() { Threads = 1, Plans = false });
        Dictionary<string, ModelValue> inputs = new(StringComparer.Ordinal) { ["x"] = X.Copy(), ["b"] = Tensor.Scalar(true) };
        var expected = Shown(Reference.RunValues(graph, inputs));
        foreach (var run in new Func<IReadOnlyList<NamedValue>>[] { () => Reference.RunValues(graph, inputs), () => planned.RunValues(inputs), () => plain.RunValues(inputs), () => plain.RunValues(inputs, (_, _) => { }) })
            for (var turn = 0; turn < 3; turn++)
            {
                var outputs = run();
                Assert.Equal(expected, Shown(outputs));
                foreach (var tensor in outputs.SelectMany(o => o.Value.Tensors))
                    if (tensor.Type == DType.String)
                        tensor.MutableTexts.Fill("altered");
                    else
                        tensor.MutableBytes.Fill(0x55);
            }
        Assert.Equal(X.Bytes, ((Tensor)inputs["x"]).Bytes);
    }

    private static string[] Shown(IReadOnlyList<NamedValue> values) =>
        [.. values.SelectMany(v => v.Value.Tensors, (v, t) => $"{v.Name} {t} {Convert.ToHexString(t.Bytes)}")];
}
