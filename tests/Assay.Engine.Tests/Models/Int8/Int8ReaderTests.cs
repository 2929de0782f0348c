using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx;

namespace Assay.Engine.Tests.Models.Int8;

/// <summary>ONNX files of the domain assay.int8: what is read, and the one line by which everything else is refused.</summary>
public sealed class Int8ReaderTests
{
    [Fact]
    public void Every_operation_is_read_as_itself()
    {
        var graph = OnnxModel.Read(TinyInt8.Everything());
        Assert.Equal(Enum.GetValues<Primitive>().Where(Int8Graphs.Has), graph.Body.Nodes.Select(n => n.Op).Where(Int8Graphs.Has).Distinct().Order());
        Assert.True(Int8Graphs.Is(graph));
        Assert.Equal([1, 16, 16], graph.Values[graph.Outputs[0]].Dims);
        var dense = graph.Body.Nodes.First(n => n.Op == Primitive.Int8Dense);
        Assert.Equal(["bias_bound", "x_zero_point", "y_zero_point"], dense.Attributes.Values.Keys);
    }

    [Fact]
    public void Groups_without_entries_and_absent_ones_are_one_graph()
    {
        byte[] Model(bool isEmpty)
        {
            var file = Start().Initialiser("none", Ints());
            return Dense(file, inputs: isEmpty ? ["q", "w", "b", "m", "s", "none"] : ["q", "w", "b", "m", "s"]);
        }
        Assert.Equal(GraphDigest.Of(OnnxModel.Read(Model(true))), GraphDigest.Of(OnnxModel.Read(Model(false))));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "x_zero_point=128", "x_zero_point is 128, which is not between -128 and 127" },
        { "y_zero_point=-129", "y_zero_point is -129, which is not between -128 and 127" },
        { "y_zero_point=", "y_zero_point is missing" },
        { "bias_bound=", "bias_bound is missing" },
        { "bias_bound=-1", "bias_bound is -1, which is not between 0 and 1056964608" },
        { "bias_bound=4", "b holds 5, beyond bias_bound, 4" },
        { "bias_bound=1056964608", "accumulators up to 1057029378, above 1056964608" },
        { "low=3 high=2", "low is 3, above high, 2" },
        { "high=128", "high is 128, which is not between -128 and 127" },
        { "colour=1", "attribute 'colour' is not supported in operator set 1" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void A_figure_out_of_its_range_is_refused(string figures, string message)
    {
        var changed = figures.Split(' ').Select(f => f.Split('=')).ToDictionary(f => f[0], f => f[1].Length == 0 ? (long?)null : long.Parse(f[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
        Assert.Equal($"node 1 (Dense): {message}", Assert.Throws<ModelException>(() => OnnxModel.Read(Dense(Start(), changed))).Message);
    }

    [Fact]
    public void A_constant_out_of_its_range_is_refused()
    {
        void Is(string message, params (string Name, Tensor Value)[] changed) =>
            Assert.Equal($"node 1 (Dense): {message}", Assert.Throws<ModelException>(() => OnnxModel.Read(Dense(Start(changed)))).Message);
        Is("multipliers holds 0, which is not between 1 and 32767", ("m", Ints(0)));
        Is("multipliers holds 32768, which is not between 1 and 32767", ("m", Ints(32768)));
        Is("shifts holds 47, which is not between 1 and 46", ("s", Ints(47)));
        Is("shifts holds 0, which is not between 1 and 46", ("s", Ints(0)));
        Is("1 multipliers and 2 shifts, where 1 to 4096 of each are needed", ("s", Ints(1, 2)));
        Is("0 entries in groups, for 2 groups and 2 channels", ("s", Ints(1, 2)), ("m", Ints(1, 2)));
        Is("w holds -128, which is not between -127 and 127", ("w", Tensor.From<sbyte>(Shape.Of(2, 2), [1, -128, 3, 4])));
        Is("w is int32 4; int8 is needed", ("w", Ints(1, 2, 3, 4)));
        Is("b is int32 3; 2 biases are needed", ("b", Ints(1, 2, 3)));
        Is("the last extent of x and that of w differ: 2 against 3", ("w", Tensor.Create(DType.Int8, Shape.Of(2, 3))));
        string With(string[] more) => Assert.Throws<ModelException>(() => OnnxModel.Read(
            Dense(Start().Initialiser("g", Ints(0, 1)).Initialiser("t", Tensor.Create(DType.Int8, Shape.Of(255))), inputs: ["q", "w", "b", "m", "s", .. more]))).Message;
        Assert.Equal("node 1 (Dense): groups holds 1, which is not between 0 and 0", With(["g"]));
        Assert.Equal("node 1 (Dense): table is int8 255; 256 entries are needed", With(["", "t"]));
    }

    [Fact]
    public void Other_operations_are_refused_in_one_line()
    {
        static string Says(Func<Int8Writer, string, string> add)
        {
            var model = new Int8Writer();
            var y = add(model, model.Quantize(model.Input("x", 1, 2, 4, 4), 1, 0));
            return Assert.Throws<ModelException>(() => OnnxModel.Read(Ended(model, y))).Message;
        }
        var to = Requantisation.Of(1, 1, 0);
        var (four, two) = (TinyInt8.Weights(1, 4, 2, 3, 3), TinyInt8.Biases(1, 4));
        Assert.Equal("node 1 (Conv): group is 2 with w 4x2x3x3: 1, or every channel of its own (depthwise), is supported", Says((m, x) => m.Conv(x, four, two, 0, 1000, to, group: 2)));
        Assert.Equal("node 1 (Conv): the channels of x and those that w takes differ: 2 against 3", Says((m, x) => m.Conv(x, TinyInt8.Weights(1, 4, 3, 3, 3), two, 0, 1000, to)));
        Assert.Equal("node 1 (Conv): accumulators up to 1067928760, above 1056964608",
            Says((m, x) => m.Conv(x, TinyInt8.Weights(1, 1, 3664, 3, 3), TinyInt8.Biases(1, 1), -128, 1000, to)));
        Assert.Equal("node 1 (AveragePool): 3 entries in groups, for 1 groups and 4 channels", Says((m, x) => m.AveragePool(x, 0, [2, 2], to with { Groups = [0, 0, 0] }, [2, 2])));
        Assert.Equal("node 1 (Add): multipliers holds 2; of a sum it is 1", Says((m, x) => m.Add(x, x, 1, 1, 0, 0, Requantisation.Of(2, 1, 0))));
        Assert.Equal("node 1 (Add): a_multiplier is 2097153, which is not between 1 and 2097152", Says((m, x) => m.Add(x, x, (1 << 21) + 1, 1, 0, 0, to)));
        Assert.Equal("node 1 (Add): accumulators up to 1069547520, above 1056964608", Says((m, x) => m.Add(x, x, 1 << 21, 1 << 21, 127, -128, to)));
        Assert.Equal("node 1 (MatMul): more than one group, where there is one", Says((m, x) => m.MatMul(x, x, 0, 0, to with { Groups = [0] })));
        Assert.Equal("node 2 (MatMul): a is int8 8x4; rank 3 or more is needed", Says((m, x) => m.Reshape(x, 8, 4) is var y ? m.MatMul(y, y, 0, 0, to) : y));
        Assert.Equal("node 2 (Softmax): x is int8 8x4; rank 3 or more is needed", Says((m, x) => m.Softmax(m.Reshape(x, 8, 4), [5, .. new int[255]], causal: true)));
        Assert.Equal("node 1 (Table): table is int8 3; 256 entries are needed", Says((m, x) => m.Table(x, [1, 2, 3])));
        Assert.Equal("node 1 (Softmax): exponents holds 2049, which is not between 0 and 2048", Says((m, x) => m.Softmax(x, [2049, .. new int[255]])));
        Assert.Equal("node 1 (Softmax): exponents are 256 numbers up to 6; 256 are needed, the first 1 or more and the greatest", Says((m, x) => m.Softmax(x, [5, 6, .. new int[254]])));
        Assert.Equal("node 1 (Normalize): gain is 8192, which is not between 1 and 8191", Says((m, x) => m.Normalize(x, 8192, 1, 0)));
        Assert.Equal("node 1 (Normalize): epsilon is 0, which is not between 1 and 4194304", Says((m, x) => m.Normalize(x, 1, 0, 0)));
        Assert.Equal("node 0 (Quantize): inverse_scale is 0; a finite number above 0 is needed", Assert.Throws<ModelException>(() =>
        {
            var model = new Int8Writer();
            OnnxModel.Read(Ended(model, model.Quantize(model.Input("x", 1), 0, 0)));
        }).Message);
    }

    [Fact]
    public void A_model_is_of_one_profile_in_all_its_arithmetic()
    {
        var model = new Int8Writer();
        var x = model.Quantize(model.Input("x", 1, 4), 1, 0);
        model.File.NodeOf(OnnxModel.Int8Domain, "Dequantize", [x], ["real"], ("scale", 1f), ("zero_point", 0)).Node("Softmax", ["real"], ["y"]).Output("y", DType.Float32, 1, 4);
        Assert.Equal("node 2 (Softmax): Softmax among operations of assay-int8-v1, which knows no such arithmetic", Assert.Throws<ModelException>(() => OnnxModel.Read(model.ToBytes())).Message);

        var between = new Int8Writer();
        between.Dequantize(between.Quantize(between.Input("x", 1, 4), 1, 0), 1, 0, "real", 1, 4);
        between.Dequantize(between.Quantize("real", 1, 0), 1, 0, "y", 1, 4);
        Assert.Equal("node 2 (Quantize): what is quantised is no input of the model", Assert.Throws<ModelException>(() => OnnxModel.Read(between.ToBytes())).Message);

        var after = new Int8Writer();
        after.Dequantize(after.Quantize(after.Input("x", 1, 4), 1, 0), 1, 0, "real", 1, 4);
        after.File.Node("Reshape", ["real", "shape"], ["y"]).Initialiser("shape", Tensor.From<long>(Shape.Of(1), [4])).Output("y", DType.Float32, 4);
        Assert.Equal("node 2 (Reshape): takes what Dequantize makes, which has to be an output of the model", Assert.Throws<ModelException>(() => OnnxModel.Read(after.ToBytes())).Message);
    }

    [Fact]
    public void Weights_that_are_computed_are_refused()
    {
        var file = Start().Node("Transpose", ["w"], ["v"]);
        Assert.Equal("node 2 (Dense): w is not a constant", Assert.Throws<ModelException>(() => OnnxModel.Read(Dense(file, inputs: ["q", "v", "b", "m", "s"]))).Message);
    }

    [Fact]
    public void Mutated_models_are_read_or_refused_and_what_is_read_runs_or_is_refused()
    {
        var noise = new Noise(12);
        var (read, ran) = (0, 0);
        foreach (var seed in new[] { TinyInt8.Classifier(), TinyInt8.Everything() })
            for (var i = 0; i < 3000; i++)
                try
                {
                    var graph = OnnxModel.Read(noise.Mutate(seed));
                    GraphDigest.Of(graph);
                    read++;
                    Reference.Run(graph, graph.Inputs.ToDictionary(id => graph.Values[id].Name, id => Tensor.Create(graph.Values[id].Type!.Value, Shape.Of([.. graph.Values[id].Dims.Select(d => Math.Clamp(d, 1, 32))])), StringComparer.Ordinal),
                        limits: new() { Bytes = 1 << 26, Time = TimeSpan.FromSeconds(10) });
                    ran++;
                }
                catch (ModelException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
        Assert.InRange(read, 100, 6000);
        Assert.InRange(ran, 20, read);
    }

    private static OnnxWriter Start(params (string Name, Tensor Value)[] changed)
    {
        var file = new OnnxWriter(21).Import(OnnxModel.Int8Domain, 1).Input("x", DType.Float32, 1, 2)
            .NodeOf(OnnxModel.Int8Domain, "Quantize", ["x"], ["q"], ("inverse_scale", 1f), ("zero_point", 0));
        foreach (var (name, value) in new[] { ("w", Tensor.From<sbyte>(Shape.Of(2, 2), [1, 2, 3, 4])), ("b", Ints(5, -3)), ("m", Ints(1)), ("s", Ints(1)) })
            file.Initialiser(name, changed.FirstOrDefault(c => c.Name == name).Value ?? value);
        return file;
    }

    private static byte[] Dense(OnnxWriter file, Dictionary<string, long?>? changed = null, string[]? inputs = null)
    {
        var figures = new Dictionary<string, long?>(StringComparer.Ordinal) { ["x_zero_point"] = -128, ["y_zero_point"] = 0, ["bias_bound"] = 5 };
        foreach (var (name, value) in changed ?? [])
            figures[name] = value;
        (string, object)[] attributes = [.. figures.Where(f => f.Value is not null).Select(f => (f.Key, (object)f.Value!.Value))];
        return file.NodeOf(OnnxModel.Int8Domain, "Dense", inputs ?? ["q", "w", "b", "m", "s"], ["y"], attributes).Output("y", DType.Int8, 1, 2).ToBytes();
    }

    private static byte[] Ended(Int8Writer model, string y)
    {
        model.File.Output(y);
        return model.ToBytes();
    }

    private static Tensor Ints(params int[] values) => Tensor.From<int>(Shape.Of(values.Length), values);
}
