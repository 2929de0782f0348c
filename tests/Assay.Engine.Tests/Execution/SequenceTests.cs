using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using static Assay.Engine.Tests.Execution.Runs;

namespace Assay.Engine.Tests.Execution;

/// <summary>Sequences, optionals, and values that are not tensors at the edges of a graph.</summary>
public sealed class SequenceTests
{
    private static readonly Tensor A = Floats(1), B = Floats(2, 3), C = Floats(4, 5, 6);

    private static OnnxWriter Three() => new OnnxWriter(19)
        .Input("a", DType.Float32, -1).Input("b", DType.Float32, -1).Input("c", DType.Float32, -1).Input("at", DType.Int64)
        .Node("SequenceConstruct", ["a", "b", "c"], ["s"]);

    private static (string, ModelValue)[] Abc(long at) => [("a", A), ("b", B), ("c", C), ("at", Tensor.Scalar(at))];

    private static float[][] Items(ModelValue sequence) => [.. sequence.Tensors.Select(t => Floats(t))];

    [Fact]
    public void Positions_count_from_either_end_and_one_outside_is_refused()
    {
        var at = Three().Node("SequenceAt", ["s", "at"], ["y"]).Output("y");
        foreach (var (place, expected) in new[] { (0L, A), (2, C), (-1, C), (-3, A) })
            Assert.Equal(Floats(expected), Floats(Both(at, Abc(place))[0]));
        Assert.Equal("node 1 (SequenceAt): position 3 in a sequence of 3", Refused(at, null, Abc(3)));
        Assert.Equal("node 1 (SequenceAt): position -4 in a sequence of 3", Refused(at, null, Abc(-4)));
        Assert.Contains("a position", Refused(at, null, Abc(long.MinValue)).Replace("position -9223372036854775808", "a position", StringComparison.Ordinal), StringComparison.Ordinal);
        var insert = Three().Node("SequenceInsert", ["s", "a", "at"], ["y"]).Output("y");
        foreach (var (place, expected) in new (long, Tensor[])[] { (0, [A, A, B, C]), (3, [A, B, C, A]), (-1, [A, B, A, C]) })
            Assert.Equal(expected.Select(t => Floats(t)), Items(Both(insert, Abc(place))[0]));
        Assert.Contains("position 4 in a sequence of 3", Refused(insert, null, Abc(4)), StringComparison.Ordinal);
        var erase = Three().Node("SequenceErase", ["s", "at"], ["y"]).Node("SequenceErase", ["s"], ["z"]).Node("SequenceLength", ["z"], ["n"]).Output("y").Output("n");
        var erased = Both(erase, Abc(-3));
        Assert.Equal([Floats(B), Floats(C)], Items(erased[0]));
        Assert.Equal([2L], Longs(erased[1]));
    }

