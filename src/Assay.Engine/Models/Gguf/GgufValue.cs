using System.Buffers.Binary;
using System.Text;

namespace Assay.Engine.Models.Gguf;

/// <summary>The types of metadata, by their numbers in the format.</summary>
public enum GgufType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>One value of the metadata, still as the file's bytes: nothing is decoded that nobody asks for.</summary>
/// <param name="Type">Of an array, the type of its elements; arrays of arrays are kept as <see cref="GgufType.Array"/> and not decoded.</param>
/// <param name="Count">Elements of an array, else null.</param>
/// <param name="Bytes">The elements without headers; each string behind its length in eight bytes.</param>
public readonly record struct GgufValue(GgufType Type, int? Count, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A whole number that fits 64 bits with a sign; null for any other value.</summary>
    public long? Whole => Count is null ? WholeAt(0) : null;

    /// <summary>A float32, or a float64 rounded to one; null for any other value.</summary>
    public float? Float => Count is null ? FloatAt(0) : null;

    public bool? Bool => Count is null && Type == GgufType.Bool ? Bytes.Span[0] != 0 : null;

    /// <summary>Text in UTF-8, what is not valid replaced by U+FFFD; null for any other value.</summary>
    public string? String => Count is null && Type == GgufType.String ? Encoding.UTF8.GetString(Bytes.Span[8..]) : null;

    /// <summary>Element <paramref name="index"/> as a whole number, or null where it is none.</summary>
    public long? WholeAt(int index)
    {
        var size = FixedSize(Type);
        if (size == 0)
            return null;
        var at = Bytes.Span.Slice(index * size, size);
        return Type switch
        {
            GgufType.UInt8 => at[0],
            GgufType.Int8 => (sbyte)at[0],
            GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
            GgufType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
            GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
            GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
            GgufType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(at) is var v and <= long.MaxValue ? (long)v : null,
            _ => null,
        };
    }

    /// <summary>Element <paramref name="index"/> as a float32, or null where it is none.</summary>
    public float? FloatAt(int index) => Type switch
    {
        GgufType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Bytes.Span[(index * 4)..]),
        GgufType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(Bytes.Span[(index * 8)..]),
        _ => null,
    };

    /// <summary>The elements of an array of strings, as bytes in place; null for any other value.</summary>
    public ReadOnlyMemory<byte>[]? Strings()
    {
        if (Type != GgufType.String || Count is not { } count)
            return null;
        var strings = new ReadOnlyMemory<byte>[count];
        var rest = Bytes;
        for (var i = 0; i < count; i++)
        {
            // The reader has walked over these lengths once: they fit.
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest.Span);
            strings[i] = rest.Slice(8, length);
            rest = rest[(8 + length)..];
        }
        return strings;
    }

    /// <summary>Bytes of a value of the type; 0 for strings and arrays.</summary>
    internal static int FixedSize(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };
}
