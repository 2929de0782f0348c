using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Folds, places, running sums and normalisations along axes: values worked out by hand, edges, and what is refused.</summary>
public sealed class AxisTests
{
    private const float Inf = float.PositiveInfinity, NaN = float.NaN;

    [Fact]
    public void Ties_and_NaN_have_one_place_each()
    {
        Assert.Equal([1L], Arg("ArgMax", [1, 3, 3, 2]));
        Assert.Equal([2L], Arg("ArgMax", [1, 3, 3, 2], last: true));
        Assert.Equal([0L], Arg("ArgMin", [1, 3, 1, 2]));
        Assert.Equal([2L], Arg("ArgMin", [1, 3, 1, 2], last: true));
        Assert.Equal([0L], Arg("ArgMax", [-0f, 0f]));
        Assert.Equal([1L], Arg("ArgMax", [Inf, NaN, NaN]));
        Assert.Equal([2L], Arg("ArgMax", [Inf, NaN, NaN], last: true));
        Assert.Equal([1L], Arg("ArgMin", [-Inf, NaN, NaN]));
        Assert.Equal([1L], Run(13, "ArgMax", [Tensor.From<ulong>(Shape.Of(3), [1, ulong.MaxValue, 2])])[0].Span<long>().ToArray());

        static long[] Arg(string op, float[] x, bool last = false) =>
            Run(13, op, [F(x)], ("select_last_index", last ? 1 : 0))[0].Span<long>().ToArray();
    }

    [Fact]
    public void TopK_orders_equal_elements_by_place_and_NaN_above_all()
    {
        var x = F([2, NaN, 3, 2, 3, -Inf]);
        var (values, places) = Top(x, 5, largest: 1);
        Assert.Equal([1L, 2, 4, 0, 3], places);
        Assert.Equal([0x7FC00000, Bits(3), Bits(3), Bits(2), Bits(2)], values.Select(v => float.IsNaN(v) ? 0x7FC00000 : Bits(v)));
        Assert.Equal([5L, 0, 3, 2, 4, 1], Top(x, 6, largest: 0).Places);
        Assert.Equal([0L, 1], Top(F([-0f, 0f]), 2, largest: 1).Places);
        Assert.Empty(Top(x, 0, largest: 1).Places);
        Assert.Contains("the greatest 7 of 6", OpsetTests.Refused(13, "TopK", [x, OpsetTests.Ints(7)]), StringComparison.Ordinal);
        Assert.Contains("k is -1", OpsetTests.Refused(13, "TopK", [x, OpsetTests.Ints(-1)]), StringComparison.Ordinal);
        Assert.Contains("not one number", OpsetTests.Refused(13, "TopK", [x, OpsetTests.Ints(1, 2)]), StringComparison.Ordinal);

        static (float[] Values, long[] Places) Top(Tensor x, long k, int largest)
        {
            var y = Run(13, "TopK", [x, OpsetTests.Ints(k)], ("largest", largest));
            return (OpsetTests.Floats(y[0]), y[1].Span<long>().ToArray());
        }
    }

    [Fact]
    public void TopK_is_a_full_stable_sort_of_a_long_line()
    {
        var values = new float[1000];
        for (var i = 0; i < values.Length; i++)
            values[i] = i * 7919 % 97;
        var y = Run(13, "TopK", [Tensor.From<float>(Shape.Of(2, 500, 1), values), OpsetTests.Ints(500)], ("axis", 1))[1].Span<long>().ToArray();
        for (var row = 0; row < 2; row++)
            Assert.Equal(Enumerable.Range(0, 500).OrderByDescending(i => values[row * 500 + i]).ThenBy(i => i).Select(i => (long)i), y[(row * 500)..][..500]);
    }

