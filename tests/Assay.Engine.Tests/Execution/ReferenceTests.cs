using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>The reference against sums done by hand and against the profile's own words.</summary>
public sealed class ReferenceTests
{
    private const float NaN = float.NaN;

    [Fact]
    public void Elementwise_operations_broadcast_and_follow_section_5()
    {
        var x = F([-2, -0f, 3, NaN]);
        Assert.Equal(Bits([0, 0, 3, NaN]), Bits(Run("Relu", x)));
        Assert.Equal(Bits([2, 0, -3, NaN]), Bits(Run("Neg", x)));
        Assert.Equal(Bits([2, 0, 3, NaN]), Bits(Run("Abs", x)));
        Assert.Equal(Bits([-1, 1, 4, NaN]), Bits(Run("Add", x, F([1]))));
        Assert.Equal(Bits([0, 0, 3, NaN]), Bits(Run("Max", x, F([0]))));
        Assert.Equal(Bits([-2, -0f, 0, NaN]), Bits(Run("Min", x, F([0]))));
        Assert.Equal([0, 0, 1, 0], Run("Greater", x, F([0])).Bytes.ToArray());
        Assert.Equal([0, 1, 0, 0], Run("Equal", x, F([0])).Bytes.ToArray());
        Assert.Equal([0, 1, 1, 0], Run("GreaterOrEqual", x, F([0])).Bytes.ToArray());
        Assert.Equal([11f, 21, 12, 22], OpsetTests.Floats(Run("Add", Tensor.From<float>(Shape.Of(2, 1), [1, 2]), F([10, 20]))));
        Assert.Equal(Shape.Of(2, 0), Run("Add", Tensor.Create(DType.Float32, Shape.Of(2, 0)), F([1])).Shape);
    }

    [Fact]
    public void NaN_is_canonical_where_something_is_computed_and_kept_where_bits_are_moved()
    {
        var odd = Tensor.Wrap(DType.Float32, Shape.Of(1), BitConverter.GetBytes(0xFFC12345));
        Assert.Equal(0x7FC00000, Run("Relu", odd).Span<int>()[0]);
        Assert.Equal(0x7FC00000, Run("Add", odd, F([1])).Span<int>()[0]);
        Assert.Equal(0x7FC00000, Run("Neg", odd).Span<int>()[0]);
        Assert.Equal(odd.Bytes, Run("Reshape", odd, OpsetTests.Ints(1, 1)).Bytes);
        Assert.Equal(odd.Bytes, Run("Identity", odd).Bytes);
    }

    [Fact]
    public void Integers_wrap_and_refuse_to_divide_by_zero()
    {
        var x = Tensor.From<int>(Shape.Of(3), [int.MinValue, -7, 7]);
        Assert.Equal([int.MaxValue, -8, 6], Run("Sub", x, I(1)).Span<int>().ToArray());
        Assert.Equal([int.MinValue, 7, -7], Run("Div", x, I(-1)).Span<int>().ToArray());
        Assert.Equal([-1073741824, -3, 3], Run("Div", x, I(2)).Span<int>().ToArray());
        Assert.Equal([int.MinValue, 7, 7], Run("Abs", x).Span<int>().ToArray());
        Assert.Equal([0, -14, 14], Run("Mul", x, I(2)).Span<int>().ToArray());
        Assert.Contains("by 0", OpsetTests.Refused(18, "Div", [x, I(0)]), StringComparison.Ordinal);
        Assert.Equal([unchecked(int.MinValue * int.MinValue + 98)], Run("MatMul", x, x).Span<int>().ToArray());

        static Tensor I(int v) => Tensor.From<int>(Shape.Of(1), [v]);
    }

