using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Conformance;

/// <summary>A model that nobody here has seen imports, runs, and replays, or fails with one line that names the operator it lacks.</summary>
public sealed class ExportedModelTests
{
    public static TheoryData<string> Names => [.. ExportedModels.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_model_in_the_way_of_an_exporter_imports_runs_and_replays(string name)
    {
        var item = Item(name);
        var expected = MatrixWork.ByReference(item);
        Assert.NotEqual("", expected.Outputs);
        foreach (var threads in new[] { 1, 3 })
            Assert.Equal(expected, MatrixWork.Fast(item, threads));
        // From the file again: what a replay is.
        Assert.Equal(GraphDigest.Of(item.Graph), GraphDigest.Of(Item(name).Graph));
        Assert.Equal(expected, MatrixWork.ByReference(Item(name)));
    }

    [Theory, InlineData("pytorch-encoder", 1, 5), InlineData("pytorch-encoder", 1, 17), InlineData("tf2onnx", 3, 8), InlineData("sklearn", 4, 1)]
    public void Other_extents_than_before_give_the_references_bits_in_the_same_session(string name, int batch, int length)
    {
        var (first, second) = (Item(name), Item(name, batch, length));
        using var session = new Session(first.Graph, new() { Threads = 2 });
        foreach (var item in new[] { first, second, second, first, second })
            Assert.Equal(MatrixWork.ByReference(item).Outputs, MatrixWork.Digest(session.RunValues(item.Inputs)));
    }

    [Fact]
    public void A_model_with_an_operator_that_is_lacking_fails_with_one_line_that_names_it()
    {
        var model = new OnnxWriter(17).Input("x", DType.Float32, 2).Node("Relu", ["x"], ["r"]).Node("FancyNewOperator", ["r"], ["y"]).Output("y").ToBytes();
        Assert.Equal("node 1 (FancyNewOperator): operator 'FancyNewOperator' is not supported", Assert.Throws<ModelException>(() => OnnxModel.Read(model)).Message);
    }

    internal static MatrixItem Item(string name, int batch = 2, int length = 6)
    {
        var graph = OnnxModel.Read(ExportedModels.Make(name));
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var id in graph.Inputs)
        {
            var info = graph.Values[id];
            var shape = Shape.Of(info.Dims.Select((d, axis) => d >= 0 ? d : axis == 0 ? batch : length).ToArray().AsSpan());
            var noise = new Noise((ulong)id + 70);
            inputs[info.Name] = info.Type == DType.Float32
                ? Tensor.From<float>(shape, noise.Floats(shape.Count))
                // Tokens, a table's column, or a mask that hides the last places of each row.
                : Tensor.From<long>(shape, [.. Enumerable.Range(0, shape.Count).Select(i => info.Name == "attention_mask" ? i % shape[1] < shape[1] - (i / shape[1]) ? 1 : 0 : (long)noise.Below(50))]);
        }
        return new("made: exporters", name, graph, inputs);
    }
}