    [Fact]
    public void Sums_so_far_run_either_way_with_or_without_the_element_itself()
    {
        Assert.Equal([1f, 3, 6], Sum("CumSum", 0, 0));
        Assert.Equal([0f, 1, 3], Sum("CumSum", 1, 0));
        Assert.Equal([6f, 5, 3], Sum("CumSum", 0, 1));
        Assert.Equal([5f, 3, 0], Sum("CumSum", 1, 1));
        Assert.Equal([1f, 2, 6], Sum("CumProd", 0, 0));
        Assert.Equal([6f, 3, 1], Sum("CumProd", 1, 1));
        var bytes = Run(14, "CumSum", [Tensor.From<int>(Shape.Of(2), [int.MaxValue, 1]), Tensor.Scalar(0L)])[0];
        Assert.Equal([int.MaxValue, int.MinValue], bytes.Span<int>().ToArray());
        Assert.Contains("axis 1 of a tensor of rank 1", OpsetTests.Refused(14, "CumSum", [F([1]), Tensor.Scalar(1L)]), StringComparison.Ordinal);
        Assert.Contains("int64", OpsetTests.Refused(14, "CumSum", [F([1]), Tensor.Scalar(1f)]), StringComparison.Ordinal);

        static float[] Sum(string op, int exclusive, int reverse) =>
            OpsetTests.Floats(Run(26, op, [F([1, 2, 3]), Tensor.Scalar(0L)], ("exclusive", exclusive), ("reverse", reverse))[0]);
    }

