using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>A picture of 8 bits a channel, row by row.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 (gray) or 3 (red, green, blue).</param>
/// <param name="Pixels"><c>Height x Width x Channels</c> bytes.</param>
public sealed record Picture(int Width, int Height, int Channels, byte[] Pixels);

/// <summary>
/// Reads PNG files of 8 bits a channel without interlacing: gray, RGB, palette, and with an alpha channel where every pixel
/// is opaque. Gamma and colour profiles are not applied: a model gets the stored values.
/// </summary>
/// <remarks>Source: W3C Portable Network Graphics (PNG) Specification, second edition.</remarks>
public static class Png
{
    /// <summary>Pixels along one side at most.</summary>
    public const int MaxSide = 16384;

    /// <summary>Pixels of a picture at most.</summary>
    public const int MaxPixels = 1 << 24;

    /// <summary>No byte of a DEFLATE stream (RFC 1951) stands for more bytes than this.</summary>
    private const int DeflateRatio = 1032;

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
            throw new ModelException("not a PNG file: the first eight bytes are not its signature");
        var at = Signature.Length;
        var header = Chunk(file, ref at, out var type);
        if (type != "IHDR" || header.Length != 13)
            throw new ModelException("PNG: the first chunk is not a header");
        var format = Format.Of(header);
        byte[] palette = [], alpha = [];
        var data = new MemoryStream();
        var closed = false;
        while (true)
        {
            var chunk = Chunk(file, ref at, out type);
            if (type == "IEND")
                break;
            closed |= type != "IDAT" && data.Length > 0;
            switch (type)
            {
                case "PLTE" when palette.Length == 0 && data.Length == 0 && chunk.Length is > 0 and <= 768 && chunk.Length % 3 == 0:
                    palette = chunk.ToArray();
                    break;
                case "tRNS" when format.Kind == 3 && data.Length == 0 && chunk.Length <= 256:
                    alpha = chunk.ToArray();
                    break;
                case "tRNS":
                    throw new ModelException("PNG: a transparent colour is not supported; flatten the picture first");
                case "IDAT" when !closed:
                    data.Write(chunk);
                    break;
                default:
                    if ((type[0] & 0x20) == 0)
                        throw new ModelException($"PNG: chunk '{Onnx.OnnxModel.Cut(type)}' is not expected here");
                    break;      // an ancillary chunk
            }
        }
        if (at != file.Length)
            throw new ModelException($"PNG: {file.Length - at} bytes after its end");
        var rows = Unfilter(Inflate(data, format), format);
        return Opaque(rows, format, palette, alpha);
    }

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, ref int at, out string type)
    {
        if (file.Length - at < 12)
            throw new ModelException("PNG: truncated");
        var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
        if (length > file.Length - at - 12)
            throw new ModelException("PNG: truncated");
        var named = file.Slice(at + 4, 4 + (int)length);
        if (Crc32.Of(named) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
            throw new ModelException($"PNG: the checksum of the chunk at byte {at} is wrong");
        type = string.Create(4, named[..4].ToArray(), (chars, bytes) =>
        {
            for (var i = 0; i < 4; i++)
                chars[i] = (char)bytes[i];
        });
        at += 12 + (int)length;
        return named[4..];
    }

    private static byte[] Inflate(MemoryStream data, Format format)
    {
        var needed = (long)format.Height * (1 + format.RowBytes);
        if (needed > data.Length * DeflateRatio)
            throw new ModelException($"PNG: {data.Length} compressed bytes cannot hold {needed} bytes of pixels");
        var rows = new byte[needed];
        data.Position = 0;
        try
        {
            using var zlib = new ZLibStream(data, CompressionMode.Decompress);
            var read = zlib.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false);
            if (read != rows.Length)
                throw new ModelException($"PNG: {read} bytes of pixels where {rows.Length} are needed");
            if (zlib.ReadByte() >= 0)
                throw new ModelException("PNG: more pixels than its size");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ModelException("PNG: the compressed pixels are damaged", e);
        }
        return rows;
    }

    /// <summary>Undoes the five filters (specification, clause 9) and drops the filter bytes.</summary>
    private static byte[] Unfilter(byte[] rows, Format format)
    {
        int width = format.RowBytes, step = format.Samples;
        var pixels = new byte[(long)format.Height * width];
        for (var y = 0; y < format.Height; y++)
        {
            Interrupt.Check();
            var filter = rows[y * (width + 1)];
            var raw = rows.AsSpan(y * (width + 1) + 1, width);
            var row = pixels.AsSpan(y * width, width);
            var above = y == 0 ? default : pixels.AsSpan((y - 1) * width, width);
            for (var i = 0; i < width; i++)
            {
                int a = i < step ? 0 : row[i - step], b = y == 0 ? 0 : above[i], c = i < step || y == 0 ? 0 : above[i - step];
                row[i] = (byte)(raw[i] + filter switch
                {
                    0 => 0,
                    1 => a,
                    2 => b,
                    3 => (a + b) / 2,
                    4 => Paeth(a, b, c),
                    _ => throw new ModelException($"PNG: filter {filter} in row {y}"),
                });
            }
        }
        return pixels;
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static Picture Opaque(byte[] rows, Format format, byte[] palette, byte[] alpha)
    {
        if (format.Kind is 0 or 2)
            return new(format.Width, format.Height, format.Samples, rows);
        if (format.Kind == 3 && palette.Length == 0)
            throw new ModelException("PNG: the palette is missing");
        var colours = format.Kind == 4 ? 1 : 3;
        var count = format.Width * format.Height;
        var pixels = new byte[count * colours];
        for (var i = 0; i < count; i++)
        {
            Interrupt.Check(i);
            var pixel = rows.AsSpan(i * format.Samples, format.Samples);
            if (format.Kind == 3 && pixel[0] * 3 >= palette.Length)
                throw new ModelException($"PNG: colour {pixel[0]} of a palette of {palette.Length / 3}");
            var opacity = format.Kind != 3 ? pixel[^1] : pixel[0] < alpha.Length ? alpha[pixel[0]] : 255;
            if (opacity != 255)
                throw new ModelException($"PNG: pixel {i % format.Width},{i / format.Width} is transparent; flatten the picture first");
            (format.Kind == 3 ? palette.AsSpan(pixel[0] * 3, 3) : pixel[..colours]).CopyTo(pixels.AsSpan(i * colours));
        }
        return new(format.Width, format.Height, colours, pixels);
    }

    /// <summary>The header: size, and how many samples of 8 bits a pixel has.</summary>
    private readonly record struct Format(int Width, int Height, int Kind, int Samples)
    {
        public int RowBytes => Width * Samples;

        public static Format Of(ReadOnlySpan<byte> header)
        {
            uint width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
            if (width is 0 or > MaxSide || height is 0 or > MaxSide || width * height > MaxPixels)
                throw new ModelException($"PNG: {width} by {height} pixels; at most {MaxSide} a side and {MaxPixels} in all are read");
            var (depth, kind) = (header[8], header[9]);
            var samples = kind switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => throw new ModelException($"PNG: colour type {kind} is not known") };
            if (depth != 8)
                throw new ModelException($"PNG: {depth} bits a channel; only 8 are supported");
            if (header[10] != 0 || header[11] != 0)
                throw new ModelException("PNG: an unknown compression or filter method");
            if (header[12] != 0)
                throw new ModelException("PNG: interlaced pictures are not supported; save it without interlacing");
            return new((int)width, (int)height, kind, samples);
        }
    }
}
