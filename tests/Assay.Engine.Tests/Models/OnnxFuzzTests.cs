using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Tests.Models;

/// <summary>Bytes that nobody meant: whatever they are, a <see cref="ModelException"/> or a graph, and no memory that the bytes do not pay for.</summary>
public sealed class OnnxFuzzTests
{
    /// <summary>One of nearly everything: nested graphs, all kinds of attributes, typed and raw tensors.</summary>
    internal static byte[] Everything()
    {
        var then = new OnnxWriter(16).Node("Softmax", ["flat"], ["a"], ("axis", 1)).Output("a");
        var other = new OnnxWriter(16).Node("Transpose", ["flat"], ["t"], ("perm", new long[] { 0, 1 })).Node("Relu", ["t"], ["a"]).Output("a");
        var writer = new OnnxWriter(16, "everything")
            .Input("x", DType.Float32, 1, 2, 6, 6).Input("c", DType.Bool)
            .Initialiser("w", Tensor.From<float>(Shape.Of(2, 2, 3, 3), new Noise(5).Floats(36)))
            .Initialiser("shape", Tensor.From<long>(Shape.Of(2), [1, -1]))
            .Node("Conv", ["x", "w"], ["conv"], ("pads", new long[] { 1, 1, 1, 1 }), ("kernel_shape", new long[] { 3, 3 }))
            .Node("BatchNormalization", ["conv", "one", "zero", "zero", "one"], ["bn"], ("epsilon", 1e-3f))
            .Node("MaxPool", ["bn"], ["pool"], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1))
            .Node("AveragePool", ["pool"], ["average"], ("kernel_shape", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER"))
            .Node("Constant", [], ["four"], ("value", Tensor.From<float>(Shape.Of(1), [4])))
            .Node("Mul", ["average", "four"], ["scaled"])
            .Node("Shape", ["scaled"], ["dims"]).Node("Size", ["scaled"], ["size"])
            .Node("Gather", ["dims", "index"], ["batch"], ("axis", 0))
            .Node("Concat", ["batch", "minus"], ["target"], ("axis", 0))
            .Node("Reshape", ["scaled", "target"], ["flat"])
            .Node("If", ["c"], ["chosen"], ("then_branch", then), ("else_branch", other))
            .Node("Slice", ["chosen", "zeroes", "ends"], ["slice"])
            .Node("Unsqueeze", ["slice", "zeroes"], ["sequence"])
            .Node("LSTM", ["sequence", "lw", "lr"], ["y", "yh"], ("hidden_size", 2))
            .Node("ReduceMean", ["y"], ["mean"], ("axes", new long[] { 0, 1 }), ("keepdims", 0))
            .Node("Cast", ["mean"], ["half"], ("to", 10L))
            .Initialiser("one", Tensor.From<float>(Shape.Of(2), [1, 1])).Initialiser("zero", Tensor.Create(DType.Float32, Shape.Of(2)))
            .Initialiser("index", Tensor.From<long>(Shape.Of(1), [0])).Initialiser("minus", Tensor.From<long>(Shape.Of(1), [-1]))
            .Initialiser("zeroes", Tensor.From<long>(Shape.Of(1), [0])).Initialiser("ends", Tensor.From<long>(Shape.Of(1), [1]))
            .Initialiser("lw", Tensor.From<float>(Shape.Of(1, 8, 18), new Noise(6).Floats(144)))
            .Initialiser("lr", Tensor.From<float>(Shape.Of(1, 8, 2), new Noise(7).Floats(16)))
            .Output("half", DType.Float16, 1, 2).Output("size");
        return writer.ToBytes();
    }

    [Fact]
    public void The_seed_of_the_fuzzing_is_a_model_that_runs()
    {
        var outputs = Run(OnnxModel.Read(Everything()));
        Assert.Equal(["half", "size"], outputs.Select(o => o.Name));
        Assert.Equal(18, outputs[1].Value.Span<long>()[0]);
    }

    [Fact]
    public void Mutated_models_are_read_or_refused_and_what_is_read_runs_or_is_refused()
    {
        var seed = Everything();
        var noise = new Noise(11);
        int read = 0, ran = 0;
        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < 20_000; i++)
            try
            {
                var graph = OnnxModel.Read(noise.Mutate(seed));
                read++;
                GraphDigest.Of(graph);
                Run(graph);
                ran++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        Assert.InRange(read, 100, 20_000);
        Assert.InRange(ran, 1, read);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20_000 * 1_000_000L);
    }

