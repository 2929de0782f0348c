using System.Buffers.Binary;
using System.IO.Compression;

namespace Assay.Engine.Models.Formats;

/// <summary>Writes pictures as PNG: 8 bits a channel, gray or RGB, no filter.</summary>
/// <remarks>Source: W3C PNG Specification. The compressed bytes depend on the zlib in use; the pixels do not.</remarks>
public static class PngWriter
{
    public static byte[] Write(Picture picture)
    {
        var row = picture.Width * picture.Channels;
        if (picture.Channels is not (1 or 3) || picture.Pixels.Length != row * picture.Height)
            throw new ArgumentException($"{picture.Pixels.Length} bytes for {picture.Width}x{picture.Height} pixels of {picture.Channels} channels", nameof(picture));
        using var file = new MemoryStream();
        file.Write(Png.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        header[8] = 8;
        header[9] = (byte)(picture.Channels == 1 ? 0 : 2);
        Chunk(file, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            for (var y = 0; y < picture.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(picture.Pixels, y * row, row);
            }
        Chunk(file, "IDAT"u8, data.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    internal static void Chunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] named = [.. type, .. content];
        file.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(named));
        file.Write(number);
    }
}
