using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using static Assay.Engine.Tests.Execution.Runs;

namespace Assay.Engine.Tests.Execution;

/// <summary>Recurrent cells with everything that ONNX lets them have (section 9 of the profile).</summary>
public sealed class RecurrenceTests
{
    private static readonly (string Op, int Gates)[] Cells = [("RNN", 1), ("GRU", 3), ("LSTM", 4)];

    private static OnnxWriter Cell(string op, int gates, int directions, int inputs, int hidden, string[] extra, params (string, object)[] attributes)
    {
        string[] outputs = op == "LSTM" ? ["y", "h", "c"] : ["y", "h"];
        var model = new OnnxWriter(22).InputOfAnyRank("x", DType.Float32)
            .Initialiser("w", FastCase.Floats(11, directions, gates * hidden, inputs)).Initialiser("r", FastCase.Floats(12, directions, gates * hidden, hidden))
            .Initialiser("b", FastCase.Floats(13, directions, 2 * gates * hidden)).Initialiser("p", FastCase.Floats(14, directions, 3 * hidden))
            .Node(op, ["x", "w", "r", "b", .. extra], outputs, [("hidden_size", (long)hidden), .. attributes]);
        foreach (var output in outputs)
            model.Output(output);
        return model;
    }

    [Fact]
    public void Both_directions_are_two_cells_and_the_reverse_one_begins_at_the_end()
    {
        foreach (var (op, gates) in Cells)
        {
            var x = FastCase.Floats(1, 4, 2, 3);
            var both = Both(Cell(op, gates, 2, 3, 5, [], ("direction", "bidirectional")), ("x", x));
            Assert.Equal(Shape.Of(4, 2, 2, 5), ((Tensor)both[0]).Shape);
            float[] y = Floats(both[0]), h = Floats(both[1]);
            for (var n = 0; n < 2; n++)
                for (var j = 0; j < 5; j++)
                {
                    Assert.Equal(h[(0 + n) * 5 + j], y[((3 * 2 + 0) * 2 + n) * 5 + j]);
                    Assert.Equal(h[(2 + n) * 5 + j], y[((0 * 2 + 1) * 2 + n) * 5 + j]);
                }
        }
    }

    [Fact]
    public void A_shorter_row_is_computed_as_if_it_stood_alone()
    {
        foreach (var (op, gates) in Cells)
            foreach (var direction in new[] { "forward", "reverse" })
            {
                var x = FastCase.Floats(2, 5, 2, 3);
                var rows = Both(Cell(op, gates, 1, 3, 4, ["lengths"], ("direction", direction)).Initialiser("lengths", Tensor.From<int>(Shape.Of(2), [5, 2])), ("x", x));
                var alone = Tensor.Create(DType.Float32, Shape.Of(2, 1, 3));
                for (var t = 0; t < 2; t++)
                    x.Span<float>().Slice((t * 2 + 1) * 3, 3).CopyTo(alone.MutableSpan<float>()[(t * 3)..]);
                var one = Both(Cell(op, gates, 1, 3, 4, [], ("direction", direction)), ("x", alone));
                float[] y = Floats(rows[0]), expected = Floats(one[0]);
                for (var t = 0; t < 5; t++)
                    for (var j = 0; j < 4; j++)
                        Assert.Equal(t < 2 ? expected[t * 4 + j] : 0, y[(t * 2 + 1) * 4 + j]);
                Assert.Equal(Floats(one[1]), Floats(rows[1])[4..]);
            }
    }

    [Fact]
    public void Batch_first_is_the_same_numbers_in_another_order()
    {
        foreach (var (op, gates) in Cells)
        {
            var x = FastCase.Floats(3, 4, 2, 3);
            var turned = Tensor.Create(DType.Float32, Shape.Of(2, 4, 3));
            for (var t = 0; t < 4; t++)
                for (var n = 0; n < 2; n++)
                    x.Span<float>().Slice((t * 2 + n) * 3, 3).CopyTo(turned.MutableSpan<float>()[((n * 4 + t) * 3)..]);
            var plain = Both(Cell(op, gates, 1, 3, 5, []), ("x", x));
            var first = Both(Cell(op, gates, 1, 3, 5, [], ("layout", 1L)), ("x", turned));
            Assert.Equal(Shape.Of(2, 4, 1, 5), ((Tensor)first[0]).Shape);
            Assert.Equal(Shape.Of(2, 1, 5), ((Tensor)first[1]).Shape);
            Assert.Equal(Floats(plain[0]).Order(), Floats(first[0]).Order());
            Assert.Equal(Floats(plain[1]), Floats(first[1]));
        }
    }