    [Fact]
    public void Reductions_over_nothing_give_what_leaves_others_unchanged()
    {
        var none = Tensor.Create(DType.Float32, Shape.Of(2, 0));
        var ints = Tensor.Create(DType.Int8, Shape.Of(2, 0));
        var axis = OpsetTests.Ints(1);
        Assert.Equal([1f, 1], OpsetTests.Floats(Run(18, "ReduceProd", [none, axis])[0]));
        Assert.Equal([-Inf, -Inf], OpsetTests.Floats(Run(18, "ReduceMax", [none, axis])[0]));
        Assert.Equal([0f, 0], OpsetTests.Floats(Run(18, "ReduceL2", [none, axis])[0]));
        Assert.Equal([-Inf, -Inf], OpsetTests.Floats(Run(18, "ReduceLogSum", [none, axis])[0]));
        Assert.Equal([-Inf, -Inf], OpsetTests.Floats(Run(18, "ReduceLogSumExp", [none, axis])[0]));
        Assert.Equal([sbyte.MinValue, sbyte.MinValue], Run(18, "ReduceMax", [ints, axis])[0].Span<sbyte>().ToArray());
        Assert.Equal([sbyte.MaxValue, sbyte.MaxValue], Run(18, "ReduceMin", [ints, axis])[0].Span<sbyte>().ToArray());
        Assert.Equal([true, true], Run(20, "ReduceMin", [Tensor.Create(DType.Bool, Shape.Of(2, 0)), axis])[0].Span<bool>().ToArray());
        Assert.Contains("over no element", OpsetTests.Refused(18, "ReduceMean", [ints, axis]), StringComparison.Ordinal);
        Assert.Contains("has no element there", OpsetTests.Refused(13, "ArgMax", [none], ("axis", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Reductions_of_whole_numbers_and_of_infinities()
    {
        var x = Tensor.From<int>(Shape.Of(3), [-7, 2, 0]);
        Assert.Equal([-1], Run(18, "ReduceMean", [x])[0].Span<int>().ToArray());
        Assert.Equal([9], Run(18, "ReduceL1", [x])[0].Span<int>().ToArray());
        Assert.Equal([53], Run(18, "ReduceSumSquare", [x])[0].Span<int>().ToArray());
        Assert.Equal([7], Run(18, "ReduceL2", [x])[0].Span<int>().ToArray());
        Assert.Equal([Inf], OpsetTests.Floats(Run(18, "ReduceLogSumExp", [F([1, Inf])])[0]));
        Assert.Equal([-Inf], OpsetTests.Floats(Run(18, "ReduceLogSumExp", [F([-Inf, -Inf])])[0]));
        Assert.Equal(1000 + MathF.Log(2), OpsetTests.Floats(Run(18, "ReduceLogSumExp", [F([1000, 1000])], ("keepdims", 0))[0])[0], 1e-3);
    }

    [Fact]
    public void Composites_of_float16_round_once()
    {
        // 300 squared is beyond float16, its root is not.
        var x = Tensor.From<Half>(Shape.Of(2), [(Half)300, (Half)400]);
        Assert.Equal([(Half)500], Run(18, "ReduceL2", [x])[0].Span<Half>().ToArray());
        Assert.Equal([(Half)0.6, (Half)0.8], Run(22, "LpNormalization", [x])[0].Span<Half>().ToArray());
    }

    [Fact]
    public void Layer_normalisation_has_the_bits_of_its_parts()
    {
        float[] x = [1, 2, 4, 9];
        float mean = 4, variance = (9f + 4 + 0 + 25) / 4, deviation = MathF.Sqrt(variance + 0.5f);
        var y = Run(17, "LayerNormalization", [F(x), F([1, 2, 3, 4]), F([0, 0, 1, 1])], ("epsilon", 0.5f));
        Assert.Equal([(1 - mean) / deviation, (2 - mean) / deviation * 2, (4 - mean) / deviation * 3 + 1, (9 - mean) / deviation * 4 + 1], OpsetTests.Floats(y[0]));
        Assert.Equal((mean, 1 / deviation), (y[1].Span<float>()[0], y[2].Span<float>()[0]));
        var root = MathF.Sqrt((1f + 4 + 16 + 81) / 4 + 0.5f);
        Assert.Equal([1 / root, 2 / root, 4 / root * 2, 9 / root], OpsetTests.Floats(Run(23, "RMSNormalization", [F(x), F([1, 1, 2, 1])], ("epsilon", 0.5f))[0]));
        Assert.Contains("does not broadcast", OpsetTests.Refused(17, "LayerNormalization", [F(x), F([1, 2])]), StringComparison.Ordinal);
        Assert.Contains("axis 1 of a tensor of rank 1", OpsetTests.Refused(17, "LayerNormalization", [F(x), F(x)], ("axis", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_channels_are_normalised_together_and_scaled_apart()
    {
        var x = Tensor.From<float>(Shape.Of(1, 4, 1), [1, 3, 10, 30]);
        float[] plain = [-1, 1, -1, 1];
        var y = Run(21, "GroupNormalization", [x, F([1, 2, 3, 4]), F([0, 0, 0, 1])], ("num_groups", 2), ("epsilon", 0f))[0];
        Assert.Equal([plain[0], plain[1] * 2, plain[2] * 3, plain[3] * 4 + 1], OpsetTests.Floats(y));
        y = Run(18, "GroupNormalization", [x, F([1, 2]), F([0, 5])], ("num_groups", 2), ("epsilon", 0f))[0];
        Assert.Equal([plain[0], plain[1], plain[2] * 2 + 5, plain[3] * 2 + 5], OpsetTests.Floats(y));
        Assert.Contains("3 groups", OpsetTests.Refused(21, "GroupNormalization", [x, F([1]), F([1])], ("num_groups", 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Training_normalises_by_the_batch_and_moves_the_running_statistics()
    {
        var x = Tensor.From<float>(Shape.Of(2, 1), [1, 3]);
        var y = Run(15, "BatchNormalization", [x, F([1]), F([0]), F([10]), F([20])], ("training_mode", 1), ("epsilon", 0f), ("momentum", 0.5f));
        Assert.Equal([-1f, 1], OpsetTests.Floats(y[0]));
        Assert.Equal((6f, 10.5f), (y[1].Span<float>()[0], y[2].Span<float>()[0]));
    }

    [Fact]
    public void Determinants_pivot_on_the_greatest()
    {
        Assert.Equal(-2f, Det(2, 1, 2, 3, 4), 1e-6);
        Assert.Equal(-1f, Det(2, 0, 1, 1, 0));
        Assert.Equal(0f, Det(2, 0, 1, 0, 5));
        Assert.Equal(24f, Det(3, 2, 0, 0, 0, 3, 0, 0, 0, 4));
        Assert.True(float.IsNaN(Det(2, 1, 2, NaN, 4)));
        Assert.Equal(1f, Run(22, "Det", [Tensor.Create(DType.Float32, Shape.Of(0, 0))])[0].Span<float>()[0]);
        Assert.Contains("rows and columns", OpsetTests.Refused(22, "Det", [F([1, 2]).Reshape(Shape.Of(1, 2))]), StringComparison.Ordinal);

        static float Det(int n, params float[] m) => Run(22, "Det", [F(m).Reshape(Shape.Of(n, n))])[0].Span<float>()[0];
    }

    [Fact]
    public void Softmax_of_other_kinds()
    {
        var x = Tensor.From<float>(Shape.Of(1, 2, 2), [0, 3, 3, 1]);
        Assert.Equal([0f, 1, 1, 0], OpsetTests.Floats(Run(13, "Hardmax", [x])[0]));
        Assert.Equal([0f, 1, 0, 0], OpsetTests.Floats(Run(11, "Hardmax", [x])[0]));
        var log = OpsetTests.Floats(Run(13, "LogSoftmax", [F([0, 0])])[0]);
        Assert.Equal(-ScalarMath.Log(2), log[1]);
        Assert.Equal([-1000f, 0], OpsetTests.Floats(Run(13, "LogSoftmax", [F([0, 1000])])[0]));
    }

    [Fact]
    public void Einsum_lowers_to_matrix_products()
    {
        Tensor a = Grid(2, 3), b = Grid(3, 4), c = Grid(2, 3, 4);
        Assert.Equal(OpsetTests.Floats(Run(13, "MatMul", [a, b])[0]), Sum("ij,jk->ik", a, b));
        Assert.Equal(OpsetTests.Floats(Run(13, "MatMul", [a, b])[0]), Sum("ij, jk", a, b));
        Assert.Equal(OpsetTests.Floats(Run(13, "Transpose", [a])[0]), Sum("ij->ji", a));
        Assert.Equal([15f], Sum("ij->", a));
        Assert.Equal([0f, 4, 8], Sum("ii->i", Grid(3, 3)));
        Assert.Equal([12f], Sum("ii", Grid(3, 3)));
        Assert.Equal(Run(13, "MatMul", [c, Grid(4, 2)])[0].Span<float>().ToArray(), Sum("...ij,jk->...ik", c, Grid(4, 2)));
        Assert.Equal([.. c.Span<float>().ToArray().Select(v => v * v)], Sum("abc,abc->abc", c, c));
        Assert.Equal([c.Span<float>().ToArray().Sum(v => v * v)], Sum("abc,abc->", c, c));
        // Three operands and two names of one kind each: sum over b and c of a[i,b] c[i,b,c] a'[.] by hand.
        var triple = Sum("ib,ibc,c->i", a, c, F([1, 1, 1, 1]));
        for (var i = 0; i < 2; i++)
            Assert.Equal(Enumerable.Range(0, 12).Sum(e => a.Span<float>()[i * 3 + e / 4] * c.Span<float>()[i * 12 + e]), triple[i]);
        foreach (var bad in new[] { "ij,jk", "ij->iij", "ij->k", "i->i", "i1->i", "ij..->i", "ij->i->j" })
            Assert.Throws<ModelException>(() => Sum(bad, a));

        static float[] Sum(string equation, params Tensor[] operands) => OpsetTests.Floats(Run(12, "Einsum", operands, ("equation", equation))[0]);
    }

    private static Tensor Grid(params int[] dims) => Tensor.From<float>(Shape.Of(dims), [.. Enumerable.Range(0, Shape.Of(dims).Count).Select(i => (float)i)]);

    private static Tensor F(float[] values) => Tensor.From<float>(Shape.Of(values.Length), values);

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    /// <summary>All outputs that one node could make, of a model whose operands are all inputs.</summary>
    internal static Tensor[] Run(int opset, string op, Tensor?[] operands, params (string, object)[] attributes)
    {
        var outputs = op switch { "TopK" or "LinearAttention" or "CausalConvWithState" => 2, "LayerNormalization" => 3, "BatchNormalization" when attributes.Length > 1 => 3, _ => 1 };
        var writer = new OnnxWriter(opset);
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var i = 0; i < operands.Length; i++)
            if (operands[i] is { } tensor)
            {
                writer.Input($"i{i}", tensor.Type, tensor.Shape.Dims.AsSpan());
                inputs[$"i{i}"] = tensor;
            }
        writer.Node(op, [.. operands.Select((t, i) => t is null ? "" : $"i{i}")], [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")], attributes);
        for (var i = 0; i < outputs; i++)
            writer.Output($"y{i}");
        return [.. Reference.Run(OnnxModel.Read(writer.ToBytes()), inputs).Select(o => o.Value)];
    }
}
