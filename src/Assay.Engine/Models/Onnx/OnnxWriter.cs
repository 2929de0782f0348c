using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;
using AttributeType = Assay.Engine.Models.Onnx.Wire.AttributeProto.Types.AttributeType;

namespace Assay.Engine.Models.Onnx;

/// <summary>Builds a small ONNX model, node by node, and gives the file's bytes: for models that a program makes.</summary>
/// <remarks>Nothing is checked here; the reader does that.</remarks>
public sealed class OnnxWriter(int opset, string name = "graph", string producer = "assay")
{
    private readonly ModelProto model = new()
    {
        IrVersion = 8,
        ProducerName = producer,
        OpsetImport = { new OperatorSetIdProto { Version = opset } },
        Graph = new GraphProto { Name = name },
    };

    /// <summary>Imports the operators of another domain, for <see cref="NodeOf"/>.</summary>
    public OnnxWriter Import(string domain, int version)
    {
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        return this;
    }

    /// <summary>Declares an input; -1 is an extent that only running tells.</summary>
    public OnnxWriter Input(string input, DType type, params ReadOnlySpan<int> dims)
    {
        model.Graph.Input.Add(Info(input, type, [.. dims]));
        return this;
    }

    /// <summary>Declares an input of unknown rank.</summary>
    public OnnxWriter InputOfAnyRank(string input, DType type)
    {
        model.Graph.Input.Add(Info(input, type, default));
        return this;
    }

    /// <summary>Declares an output.</summary>
    public OnnxWriter Output(string output, DType type, params ReadOnlySpan<int> dims)
    {
        model.Graph.Output.Add(Info(output, type, [.. dims]));
        return this;
    }

    /// <summary>Declares an output of which only the name is said.</summary>
    public OnnxWriter Output(string output)
    {
        model.Graph.Output.Add(new ValueInfoProto { Name = output });
        return this;
    }

    /// <summary>Adds a tensor of the file.</summary>
    public OnnxWriter Initialiser(string tensor, Tensor value)
    {
        model.Graph.Initializer.Add(TensorMessages.Write(tensor, value));
        return this;
    }

    /// <summary>Adds a node of the default operator set.</summary>
    /// <inheritdoc cref="NodeOf"/>
    public OnnxWriter Node(string op, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        NodeOf("", op, inputs, outputs, attributes);

    /// <summary>Adds a node.</summary>
    /// <param name="domain">The domain of the operator; empty for ONNX's own.</param>
    /// <param name="op">The operator's name in it.</param>
    /// <param name="inputs">Names of values; empty where an optional one is absent.</param>
    /// <param name="outputs">Names of the values it makes.</param>
    /// <param name="attributes">
    /// Values of type <see cref="long"/>, <see cref="int"/>, <see cref="float"/>, <see cref="string"/>, arrays of the first three and of
    /// strings, <see cref="Tensor"/>, or another writer (a nested graph).
    /// </param>
    public OnnxWriter NodeOf(string domain, string op, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = op, Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        foreach (var (attribute, value) in attributes)
            node.Attribute.Add(Attribute(attribute, value));
        model.Graph.Node.Add(node);
        return this;
    }

    /// <summary>Adds a line of free text that a reader shows.</summary>
    public OnnxWriter Metadata(string key, string value)
    {
        model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes() => model.ToByteArray();

    /// <summary>The message, for tests that bend it.</summary>
    internal ModelProto Message => model;

    private static ValueInfoProto Info(string name, DType type, ImmutableArray<int> dims)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (!dims.IsDefault)
        {
            tensor.Shape = new TensorShapeProto();
            foreach (var d in dims)
                tensor.Shape.Dim.Add(d >= 0 ? new TensorShapeProto.Types.Dimension { DimValue = d } : new TensorShapeProto.Types.Dimension());
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var a = new AttributeProto { Name = name };
        switch (value)
        {
            case long v: a.Type = AttributeType.Int; a.I = v; break;
            case int v: a.Type = AttributeType.Int; a.I = v; break;
            case float v: a.Type = AttributeType.Float; a.F = v; break;
            case string v: a.Type = AttributeType.String; a.S = ByteString.CopyFromUtf8(v); break;
            case long[] v: a.Type = AttributeType.Ints; a.Ints.Add(v); break;
            case int[] v: a.Type = AttributeType.Ints; a.Ints.Add(v.Select(i => (long)i)); break;
            case float[] v: a.Type = AttributeType.Floats; a.Floats.Add(v); break;
            case string[] v: a.Type = AttributeType.Strings; a.Strings.Add(v.Select(ByteString.CopyFromUtf8)); break;
            case Tensor v: a.Type = AttributeType.Tensor; a.T = TensorMessages.Write("", v); break;
            case OnnxWriter v: a.Type = AttributeType.Graph; a.G = v.model.Graph; break;
            default: throw new ArgumentException($"attribute '{name}' cannot be a {value.GetType().Name}", nameof(value));
        }
        return a;
    }
}