    [Theory, InlineData("LSTM", 4, 1 << 28), InlineData("GRU", 3, 1 << 29), InlineData("RNN", 1, 1 << 30)]
    public void A_hidden_size_beyond_any_bias_is_refused(string op, int gates, int hidden)
    {
        var rows = gates * hidden;
        var model = new OnnxWriter(22).Input("x", DType.Float32, 1, 1, 1).Input("w", DType.Float32, 1, rows, 1).Input("r", DType.Float32, 1, rows, -1)
            .Input("b", DType.Float32, 1, 8).Node(op, ["x", "w", "r", "b"], ["", "h"], ("hidden_size", (long)hidden)).Output("h");
        Assert.Equal($"node 0 ({op}): a hidden size of {hidden} is more than {int.MaxValue / (2 * gates)}", Refused(model, null));
    }

    [Fact]
    public void One_step_by_hand_has_the_bits_of_the_text()
    {
        // One input, one state: w, r, wb, rb of each gate are numbers.
        static float Gate(int g, float x, float h, float[] w, float[] r, float[] b) =>
            ScalarMath.Fma(h, r[g], ScalarMath.Fma(x, w[g], 0)) + (b[g] + b[w.Length + g]);
        float x = 0.7f, h = -0.3f, c = 0.9f;
        float[] w = [0.5f, -1.25f, 0.75f, 1.5f], r = [0.3f, 0.2f, -0.6f, 0.1f], b = [0.1f, 0.2f, 0.3f, 0.4f, -0.5f, 0.6f, 0.7f, -0.8f], p = [0.9f, -0.4f, 0.35f];
        Tensor T(float[] v, params int[] dims) => Tensor.From<float>(Shape.Of(dims), v);
        ModelValue[] Run(string op, int gates, string[] extra, params (string, object)[] attributes) => Both(new OnnxWriter(22).Input("x", DType.Float32, 1, 1, 1)
            .Initialiser("w", T(w[..gates], 1, gates, 1)).Initialiser("r", T(r[..gates], 1, gates, 1)).Initialiser("b", T([.. b[..gates], .. b[4..(4 + gates)]], 1, 2 * gates))
            .Initialiser("h0", T([h], 1, 1, 1)).Initialiser("c0", T([c], 1, 1, 1)).Initialiser("p", T(p, 1, 3))
            .Node(op, ["x", "w", "r", "b", "", "h0", .. extra], ["", "h"], [("hidden_size", 1L), .. attributes]).Output("h"), ("x", T([x], 1, 1, 1)));

        float[] gw = w[..3], gr = r[..3], gb = [.. b[..3], .. b[4..7]];
        float z = ScalarMath.Sigmoid(Gate(0, x, h, gw, gr, gb)), reset = ScalarMath.Sigmoid(Gate(1, x, h, gw, gr, gb));
        float before = ScalarMath.Tanh(ScalarMath.Fma(reset * h, gr[2], ScalarMath.Fma(x, gw[2], 0)) + (gb[2] + gb[5]));
        float after = ScalarMath.Tanh(ScalarMath.Fma(reset, (h * gr[2]) + gb[5], (x * gw[2]) + gb[2]));
        Assert.Equal(ScalarMath.Fma(z, h, (1 - z) * before), Floats(Run("GRU", 3, [])[0])[0]);
        Assert.Equal(ScalarMath.Fma(z, h, (1 - z) * after), Floats(Run("GRU", 3, [], ("linear_before_reset", 1L))[0])[0]);

        var i = ScalarMath.Sigmoid(ScalarMath.Fma(p[0], c, Gate(0, x, h, w, r, b)));
        var f = ScalarMath.Sigmoid(ScalarMath.Fma(p[2], c, Gate(2, x, h, w, r, b)));
        var g = ScalarMath.Tanh(Gate(3, x, h, w, r, b));
        foreach (var couples in new[] { false, true })
        {
            var next = ScalarMath.Fma(couples ? 1 - i : f, c, i * g);
            var o = ScalarMath.Sigmoid(ScalarMath.Fma(p[1], next, Gate(1, x, h, w, r, b)));
            Assert.Equal(o * ScalarMath.Tanh(next), Floats(Run("LSTM", 4, ["c0", "p"], ("input_forget", couples ? 1L : 0L))[0])[0]);
        }
        Assert.Equal(ScalarMath.Tanh(-0.0625f), Floats(Run("RNN", 1, [], ("clip", 0.0625f))[0])[0]);
    }

