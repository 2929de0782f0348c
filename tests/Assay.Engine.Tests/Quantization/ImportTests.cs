using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Quantization;

namespace Assay.Engine.Tests.Quantization;

/// <summary>Models that others have quantised: their scales and integers are taken over, and the outputs are those of the engine's own run of the file but for ties.</summary>
public class ImportTests
{
    private const float X = 0.01f, H = 0.02f, Y = 0.03f;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rounding_around_layers_is_taken_over(bool signed)
    {
        var t = Around(signed);
        var quantised = Same(t.File, t.Inputs(200, "x", 1, 2, 6, 6), most: 1);
        Assert.Equal(["Conv", "MaxPool", "Reshape", "Dense"], TinyFloats.Operations(quantised));
        Assert.Equal(new Scale(H, -10), quantised.Report.Layers[0].Scale);
        Assert.All(quantised.Report.Layers, l => Assert.InRange(l.WeightError, 0, 1e-4));
        Assert.All(quantised.Report.Layers, l => Assert.InRange(l.MultiplierError, 0, 1.0 / (1 << 9)));
        Assert.True(quantised.Report.TakenOver >= 3);
        // One scale a channel in the convolution, one in all of the dense layer.
        Assert.Equal([3, 0, 0, 1], quantised.Report.Layers.Select(l => l.WeightGroups));
    }

    [Fact]
    public void Such_a_model_needs_no_calibration()
    {
        var quantised = Quantizer.Quantize(TinyFloats.Read(Around(true).File), []);
        Assert.Equal(0, quantised.Report.Compared);
        Assert.Empty(quantised.Report.Outputs);
        Assert.NotEmpty(OnnxModel.Read(quantised.Onnx).Outputs);
    }

