using System.Buffers.Binary;
using System.Text;

namespace Assay.Digits.Output;

/// <summary>
/// Writes an 8-bit gray picture as PNG (W3C PNG, third edition). The pixels are stored, not compressed (RFC 1951, 3.2.4):
/// a compressor's bytes would belong to its version, and these pictures are small.
/// </summary>
internal static class Png
{
    public static byte[] Gray(int width, int height, ReadOnlySpan<byte> pixels)
    {
        var rows = new byte[height * (width + 1)];                        // each row begins with filter type 0
        for (var y = 0; y < height; y++)
            pixels.Slice(y * width, width).CopyTo(rows.AsSpan(y * (width + 1) + 1));

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;                                                    // bits a sample; then gray, deflate, no filter, not interlaced

        var file = new List<byte> { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Stored(rows));
        Chunk(file, "IEND", []);
        return [.. file];
    }

    private static void Chunk(List<byte> file, string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        file.AddRange(chunk);
    }

    /// <summary>A zlib stream (RFC 1950) of one stored block.</summary>
    private static byte[] Stored(ReadOnlySpan<byte> data)
    {
        if (data.Length > ushort.MaxValue)
            throw new ArgumentException($"a stored block holds 65535 bytes, not {data.Length}", nameof(data));
        var stream = new byte[data.Length + 11];
        (stream[0], stream[1], stream[2]) = (0x78, 0x01, 0x01);           // window of 32 KiB, check bits; last block, stored
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(3), (ushort)data.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(5), (ushort)~data.Length);
        data.CopyTo(stream.AsSpan(7));
        BinaryPrimitives.WriteUInt32BigEndian(stream.AsSpan(7 + data.Length), Adler(data));
        return stream;
    }

    private static uint Adler(ReadOnlySpan<byte> data)
    {
        var (a, b) = (1u, 0u);
        foreach (var x in data)
        {
            a = (a + x) % 65521;
            b = (b + a) % 65521;
        }
        return b << 16 | a;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var x in data)
        {
            crc ^= x;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