    [Fact]
    public void Well_formed_models_that_make_no_sense_are_refused_or_run()
    {
        var seed = ModelProto.Parser.ParseFrom(Everything());
        var operators = Operators.Names.Order(StringComparer.Ordinal).ToArray();
        var noise = new Noise(13);
        int read = 0, ran = 0;
        for (var i = 0; i < 40_000; i++)
            try
            {
                var model = seed.Clone();
                for (var n = 1 + noise.Below(4); n > 0; n--)
                    Bend(model, noise, operators);
                var graph = OnnxModel.Read(model.ToByteArray());
                read++;
                Run(graph);
                ran++;
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        Assert.InRange(read, 1000, 40_000);
        Assert.InRange(ran, 1000, read);
    }

    internal static void Bend(ModelProto model, Noise noise, string[] operators)
    {
        var graph = model.Graph;
        var node = graph.Node[noise.Below(graph.Node.Count)];
        var tensor = graph.Initializer[noise.Below(graph.Initializer.Count)];
        switch (noise.Below(9))
        {
            case 0: node.OpType = operators[noise.Below(operators.Length)]; break;
            case 1 when node.Input.Count > 0: node.Input[noise.Below(node.Input.Count)] = Name(graph, noise); break;
            case 2: node.Input.Add(Name(graph, noise)); break;
            case 3 when node.Attribute.Count > 0:
                var a = node.Attribute[noise.Below(node.Attribute.Count)];
                a.I = Edge(noise);
                if (a.Ints.Count > 0)
                    a.Ints[noise.Below(a.Ints.Count)] = Edge(noise);
                break;
            case 4:
                string[] names = ["axis", "group", "keepdims", "allowzero", "to", "ceil_mode", "hidden_size", "transA", "start", "noop_with_empty_axes"];
                node.Attribute.Add(new AttributeProto { Name = names[noise.Below(names.Length)], Type = AttributeProto.Types.AttributeType.Int, I = Edge(noise) });
                break;
            case 5:
                string[] lists = ["axes", "perm", "pads", "strides", "dilations", "kernel_shape", "split"];
                var list = new AttributeProto { Name = lists[noise.Below(lists.Length)], Type = AttributeProto.Types.AttributeType.Ints };
                for (var n = noise.Below(5); n > 0; n--)
                    list.Ints.Add(Edge(noise));
                node.Attribute.Add(list);
                break;
            case 6:
                tensor.DataType = 7;
                tensor.Dims.Clear();
                tensor.RawData = ByteString.Empty;
                tensor.Dims.Add(noise.Below(4));
                for (var n = 0; n < tensor.Dims[0]; n++)
                    tensor.Int64Data.Add(Edge(noise));
                break;
            case 7 when tensor.Dims.Count > 0: tensor.Dims[noise.Below(tensor.Dims.Count)] = Edge(noise); break;
            default: model.OpsetImport[0].Version = 1 + noise.Below(OnnxModel.NewestOpset); break;
        }
    }

    private static string Name(GraphProto graph, Noise noise) => noise.Below(3) switch
    {
        0 => graph.Initializer[noise.Below(graph.Initializer.Count)].Name,
        1 => graph.Node[noise.Below(graph.Node.Count)].Output[0],
        _ => noise.Below(8) == 0 ? "" : "x",
    };

    private static long Edge(Noise noise)
    {
        long[] edges = [-3, -2, -1, 0, 1, 2, 3, 4, 6, 7, 10, 16, 1000, int.MaxValue, int.MaxValue + 1L, int.MinValue, long.MaxValue, long.MinValue];
        return edges[noise.Below(edges.Length)];
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        var noise = new Noise(12);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[noise.Below(200)];
            for (var j = 0; j < bytes.Length; j++)
                bytes[j] = (byte)noise.Next();
            Assert.Throws<ModelException>(() => OnnxModel.Read(bytes));
        }
    }

    [Fact]
    public void A_file_of_empty_messages_is_refused_before_it_is_parsed()
    {
        // Two bytes a node in the file, hundreds in memory.
        var nodes = new byte[4_000_000];
        for (var i = 0; i < nodes.Length; i += 2)
            nodes[i] = 0x0A;
        var length = nodes.Length;
        byte[] file = [0x3A, (byte)(length & 0x7F | 0x80), (byte)(length >> 7 & 0x7F | 0x80), (byte)(length >> 14 & 0x7F | 0x80), (byte)(length >> 21), .. nodes];
        var before = GC.GetTotalAllocatedBytes();
        Assert.Contains("more than 1000000 nodes", Assert.Throws<ModelException>(() => OnnxModel.Read(file)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
    }

    private static readonly RunLimits Small = new() { Bytes = 4_000_000 };

    private static IReadOnlyList<NamedTensor> Run(Graph graph) => Reference.Run(graph, SomeInputs(graph), limits: Small);

    internal static Dictionary<string, Tensor> SomeInputs(Graph graph)
    {
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var id in graph.Inputs)
        {
            var info = graph.Values[id];
            var dims = info.Dims.IsDefault ? [] : info.Dims.Select(d => d is < 0 or > 64 ? 1 : d).ToArray();
            var shape = Shape.Of(dims.AsSpan());
            if (shape.Count > 100_000)
                throw new ModelException("too large for this test");
            inputs[info.Name] = Filled(info.Type!.Value, shape);
        }
        return inputs;
    }

    private static Tensor Filled(DType type, Shape shape) => type == DType.Float32
        ? Tensor.From<float>(shape, new Noise(8).Floats(shape.Count))
        : Tensor.Create(type, shape);
}