    [Fact]
    public void Casts_truncate_saturate_and_round_to_even()
    {
        var x = F([-1.9f, 1.9f, 1e30f, -1e30f, NaN, 300]);
        Assert.Equal([-1, 1, int.MaxValue, int.MinValue, 0, 300], Cast(x, DType.Int32).Span<int>().ToArray());
        Assert.Equal([0, 1, 255, 0, 0, 255], Cast(x, DType.UInt8).Bytes.ToArray());
        Assert.Equal([1, 1, 1, 1, 1, 1], Cast(x, DType.Bool).Bytes.ToArray());
        Assert.Equal(ulong.MaxValue, Cast(x, DType.UInt64).Span<ulong>()[2]);
        var whole = Tensor.From<long>(Shape.Of(4), [16777217, 16777219, long.MaxValue, -33554435]);
        Assert.Equal([16777216f, 16777220f, 9223372036854775807f, -33554436f], OpsetTests.Floats(Cast(whole, DType.Float32)));
        Assert.Equal([1, 3, -1, -3], Cast(whole, DType.Int8).Span<sbyte>().ToArray());
        Assert.Equal((Half)65504f, Cast(F([65519]), DType.Float16).Span<Half>()[0]);
        Assert.Equal(1.5, Cast(F([1.5f]), DType.Float64).Span<double>()[0]);
        Assert.Equal([1f], OpsetTests.Floats(Cast(Tensor.From<bool>(Shape.Of(1), [true]), DType.Float32)));

        static Tensor Cast(Tensor t, DType to) => Run("Cast", [t], ("to", (long)to));
    }

    [Fact]
    public void Matrix_products_are_fused_chains_with_broadcast_batches()
    {
        Tensor a = Tensor.From<float>(Shape.Of(2, 1, 2, 3), new Noise(1).Floats(12)), b = Tensor.From<float>(Shape.Of(4, 3, 2), new Noise(2).Floats(24));
        var y = Run("MatMul", a, b);
        Assert.Equal(Shape.Of(2, 4, 2, 2), y.Shape);
        var acc = 0f;
        for (var k = 0; k < 3; k++)
            acc = MathF.FusedMultiplyAdd(a.Span<float>()[6 + 3 + k], b.Span<float>()[2 * 6 + 2 * k], acc);
        Assert.Equal(acc, y.Span<float>()[1 * 16 + 2 * 4 + 2]);
        Assert.Equal(Shape.Scalar, Run("MatMul", F([1, 2]), F([3, 4])).Shape);
        Assert.Equal(11f, Run("MatMul", F([1, 2]), F([3, 4])).Span<float>()[0]);
        // Fused: the product's low bits, which two roundings would lose, survive.
        Assert.Equal(MathF.Pow(2, -46), Run("MatMul", F([-1, 1 + MathF.Pow(2, -23)]), F([1 + MathF.Pow(2, -22), 1 + MathF.Pow(2, -23)])).Span<float>()[0]);
    }

