using System.Buffers.Binary;

namespace Assay.Engine.Models;

/// <summary>The least of protobuf's wire format: numbers and lengths, each checked against where its message ends.</summary>
/// <remarks>Source: protobuf.dev/programming-guides/encoding.</remarks>
internal static class WireFormat
{
    /// <param name="what">What the file should be, for messages: "an ONNX file".</param>
    /// <exception cref="ModelException">It breaks off, or is longer than ten bytes.</exception>
    public static ulong Varint(ReadOnlySpan<byte> bytes, ref int at, int end, string what)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= end)
                throw new ModelException($"truncated, or not {what}: a number breaks off at byte {at}");
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw new ModelException($"not {what}: a number of more than ten bytes at byte {at}");
    }

    /// <summary>Steps over that many bytes.</summary>
    /// <exception cref="ModelException">There are fewer.</exception>
    public static void Skip(ref int at, int end, ulong length, string what)
    {
        if (length > (ulong)(end - at))
            throw new ModelException($"truncated, or not {what}: {length} bytes announced at byte {at}, {end - at} there");
        at += (int)length;
    }
}

/// <summary>The fields of one message, in the order of its bytes.</summary>
/// <param name="what">What the file should be, for messages.</param>
internal ref struct WireFields(ReadOnlySpan<byte> bytes, string what)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;

    /// <summary>The field's number.</summary>
    public ulong Field { get; private set; }

    /// <summary>A number: a varint, or the bits of 4 or 8 bytes; 0 of bytes.</summary>
    public ulong Number { get; private set; }

    /// <summary>Bytes, a text or a message; empty of a number.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ModelException">The bytes are no message.</exception>
    public bool Next()
    {
        if (at == bytes.Length)
            return false;
        var tag = WireFormat.Varint(bytes, ref at, bytes.Length, what);
        (Field, Number) = (tag >> 3, 0);
        Bytes = default;
        var start = at;
        switch (tag & 7)
        {
            case 0:
                Number = WireFormat.Varint(bytes, ref at, bytes.Length, what);
                break;
            case 1:
                WireFormat.Skip(ref at, bytes.Length, 8, what);
                Number = BinaryPrimitives.ReadUInt64LittleEndian(bytes[start..]);
                break;
            case 2:
                var length = WireFormat.Varint(bytes, ref at, bytes.Length, what);
                start = at;
                WireFormat.Skip(ref at, bytes.Length, length, what);
                Bytes = bytes[start..at];
                break;
            case 5:
                WireFormat.Skip(ref at, bytes.Length, 4, what);
                Number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[start..]);
                break;
            default:
                throw new ModelException($"not {what}: wire type {tag & 7} at byte {at}");
        }
        return true;
    }
}
