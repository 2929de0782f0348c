using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Models.Onnx;

/// <summary>Tensors to and from ONNX's <c>TensorProto</c>.</summary>
/// <remarks>Source: onnx.proto3, message TensorProto: which field holds which element type.</remarks>
internal sealed class TensorMessages(ModelFiles files, ReadLimits limits)
{
    private long externalLeft = limits.ExternalBytes;

    /// <summary>The tensor; its bytes are checked against its shape before anything is allocated.</summary>
    /// <exception cref="ModelException">The message contradicts itself or is of a kind that is not supported.</exception>
    public Tensor Read(TensorProto proto)
    {
        var type = ElementType(proto.DataType);
        if (proto.Segment is not null)
            throw new ModelException("a tensor in segments is not supported");
        var shape = Shape.Of(proto.Dims.ToArray().AsSpan());
        // Below eight bits the file packs elements; in memory each takes a byte.
        var length = PackedElements.Length(type, shape.Count);
        if ((long)shape.Count * type.Size() is var bytes && bytes > Array.MaxLength)
            throw new ModelException($"{type.Name()} {shape} would take {bytes} bytes, more than {Array.MaxLength}");
        var typed = proto.FloatData.Count + (long)proto.Int32Data.Count + proto.Int64Data.Count + proto.DoubleData.Count + proto.Uint64Data.Count + proto.StringData.Count;
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
            return typed == 0 && proto.RawData.IsEmpty && type != DType.String
                ? PackedElements.Wrap(type, shape, External(proto, length))
                : throw new ModelException("data both here and in another file, or strings in another");
        if (type == DType.String)
            return Strings(proto, shape, typed);
        if (!proto.RawData.IsEmpty)
            return typed == 0
                ? PackedElements.Wrap(type, shape, MemoryMarshal.AsMemory(proto.RawData.Memory))
                : throw new ModelException("both raw_data and typed data");
        var there = type switch
        {
            DType.Float32 => proto.FloatData.Count,
            DType.Float64 => proto.DoubleData.Count,
            DType.Int64 => proto.Int64Data.Count,
            DType.UInt32 or DType.UInt64 => proto.Uint64Data.Count,
            _ => proto.Int32Data.Count,
        };
        var needed = type.Bits() < 8 ? length : shape.Count;
        if (there != needed || typed != there)
            throw new ModelException($"{type.Name()} {shape} needs {needed} elements, and {there} are there");
        return type.Bits() < 8 ? PackedElements.Wrap(type, shape, Bytes(proto)) : Typed(proto, type, shape);
    }

    public static TensorProto Write(string name, Tensor tensor)
    {
        var proto = new TensorProto { Name = name, DataType = (int)tensor.Type };
        if (tensor.Type == DType.String)
            foreach (var text in tensor.Texts)
                proto.StringData.Add(ByteString.CopyFromUtf8(text));
        else
            proto.RawData = ByteString.CopyFrom(PackedElements.Pack(tensor));
        foreach (var d in tensor.Shape.Dims)
            proto.Dims.Add(d);
        return proto;
    }

    public static DType ElementType(int number) => number is > 0 and < 256 && Enum.IsDefined((DType)number)
        ? (DType)number
        : throw new ModelException($"element type {number} is not supported");

    /// <summary>Text of the file, which has to be UTF-8.</summary>
    public static string Text(ByteString bytes)
    {
        try
        {
            return TensorTexts.StrictUtf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelException("a string is not UTF-8", e);
        }
    }

    private static Tensor Strings(TensorProto proto, Shape shape, long typed)
    {
        if (!proto.RawData.IsEmpty || typed != proto.StringData.Count || typed != shape.Count)
            throw new ModelException($"string {shape} needs {shape.Count} elements, and {proto.StringData.Count} are there");
        return Tensor.OfTexts(shape, [.. proto.StringData.Select(Text)]);
    }

    private static Tensor Typed(TensorProto proto, DType type, Shape shape)
    {
        var tensor = Tensor.Create(type, shape);
        var bytes = tensor.MutableBytes;
        for (var i = 0; i < shape.Count; i++)
            switch (type)
            {
                case DType.Float32: BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], proto.FloatData[i]); break;
                case DType.Float64: BinaryPrimitives.WriteDoubleLittleEndian(bytes[(8 * i)..], proto.DoubleData[i]); break;
                case DType.Int64: BinaryPrimitives.WriteInt64LittleEndian(bytes[(8 * i)..], proto.Int64Data[i]); break;
                case DType.UInt64: BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], proto.Uint64Data[i]); break;
                case DType.UInt32: BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * i)..], (uint)InRange(type, (Int128)proto.Uint64Data[i], 0, uint.MaxValue)); break;
                case DType.Int32: BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], proto.Int32Data[i]); break;
                case DType.Int16: BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], (short)InRange(type, proto.Int32Data[i], short.MinValue, short.MaxValue)); break;
                case DType.UInt16 or DType.Float16 or DType.BFloat16:
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], (ushort)InRange(type, proto.Int32Data[i], 0, ushort.MaxValue)); break;
                case DType.Int8: bytes[i] = (byte)(sbyte)InRange(type, proto.Int32Data[i], sbyte.MinValue, sbyte.MaxValue); break;
                case DType.UInt8 or DType.Float8E4M3FN or DType.Float8E4M3FNUZ or DType.Float8E5M2 or DType.Float8E5M2FNUZ or DType.Float8E8M0:
                    bytes[i] = (byte)InRange(type, proto.Int32Data[i], 0, byte.MaxValue); break;
                case DType.Bool: bytes[i] = (byte)InRange(type, proto.Int32Data[i], 0, 1); break;
                default: throw new ModelException($"element type {type} is not supported");
            }
        return tensor;
    }

    /// <summary>The bytes of packed elements, one in each number.</summary>
    private static byte[] Bytes(TensorProto proto)
    {
        var bytes = new byte[proto.Int32Data.Count];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)InRange(DType.UInt8, proto.Int32Data[i], 0, byte.MaxValue);
        return bytes;
    }

    private static Int128 InRange(DType type, Int128 value, Int128 low, Int128 high) =>
        value >= low && value <= high ? value : throw new ModelException($"an element {value} does not fit {type.Name()}");

    private byte[] External(TensorProto proto, long length)
    {
        string? location = null;
        long offset = 0, declared = length;
        foreach (var entry in proto.ExternalData)
            switch (entry.Key)
            {
                case "location": location = entry.Value; break;
                case "offset": offset = Number(entry.Value); break;
                case "length": declared = Number(entry.Value); break;
                case "checksum": break;     // of the whole file, by SHA-1, and written by nobody
                default: throw new ModelException($"external data: '{entry.Key}' is not understood");
            }
        ModelFiles.CheckLocation(location ?? throw new ModelException("external data: no location"));
        var size = files.Length(location) ?? throw new ModelException($"external data: '{location}' is not there");
        if (declared != length)
            throw new ModelException($"external data: {declared} bytes declared, {length} needed");
        if (offset > size || length > size - offset)
            throw new ModelException($"external data: bytes {offset} to {(Int128)offset + length} of '{location}', which has {size}");
        if ((externalLeft -= length) < 0)
            throw new ModelException($"external data: more than {limits.ExternalBytes} bytes");
        var bytes = new byte[length];
        files.Read(location, offset, bytes);
        return bytes;
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new ModelException($"external data: '{(text.Length > 32 ? text[..32] : text)}' is not a number");
}
