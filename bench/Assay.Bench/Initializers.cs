using System.Buffers;
using System.Text;

namespace Assay.Bench;

/// <summary>
/// Some exporters list every initialiser among the graph's inputs as well. From IR version 4 on, that lets a caller replace the
/// weights (onnx/onnx, docs/IR.md), so onnxruntime does not fold or fuse them; earlier, they had to be listed and mean nothing.
/// Nobody feeds them here, and we take them for constants: so may the peer, or it would not be at its best.
/// </summary>
internal static class Initializers
{
    // Field numbers of ModelProto, GraphProto, TensorProto and ValueInfoProto.
    private const int IrVersion = 1, Graph = 7, Initializer = 5, Input = 11, TensorName = 8, ValueName = 1;
    private const ulong FirstWithOverrides = 4;

    internal readonly record struct Field(int Number, ulong Value, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Whole);

    /// <summary>The same model with no initialiser among the inputs.</summary>
    /// <exception cref="BenchException">The bytes are not a Protocol Buffers message.</exception>
    public static byte[] AsConstants(byte[] model)
    {
        var fields = Fields(model);
        if (!fields.Exists(f => f.Number == IrVersion && f.Value >= FirstWithOverrides))
            return model;
        var output = new ArrayBufferWriter<byte>(model.Length);
        foreach (var field in fields)
        {
            if (field.Number != Graph)
            {
                output.Write(field.Whole.Span);
                continue;
            }
            var parts = Fields(field.Content);
            var names = parts.Where(p => p.Number == Initializer).Select(p => Name(p, TensorName)).ToHashSet(StringComparer.Ordinal);
            var kept = parts.Where(p => p.Number != Input || !names.Contains(Name(p, ValueName))).ToArray();
            Varint(output, Graph << 3 | 2);
            Varint(output, (ulong)kept.Sum(p => (long)p.Whole.Length));
            foreach (var part in kept)
                output.Write(part.Whole.Span);
        }
        return output.WrittenSpan.ToArray();
    }

    private static string Name(Field message, int number) =>
        Encoding.UTF8.GetString(Fields(message.Content).Find(f => f.Number == number).Content.Span);

    /// <summary>The fields of a message, in order.</summary>
    /// <exception cref="BenchException">The bytes are none.</exception>
    internal static List<Field> Fields(ReadOnlyMemory<byte> message)
    {
        List<Field> fields = [];
        for (var at = 0; at < message.Length;)
        {
            var start = at;
            var tag = Varint(message.Span, ref at);
            var value = 0UL;
            var length = 0;
            switch (tag & 7)
            {
                case 0: value = Varint(message.Span, ref at); break;
                case 1: length = 8; break;
                case 2: length = (int)Math.Min(Varint(message.Span, ref at), int.MaxValue); break;
                case 5: length = 4; break;
                default: throw new BenchException($"the model is not an ONNX file: wire type {tag & 7}");
            }
            if (length > message.Length - at)
                throw new BenchException("the model is not an ONNX file, or truncated");
            fields.Add(new Field((int)(tag >> 3), value, message.Slice(at, length), message[start..(at + length)]));
            at += length;
        }
        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at == bytes.Length)
                break;
            var next = bytes[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
                return value;
        }
        throw new BenchException("the model is not an ONNX file, or truncated");
    }

    private static void Varint(ArrayBufferWriter<byte> output, ulong value)
    {
        for (; value > 127; value >>= 7)
            output.Write([(byte)(value & 127 | 128)]);
        output.Write([(byte)value]);
    }
}
