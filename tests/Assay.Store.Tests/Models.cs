using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Store.Tests;

/// <summary>Small models, whole or with a tensor in a file beside them.</summary>
internal static class Models
{
    /// <summary>y = x + c on two elements.</summary>
    public static byte[] Adds(float c) => new OnnxWriter(13)
        .Input("x", DType.Float32, 2).Output("y", DType.Float32, 2)
        .Initialiser("c", Tensor.From<float>(Shape.Of(2), [c, c]))
        .Node("Add", ["x", "c"], ["y"]).ToBytes();

    /// <summary>The same, with c in an external file (onnx.proto: TensorProto.external_data); written by hand, field by field.</summary>
    public static byte[] AddsExternal(string location)
    {
        var c = Message(
            Varint(1, 2), Varint(2, 1), Text(8, "c"), Varint(14, 1),
            Bytes(13, Message(Text(1, "location"), Text(2, location))), Bytes(13, Message(Text(1, "length"), Text(2, "8"))));
        var graph = Message(
            Bytes(1, Message(Text(1, "x"), Text(1, "c"), Text(2, "y"), Text(4, "Add"))),
            Text(2, "graph"), Bytes(5, c), Bytes(11, Value("x")), Bytes(12, Value("y")));
        return Message(Varint(1, 8), Bytes(7, graph), Bytes(8, Message(Varint(2, 13))));
    }

    private static byte[] Value(string name) => Message(
        Text(1, name), Bytes(2, Message(Bytes(1, Message(Varint(1, 1), Bytes(2, Message(Bytes(1, Message(Varint(1, 2))))))))));

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(f => f)];

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int field, byte[] bytes) => [.. Number(field << 3 | 2), .. Number(bytes.Length), .. bytes];

    private static byte[] Varint(int field, int value) => [.. Number(field << 3), .. Number(value)];

    private static byte[] Number(int value)
    {
        var bytes = new List<byte>();
        for (; value > 127; value >>= 7)
            bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}
