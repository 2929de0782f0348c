using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using static Assay.Engine.Tests.Execution.Runs;

namespace Assay.Engine.Tests.Execution;

/// <summary>Loop and Scan: what they carry, stack and see, and where they end.</summary>
public sealed class LoopTests
{
    /// <summary>A body that doubles what it carries while it stays below a limit, and shows each value.</summary>
    private static OnnxWriter Doubling() => new OnnxWriter(19)
        .Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32)
        .Node("Add", ["v", "v"], ["w"]).Node("Less", ["w", "limit"], ["small"]).Node("Identity", ["w"], ["shown"])
        .Output("small").Output("w").Output("shown");

    private static OnnxWriter Loop(OnnxWriter body, string count = "count", string go = "") => new OnnxWriter(19)
        .Input("count", DType.Int64).Input("x", DType.Float32).Input("limit", DType.Float32)
        .Node("Loop", [count, go, "x"], ["last", "all"], ("body", body)).Output("last").Output("all");

    [Fact]
    public void A_loop_ends_by_its_count_or_by_its_condition_whichever_comes_first()
    {
        foreach (var (count, limit, values) in new (long, float, float[])[] { (3, 1e9f, [2, 4, 8]), (100, 9, [2, 4, 8, 16]), (1, 0, [2]) })
        {
            var outputs = Both(Loop(Doubling()), ("count", Tensor.Scalar(count)), ("x", Tensor.Scalar(1f)), ("limit", Tensor.Scalar(limit)));
            Assert.Equal(values[^1], Floats(outputs[0])[0]);
            Assert.Equal(values, Floats(outputs[1]));
        }
        var endless = Both(Loop(Doubling(), count: "").Node("Identity", ["count"], ["c"]).Output("c"),
            ("count", Tensor.Scalar(0L)), ("x", Tensor.Scalar(1f)), ("limit", Tensor.Scalar(3f)));
        Assert.Equal([2f, 4], Floats(endless[1]));
    }

    [Fact]
    public void No_iteration_gives_what_went_in_and_nothing_stacked()
    {
        foreach (var count in new[] { 0L, -5 })
        {
            var outputs = Both(Loop(Doubling()), ("count", Tensor.Scalar(count)), ("x", Tensor.Scalar(7f)), ("limit", Tensor.Scalar(3f)));
            Assert.Equal([7f], Floats(outputs[0]));
            Assert.Equal((DType.Float32, Shape.Of(0)), (outputs[1].Type, ((Tensor)outputs[1]).Shape));
        }
    }

    [Fact]
    public void A_loop_that_does_not_end_is_stopped_by_its_number_of_iterations_and_by_whoever_calls_it_off()
    {
        var body = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).Output("go");
        var model = new OnnxWriter(19).Node("Loop", ["", ""], ["none"], ("body", body)).Node("Identity", ["one"], ["y"]).Initialiser("one", Tensor.Scalar(1f)).Output("y");
        Assert.Contains("1 outputs, where there are 0", Refused(model, null), StringComparison.Ordinal);
        body.Node("Not", ["go"], ["shown"]).Output("shown");
        Assert.Equal("node 0 (Loop): more than 1000 iterations", Refused(model, new() { Iterations = 1000 }));
        var graph = OnnxModel.Read(model.ToBytes());
        using var session = new Session(graph, new() { Threads = 1 });
        foreach (var run in new Action<Action<int, Tensor>, CancellationToken>[]
            { (watch, cancel) => Reference.RunValues(graph, new Dictionary<string, ModelValue>(), watch, cancel: cancel), (watch, cancel) => session.RunValues(new Dictionary<string, ModelValue>(), watch, cancel) })
        {
            using var source = new CancellationTokenSource();
            var seen = 0;
            Assert.Throws<OperationCanceledException>(() => run((_, _) =>
            {
                if (++seen == 100)
                    source.Cancel();
            }, source.Token));
            Assert.Equal(100, seen);
        }
    }

    [Fact]
    public void What_an_iteration_makes_counts_until_it_ends_and_what_it_hands_on_for_as_long()
    {
        // Each iteration makes 2 * 4 KiB and hands on as much as it was given: a thousand of them fit in 64 KiB.
        var steady = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32)
            .Node("Neg", ["v"], ["w"]).Node("Neg", ["w"], ["z"]).Output("go").Output("z");
        var model = new OnnxWriter(19).Input("x", DType.Float32, 1024).Initialiser("count", Tensor.Scalar(1000L))
            .Node("Loop", ["count", "", "x"], ["y"], ("body", steady)).Output("y");
        var x = Tensor.Create(DType.Float32, Shape.Of(1024));
        Both(model.ToBytes(), new() { Bytes = 65536 }, ("x", x));
        // One that grows does not, and neither does one that keeps every value.
        var growing = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32)
            .Node("Concat", ["v", "v"], ["w"], ("axis", 0)).Output("go").Output("w");
        Assert.Contains("would bring the run above 65536 bytes", Refused(new OnnxWriter(19).Input("x", DType.Float32, 1024).Initialiser("count", Tensor.Scalar(1000L))
            .Node("Loop", ["count", "", "x"], ["y"], ("body", growing)).Output("y"), new() { Bytes = 65536 }, ("x", x)), StringComparison.Ordinal);
        steady.Output("w");
        Assert.Contains("would bring the run above 65536 bytes", Refused(new OnnxWriter(19).Input("x", DType.Float32, 1024).Initialiser("count", Tensor.Scalar(1000L))
            .Node("Loop", ["count", "", "x"], ["y", "all"], ("body", steady)).Output("all"), new() { Bytes = 65536 }, ("x", x)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loops_within_loops_see_the_values_around_them()
    {
        var inner = new OnnxWriter(19).Input("j", DType.Int64).Input("go2", DType.Bool).InputOfAnyRank("b", DType.Int64)
            .Node("Mul", ["j", "i"], ["product"]).Node("Add", ["b", "product"], ["c"]).Output("go2").Output("c").Output("product");
        var outer = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("a", DType.Int64)
            .Node("Loop", ["three", "", "a"], ["d", "row"], ("body", inner)).Output("go").Output("d").Output("row");
        var outputs = Both(new OnnxWriter(19).Initialiser("three", Tensor.Scalar(3L)).Initialiser("zero", Tensor.Scalar(0L))
            .Node("Loop", ["three", "", "zero"], ["sum", "table"], ("body", outer)).Output("sum").Output("table"));
        Assert.Equal([9L], Longs(outputs[0]));
        Assert.Equal([0L, 0, 0, 0, 1, 2, 0, 2, 4], Longs(outputs[1]));
        Assert.Equal(Shape.Of(3, 3), ((Tensor)outputs[1]).Shape);
    }

    [Fact]
    public void A_convolution_in_a_loop_is_right_in_every_iteration_whatever_its_shapes()
    {
        // The picture shrinks from one iteration to the next, and Conv and Relu are one kernel where nobody watches.
        var body = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32)
            .Node("Conv", ["v", "w"], ["c"]).Node("Relu", ["c"], ["r"]).Node("ReduceSum", ["r"], ["s"], ("keepdims", 0)).Output("go").Output("r").Output("s");
        var outputs = Both(new OnnxWriter(19).Input("x", DType.Float32, 1, 1, 9, 9).Initialiser("w", FastCase.Floats(5, 1, 1, 3, 3)).Initialiser("count", Tensor.Scalar(4L))
            .Node("Loop", ["count", "", "x"], ["y", "sums"], ("body", body)).Output("y").Output("sums"), ("x", FastCase.Floats(4, 1, 1, 9, 9)));
        Assert.Equal(Shape.Of(1, 1, 1, 1), ((Tensor)outputs[0]).Shape);
    }

    [Fact]
    public void What_a_loop_cannot_mean_is_refused_in_one_line()
    {
        (string, ModelValue)[] inputs = [("count", Tensor.Scalar(3L)), ("x", Tensor.Scalar(1f)), ("limit", Tensor.Scalar(1e9f))];
        Assert.Contains("the body takes 3 inputs, where 0 values are carried", Refused(new OnnxWriter(19).Node("Loop", ["", ""], ["y"], ("body", Doubling())).Output("y"), null), StringComparison.Ordinal);
        Assert.Contains("the number of iterations is float32 scalar, not one int64", Refused(Loop(Doubling(), count: "x"), null, inputs), StringComparison.Ordinal);
        Assert.Contains("the condition is float32 scalar, not one bool", Refused(Loop(Doubling(), go: "x"), null, inputs), StringComparison.Ordinal);
        var ragged = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("v", DType.Float32)
            .Node("Shape", ["v"], ["s"]).Node("Unsqueeze", ["v", "axis"], ["w"]).Initialiser("axis", Tensor.From<long>(Shape.Of(1), [0])).Output("go").Output("w").Output("s");
        Assert.Contains("an iteration makes int64 1, the first made int64 0", Refused(Loop(ragged), null, inputs), StringComparison.Ordinal);
        var promised = new OnnxWriter(19).Input("i", DType.Int64).Input("go", DType.Bool).Input("v", DType.Float32)
            .Node("Unsqueeze", ["v", "axis"], ["w"]).Node("Identity", ["v"], ["s"]).Initialiser("axis", Tensor.From<long>(Shape.Of(1), [0])).Output("go").Output("w").Output("s");
        Assert.Contains("a loop's value is float32 1, where float32 scalar is declared", Refused(Loop(promised), null, inputs), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_takes_its_slices_along_any_axis_in_either_direction()
    {
        var body = new OnnxWriter(19).InputOfAnyRank("s", DType.Float32).InputOfAnyRank("e", DType.Float32)
            .Node("Add", ["s", "e"], ["t"]).Node("Identity", ["t"], ["shown"]).Output("t").Output("shown");
        var x = Tensor.From<float>(Shape.Of(2, 3), [1, 2, 3, 10, 20, 30]);
        OnnxWriter Model(params (string, object)[] attributes) => new OnnxWriter(19).Input("x", DType.Float32, 2, 3).Input("s0", DType.Float32, attributes.Length > 0 ? 2 : 3)
            .Node("Scan", ["s0", "x"], ["s", "all"], [("body", body), ("num_scan_inputs", 1L), .. attributes]).Output("s").Output("all");
        var rows = Both(Model(), ("x", x), ("s0", Tensor.Create(DType.Float32, Shape.Of(3))));
        Assert.Equal([11f, 22, 33], Floats(rows[0]));
        Assert.Equal([1f, 2, 3, 11, 22, 33], Floats(rows[1]));
        var columns = Both(Model(("scan_input_axes", new long[] { -1 }), ("scan_input_directions", new long[] { 1 }), ("scan_output_axes", new long[] { 1 })),
            ("x", x), ("s0", Tensor.Create(DType.Float32, Shape.Of(2))));
        Assert.Equal([3f, 5, 6, 30, 50, 60], Floats(columns[1]));
        var turned = Both(Model(("scan_input_axes", new long[] { 1 }), ("scan_output_directions", new long[] { 1 })), ("x", x), ("s0", Tensor.Create(DType.Float32, Shape.Of(2))));
        Assert.Equal([6f, 60, 3, 30, 1, 10], Floats(turned[1]));
    }

    [Fact]
    public void Scan_of_version_8_scans_each_row_of_a_batch()
    {
        var body = new OnnxWriter(8).Input("s", DType.Float32, 1).Input("e", DType.Float32, 1).Node("Add", ["s", "e"], ["t"]).Node("Identity", ["t"], ["shown"]).Output("t").Output("shown");
        OnnxWriter Model(long direction) => new OnnxWriter(8).Input("s0", DType.Float32, -1, 1).Input("x", DType.Float32, -1, 3, 1)
            .Node("Scan", ["", "s0", "x"], ["s", "all"], ("body", body), ("num_scan_inputs", 1L), ("directions", new[] { direction })).Output("s").Output("all");
        var x = Tensor.From<float>(Shape.Of(2, 3, 1), [1, 2, 3, 10, 20, 30]);
        var outputs = Both(Model(0), ("s0", Tensor.From<float>(Shape.Of(2, 1), [0, 100])), ("x", x));
        Assert.Equal([6f, 160], Floats(outputs[0]));
        Assert.Equal([1f, 3, 6, 110, 130, 160], Floats(outputs[1]));
        Assert.Equal(Shape.Of(2, 3, 1), ((Tensor)outputs[1]).Shape);
        Assert.Equal([3f, 5, 6, 130, 150, 160], Floats(Both(Model(1), ("s0", Tensor.From<float>(Shape.Of(2, 1), [0, 100])), ("x", x))[1]));
        Assert.Contains("into an extent of 1", Refused(Model(0), null, ("s0", Tensor.From<float>(Shape.Of(1, 1), [0])), ("x", x)), StringComparison.Ordinal);
    }

    [Theory, InlineData(0L), InlineData(1L)]
    public void Scan_over_inputs_of_different_lengths_is_refused(long direction)
    {
        var body = new OnnxWriter(19).InputOfAnyRank("a", DType.Float32).InputOfAnyRank("b", DType.Float32).Node("Add", ["a", "b"], ["c"]).Output("c");
        var model = new OnnxWriter(19).Input("x", DType.Float32, -1).Input("y", DType.Float32, -1)
            .Node("Scan", ["x", "y"], ["z"], ("body", body), ("num_scan_inputs", 2L), ("scan_input_directions", new[] { direction, direction })).Output("z");
        Assert.Contains("into an extent of 2", Refused(model, null, ("x", Floats(1, 2)), ("y", Floats(1, 2, 3))), StringComparison.Ordinal);
        Assert.Contains("into an extent of 2", Refused(model, null, ("x", Floats(1, 2, 3)), ("y", Floats(1, 2))), StringComparison.Ordinal);
    }
}
