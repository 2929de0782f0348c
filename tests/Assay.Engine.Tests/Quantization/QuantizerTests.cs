using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Quantization;

namespace Assay.Engine.Tests.Quantization;

/// <summary>Float models, quantised: which operations come of them, and how near the outputs are.</summary>
public class QuantizerTests
{
    [Fact]
    public void Dense_layers_take_in_what_is_constant_and_their_limits()
    {
        var t = new TinyFloats().Weights("w1", 0.4f, 12, 20).Weights("b1", 0.2f, 20).Weights("w2", 0.4f, 5, 20).Weights("b2", 0.2f, 5).Weights("g", 1, 20);
        t.File.Input("x", DType.Float32, 1, 12).Output("y", DType.Float32, 1, 5)
            .Node("MatMul", ["x", "w1"], ["m"]).Node("Add", ["m", "b1"], ["a"]).Node("Mul", ["a", "g"], ["s"]).Node("Relu", ["s"], ["r"])
            .Node("Gemm", ["r", "w2", "b2"], ["y"], ("transB", 1), ("alpha", 0.5f));
        Near(t, ["Dense", "Dense"], 0.03, t.Inputs(40, "x", 1, 12));
    }

    [Fact]
    public void A_batch_normalisation_goes_into_its_convolution_and_limits_into_bounds()
    {
        var t = new TinyFloats().Weights("w", 0.4f, 6, 3, 3, 3).Weights("b", 0.2f, 6).Weights("scale", 1, 6).Weights("bias", 0.3f, 6).Weights("mean", 0.2f, 6);
        t.File.Initialiser("var", Tensor.From<float>(Shape.Of(6), [0.5f, 1, 2, 0.7f, 1.5f, 0.9f]))
            .Initialiser("low", Tensor.Scalar(0f)).Initialiser("high", Tensor.Scalar(0.5f)).Initialiser("w3", t.Random(0.3f, 4, 36))
            .Input("x", DType.Float32, 1, 3, 8, 8).Output("y", DType.Float32, 1, 4)
            .Node("Conv", ["x", "w", "b"], ["c"], ("pads", new[] { 1, 0, 1, 0 }), ("strides", new[] { 1, 1 }))
            .Node("BatchNormalization", ["c", "scale", "bias", "mean", "var"], ["n"])
            .Node("Clip", ["n", "low", "high"], ["r"])
            .Node("MaxPool", ["r"], ["p"], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }))
            .Node("Flatten", ["p"], ["f"])
            .Node("Gemm", ["f", "w3"], ["y"], ("transB", 1));
        Near(t, ["Conv", "MaxPool", "Reshape", "Dense"], 0.04, t.Inputs(40, "x", 1, 3, 8, 8));
    }

    [Fact]
    public void Residual_sums_depthwise_and_grouped_convolutions_and_means_are_quantised()
    {
        var t = new TinyFloats().Weights("w1", 0.5f, 4, 1, 3, 3).Weights("w2", 0.5f, 4, 2, 1, 1).Weights("w3", 0.5f, 3, 4);
        t.File.Input("x", DType.Float32, 1, 4, 6, 6).Output("y", DType.Float32, 1, 3)
            .Node("Conv", ["x", "w1"], ["d"], ("group", 4), ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", ["d"], ["r"])
            .Node("Conv", ["r", "w2"], ["g"], ("group", 2))
            .Node("Add", ["g", "x"], ["s"]).Node("Relu", ["s"], ["t"])
            .Node("AveragePool", ["t"], ["a"], ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
            .Node("GlobalAveragePool", ["a"], ["m"]).Node("Flatten", ["m"], ["f"])
            .Node("Gemm", ["f", "w3"], ["y"], ("transB", 1));
        var report = Near(t, ["Conv", "Conv", "Add", "AveragePool", "AveragePool", "Reshape", "Dense"], 0.06, t.Inputs(40, "x", 1, 4, 6, 6)).Report;
        Assert.Contains(report.Notes, n => n.Contains("2 groups", StringComparison.Ordinal));
    }

    [Fact]
    public void Functions_of_one_variable_are_tables_whatever_nodes_they_are_made_of()
    {
        // GELU as exporters write it, a swish behind a sum, and a hard swish on the input.
        var t = new TinyFloats().Weights("w1", 0.5f, 8, 8).Weights("w2", 0.5f, 8, 8);
        t.File.Initialiser("root2", Tensor.Scalar(1.4142135f)).Initialiser("one", Tensor.Scalar(1f)).Initialiser("half", Tensor.Scalar(0.5f))
            .Input("x", DType.Float32, 1, 8).Output("y", DType.Float32, 1, 8)
            .Node("MatMul", ["x", "w1"], ["m"])
            .Node("Div", ["m", "root2"], ["d"]).Node("Erf", ["d"], ["e"]).Node("Add", ["e", "one"], ["p"]).Node("Mul", ["m", "p"], ["q"]).Node("Mul", ["q", "half"], ["gelu"])
            .Node("HardSwish", ["x"], ["h"])
            .Node("MatMul", ["h", "w2"], ["n"])
            .Node("Add", ["gelu", "n"], ["s"])
            .Node("Sigmoid", ["s"], ["g"]).Node("Mul", ["s", "g"], ["y"]);
        Near(t, ["Dense, table", "Table", "Dense", "Add, table"], 0.04, t.Inputs(40, "x", 1, 8));
    }

    [Fact]
    public void Limits_and_functions_pass_what_only_moves()
    {
        var t = new TinyFloats().Weights("w", 0.5f, 4, 2, 3, 3).Weights("w2", 0.5f, 8, 16);
        t.File.Initialiser("shape", Tensor.From<long>(Shape.Of(2), [1, 16])).Input("x", DType.Float32, 1, 2, 6, 6).Output("y", DType.Float32, 1, 16)
            .Node("Conv", ["x", "w"], ["c"])
            .Node("MaxPool", ["c"], ["p"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Relu", ["p"], ["r"])
            .Node("Reshape", ["r", "shape"], ["f"]).Node("Tanh", ["f"], ["t"])
            .Node("Concat", ["t", "f"], ["k"], ("axis", 1))
            .Node("Gemm", ["f", "w2"], ["z"], ("transB", 1))
            .Node("Concat", ["z", "z"], ["zz"], ("axis", 1))
            .Node("Relu", ["zz"], ["y"]);
        Near(t, null, 0.04, t.Inputs(40, "x", 1, 2, 6, 6));
    }

    [Fact]
    public void A_transformer_block_is_quantised_with_the_gains_of_its_normalisations_in_the_layers_behind()
    {
        var (t, inputs) = Block();
        var graph = TinyFloats.Read(t.File);
        var quantised = Quantizer.Quantize(graph, inputs);
        Assert.Contains("Softmax", TinyFloats.Operations(quantised));
        Assert.Equal(2, TinyFloats.Operations(quantised).Count(o => o == "Normalize"));
        Assert.Equal(2, TinyFloats.Operations(quantised).Count(o => o == "MatMul"));
        // Six dense layers, no diagonal one.
        Assert.Equal(6, TinyFloats.Operations(quantised).Count(o => o.StartsWith("Dense", StringComparison.Ordinal)));
        Near(t, null, 0.12, inputs);
    }

    [Fact]
    public void A_causal_mask_becomes_part_of_the_softmax_and_any_other_is_refused()
    {
        var causal = Masked((row, column) => column > row);
        Assert.Equal(["MatMul", "Softmax"], TinyFloats.Operations(Near(causal, null, 0.02, causal.Inputs(20, "x", 1, 4, 4))));
        var other = Masked((row, column) => column < row);
        Assert.Contains("mask", Assert.Throws<ModelException>(() => Quantizer.Quantize(TinyFloats.Read(other.File), other.Inputs(1, "x", 1, 4, 4))).Message, StringComparison.Ordinal);

        static TinyFloats Masked(Func<int, int, bool> hidden)
        {
            var t = new TinyFloats();
            var mask = Tensor.Create(DType.Float32, Shape.Of(4, 4));
            for (var i = 0; i < 16; i++)
                mask.MutableSpan<float>()[i] = hidden(i / 4, i % 4) ? -10_000 : 0;
            t.File.Initialiser("mask", mask).Input("x", DType.Float32, 1, 4, 4).Output("y", DType.Float32, 1, 4, 4)
                .Node("MatMul", ["x", "x"], ["m"]).Node("Add", ["m", "mask"], ["s"]).Node("Softmax", ["s"], ["y"]);
            return t;
        }
    }

    [Fact]
    public void Someone_elses_model_gives_the_same_answers_on_twenty_handwritten_digits()
    {
        var folder = SharedData.Require("models", "mnist");
        var graph = Quantizer.ReadFile(Path.Combine(folder, "model.onnx"));
        var digits = Directory.GetDirectories(Path.Combine(folder, "reference"), "digit*_*").Order(StringComparer.Ordinal)
            .Select(d => new LabelledInput(new Dictionary<string, Tensor> { ["Input3"] = Npy.Read(File.ReadAllBytes(Path.Combine(d, "in.Input3.npy"))) }, Path.GetFileName(d)[5] - '0')).ToArray();
        Assert.Equal(20, digits.Length);
        var quantised = Quantizer.Quantize(graph, [.. digits.Select(d => d.Inputs)]);
        Assert.Equal(["Conv", "MaxPool", "Conv", "MaxPool", "Reshape", "Dense"], TinyFloats.Operations(quantised));
        Assert.Equal(20, AccuracyReport.Of(graph, OnnxModel.Read(quantised.Onnx), digits).Agree);
    }

    [Fact]
    public void A_damaged_model_is_refused_or_quantised_and_nothing_else()
    {
        var (t, inputs) = Block();
        var whole = t.File.ToBytes();
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var bytes = whole.ToArray();
            for (var n = 0; n <= i % 3; n++)
                bytes[(int)(Math.Abs(t.Next()) * (bytes.Length - 1))] = (byte)(256 * Math.Abs(t.Next()));
            try
            {
                Quantizer.Quantize(Quantizer.Read(bytes), [inputs[0]]);
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 20, 380);
    }

    [Fact]
    public void The_same_model_and_inputs_give_the_same_bytes()
    {
        var (t, inputs) = Block();
        Assert.Equal(Quantizer.Quantize(TinyFloats.Read(t.File), inputs).Onnx, Quantizer.Quantize(TinyFloats.Read(t.File), inputs).Onnx);
    }

    [Theory]
    [InlineData("Mul of two computed tensors", "Mul", "x", "z")]
    [InlineData("LpNormalization|Div", "LpNormalization", "x")]
    [InlineData("ArgMax|is not quantised", "Hardmax", "x")]
    [InlineData("Softmax|last axis", "Softmax", "x")]
    [InlineData("neighbouring", "ReduceMean", "x")]
    public void What_the_profile_lacks_is_refused_by_its_node(string wanted, string op, params string[] inputs)
    {
        var t = new TinyFloats();
        t.File.Input("x", DType.Float32, 1, 4, 4).Input("z", DType.Float32, 1, 4, 4).Output("y");
        if (op == "Softmax")
            t.File.Node(op, inputs, ["y"], ("axis", 1));
        else
            t.File.Node(op, inputs, ["y"]);
        var sample = new Dictionary<string, Tensor> { ["x"] = t.Random(1, 1, 4, 4), ["z"] = t.Random(1, 1, 4, 4) };
        var message = Assert.Throws<ModelException>(() => Quantizer.Quantize(TinyFloats.Read(t.File), [sample])).Message;
        Assert.Contains("node 0", message, StringComparison.Ordinal);
        Assert.Contains(wanted.Split('|'), w => message.Contains(w, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Without_calibration_a_float_model_is_refused_and_says_what_lacks()
    {
        var t = new TinyFloats().Weights("w", 1, 4, 4);
        t.File.Input("x", DType.Float32, 1, 4).Output("y", DType.Float32, 1, 4).Node("MatMul", ["x", "w"], ["y"]);
        Assert.Contains("calibration", Assert.Throws<ModelException>(() => Quantizer.Quantize(TinyFloats.Read(t.File), [])).Message, StringComparison.Ordinal);
    }

    private static (TinyFloats Model, Dictionary<string, Tensor>[] Inputs) Block()
    {
        const int Tokens = 6, Width = 8;
        var t = new TinyFloats();
        foreach (var name in (string[])["q", "k", "v", "o"])
            t.Weights(name, 0.5f, Width, Width);
        t.Weights("up", 0.5f, Width, 16).Weights("down", 0.5f, 16, Width);
        foreach (var name in (string[])["g1", "o1", "g2", "o2", "bq"])
            t.Weights(name, 1, Width);
        t.File.Initialiser("heads", Tensor.From<long>(Shape.Of(4), [1, Tokens, 2, Width / 2])).Initialiser("flat", Tensor.From<long>(Shape.Of(3), [1, Tokens, Width]))
            .Initialiser("root", Tensor.Scalar(2f)).Input("x", DType.Float32, 1, Tokens, Width).Output("y", DType.Float32, 1, Tokens, Width)
            .Node("LayerNormalization", ["x", "g1", "o1"], ["n1"]);
        foreach (var name in (string[])["q", "k", "v"])
        {
            t.File.Node("MatMul", ["n1", name], [name + "m"]);
            if (name == "q")
                t.File.Node("Add", ["qm", "bq"], ["qb"]);
            t.File.Node("Reshape", [name == "q" ? "qb" : name + "m", "heads"], [name + "h"])
                .Node("Transpose", [name + "h"], [name + "t"], ("perm", name == "k" ? new[] { 0, 2, 3, 1 } : new[] { 0, 2, 1, 3 }));
        }
        t.File.Node("MatMul", ["qt", "kt"], ["s"]).Node("Div", ["s", "root"], ["sd"]).Node("Softmax", ["sd"], ["a"])
            .Node("MatMul", ["a", "vt"], ["av"]).Node("Transpose", ["av"], ["at"], ("perm", new[] { 0, 2, 1, 3 })).Node("Reshape", ["at", "flat"], ["af"])
            .Node("MatMul", ["af", "o"], ["ao"]).Node("Add", ["x", "ao"], ["r1"])
            .Node("LayerNormalization", ["r1", "g2", "o2"], ["n2"])
            .Node("MatMul", ["n2", "up"], ["u"]).Node("Tanh", ["u"], ["ut"]).Node("MatMul", ["ut", "down"], ["d"]).Node("Add", ["r1", "d"], ["y"]);
        return (t, t.Inputs(30, "x", 1, Tokens, Width));
    }

    /// <summary>Quantises, holds the operations against those wanted and the outputs against the float model's: the mean difference as a share of the output's range.</summary>
    private static QuantizedModel Near(TinyFloats t, string[]? operations, double most, Dictionary<string, Tensor>[] inputs)
    {
        var graph = TinyFloats.Read(t.File);
        var quantised = Quantizer.Quantize(graph, inputs);
        if (operations is not null)
            Assert.Equal(operations, TinyFloats.Operations(quantised));
        var after = OnnxModel.Read(quantised.Onnx);
        using var session = new Session(after);
        var (sum, count, low, high) = (0.0, 0, double.MaxValue, double.MinValue);
        foreach (var input in inputs)
        {
            var wanted = Reference.Run(graph, input)[0].Value.Span<float>();
            var got = Reference.Run(after, input)[0].Value;
            Assert.Equal(got.Bytes, session.Run(input)[0].Value.Bytes);
            for (var i = 0; i < wanted.Length; i++)
            {
                sum += Math.Abs(wanted[i] - got.Span<float>()[i]);
                (low, high) = (Math.Min(low, wanted[i]), Math.Max(high, wanted[i]));
                count++;
            }
        }
        Assert.InRange(sum / count / (high - low), 0, most);
        Assert.Equal(sum / count, quantised.Report.Outputs[0].MeanError, 1e-6);
        return quantised;
    }
}
