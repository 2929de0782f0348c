using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>Tensors as nested JSON arrays of numbers (or booleans), outermost axis first; a lone number is a scalar.</summary>
/// <remarks>Numbers are rounded once, straight from their decimal text. NaN and infinities are the strings "NaN", "Infinity", "-Infinity".</remarks>
public static class JsonTensors
{
    /// <summary>Reads UTF-8 text as a tensor of the given element type; the nesting gives the shape.</summary>
    /// <exception cref="ModelException">It is not JSON, is ragged, or an element does not fit the type.</exception>
    public static Tensor Read(ReadOnlySpan<byte> utf8, DType type)
    {
        try
        {
            var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Shape.MaxRank });
            json.Read();
            var parser = new Parser(type);
            parser.Value(ref json, 0);
            if (json.Read())
                throw new ModelException("JSON goes on after the tensor");
            return parser.Tensor();
        }
        catch (JsonException e)
        {
            throw new ModelException($"not JSON: {e.Message}", e);
        }
    }

    /// <summary>Compact JSON text; a float is the shortest decimal that reads back as itself.</summary>
    public static string Write(Tensor tensor)
    {
        var text = new StringBuilder();
        var next = 0;
        Append(text, tensor, 0, ref next);
        return text.ToString();
    }

    /// <summary>Writes the members <c>shape</c> and <c>data</c> of an object: the extents, and the elements in one flat array.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Tensor tensor)
    {
        json.WriteStartArray("shape");
        foreach (var extent in tensor.Shape.Dims)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WritePropertyName("data");
        json.WriteRawValue(Write(tensor.Reshape(Shape.Of(tensor.Count))), skipInputValidation: true);
    }

    private static void Append(StringBuilder text, Tensor tensor, int axis, ref int next)
    {
        if (axis == tensor.Shape.Rank)
        {
            text.Append(Element(tensor, next++));
            return;
        }
        text.Append('[');
        for (var i = 0; i < tensor.Shape[axis]; i++)
        {
            if (i > 0)
                text.Append(',');
            Append(text, tensor, axis + 1, ref next);
        }
        text.Append(']');
    }

    private static string Element(Tensor t, int i) => t.Type switch
    {
        DType.Float32 => Real(t.Span<float>()[i], t.Span<float>()[i].ToString("R", CultureInfo.InvariantCulture)),
        DType.Float64 => Real(t.Span<double>()[i], t.Span<double>()[i].ToString("R", CultureInfo.InvariantCulture)),
        DType.Float16 => Real((double)t.Span<Half>()[i], t.Span<Half>()[i].ToString("R", CultureInfo.InvariantCulture)),
        DType.BFloat16 => Real(Wide(t.Span<ushort>()[i]), Wide(t.Span<ushort>()[i]).ToString("R", CultureInfo.InvariantCulture)),
        DType.Bool => t.Bytes[i] != 0 ? "true" : "false",
        DType.Int8 => $"{t.Span<sbyte>()[i]}",
        DType.UInt8 => $"{t.Span<byte>()[i]}",
        DType.Int16 => $"{t.Span<short>()[i]}",
        DType.UInt16 => $"{t.Span<ushort>()[i]}",
        DType.Int32 => $"{t.Span<int>()[i]}",
        DType.UInt32 => $"{t.Span<uint>()[i]}",
        DType.Int64 => $"{t.Span<long>()[i]}",
        DType.UInt64 => $"{t.Span<ulong>()[i]}",
        DType.UInt4 or DType.UInt2 => $"{t.Span<byte>()[i]}",
        DType.Int4 or DType.Int2 => $"{t.Span<sbyte>()[i]}",
        _ => Real(Small(t, i), Small(t, i).ToString("R", CultureInfo.InvariantCulture)),
    };

    private static float Small(Tensor t, int i) => t.Type switch
    {
        DType.Float8E4M3FN => SmallFloat.E4M3FN.ToSingle(t.Bytes[i]),
        DType.Float8E4M3FNUZ => SmallFloat.E4M3FNUZ.ToSingle(t.Bytes[i]),
        DType.Float8E5M2 => SmallFloat.E5M2.ToSingle(t.Bytes[i]),
        DType.Float8E5M2FNUZ => SmallFloat.E5M2FNUZ.ToSingle(t.Bytes[i]),
        DType.Float4E2M1 => SmallFloat.E2M1.ToSingle(t.Bytes[i]),
        _ => PowerFloat.ToSingle(t.Bytes[i]),
    };

    private static float Wide(ushort bfloat16) => BitConverter.Int32BitsToSingle(bfloat16 << 16);

    private static string Real(double value, string text) =>
        double.IsFinite(value) ? text : double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";

    private sealed class Parser(DType type)
    {
        private readonly int[] dims = [.. Enumerable.Repeat(-1, Shape.MaxRank)];
        private readonly ArrayBufferWriter<byte> bytes = new();
        private int rank = -1;

        public Tensor Tensor()
        {
            var shape = Shape.Of(dims.AsSpan(0, rank));
            return Models.Tensor.Wrap(type, shape, bytes.WrittenSpan.ToArray());
        }

        public void Value(ref Utf8JsonReader json, int depth)
        {
            if (json.TokenType != JsonTokenType.StartArray)
            {
                if (rank < 0)
                    rank = depth;
                else if (rank != depth)
                    throw new ModelException("the arrays are nested to different depths");
                Element(ref json);
                return;
            }
            var count = 0;
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                Value(ref json, depth + 1);
                count++;
            }
            if (count == 0 && rank < 0)
                rank = depth + 1;
            if (depth >= rank || count == 0 && depth + 1 != rank)
                throw new ModelException("the arrays are nested to different depths");
            if (dims[depth] >= 0 && dims[depth] != count)
                throw new ModelException($"arrays of {dims[depth]} and of {count} elements along axis {depth}");
            dims[depth] = count;
        }

        private void Element(ref Utf8JsonReader json)
        {
            var token = json.TokenType;
            var raw = json.ValueSpan;
            switch (type)
            {
                case DType.Float32: Put(Float<float>(token, raw)); break;
                case DType.Float64: Put(Float<double>(token, raw)); break;
                case DType.Float16: Put(Float<Half>(token, raw)); break;
                case DType.Bool when token is JsonTokenType.True or JsonTokenType.False: Put((byte)(token == JsonTokenType.True ? 1 : 0)); break;
                case DType.Int8 or DType.Int4 or DType.Int2: Put(Whole<sbyte>(token, raw)); break;
                case DType.UInt8 or DType.UInt4 or DType.UInt2: Put(Whole<byte>(token, raw)); break;
                case DType.Int16: Put(Whole<short>(token, raw)); break;
                case DType.UInt16: Put(Whole<ushort>(token, raw)); break;
                case DType.Int32: Put(Whole<int>(token, raw)); break;
                case DType.UInt32: Put(Whole<uint>(token, raw)); break;
                case DType.Int64: Put(Whole<long>(token, raw)); break;
                case DType.UInt64: Put(Whole<ulong>(token, raw)); break;
                case var small when small.IsSmallFloat(): throw new ModelException($"{small.Name()} is not read from JSON: send it as a .pb file");
                default: throw Bad(raw);
            }
        }

        private T Float<T>(JsonTokenType token, ReadOnlySpan<byte> raw) where T : System.Numerics.IFloatingPointIeee754<T>
        {
            if (token == JsonTokenType.String)
                return raw.SequenceEqual("NaN"u8) ? T.NaN
                    : raw.SequenceEqual("Infinity"u8) ? T.PositiveInfinity
                    : raw.SequenceEqual("-Infinity"u8) ? T.NegativeInfinity : throw Bad(raw);
            return token == JsonTokenType.Number && T.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value)
                ? value
                : throw Bad(raw);
        }

        private T Whole<T>(JsonTokenType token, ReadOnlySpan<byte> raw) where T : System.Numerics.IBinaryInteger<T> =>
            token == JsonTokenType.Number && T.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Bad(raw);

        private void Put<T>(T value) where T : unmanaged => bytes.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)));

        private ModelException Bad(ReadOnlySpan<byte> raw) =>
            new($"'{Onnx.OnnxModel.Cut(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 32)]))}' is not a {type.Name()}");
    }
}