    [Fact]
    public void Convolution_pads_strides_dilates_and_groups()
    {
        var x = Tensor.From<float>(Shape.Of(1, 2, 3, 3), [.. Enumerable.Range(1, 18).Select(i => (float)i)]);
        var w = Tensor.From<float>(Shape.Of(2, 1, 2, 2), [1, 10, 100, 1000, 1, 1, 1, 1]);
        var y = Run("Conv", [x, w, F([0.5f, 0])], ("group", 2), ("dilations", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 0, 1 }), ("strides", new long[] { 1, 2 }));
        Assert.Equal(Shape.Of(1, 2, 1, 2), y.Shape);
        Assert.Equal([0 + 20 + 0 + 8000 + 0.5f, 2 + 0 + 800 + 0 + 0.5f, 11 + 17, 11 + 17], OpsetTests.Floats(y));
        Assert.Equal(Shape.Of(1, 1, 2, 2), Run("Conv", [Tensor.From<float>(Shape.Of(1, 1, 3, 3), new float[9]), Tensor.From<float>(Shape.Of(1, 1, 3, 3), new float[9])],
            ("auto_pad", "SAME_LOWER"), ("strides", new long[] { 2, 2 })).Shape);
        Assert.Equal(Shape.Of(1, 1, 3), Run("Conv", [Tensor.Create(DType.Float32, Shape.Of(1, 1, 5)), Tensor.Create(DType.Float32, Shape.Of(1, 1, 3))]).Shape);
    }

    [Fact]
    public void Pools_leave_padding_out()
    {
        var x = Tensor.From<float>(Shape.Of(1, 1, 3), [-5, -1, -3]);
        Assert.Equal([-5f, -1, -3], OpsetTests.Floats(Run("MaxPool", [x], ("kernel_shape", new long[] { 2 }), ("strides", new long[] { 2 }), ("pads", new long[] { 1, 0 }), ("ceil_mode", 1)))[..2].Append(-3f));
        Assert.Equal([-5f, -2], OpsetTests.Floats(Run("AveragePool", [x], ("kernel_shape", new long[] { 2 }), ("strides", new long[] { 2 }), ("pads", new long[] { 1, 0 }))));
        Assert.Equal([-2.5f, -2], OpsetTests.Floats(Run("AveragePool", [x], ("kernel_shape", new long[] { 2 }), ("strides", new long[] { 2 }), ("pads", new long[] { 1, 0 }), ("count_include_pad", 1))));
        Assert.Equal([-3f], OpsetTests.Floats(Run("GlobalAveragePool", x)));
        Assert.Equal([float.NegativeInfinity, -5, -1, -1], OpsetTests.Floats(Run("MaxPool", [x], ("kernel_shape", new long[] { 2 }), ("pads", new long[] { 2, 0 }))));
        Assert.Contains("kernel_shape holds 33554432", OpsetTests.Refused(18, "MaxPool", [x], ("kernel_shape", new long[] { 1 << 25 }), ("auto_pad", "SAME_UPPER")), StringComparison.Ordinal);
        Assert.Contains("reaches over 5", OpsetTests.Refused(18, "MaxPool", [x], ("kernel_shape", new long[] { 5 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Sums_run_in_sixteen_lanes_folded_by_the_fixed_tree()
    {
        var values = Array.ConvertAll(new Noise(3).Floats(101), v => v * v * v);     // low bits that every order rounds otherwise
        var lanes = new float[16];
        for (var i = 0; i < values.Length; i++)
            lanes[i % 16] += values[i];
        float Pair(int j) => lanes[j] + lanes[j + 8];
        float Four(int j) => Pair(j) + Pair(j + 4);
        var expected = Four(0) + Four(2) + (Four(1) + Four(3));
        Assert.Equal(expected, Run("ReduceSum", F(values)).Span<float>()[0]);
        Assert.Equal(expected / 101, Run("ReduceMean", F(values)).Span<float>()[0]);
        Assert.NotEqual(expected, values.Aggregate((a, b) => a + b));
    }

    [Fact]
    public void Reductions_over_nothing_have_their_identity()
    {
        var none = Tensor.Create(DType.Float32, Shape.Of(2, 0));
        Assert.Equal([0f, 0], OpsetTests.Floats(Run("ReduceSum", none, OpsetTests.Ints(1))));
        Assert.Equal(float.NegativeInfinity, Run("ReduceMax", none, OpsetTests.Ints(1)).Span<float>()[0]);
        Assert.Equal(0x7FC00000, Run("ReduceMean", none, OpsetTests.Ints(1)).Span<int>()[0]);
        Assert.Equal(OpsetTests.Floats(F([1, 2])), OpsetTests.Floats(Run("ReduceSum", [F([1, 2])], ("noop_with_empty_axes", 1))));
    }

    [Fact]
    public void Softmax_subtracts_the_maximum_and_divides_by_the_sum()
    {
        var y = Run("Softmax", F([1000, 1001, float.NegativeInfinity])).Span<float>();
        float a = ScalarMath.Exp(-1), sum = a + 1;
        Assert.Equal([a / sum, 1 / sum, 0], y.ToArray());
        Assert.Equal(0x7FC00000, Run("Softmax", F([float.PositiveInfinity, 1])).Span<int>()[0]);
    }

    [Fact]
    public void Batch_normalisation_rounds_where_the_profile_says()
    {
        Tensor x = Tensor.From<float>(Shape.Of(1, 1, 2), [0.1f, 0.7f]), s = F([0.3f]), b = F([0.2f]), m = F([0.4f]), v = F([0.9f]);
        var k = 0.3f / MathF.Sqrt(0.9f + 1e-3f);
        Assert.Equal([MathF.FusedMultiplyAdd(0.1f - 0.4f, k, 0.2f), MathF.FusedMultiplyAdd(0.7f - 0.4f, k, 0.2f)],
            OpsetTests.Floats(Run("BatchNormalization", [x, s, b, m, v], ("epsilon", 1e-3f))));
    }

    [Fact]
    public void Float16_is_computed_in_float32_and_rounded_once()
    {
        // 1 + 2^-11 + 2^-11 is 1 + 2^-10 in float32; rounding after each addition would lose both terms.
        var x = Tensor.From<Half>(Shape.Of(3), [(Half)1, (Half)0.00048828125f, (Half)0.00048828125f]);
        Assert.Equal((Half)1.0009765625f, Run("ReduceSum", [x], ("keepdims", 0)).Span<Half>()[0]);
    }

    [Fact]
    public void Lstm_in_both_directions_is_two_of_them()
    {
        const int T = 3, I = 2, H = 2;
        Tensor x = Tensor.From<float>(Shape.Of(T, 1, I), new Noise(4).Floats(T * I)), w = Tensor.From<float>(Shape.Of(2, 4 * H, I), new Noise(5).Floats(16 * I));
        Tensor r = Tensor.From<float>(Shape.Of(2, 4 * H, H), new Noise(6).Floats(16 * H)), b = Tensor.From<float>(Shape.Of(2, 8 * H), new Noise(7).Floats(16 * H));
        var both = Run("LSTM", [x, w, r, b], ("hidden_size", H), ("direction", "bidirectional"));
        var forward = Run("LSTM", [x, Half(w, 0), Half(r, 0), Half(b, 0)], ("hidden_size", H));
        var reverse = Run("LSTM", [x, Half(w, 1), Half(r, 1), Half(b, 1)], ("hidden_size", H), ("direction", "reverse"));
        for (var t = 0; t < T; t++)
            Assert.Equal([.. Row(forward, t), .. Row(reverse, t)], both.Span<float>().Slice(t * 2 * H, 2 * H).ToArray());
        // The first step of the first cell, by the book.
        float[] wb = b.Span<float>().ToArray();
        float Gate(int g) => MathF.FusedMultiplyAdd(x.Span<float>()[1], w.Span<float>()[g * I + 1], x.Span<float>()[0] * w.Span<float>()[g * I]) + (wb[g] + wb[4 * H + g]);
        var c = ScalarMath.Sigmoid(Gate(0)) * ScalarMath.Tanh(Gate(6));
        Assert.Equal(ScalarMath.Sigmoid(Gate(2)) * ScalarMath.Tanh(c), forward.Span<float>()[0]);

        static float[] Row(Tensor y, int t) => y.Span<float>().Slice(t * H, H).ToArray();
        static Tensor Half(Tensor t, int d) => Tensor.From<float>(Shape.Of([1, .. t.Shape.Dims[1..]]), t.Span<float>().Slice(d * t.Count / 2, t.Count / 2));
    }

    [Fact]
    public void Only_the_branch_that_the_condition_chooses_runs()
    {
        var bad = new OnnxWriter(13).Node("Gather", ["x", "far"], ["a"]).Output("a");
        var good = new OnnxWriter(13).Node("Relu", ["x"], ["a"]).Output("a");
        var graph = OnnxModel.Read(new OnnxWriter(13).Input("x", DType.Float32, 2).Input("c", DType.Bool).Initialiser("far", Tensor.Scalar(9L))
            .Node("If", ["c"], ["y"], ("then_branch", good), ("else_branch", bad)).Output("y").ToBytes());
        var made = new List<int>();
        var y = Reference.Run(graph, Inputs(("x", F([-1, 2])), ("c", Tensor.Scalar(true))), (id, _) => made.Add(id))[0];
        Assert.Equal(("y", 2f), (y.Name, y.Value.Span<float>()[1]));
        Assert.Equal(2, made.Count);
        var error = Assert.Throws<ModelException>(() => Reference.Run(graph, Inputs(("x", F([-1, 2])), ("c", Tensor.Scalar(false)))));
        Assert.Equal("node 0 (Gather): index 9 into an extent of 2", error.Message);
    }

    [Fact]
    public void Inputs_that_do_not_fit_get_one_clear_line()
    {
        var graph = OnnxModel.Read(new OnnxWriter(13).Input("x", DType.Float32, 1, -1, 28).Node("Relu", ["x"], ["y"]).Output("y").ToBytes());
        var fits = Tensor.Create(DType.Float32, Shape.Of(1, 7, 28));
        Assert.Equal(Shape.Of(1, 7, 28), Reference.Run(graph, Inputs(("x", fits)))[0].Value.Shape);
        Refused("input 'x' is float32 1x?x28, not float32 1x28", ("x", Tensor.Create(DType.Float32, Shape.Of(1, 28))));
        Refused("input 'x' is float32 1x?x28, not float32 1x7x29", ("x", Tensor.Create(DType.Float32, Shape.Of(1, 7, 29))));
        Refused("input 'x' is float32 1x?x28, not float64 1x7x28", ("x", Tensor.Create(DType.Float64, Shape.Of(1, 7, 28))));
        Refused("input 'x' (float32 1x?x28) is missing", ("y", fits));
        Refused("there is no input 'z?'; the model takes 'x'", ("x", fits), ("z\n", fits));
        Refused("there is no input 'z'; the model takes 'x'", ("x", fits), ("z", fits));

        void Refused(string why, params (string, Tensor)[] inputs) =>
            Assert.Equal(why, Assert.Throws<ModelException>(() => Reference.Run(graph, Inputs(inputs))).Message);
    }

    [Fact]
    public void A_run_that_would_take_more_than_its_limit_is_refused_before_it_allocates()
    {
        var writer = new OnnxWriter(13).Input("n", DType.Int64, 2).Node("ConstantOfShape", ["n"], ["y"]).Output("y");
        var graph = OnnxModel.Read(writer.ToBytes());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ModelException>(() => Reference.Run(graph, Inputs(("n", OpsetTests.Ints(40_000, 40_000)))));
        Assert.Equal("node 0 (ConstantOfShape): float32 40000x40000 would bring the run above 4294967296 bytes", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Contains("more than 2147483647 elements", Assert.Throws<ModelException>(() => Reference.Run(graph, Inputs(("n", OpsetTests.Ints(1 << 20, 1 << 20))))).Message, StringComparison.Ordinal);
        Assert.Contains("extent -1", Assert.Throws<ModelException>(() => Reference.Run(graph, Inputs(("n", OpsetTests.Ints(-1, 1))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_and_pads_of_every_kind_move_the_right_elements()
    {
        var x = F([0, 1, 2, 3, 4]);
        Assert.Equal([4f, 2, 0], Slice(-1, -99, -2));
        Assert.Equal([1f, 3], Slice(1, 5, 2));
        Assert.Empty(Slice(3, 1, 1));
        Assert.Equal([4f], Slice(4, long.MaxValue, long.MaxValue));
        Assert.Equal([0f], Slice(0, long.MinValue, long.MinValue));
        Assert.Empty(OpsetTests.Floats(Run("Slice", Tensor.Create(DType.Float32, Shape.Of(0)), OpsetTests.Ints(-1), OpsetTests.Ints(-9), OpsetTests.Ints(0), OpsetTests.Ints(-1))));
        Assert.Equal([2f, 1, 0, 1, 2, 3, 4, 3], Pad("reflect", 2, 1));
        Assert.Equal([0f, 0, 0, 1, 2, 3, 4, 4], Pad("edge", 2, 1));
        Assert.Equal([3f, 4, 0, 1, 2, 3, 4, 0], Pad("wrap", 2, 1));
        Assert.Equal([2f, 3], Pad("constant", -2, -1));
        Assert.Contains("reflect padding of 5", OpsetTests.Refused(19, "Pad", [x, OpsetTests.Ints(5, 0)], ("mode", "reflect")), StringComparison.Ordinal);
        Assert.Contains("a step is 0", OpsetTests.Refused(18, "Slice", [x, OpsetTests.Ints(0), OpsetTests.Ints(1), OpsetTests.Ints(0), OpsetTests.Ints(0)]), StringComparison.Ordinal);

        float[] Slice(long start, long end, long step) =>
            OpsetTests.Floats(Run("Slice", x, OpsetTests.Ints(start), OpsetTests.Ints(end), OpsetTests.Ints(0), OpsetTests.Ints(step)));
        float[] Pad(string mode, long before, long after) => OpsetTests.Floats(OpsetTests.Run(19, "Pad", [x, OpsetTests.Ints(before, after)], ("mode", mode)));
    }

    private static Tensor Run(string op, params Tensor[] operands) => OpsetTests.Run(18, op, operands);

    private static Tensor Run(string op, Tensor[] operands, params (string, object)[] attributes) => OpsetTests.Run(18, op, operands, attributes);

    private static Tensor F(float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);

    private static int[] Bits(Tensor t) => t.Span<int>().ToArray();

    private static int[] Bits(float[] values) => [.. values.Select(v => float.IsNaN(v) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(v))];

    private static Dictionary<string, Tensor> Inputs(params (string Name, Tensor Value)[] inputs) => inputs.ToDictionary(i => i.Name, i => i.Value, StringComparer.Ordinal);
}
