using System.Buffers.Binary;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>Reads uncompressed BMP files of 8 bits a pixel with a palette, 24 bits, or 32 bits whose fourth byte is left out.</summary>
/// <remarks>Source: Microsoft, Win32 documentation, BITMAPFILEHEADER and BITMAPINFOHEADER.</remarks>
public static class Bmp
{
    internal static ReadOnlySpan<byte> Signature => "BM"u8;

    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature) || file.Length < 54)
            throw new ModelException("not a BMP file: no signature, or shorter than its headers");
        var start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        var header = BinaryPrimitives.ReadUInt32LittleEndian(file[14..]);
        int width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]), lines = BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(file[28..]), compression = BinaryPrimitives.ReadInt32LittleEndian(file[30..]);
        if (header is < 40 or > 124 || compression != 0 || bits is not (8 or 24 or 32))
            throw new ModelException($"BMP: a header of {header} bytes, {bits} bits a pixel, compression {compression}; uncompressed 8, 24 or 32 bits are supported");
        var height = Math.Abs((long)lines);
        if (width is < 1 or > Png.MaxSide || height is < 1 or > Png.MaxSide || width * height > Png.MaxPixels)
            throw new ModelException($"BMP: {width} by {lines} pixels, above {Png.MaxPixels} or {Png.MaxSide} along a side, or none");
        // Rows are padded to whole words and stand bottom first, unless the height is negative.
        var pitch = ((long)width * bits + 31) / 32 * 4;
        if (start > file.Length || file.Length - start < pitch * height)
            throw new ModelException("BMP: truncated");
        var colours = bits == 8 ? Palette(file, (int)header, start) : default;
        var pixels = new byte[width * height * 3];
        for (var row = 0; row < height; row++)
        {
            Interrupt.Check();
            var line = file.Slice((int)(start + pitch * (lines > 0 ? height - 1 - row : row)), (int)pitch);
            for (var x = 0; x < width; x++)
            {
                var colour = bits == 8 ? Colour(colours, line[x]) : line.Slice(x * (bits / 8), 3);
                var to = (row * width + x) * 3;
                (pixels[to], pixels[to + 1], pixels[to + 2]) = (colour[2], colour[1], colour[0]);
            }
        }
        return new(width, (int)height, 3, pixels);
    }

    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, int header, uint start)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(file[46..]);
        count = count == 0 ? 256 : count;
        var from = 14 + header;
        return count <= 256 && from + 4 * (long)count <= start ? file.Slice(from, 4 * (int)count) : throw new ModelException($"BMP: a palette of {count} colours does not fit before the pixels");
    }

    private static ReadOnlySpan<byte> Colour(ReadOnlySpan<byte> palette, byte index) =>
        4 * index < palette.Length ? palette.Slice(4 * index, 3) : throw new ModelException($"BMP: pixel {index} is beyond the palette");
}
