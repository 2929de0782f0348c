using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Places that indices name, and outputs as large as their elements make them (10.2 to 10.4 of the profile), by hand.</summary>
public sealed class PlaceTests
{
    [Fact]
    public void Of_several_updates_at_one_place_the_last_stands()
    {
        var data = F(1, 2, 3);
        Assert.Equal([1f, 30, 3], OpsetTests.Floats(Run("ScatterElements", [data, Ints(1, 1), F(20, 30)])));
        Assert.Equal([1f, 52, 3], OpsetTests.Floats(Run("ScatterElements", [data, Ints(1, -2), F(20, 30)], ("reduction", "add"))));
        Assert.Equal([1f, 2, float.NaN], OpsetTests.Floats(Run("ScatterND", [data, L([2, 1], 2, 2), F(float.NaN, 1)], ("reduction", "max"))));
        Assert.Equal([1f, 2, 90], OpsetTests.Floats(Run("ScatterND", [data, L([2, 1], -1, 2), F(5, 6)], ("reduction", "mul"))));
    }

    [Fact]
    public void A_sum_of_updates_rounds_to_float16_each_time()
    {
        // 2048 + 1 is no float16 and rounds to 2048, twice; their sum at once would be 2050.
        var data = Tensor.From<Half>(Shape.Of(1), [(Half)2048]);
        var updates = Tensor.From<Half>(Shape.Of(2), [(Half)1, (Half)1]);
        Assert.Equal((Half)2048, Run("ScatterElements", [data, Ints(0, 0), updates], ("reduction", "add")).Span<Half>()[0]);
    }

