using Assay.Digits.Drawing;
using Assay.Digits.Training;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;
using AttributeType = Assay.Engine.Models.Onnx.Wire.AttributeProto.Types.AttributeType;

namespace Assay.Digits.Output;

/// <summary>The trained network as an ONNX file: IR version 8, operator set 13, parameters as little-endian raw data.</summary>
internal static class OnnxExport
{
    public const string Input = "image", Result = "probabilities";

    /// <param name="parameters">Laid out as <see cref="Network.Parameters"/> says.</param>
    public static byte[] File(float[] parameters)
    {
        var graph = new GraphProto { Name = "digits" };
        graph.Input.Add(Value(Input, 1, 1, DigitImage.Side, DigitImage.Side));
        graph.Output.Add(Value(Result, 1, Network.Classes));
        foreach (var p in Network.Parameters)
            graph.Initializer.Add(Initializer(p, parameters.AsSpan(p.Offset, p.Count)));

        var from = Input;
        foreach (var (op, name, attributes) in Layers())
        {
            var node = new NodeProto { Name = name, OpType = op, Input = { from }, Output = { op == "Softmax" ? Result : name } };
            if (op is "Conv" or "Gemm")
                node.Input.Add([name + ".weight", name + ".bias"]);
            node.Attribute.Add(attributes);
            graph.Node.Add(node);
            from = name;
        }

        var model = new ModelProto { IrVersion = 8, ProducerName = "assay-digits", ProducerVersion = "1", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        foreach (var (key, value) in Metadata())
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private static IEnumerable<(string Op, string Name, AttributeProto[] Attributes)> Layers() =>
    [
        ("Conv", "conv1", [Ints("kernel_shape", 5, 5)]),
        ("Relu", "relu1", []),
        ("MaxPool", "pool1", [Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)]),
        ("Conv", "conv2", [Ints("kernel_shape", 5, 5)]),
        ("Relu", "relu2", []),
        ("MaxPool", "pool2", [Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)]),
        ("Flatten", "flatten", [Int("axis", 1)]),
        ("Gemm", "hidden", [Int("transB", 1)]),
        ("Relu", "relu3", []),
        ("Gemm", "last", [Int("transB", 1)]),
        ("Softmax", "softmax", [Int("axis", 1)]),
    ];

    /// <summary>How to make the input from a picture, and what the outputs mean.</summary>
    private static IEnumerable<(string Key, string Value)> Metadata() =>
    [
        ("assay.image.channels", "gray"),
        ("assay.image.mean", "0"),
        ("assay.image.scale", "0.003921569"),
        ("assay.labels", "0,1,2,3,4,5,6,7,8,9"),
    ];

    private static ValueInfoProto Value(string name, params ReadOnlySpan<int> dims)
    {
        var shape = new TensorShapeProto();
        foreach (var d in dims)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DType.Float32, Shape = shape } },
        };
    }

    private static TensorProto Initializer(Parameter parameter, ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return new TensorProto
        {
            Name = parameter.Name,
            DataType = (int)DType.Float32,
            Dims = { parameter.Dims.Select(d => (long)d) },
            RawData = ByteString.CopyFrom(bytes),
        };
    }

    private static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    private static AttributeProto Ints(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };
}