    [Fact]
    public void Every_function_may_stand_in_a_cell()
    {
        foreach (var (name, alpha, beta, at, expected) in new[]
            { ("Relu", 0f, 0f, -2f, 0f), ("LeakyRelu", 0.5f, 0, -2, -1), ("ThresholdedRelu", 3, 0, 2, 0), ("Affine", 2, 1, 3, 7), ("HardSigmoid", 0.5f, 0.25f, 1, 0.75f),
              ("Elu", 2, 0, 1.5f, 1.5f), ("Softsign", 0, 0, -3, -0.75f), ("Sigmoid", 0, 0, 0, 0.5f), ("ScaledTanh", 2, 3, 0, 0), ("Softplus", 0, 0, 0, 0.6931472f) })
        {
            var attributes = new List<(string, object)> { ("hidden_size", 1L), ("activations", new[] { name }) };
            if (alpha != 0)
                attributes.Add(("activation_alpha", new[] { alpha }));
            if (beta != 0)
                attributes.Add(("activation_beta", new[] { beta }));
            var one = Tensor.From<float>(Shape.Of(1, 1, 1), [1]);
            var outputs = Both(new OnnxWriter(22).Input("x", DType.Float32, 1, 1, 1).Initialiser("w", one).Initialiser("r", one)
                .Node("RNN", ["x", "w", "r"], ["y"], [.. attributes]).Output("y"), ("x", Tensor.From<float>(Shape.Of(1, 1, 1), [at])));
            Assert.Equal(expected, Floats(outputs[0])[0]);
        }
    }

    [Fact]
    public void Usual_functions_by_name_are_the_same_graph_as_none()
    {
        var x = OnnxModel.Read(Cell("LSTM", 4, 1, 3, 4, []).ToBytes());
        var y = OnnxModel.Read(Cell("LSTM", 4, 1, 3, 4, [], ("activations", new[] { "Sigmoid", "Tanh", "Tanh" })).ToBytes());
        Assert.Equal(GraphDigest.Of(x), GraphDigest.Of(y));
    }

    [Fact]
    public void What_a_cell_cannot_mean_is_refused_in_one_line()
    {
        var x = FastCase.Floats(1, 4, 2, 3);
        Assert.Contains("a sequence length of 5, of 4 steps", Refused(Cell("GRU", 3, 1, 3, 2, ["n"]).Initialiser("n", Tensor.From<int>(Shape.Of(2), [1, 5])), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("a sequence length of -1, of 4 steps", Refused(Cell("RNN", 1, 1, 3, 2, ["n"]).Initialiser("n", Tensor.From<int>(Shape.Of(2), [1, -1])), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("sequence_lens against the batch: 3 against 2", Refused(Cell("RNN", 1, 1, 3, 2, ["n"]).Initialiser("n", Tensor.From<int>(Shape.Of(3), [1, 1, 1])), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("activation 'cosine' is not known", Refused(Cell("RNN", 1, 1, 3, 2, [], ("activations", new[] { "Cosine" })), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("2 activations, where 1 are needed", Refused(Cell("RNN", 1, 1, 3, 2, [], ("activations", new[] { "Tanh", "Relu" })), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("more activation_alpha", Refused(Cell("RNN", 1, 1, 3, 2, [], ("activation_alpha", new[] { 1f })), null, ("x", x)), StringComparison.Ordinal);
        Assert.Contains("extent of P: 9 against 6", Refused(Cell("LSTM", 4, 1, 3, 2, ["", "", "", "q"]).Initialiser("q", Tensor.Create(DType.Float32, Shape.Of(1, 9))), null, ("x", x)), StringComparison.Ordinal);
    }
}
