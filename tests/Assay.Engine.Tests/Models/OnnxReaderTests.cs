using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Tests.Models;

/// <summary>Files that lie, each in its own way: one clear line that names the node, and nothing else.</summary>
public sealed class OnnxReaderTests
{
    private static OnnxWriter AddTwo() => new OnnxWriter(13)
        .Input("x", DType.Float32, 2, 3).Initialiser("two", Tensor.Scalar(2f))
        .Node("Add", ["x", "two"], ["y"]).Output("y", DType.Float32, 2, 3);

    [Fact]
    public void A_model_lowers_to_inputs_constants_nodes_and_outputs()
    {
        var graph = OnnxModel.Read(AddTwo().Metadata("author", "someone").ToBytes());
        Assert.Equal("x", graph.Values[Assert.Single(graph.Inputs)].Name);
        Assert.Equal(Primitive.Add, Assert.Single(graph.Body.Nodes).Op);
        Assert.Equal("y", graph.Values[Assert.Single(graph.Outputs)].Name);
        Assert.Single(graph.Constants);
        Assert.Equal("someone", graph.Metadata["author"]);
    }

    [Fact]
    public void Initialisers_among_the_inputs_are_constants() =>
        Assert.Single(OnnxModel.Read(AddTwo().Input("two", DType.Float32).ToBytes()).Inputs);

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = AddTwo().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ModelException>(() => OnnxModel.Read(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Nodes_name_themselves_when_they_are_wrong()
    {
        Refused("node 0 (Frobnicate): operator 'Frobnicate' is not supported", Empty(13).Node("Frobnicate", ["x"], ["y"]).Output("y"));
        Refused("node 0 (Add): uses 'nobody', which nothing makes", Empty(13).Node("Add", ["x", "nobody"], ["y"]).Output("y"));
        Refused("node 0 (Add): uses 'b', which only node 1 (Relu) makes: a cycle, or nodes out of order",
            Empty(13).Node("Add", ["x", "b"], ["a"]).Node("Relu", ["a"], ["b"]).Output("b"));
        Refused("node 1 (Relu): 'y' is assigned twice", Empty(13).Node("Relu", ["x"], ["y"]).Node("Relu", ["x"], ["y"]).Output("y"));
        Refused("node 0 (Relu): 'y' is assigned twice", Empty(13).Node("Relu", ["x"], ["y"]).Initialiser("y", Tensor.Scalar(1f)).Output("y"));
        Refused("input 'x' is assigned twice: node 0 (Relu) makes it too", Empty(13).Node("Relu", ["x"], ["x"]).Output("x"));
        Refused("node 0 (Relu): 2 inputs, where Relu takes 1", Empty(13).Node("Relu", ["x", "x"], ["y"]).Output("y"));
        Refused("node 0 (Relu): input 0 is missing", Empty(13).Node("Relu", [""], ["y"]).Output("y"));
        Refused("node 0 (Relu): no outputs", Empty(13).Node("Relu", ["x"], []).Output("y"));
        Refused("node 0 (Relu): attribute 'alpha' is not supported in operator set 13", Empty(13).Node("Relu", ["x"], ["y"], ("alpha", 1f)).Output("y"));
        Refused("node 0 (Softmax): attribute 'axis' is Float, not Int", Empty(13).Node("Softmax", ["x"], ["y"], ("axis", 1f)).Output("y"));
        Refused("node 0 (Concat): attribute 'axis' is missing", Empty(13).Node("Concat", ["x", "x"], ["y"]).Output("y"));
        Refused("node 0 (Dropout): training mode with a ratio above 0 draws random numbers: nobody could replay its answer", Empty(13).Initialiser("t", Tensor.Scalar(true)).Node("Dropout", ["x", "", "t"], ["y"]).Output("y"));
    }

    [Fact]
    public void Shapes_and_types_that_contradict_are_refused_before_anything_runs()
    {
        Refused("node 0 (Add): 2x3 and 5 do not broadcast", Empty(13).Initialiser("c", Tensor.Create(DType.Float32, Shape.Of(5))).Node("Add", ["x", "c"], ["y"]).Output("y"));
        Refused("node 0 (Add): operands of different types, float32 and int64", Empty(13).Initialiser("c", Tensor.Scalar(1L)).Node("Add", ["x", "c"], ["y"]).Output("y"));
        Refused("node 0 (MatMul): inner extents of 2x3 and 2x3 differ: 3 against 2", Empty(13).Node("MatMul", ["x", "x"], ["y"]).Output("y"));
        Refused("node 0 (Reshape): 2x3 cannot become 4x2", Empty(13).Initialiser("s", Tensor.From<long>(Shape.Of(2), [4, 2])).Node("Reshape", ["x", "s"], ["y"]).Output("y"));
        Refused("output 'y': float32 2x3 where int64 2x3 is declared", Empty(13).Node("Relu", ["x"], ["y"]).Output("y", DType.Int64, 2, 3));
        Refused("output 'y': float32 2x3 where float32 2x4 is declared", Empty(13).Node("Relu", ["x"], ["y"]).Output("y", DType.Float32, 2, 4));
    }

    [Fact]
    public void The_file_itself_is_checked()
    {
        Refused("the file is empty", []);
        Refused("not an ONNX", "this is a text file, not a model"u8.ToArray());
        Refused("the graph has no outputs", Empty(13).Node("Relu", ["x"], ["y"]));
        Refused("the graph uses 'z', which nothing makes", Empty(13).Output("z"));
        Refused("lists output 'y' twice", AddTwo().Output("y"));
        Refused("operator set 99 is not known", new OnnxWriter(99).Input("x", DType.Float32).Node("Relu", ["x"], ["y"]).Output("y"));
        Refused("initialiser 'two' is there twice", AddTwo().Initialiser("two", Tensor.Scalar(1f)));
        Refused("the default operator set is not imported", Bent(m => m.OpsetImport.Clear()));
        Refused("the default operator set is imported twice", Bent(m => m.OpsetImport.Add(m.OpsetImport[0].Clone())));
        Refused("there is no graph", Bent(m => m.Graph = null));
        Refused("operators of domain 'com.example' are not supported", Bent(m => m.Graph.Node[0].Domain = "com.example"));
        Refused("function 'f' is there twice", Bent(m => m.Functions.Add([new FunctionProto { Name = "f" }, new FunctionProto { Name = "f" }])));
        Refused("sparse initialisers are not supported", Bent(m => m.Graph.SparseInitializer.Add(new SparseTensorProto())));
        Refused("input 'x' is a map, a sparse tensor, or a sequence or optional of something that is not a tensor", Bent(m => m.Graph.Input[0].Type = new TypeProto { SequenceType = new() }));
        Refused("input 'x' has no element type", Bent(m => m.Graph.Input[0].Type = null));
        Refused("input 'x' has an extent of -7", Bent(m => m.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = -7));
        Refused("a name of 5000 characters, above 4096", Bent(m => m.Graph.Node[0].Output[0] = new string('n', 5000)));
        Refused("attribute 'a' is given twice", Bent(m => m.Graph.Node[0].Attribute.Add([new AttributeProto { Name = "a" }, new AttributeProto { Name = "a" }])));
        Refused("refers to a function's attribute", Bent(m => m.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "a", RefAttrName = "b" })));
    }

