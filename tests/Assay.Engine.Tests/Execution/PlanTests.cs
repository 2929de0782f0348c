using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Execution;

/// <summary>Runs that were made ready once: which go so, that they depend on nothing but their inputs, and what they allocate.</summary>
public sealed class PlanTests
{
    [Fact]
    public void A_plan_serves_other_inputs_of_the_same_shape()
    {
        foreach (var test in FastEqualityTests.All)
        {
            var (graph, inputs) = test.Build(constants: false);
            using var session = new Session(graph, new SessionOptions { Threads = 2 });
            session.Run(inputs);
            var other = inputs.ToDictionary(p => p.Key, p => Turned(p.Value), StringComparer.Ordinal);
            var expected = Reference.Run(graph, other);
            var actual = session.Run(other);
            for (var o = 0; o < expected.Count; o++)
                FastEqualityTests.AssertSame(expected[o].Value, actual[o].Value, $"{test}, output {o}, other inputs");
        }
    }

    [Fact]
    public void The_first_shape_gets_a_plan_and_others_when_they_come_again()
    {
        var graph = Model(new OnnxWriter(13).Input("x", DType.Float32, -1, 4).Node("Relu", ["x"], ["y"]).Output("y"));
        using var session = new Session(graph);
        long[] planned = [1, 2, 2, 3, 4, 4];
        int[] rows = [2, 2, 3, 3, 2, 5];
        for (var i = 0; i < rows.Length; i++)
        {
            session.Run(Inputs(("x", FastCase.Floats((ulong)i, rows[i], 4))));
            Assert.Equal(planned[i], session.PlannedRuns);
        }
    }

    [Fact]
    public void A_whole_number_that_decides_how_the_run_goes_on_is_part_of_the_key()
    {
        var graph = Conditional(DType.Int64);
        using var session = new Session(graph);
        for (var run = 0; run < 6; run++)
        {
            var inputs = Inputs(("x", FastCase.Floats((ulong)run, 4)), ("n", Tensor.Scalar((long)(run % 2))));
            FastEqualityTests.AssertSame(Reference.Run(graph, inputs)[0].Value, session.Run(inputs)[0].Value, $"run {run}");
        }
        // The second number waits until it comes again.
        Assert.Equal(5, session.PlannedRuns);
    }

    [Fact]
    public void A_condition_that_is_computed_goes_node_by_node()
    {
        var graph = Conditional(DType.Float32);
        using var session = new Session(graph);
        for (var run = 0; run < 4; run++)
        {
            var inputs = Inputs(("x", FastCase.Floats((ulong)run, 4)), ("n", Tensor.Scalar((float)(run % 2))));
            FastEqualityTests.AssertSame(Reference.Run(graph, inputs)[0].Value, session.Run(inputs)[0].Value, $"run {run}");
        }
        Assert.Equal(0, session.PlannedRuns);
    }

    [Fact]
    public void What_a_plan_finds_wrong_with_its_inputs_names_the_node()
    {
        var graph = Model(new OnnxWriter(13).Input("x", DType.Float32, 4).Input("i", DType.Int64, 2).Node("Gather", ["x", "i"], ["y"]).Output("y"));
        using var session = new Session(graph);
        var x = FastCase.Floats(1, 4);
        session.Run(Inputs(("x", x), ("i", FastCase.Ints(0, 3))));
        var wrong = Inputs(("x", x), ("i", FastCase.Ints(0, 4)));
        var expected = Assert.Throws<ModelException>(() => Reference.Run(graph, wrong));
        Assert.Equal(expected.Message, Assert.Throws<ModelException>(() => session.Run(wrong)).Message);
        Assert.Equal(2, session.PlannedRuns);
        var right = Inputs(("x", x), ("i", FastCase.Ints(-1, 2)));
        FastEqualityTests.AssertSame(Reference.Run(graph, right)[0].Value, session.Run(right)[0].Value, "after the failure");
    }

    [Fact]
    public void What_nobody_reads_counts_and_is_not_made()
    {
        var graph = Model(new OnnxWriter(13).Input("x", DType.Float32, 4).Initialiser("many", Tensor.From<long>(Shape.Of(1), [1 << 20])).Initialiser("one", Tensor.From<bool>(Shape.Of(1), [true]))
            .Node("Expand", ["one", "many"], ["mask"]).Node("Relu", ["x"], ["y"]).Output("y"));
        var inputs = Inputs(("x", FastCase.Floats(1, 4)));
        using var session = new Session(graph, new() { Limits = new() { Bytes = (1 << 20) + 16 } });
        session.Run(inputs);
        Assert.Equal(1, session.PlannedRuns);
        Assert.InRange(session.PlannedBytes, 1, 1 << 19);
        using var narrow = new Session(graph, new() { Limits = new() { Bytes = (1 << 20) + 15 } });
        var expected = Assert.Throws<ModelException>(() => Reference.Run(graph, inputs, limits: narrow.Options.Limits));
        Assert.Equal(expected.Message, Assert.Throws<ModelException>(() => narrow.Run(inputs)).Message);
    }

    [Fact]
    public void A_planned_run_allocates_little_but_its_outputs()
    {
        var writer = new OnnxWriter(13).Input("x0", DType.Float32, 1, 8, 16, 16).Initialiser("w", FastCase.Floats(1, 8, 8, 3, 3));
        for (var i = 0; i < 20; i++)
            writer.Node("Conv", [$"x{2 * i}", "w"], [$"x{(2 * i) + 1}"], ("pads", new long[] { 1, 1, 1, 1 })).Node("Sigmoid", [$"x{(2 * i) + 1}"], [$"x{(2 * i) + 2}"]);
        var graph = Model(writer.Output("x40"));
        using var session = new Session(graph, new() { Threads = 1 });
        var inputs = Inputs(("x0", FastCase.Floats(1, 1, 8, 16, 16)));
        session.Run(inputs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        session.Run(inputs);
        // The output of 8 KiB, and the objects around it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 8192, 8192 + 1024);
    }

    /// <summary>-x where n is not 0, else exp x.</summary>
    private static Graph Conditional(DType type) => new("conditional", [0, 1], new Block(
    [
        new(Primitive.Cast, [1], [2], Attributes.None.With("to", (long)DType.Bool), [], "node 0"),
        new(Primitive.If, [2], [5], Attributes.None,
        [
            new Block([new(Primitive.Neg, [0], [3], Attributes.None, [], "node 1")], [3]),
            new Block([new(Primitive.Exp, [0], [4], Attributes.None, [], "node 2")], [4]),
        ], "node 3"),
    ], [5]), [new("x", DType.Float32, [4]), new("n", type, []), .. Enumerable.Range(2, 4).Select(id => new ValueInfo($"v{id}", null, default))], ImmutableDictionary<int, Tensor>.Empty);

    private static Graph Model(OnnxWriter writer) => OnnxModel.Read(writer.ToBytes());

    private static Dictionary<string, Tensor> Inputs(params (string Name, Tensor Value)[] inputs) =>
        inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal);

    /// <summary>Floats with every element one place further on; whole numbers, which may be shapes, as they are.</summary>
    private static Tensor Turned(Tensor x)
    {
        if (!x.Type.IsFloat() || x.Count < 2)
            return x;
        var turned = Tensor.Create(x.Type, x.Shape);
        var size = x.Type.Size();
        x.Bytes[size..].CopyTo(turned.MutableBytes);
        x.Bytes[..size].CopyTo(turned.MutableBytes[^size..]);
        return turned;
    }
}