    [Fact]
    public void Gathering_and_scattering_refuse_what_does_not_fit()
    {
        var data = Tensor.Create(DType.Float32, Shape.Of(2, 3));
        Refused("index 2 into an extent of 2", "GatherElements", data, L([1, 1], 2));
        Refused("index -4 into an extent of 3", "GatherND", data, L([1, 2], 0, -4));
        Refused("indices of rank 1", "GatherElements", data, Ints(0));
        Refused("4 indices along axis 1", "GatherElements", data, L([1, 4], 0, 0, 0, 0));
        Refused("3 coordinates into 2 axes", "GatherND", data, L([1, 3], 0, 0, 0));
        Refused("3 coordinates into 2 axes", "ScatterND", data, L([1, 3], 0, 0, 0), F(1));
        Refused("where", "ScatterElements", data, L([1, 1], 0), Tensor.Create(DType.Float32, Shape.Of(1, 2)));
        Refused("different types", "ScatterND", data, L([1, 2], 0, 0), Ints(1));
        Assert.Contains("reduction 'xor'", OpsetTests.Refused(18, "ScatterND", [data, L([1, 2], 0, 0), F(1)], ("reduction", "xor")), StringComparison.Ordinal);
        Assert.Contains("batch_dims is 2", OpsetTests.Refused(18, "GatherND", [data, L([2, 3], 0, 0, 0, 0, 0, 0)], ("batch_dims", 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_is_written_from_a_place_of_each_row_and_no_further()
    {
        var cache = Tensor.From<float>(Shape.Of(2, 3, 1), [1, 2, 3, 4, 5, 6]);
        var update = Tensor.From<float>(Shape.Of(2, 2, 1), [10, 20, 30, 40]);
        Assert.Equal([1f, 10, 20, 30, 40, 6], OpsetTests.Floats(OpsetTests.Run(24, "TensorScatter", [cache, update, Ints(1, 0)])));
        Assert.Equal([20f, 2, 10, 30, 40, 6], OpsetTests.Floats(OpsetTests.Run(24, "TensorScatter", [cache, update, Ints(2, 0)], ("mode", "circular"))));
        Assert.Contains("2 steps from place 2", OpsetTests.Refused(24, "TensorScatter", [cache, update, Ints(2, 0)]), StringComparison.Ordinal);
        Assert.Contains("2 steps from place 9223372036854775807", OpsetTests.Refused(24, "TensorScatter", [cache, update, Ints(long.MaxValue, 0)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_decide_what_is_kept_repeated_and_turned_about()
    {
        var x = Tensor.From<float>(Shape.Of(2, 2), [1, 2, 3, 4]);
        Assert.Equal([0f, 2, 0, 0], OpsetTests.Floats(Run("Trilu", [x, Tensor.Scalar(1L)])));
        Assert.Equal(new float[4], OpsetTests.Floats(Run("Trilu", [x, Tensor.Scalar(long.MaxValue)])));
        Assert.Equal([1f, 2, 1, 2, 3, 4, 3, 4], OpsetTests.Floats(Run("Tile", [x, Ints(1, 2)])));
        Assert.Equal(Shape.Of(0, 2), Run("Tile", [x, Ints(0, 1)]).Shape);
        Assert.Equal([3f, 2, 1, 4], OpsetTests.Floats(Run("ReverseSequence", [x, Ints(2, 1)])));
        Assert.Equal([0f, 1, 1, 0, 0, 0, 0, 0], OpsetTests.Floats(Run("OneHot", [L([2, 2], 1, -2, 5, -9), Tensor.Scalar(2L), F(0, 1)])));
        Assert.Equal([0, 1, 0, 0], Run("EyeLike", [x], ("k", 1), ("dtype", (long)DType.Bool)).Bytes.ToArray());
        Refused("a sequence of 3 steps in 2", "ReverseSequence", x, Ints(3, 1));
        Refused("repeats hold -1", "Tile", x, Ints(1, -1));
        Refused("3 repeats of a tensor of rank 2", "Tile", x, Ints(1, 1, 1));
        Refused("not two", "OneHot", Ints(1), Tensor.Scalar(2L), F(0, 1, 2));
        Refused("the depth is -1", "OneHot", Ints(1), Tensor.Scalar(-1L), F(0, 1));
    }

    [Fact]
    public void A_split_that_only_running_tells_is_cut_where_it_says()
    {
        var model = new OnnxWriter(18).Input("v", DType.Float32, 5).Input("s", DType.Int64, -1).Node("Split", ["v", "s"], ["a", "b"]).Output("a").Output("b").ToBytes();
        var outputs = Both(model, ("v", F(1, 2, 3, 4, 5)), ("s", Ints(2, 3)));
        Assert.Equal([3f, 4, 5], OpsetTests.Floats(outputs[1]));
        Assert.Contains("parts 2+4 of an extent of 5", Assert.Throws<ModelException>(() => Both(model, ("v", F(1, 2, 3, 4, 5)), ("s", Ints(2, 4)))).Message, StringComparison.Ordinal);
        Assert.Contains("3 parts for 2 outputs", Assert.Throws<ModelException>(() => Both(model, ("v", F(1, 2, 3, 4, 5)), ("s", Ints(2, 2, 1)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unique_elements_stand_for_their_first_occurrence()
    {
        float[] values = [2, float.NaN, -0f, 1, 0, float.NaN, 2];
        var model = new OnnxWriter(18).Input("x", DType.Float32, 7).Node("Unique", ["x"], ["y", "i", "v", "c"]).Output("y").Output("i").Output("v").Output("c").ToBytes();
        var outputs = Both(model, ("x", F(values)));
        Assert.Equal([-0f, 1, 2, float.NaN], OpsetTests.Floats(outputs[0]));
        Assert.True(float.IsNegative(outputs[0].Span<float>()[0]));
        Assert.Equal([2L, 3, 0, 1], outputs[1].Span<long>().ToArray());
        Assert.Equal([2L, 3, 0, 1, 0, 3, 2], outputs[2].Span<long>().ToArray());
        Assert.Equal([2L, 1, 2, 2], outputs[3].Span<long>().ToArray());
        var unsorted = new OnnxWriter(18).Input("x", DType.Float32, 7).Node("Unique", ["x"], ["y"], ("sorted", 0)).Output("y").ToBytes();
        Assert.Equal([2f, float.NaN, -0f, 1], OpsetTests.Floats(Both(unsorted, ("x", F(values)))[0]));
        var rows = new OnnxWriter(18).Input("x", DType.Float32, 3, 2).Node("Unique", ["x"], ["y"], ("axis", 0)).Output("y").ToBytes();
        Assert.Equal([1f, 2, 3, 4], OpsetTests.Floats(Both(rows, ("x", Tensor.From<float>(Shape.Of(3, 2), [3, 4, 1, 2, 3, 4])))[0]));
    }

    [Fact]
    public void Shapes_that_elements_decide_flow_on_in_the_run()
    {
        var model = new OnnxWriter(18).Input("x", DType.Float32, 2, 3).Node("NonZero", ["x"], ["n"]).Node("Shape", ["n"], ["s"]).Output("n").Output("s").ToBytes();
        var outputs = Both(model, ("x", Tensor.From<float>(Shape.Of(2, 3), [0, float.NaN, -0f, 4, 0, 6])));
        Assert.Equal([0L, 1, 1, 1, 0, 2], outputs[0].Span<long>().ToArray());
        Assert.Equal([2L, 3], outputs[1].Span<long>().ToArray());
        var none = Both(model, ("x", Tensor.Create(DType.Float32, Shape.Of(2, 3))));
        Assert.Equal(Shape.Of(2, 0), none[0].Shape);
    }

    [Fact]
    public void An_output_that_its_elements_make_too_large_is_refused_before_it_is_made()
    {
        var model = OnnxModel.Read(new OnnxWriter(18).Input("x", DType.Bool, 1000, 10).Node("NonZero", ["x"], ["y"]).Output("y").ToBytes());
        var full = Tensor.Create(DType.Bool, Shape.Of(1000, 10));
        full.MutableBytes.Fill(1);
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = full };
        using var session = new Session(model, new() { Limits = new() { Bytes = 100_000 } });
        foreach (var error in new[]
        {
            Assert.Throws<ModelException>(() => Reference.Run(model, inputs, limits: new() { Bytes = 100_000 })),
            Assert.Throws<ModelException>(() => session.Run(inputs)),
        })
            Assert.Equal("node 0 (NonZero): int64 2x10000 would bring the run above 100000 bytes", error.Message);
        inputs["x"] = Tensor.Create(DType.Bool, Shape.Of(1000, 10));
        Assert.Equal(0, session.Run(inputs)[0].Value.Count);
    }

    [Fact]
    public void Boxes_of_equal_scores_are_taken_by_number_and_nan_last()
    {
        var boxes = Tensor.From<float>(Shape.Of(1, 4, 4), [0, 0, 1, 1, 1, 1, 0, 0, 5, 5, 6, 6, 9, 9, 10, 10]);
        var scores = Tensor.From<float>(Shape.Of(1, 1, 4), [0.5f, 0.5f, float.NaN, 0.25f]);
        var chosen = Run("NonMaxSuppression", [boxes, scores, Ints(9), F(0.5f)]);
        Assert.Equal([0L, 0, 0, 0, 0, 3, 0, 0, 2], chosen.Span<long>().ToArray());
        Assert.Equal([0L, 0, 0, 0, 0, 3], Run("NonMaxSuppression", [boxes, scores, Ints(9), F(0.5f), F(0.1f)]).Span<long>().ToArray());
        Assert.Equal(Shape.Of(0, 3), Run("NonMaxSuppression", [boxes, scores]).Shape);
        Refused("numbers of boxes and scores", "NonMaxSuppression", boxes, Tensor.Create(DType.Float32, Shape.Of(1, 1, 3)));
        Refused("batch x boxes x 4", "NonMaxSuppression", Tensor.Create(DType.Float32, Shape.Of(1, 4, 3)), scores);
    }

    /// <summary>The outputs of the reference, which the fast path has to give, too.</summary>
    internal static Tensor[] Both(byte[] model, params (string Name, Tensor Value)[] inputs)
    {
        var graph = OnnxModel.Read(model);
        var named = inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal);
        var expected = Reference.Run(graph, named);
        using var session = new Session(graph, new() { Threads = 2 });
        var actual = session.Run(named);
        for (var i = 0; i < expected.Count; i++)
            FastEqualityTests.AssertSame(expected[i].Value, actual[i].Value, expected[i].Name);
        return [.. expected.Select(o => o.Value)];
    }

    private static Tensor Run(string op, Tensor[] operands, params (string, object)[] attributes) => OpsetTests.Run(18, op, operands, attributes);

    private static void Refused(string why, string op, params Tensor[] operands) => Assert.Contains(why, OpsetTests.Refused(18, op, operands), StringComparison.Ordinal);

    private static Tensor F(params float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);

    private static Tensor Ints(params long[] values) => OpsetTests.Ints(values);

    private static Tensor L(int[] dims, params long[] values) => Tensor.From<long>(Shape.Of(dims), values);
}