    [Fact]
    public void Tensors_that_announce_more_than_they_hold_are_refused_before_anything_is_allocated()
    {
        Refused("initialiser 'two': a tensor of more than 2147483647 elements", Bent(m => m.Graph.Initializer[0].Dims.Add([1L << 30, 1L << 30])));
        Refused("extent -5 is not between", Bent(m => m.Graph.Initializer[0].Dims.Add(-5)));
        Refused("rank 17 is above 16", Bent(m => m.Graph.Initializer[0].Dims.Add(Enumerable.Repeat(1L, 17))));
        Refused("needs 4000000000 bytes, not 4", Bent(m => m.Graph.Initializer[0].Dims.Add(1_000_000_000)), "would take 4000000000 bytes");
        Refused("float32 9 needs 36 bytes, not 4", Bent(m => m.Graph.Initializer[0].Dims.Add(9)));
        Refused("needs 9 elements, and 1 are there", Bent(m => Typed(m, [9])));
        Refused("both raw_data and typed data", Bent(m => m.Graph.Initializer[0].FloatData.Add(1)));
        Refused("string scalar needs 1 elements, and 0 are there", Bent(m => m.Graph.Initializer[0].DataType = 8));
        Refused("element type 0 is not supported", Bent(m => m.Graph.Initializer[0].DataType = 0));
        Refused("in segments", Bent(m => m.Graph.Initializer[0].Segment = new()));
        Refused("a bool element is neither 0 nor 1", Bent(m =>
        {
            m.Graph.Initializer[0].DataType = 9;
            m.Graph.Initializer[0].RawData = ByteString.CopyFrom(3);
        }));
        Refused("an element 300 does not fit uint8", Bent(m =>
        {
            Typed(m, [1]);
            m.Graph.Initializer[0].DataType = 2;
            m.Graph.Initializer[0].FloatData.Clear();
            m.Graph.Initializer[0].Int32Data.Add(300);
        }));

        static void Typed(ModelProto m, long[] dims)
        {
            m.Graph.Initializer[0].RawData = ByteString.Empty;
            m.Graph.Initializer[0].FloatData.Add(2);
            m.Graph.Initializer[0].Dims.Add(dims);
        }
    }