    [Fact]
    public void Weights_of_128_below_0_and_weights_with_a_zero_point_are_named()
    {
        var t = new TinyFloats();
        t.File.Initialiser("w", Tensor.From<sbyte>(Shape.Of(2, 2), [-128, 5, 127, -128])).Initialiser("ws", Tensor.Scalar(0.01f)).Initialiser("wz", Tensor.Scalar((sbyte)0))
            .Initialiser("v", Tensor.From<byte>(Shape.Of(2, 2), [0, 5, 200, 130])).Initialiser("vz", Tensor.Scalar((byte)100));
        Figures(t.File, "x", X, 0).Input("x", DType.Float32, 1, 2).Output("y", DType.Float32, 1, 2);
        Figures(t.File, "h", H, 0);
        Figures(t.File, "y", Y, 0);
        Rounded(t.File, "x", "x", "xr").Node("DequantizeLinear", ["w", "ws", "wz"], ["wf"]).Node("MatMul", ["xr", "wf"], ["h"]);
        Rounded(t.File, "h", "h", "hr").Node("DequantizeLinear", ["v", "ws", "vz"], ["vf"]).Node("MatMul", ["hr", "vf"], ["p"]);
        Rounded(t.File, "p", "y", "y");
        var notes = Quantizer.Quantize(TinyFloats.Read(t.File), []).Report.Notes;
        Assert.Contains(notes, n => n.Contains("'wf': 2 of −128", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("'vf' have zero points", StringComparison.Ordinal));
    }

    [Fact]
    public void Operators_on_integers_are_read_for_their_scales()
    {
        var t = new TinyFloats();
        foreach (var (name, step) in (ReadOnlySpan<(string, float)>)[("x", X), ("h", H), ("y", Y)])
            t.File.Initialiser(name + "s", Tensor.Scalar(step)).Initialiser(name + "z", Tensor.Scalar((byte)120));
        t.File.Initialiser("w", Int8(t, 3, 2, 3, 3)).Initialiser("ws", Tensor.From<float>(Shape.Of(3), [0.01f, 0.02f, 0.005f])).Initialiser("wz", Tensor.From<sbyte>(Shape.Of(3), [0, 0, 0]))
            .Initialiser("b", Tensor.From<int>(Shape.Of(3), [1000, -500, 20]))
            .Initialiser("v", Int8(t, 12, 4)).Initialiser("vs", Tensor.Scalar(0.01f)).Initialiser("vz", Tensor.Scalar((sbyte)0))
            .Initialiser("shape", Tensor.From<long>(Shape.Of(2), [1, 12]))
            .Input("x", DType.Float32, 1, 2, 6, 6).Output("y", DType.Float32, 1, 4)
            .Node("QuantizeLinear", ["x", "xs", "xz"], ["xq"])
            .Node("QLinearConv", ["xq", "xs", "xz", "w", "ws", "wz", "hs", "hz", "b"], ["hq"])
            .Node("MaxPool", ["hq"], ["pq"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Reshape", ["pq", "shape"], ["fq"])
            .Node("QLinearMatMul", ["fq", "hs", "hz", "v", "vs", "vz", "ys", "yz"], ["yq"])
            .Node("DequantizeLinear", ["yq", "ys", "yz"], ["y"]);
        var quantised = Same(t.File, t.Inputs(200, "x", 1, 2, 6, 6), most: 1, plain: true);
        Assert.Equal(["Conv", "MaxPool", "Reshape", "Dense"], TinyFloats.Operations(quantised));
        Assert.All(quantised.Report.Layers, l => Assert.InRange(l.WeightError, 0, 1e-4));
    }

    [Fact]
    public void Operators_of_another_runtime_are_read_too()
    {
        var t = new TinyFloats();
        foreach (var (name, step) in (ReadOnlySpan<(string, float)>)[("x", X), ("h", 0.0173f), ("y", Y), ("g", 1f / 256)])
            t.File.Initialiser(name + "s", Tensor.Scalar(step)).Initialiser(name + "z", Tensor.Scalar((byte)(name == "g" ? 0 : 128)));
        const string Runtime = "com.microsoft";
        t.File.Import(Runtime, 1).Initialiser("v", Int8(t, 4, 3)).Initialiser("vs", Tensor.Scalar(0.01f)).Initialiser("vz", Tensor.Scalar((sbyte)0))
            .Initialiser("c", Tensor.From<int>(Shape.Of(4), [100, -5, 0, 30])).Initialiser("flat", Tensor.From<long>(Shape.Of(2), [1, 3]))
            .Input("x", DType.Float32, 1, 3, 4, 4).Output("y", DType.Float32, 1, 8)
            .Node("QuantizeLinear", ["x", "xs", "xz"], ["xq"])
            .Node("MaxPool", ["xq"], ["eq"], ("kernel_shape", new[] { 3, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
            .NodeOf(Runtime, "QLinearAdd", ["xq", "xs", "xz", "eq", "xs", "xz", "hs", "hz"], ["aq"])
            .NodeOf(Runtime, "QLinearGlobalAveragePool", ["aq", "hs", "hz", "xs", "xz"], ["mq"], ("channels_last", 0))
            .Node("Reshape", ["mq", "flat"], ["fq"])
            .NodeOf(Runtime, "QGemm", ["fq", "xs", "xz", "v", "vs", "vz", "c", "ys", "yz"], ["dq"], ("transB", 1))
            .NodeOf(Runtime, "QLinearSigmoid", ["dq", "ys", "yz", "gs", "gz"], ["sq"])
            .NodeOf(Runtime, "QLinearConcat", ["gs", "gz", "sq", "gs", "gz", "sq", "gs", "gz"], ["cq"], ("axis", 1))
            .Node("DequantizeLinear", ["cq", "gs", "gz"], ["y"]);
        // A step of what goes into the sigmoid is two of what comes out.
        var quantised = Same(t.File, t.Inputs(200, "x", 1, 3, 4, 4), most: 2);
        Assert.Equal(["MaxPool", "Add", "AveragePool", "Reshape", "Dense, table", "Concat"], TinyFloats.Operations(quantised));
        // Their own meaning is not ours to run.
        Assert.Contains("com.microsoft", Assert.Throws<ModelException>(() => OnnxModel.Read(t.File.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_with_two_scales_gets_a_table_between_them()
    {
        var t = new TinyFloats().Weights("w", 0.5f, 4, 4);
        Figures(t.File, "x", X, 0).Input("x", DType.Float32, 1, 4, 4, 4).Output("y", DType.Float32, 1, 4, 2, 2);
        Figures(t.File, "h", 0.017f, 7);
        Rounded(t.File, "x", "x", "xr").Node("MaxPool", ["xr"], ["p"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        Rounded(t.File, "p", "h", "y");
        Assert.Equal(["MaxPool, Table"], TinyFloats.Operations(Same(t.File, t.Inputs(50, "x", 1, 4, 4, 4), most: 1)));
    }

    [Theory]
    [InlineData("int16")]
    [InlineData("by channel")]
    [InlineData("another scale")]
    [InlineData("computed")]
    public void Rounding_that_int8_does_not_have_is_refused(string wanted)
    {
        var t = new TinyFloats();
        t.File.Initialiser("s", Tensor.Scalar(X)).Initialiser("s2", Tensor.Scalar(H)).Initialiser("z16", Tensor.Scalar((short)0)).Initialiser("z", Tensor.Scalar((sbyte)0))
            .Initialiser("ss", Tensor.From<float>(Shape.Of(4), [X, X, H, H])).Initialiser("zz", Tensor.From<sbyte>(Shape.Of(4), [0, 0, 0, 0]))
            .Input("x", DType.Float32, 1, 4).Output("y", DType.Float32, 1, 4);
        var (step, zero, back) = wanted switch { "int16" => ("s", "z16", "s"), "by channel" => ("ss", "zz", "ss"), "another scale" => ("s", "z", "s2"), _ => ("computed", "z", "computed") };
        if (step == "computed")
            t.File.Initialiser("axes", Tensor.From<long>(Shape.Of(1), [1])).Node("ReduceMax", ["x", "axes"], ["m"], ("keepdims", 0)).Node("Squeeze", ["m"], ["computed"]);
        t.File.Node("QuantizeLinear", ["x", step, zero], ["q"]).Node("DequantizeLinear", ["q", back, zero], ["y"]);
        var message = Assert.Throws<ModelException>(() => Quantizer.Quantize(TinyFloats.Read(t.File), [])).Message;
        Assert.Contains(wanted switch { "by channel" => "not one constant", "computed" => "", _ => wanted }, message, StringComparison.Ordinal);
        Assert.StartsWith("node ", message, StringComparison.Ordinal);
    }

    private static TinyFloats Around(bool signed)
    {
        var t = new TinyFloats();
        t.File.Initialiser("w", Int8(t, 3, 2, 3, 3)).Initialiser("ws", Tensor.From<float>(Shape.Of(3), [0.01f, 0.02f, 0.005f])).Initialiser("wz", Tensor.From<sbyte>(Shape.Of(3), [0, 0, 0]))
            .Initialiser("b", Tensor.From<int>(Shape.Of(3), [1000, -500, 20])).Initialiser("bs", Tensor.From<float>(Shape.Of(3), [0.01f * X, 0.02f * X, 0.005f * X]))
            .Initialiser("v", Int8(t, 4, 12)).Initialiser("vs", Tensor.Scalar(0.01f)).Initialiser("vz", Tensor.Scalar((sbyte)0))
            .Input("x", DType.Float32, 1, 2, 6, 6).Output("y", DType.Float32, 1, 4);
        Figures(t.File, "x", X, 3, signed);
        Figures(t.File, "h", H, -10, signed);
        Figures(t.File, "y", Y, 0, signed);
        Rounded(t.File, "x", "x", "xr")
            .Node("DequantizeLinear", ["w", "ws", "wz"], ["wf"], ("axis", 0)).Node("DequantizeLinear", ["b", "bs"], ["bf"], ("axis", 0))
            .Node("Conv", ["xr", "wf", "bf"], ["c"]).Node("Relu", ["c"], ["r"]);
        Rounded(t.File, "r", "h", "rr").Node("MaxPool", ["rr"], ["p"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        Rounded(t.File, "p", "h", "pr").Node("Flatten", ["pr"], ["f"])
            .Node("DequantizeLinear", ["v", "vs", "vz"], ["vf"]).Node("Gemm", ["f", "vf"], ["g"], ("transB", 1));
        Rounded(t.File, "g", "y", "y");
        return t;
    }

    /// <summary>The figures of one scale, whose zero point is said as int8 or as uint8.</summary>
    private static OnnxWriter Figures(OnnxWriter file, string name, float step, int zero, bool signed = true) => file
        .Initialiser(name + ".s", Tensor.Scalar(step)).Initialiser(name + ".z", signed ? Tensor.Scalar((sbyte)zero) : Tensor.Scalar((byte)(zero + 128)));

    private static OnnxWriter Rounded(OnnxWriter file, string from, string figures, string to) => file
        .Node("QuantizeLinear", [from, figures + ".s", figures + ".z"], [from + ">" + to]).Node("DequantizeLinear", [from + ">" + to, figures + ".s", figures + ".z"], [to]);

    private static Tensor Int8(TinyFloats t, params int[] dims)
    {
        var tensor = Tensor.Create(DType.Int8, Shape.Of(dims));
        foreach (ref var v in tensor.MutableSpan<sbyte>())
            v = (sbyte)(120 * t.Next());
        return tensor;
    }

    /// <summary>Quantises, and holds every output element against the engine's run of the file: hardly any differs, and by no more than so many steps.</summary>
    /// <param name="plain">The file is one that the engine runs itself, integers and all; else it is run as it was read.</param>
    private static QuantizedModel Same(OnnxWriter file, Dictionary<string, Tensor>[] inputs, int most, bool plain = false)
    {
        var graph = TinyFloats.Read(file);
        var quantised = Quantizer.Quantize(graph, inputs);
        var (before, after) = (plain ? OnnxModel.Read(file.ToBytes()) : graph, OnnxModel.Read(quantised.Onnx));
        var step = quantised.Report.Layers[^1].Scale.Step;
        var (count, differ) = (0, 0);
        foreach (var input in inputs)
        {
            var wanted = Reference.Run(before, input)[0].Value.Span<float>();
            var got = Reference.Run(after, input)[0].Value.Span<float>();
            for (var i = 0; i < wanted.Length; i++)
            {
                var steps = Math.Abs(wanted[i] - got[i]) / step;
                Assert.InRange(steps, 0, most + 0.01);
                count++;
                differ += steps > 0.5 ? 1 : 0;
            }
        }
        Assert.InRange(differ / (double)count, 0, 0.03);
        return quantised;
    }
}