    [Fact]
    public void A_split_sequence_joins_again()
    {
        foreach (var split in new[] { null, Tensor.Scalar(2L), Tensor.From<long>(Shape.Of(3), [1, 0, 4]) })
        {
            var model = new OnnxWriter(19).Input("x", DType.Float32, 2, 5);
            if (split is not null)
                model.Initialiser("split", split);
            var x = FastCase.Floats(3, 2, 5);
            var outputs = Both(model.Node("SplitToSequence", split is null ? ["x"] : ["x", "split"], ["s"], ("axis", 1)).Node("SequenceLength", ["s"], ["n"])
                .Node("ConcatFromSequence", ["s"], ["y"], ("axis", -1)).Output("y").Output("n"), ("x", x));
            Assert.Equal(Floats(x), Floats(outputs[0]));
            Assert.Equal([split is null ? 5L : 3], Longs(outputs[1]));
        }
        var stacked = Both(new OnnxWriter(19).Input("x", DType.Float32, 2, 3).Node("SplitToSequence", ["x"], ["s"], ("axis", 0), ("keepdims", 0))
            .Node("ConcatFromSequence", ["s"], ["y"], ("axis", 1), ("new_axis", 1)).Output("y"), ("x", Tensor.From<float>(Shape.Of(2, 3), [1, 2, 3, 4, 5, 6])));
        Assert.Equal([1f, 4, 2, 5, 3, 6], Floats(stacked[0]));
        Assert.Contains("split 3+3 of an extent of 5", Refused(new OnnxWriter(19).Input("x", DType.Float32, 5).Initialiser("split", Tensor.From<long>(Shape.Of(2), [3, 3]))
            .Node("SplitToSequence", ["x", "split"], ["s"]).Output("s"), null, ("x", Tensor.Create(DType.Float32, Shape.Of(5)))), StringComparison.Ordinal);
        Assert.Contains("an empty sequence has nothing to concatenate", Refused(new OnnxWriter(19).Node("SequenceEmpty", [], ["s"]).Node("ConcatFromSequence", ["s"], ["y"], ("axis", 0)).Output("y"), null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_over_sequences_runs_its_body_for_each()
    {
        var body = new OnnxWriter(19).InputOfAnyRank("p", DType.Float32).InputOfAnyRank("q", DType.Float32)
            .Node("Add", ["p", "q"], ["r"]).Node("Shape", ["r"], ["t"]).Output("r").Output("t");
        var outputs = Both(Three().Node("SequenceMap", ["s", "a"], ["y", "z"], ("body", body)).Output("y").Output("z"), Abc(0));
        Assert.Equal([[2f], [3f, 4], [5f, 6, 7]], Items(outputs[0]));
        Assert.Equal((ValueKind.Sequence, DType.Int64, 3), (outputs[1].Kind, outputs[1].Type, outputs[1].Tensors.Count()));
        Assert.Contains("position 2 in a sequence of 2", Refused(Three().Node("SequenceErase", ["s"], ["u"]).Node("SequenceMap", ["s", "u"], ["y"], ("body", body)).Output("y"), null, Abc(0)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_tensor_is_refused_wherever_a_tensor_is_meant()
    {
        Assert.Contains("operand 0 is sequence(float32), where Relu takes a tensor", Refused(Three().Node("Relu", ["s"], ["y"]).Output("y"), null, Abc(0)), StringComparison.Ordinal);
        Assert.Contains("an operand is float32 ?, not a sequence", Refused(Three().Node("SequenceLength", ["a"], ["y"]).Output("y"), null, Abc(0)), StringComparison.Ordinal);
        Assert.Contains("operands of different types", Refused(Three().Node("SequenceConstruct", ["a", "at"], ["y"]).Output("y"), null, Abc(0)), StringComparison.Ordinal);
        Assert.Contains("an optional of an optional", Refused(Three().Node("Optional", ["s"], ["o"]).Node("Optional", ["o"], ["y"]).Output("y"), null, Abc(0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_tensors_leave_by_the_door_for_tensors()
    {
        var graph = OnnxModel.Read(Three().Output("s").ToBytes());
        Dictionary<string, Tensor> inputs = new(StringComparer.Ordinal) { ["a"] = A, ["b"] = B, ["c"] = C, ["at"] = Tensor.Scalar(0L) };
        Assert.Equal("output 's' is sequence(float32), not a tensor", Assert.Throws<ModelException>(() => Reference.Run(graph, inputs)).Message);
        using var session = new Session(graph, new() { Threads = 1 });
        Assert.Equal("output 's' is sequence(float32), not a tensor", Assert.Throws<ModelException>(() => session.Run(inputs)).Message);
        Assert.Equal("output 's' is sequence(float32); only tensors of numbers are served", Assert.Throws<ModelException>(() => Binding.RequireNumbers(graph)).Message);
        var texts = OnnxModel.Read(new OnnxWriter(19).Input("t", DType.String, 2).Node("Identity", ["t"], ["y"]).Output("y").ToBytes());
        Assert.Equal("input 't' is string 2; only tensors of numbers are served", Assert.Throws<ModelException>(() => Binding.RequireNumbers(texts)).Message);
    }

    [Fact]
    public void Files_of_values_are_read_as_the_graph_declares_them_and_damaged_ones_are_refused()
    {
        // SequenceProto { elem_type: 1, tensor_values: [..] }; OptionalProto { elem_type: 1, tensor_value: .. }.
        byte[] Field(int number, byte[] content) => [(byte)(number << 3 | 2), (byte)content.Length, .. content];
        var tensor = TensorFile.Write(new("t", B));
        byte[] sequence = [0x10, 1, .. Field(3, tensor), .. Field(3, tensor)], optional = [0x10, 1, .. Field(3, tensor)];
        ValueInfo Info(ValueKind kind) => new("v", DType.Float32, default) { Kind = kind };
        Assert.Equal([Floats(B), Floats(B)], Items(TensorFile.ReadValue(sequence, Info(ValueKind.Sequence)).Value));
        Assert.Equal([Floats(B)], Items(TensorFile.ReadValue(optional, Info(ValueKind.OptionalTensor)).Value));
        Assert.IsType<OptionalValue>(TensorFile.ReadValue([], Info(ValueKind.OptionalSequence)).Value);
        var noise = new Tests.Models.Noise(7);
        for (var i = 0; i < 3000; i++)
            foreach (var kind in Enum.GetValues<ValueKind>())
                try
                {
                    TensorFile.ReadValue(noise.Mutate((i % 2 == 0 ? sequence : optional).ToArray()), Info(kind));
                }
                catch (ModelException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
    }
}