    [Fact]
    public void A_run_of_huge_extents_is_refused_when_it_would_be_inferred() =>
        Refused("node 0 (ConstantOfShape): a tensor of more than", Empty(13).Initialiser("s", Tensor.From<long>(Shape.Of(3), [1 << 20, 1 << 20, 1 << 20])).Node("ConstantOfShape", ["s"], ["y"]).Output("y"));

    [Fact]
    public void Limits_on_nodes_depth_and_messages_hold()
    {
        var many = Empty(13);
        for (var i = 0; i < 50; i++)
            many.Node("Relu", ["x"], [$"y{i}"]);
        many.Output("y0");
        Refused("more than 40 nodes", many.ToBytes(), limits: new() { Nodes = 40 });
        Refused("more than 100 fields", many.ToBytes(), limits: new() { Messages = 100 });
        Refused("above 100", many.ToBytes(), limits: new() { FileBytes = 100 });
        var nested = new OnnxWriter(13).Node("Relu", ["x"], ["y"]).Output("y");
        for (var depth = 0; depth < 20; depth++)
            nested = new OnnxWriter(13).Input("x", DType.Float32).Input("c", DType.Bool).Node("If", ["c"], ["y"], ("then_branch", nested), ("else_branch", nested)).Output("y");
        Refused("graphs nested more than 16 deep", nested.ToBytes());
    }

    [Fact]
    public void Values_of_a_branch_are_not_seen_outside_it()
    {
        var branch = new OnnxWriter(13).Node("Relu", ["x"], ["inner"]).Output("inner");
        Refused("node 1 (Relu): uses 'inner', which nothing makes", new OnnxWriter(13).Input("x", DType.Float32, 2).Input("c", DType.Bool)
            .Node("If", ["c"], ["y"], ("then_branch", branch), ("else_branch", branch)).Node("Relu", ["inner"], ["z"]).Output("z"));
    }

    private static OnnxWriter Empty(int opset) => new OnnxWriter(opset).Input("x", DType.Float32, 2, 3);

    private static byte[] Bent(Action<ModelProto> bend)
    {
        var writer = AddTwo();
        bend(writer.Message);
        return writer.ToBytes();
    }

    private static void Refused(string why, OnnxWriter writer) => Refused(why, writer.ToBytes());

    private static void Refused(string why, byte[] bytes, string? or = null, ReadLimits? limits = null)
    {
        var message = Assert.Throws<ModelException>(() => OnnxModel.Read(bytes, limits: limits)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.True(message.Contains(why, StringComparison.Ordinal) || or is not null && message.Contains(or, StringComparison.Ordinal), message);
    }
}
