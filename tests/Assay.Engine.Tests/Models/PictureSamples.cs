using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Tests.Conformance;

namespace Assay.Engine.Tests.Models;

/// <summary>Pictures of every kind that is read, made here, and those of the backend suite where it is at hand.</summary>
internal static class PictureSamples
{
    public static IReadOnlyList<byte[]> All()
    {
        var noise = new Noise(77);
        List<byte[]> files =
        [
            PictureFileTests.Bitmap(5, 4, 24, new byte[64]), PictureFileTests.Bitmap(5, -4, 32, new byte[80]), PictureFileTests.Bitmap(5, 4, 8, new byte[2000]),
            [.. "P6 2 2 255\n"u8, .. new byte[12]], [.. "P5 # gray\n3 2 255\n"u8, .. new byte[6]],
            PictureFileTests.Tagged(false, new byte[6], 0), PictureFileTests.Tagged(true, new byte[6], 0), PictureFileTests.Photograph(17, 9, 5, -3, 30),
        ];
        foreach (var (kind, samples) in new (byte, int)[] { (0, 1), (2, 3), (3, 1), (4, 2), (6, 4) })
            files.Add(Network(noise, kind, samples, 9, 7));
        foreach (var (components, sampling) in new[] { (1, 0x11), (3, 0x11), (3, 0x21), (3, 0x22) })
            foreach (var restart in new[] { 0, 2 })
                files.Add(Photograph(noise, components, sampling, 37, 21, restart));
        if (SharedData.Root is not null)
            foreach (var test in Suite.Tests.Where(t => t.Name.StartsWith("test_image_decoder", StringComparison.Ordinal)))
                files.Add(((Tensor)test.Input(0, 0, new("x", null, default))).Bytes.ToArray());
        return files;
    }

    /// <summary>A PNG file of chunks.</summary>
    public static byte[] Join(IEnumerable<(byte[] Type, byte[] Content)> chunks)
    {
        using var file = new MemoryStream();
        file.Write(Png.Signature);
        foreach (var (type, content) in chunks)
            PngWriter.Chunk(file, type, content);
        return file.ToArray();
    }

    /// <summary>The chunks of a PNG file that is whole.</summary>
    public static List<(byte[] Type, byte[] Content)> Split(ReadOnlySpan<byte> file)
    {
        var chunks = new List<(byte[], byte[])>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            chunks.Add((file.Slice(at + 4, 4).ToArray(), file.Slice(at + 8, length).ToArray()));
            at += 12 + length;
        }
        return chunks;
    }

    public static byte[] Deflated(ReadOnlySpan<byte> bytes)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(bytes);
        return data.ToArray();
    }

    /// <summary>Rows of every filter, opaque where there is an alpha channel, in two chunks.</summary>
    private static byte[] Network(Noise noise, byte kind, int samples, int width, int height)
    {
        var rows = new byte[height * (1 + width * samples)];
        for (var i = 0; i < rows.Length; i++)
        {
            var column = i % (1 + width * samples);
            // Above an opaque pixel no filter but "none" is simple to undo.
            rows[i] = column == 0 ? (byte)(kind >= 4 ? 0 : i / (1 + width * samples) % 5) : kind >= 4 && column % samples == 0 ? (byte)255 : kind == 3 ? (byte)0 : (byte)noise.Next();
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, kind);
        var data = Deflated(rows);
        List<(byte[], byte[])> chunks = [("IHDR"u8.ToArray(), header)];
        if (kind == 3)
            chunks.AddRange([("PLTE"u8.ToArray(), [1, 2, 3, 4, 5, 6]), ("tRNS"u8.ToArray(), [255])]);
        chunks.AddRange([("tEXt"u8.ToArray(), "a\0b"u8.ToArray()), ("IDAT"u8.ToArray(), data[..5]), ("IDAT"u8.ToArray(), data[5..]), ("IEND"u8.ToArray(), [])]);
        return Join(chunks);
    }

    /// <summary>Blocks of random coefficients. Codes are flat: 4 bits for a difference's category, 8 for a run and a category.</summary>
    private static byte[] Photograph(Noise noise, int components, int sampling, int width, int height, int restart)
    {
        List<byte> file = [0xFF, 0xD8, 0xFF, 0xE0, 0, 7, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)3, 64)];
        file.AddRange([0xFF, 0xC0, 0, (byte)(8 + 3 * components), 8, 0, (byte)height, 0, (byte)width, (byte)components]);
        for (var c = 0; c < components; c++)
            file.AddRange([(byte)c, (byte)(c == 0 ? sampling : 0x11), 0]);
        file.AddRange([0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(i => (byte)i)]);
        // 0: the end; then runs of 0 to 15 before categories 1 to 10; F0: sixteen zeros.
        byte[] symbols = [0, 0xF0, .. Enumerable.Range(0, 160).Select(i => (byte)(i / 10 << 4 | i % 10 + 1))];
        file.AddRange([0xFF, 0xC4, 0, (byte)(19 + symbols.Length), 0x10, 0, 0, 0, 0, 0, 0, 0, (byte)symbols.Length, .. new byte[8], .. symbols]);
        if (restart > 0)
            file.AddRange([0xFF, 0xDD, 0, 4, 0, (byte)restart]);
        file.AddRange([0xFF, 0xDA, 0, (byte)(6 + 2 * components), (byte)components, .. Enumerable.Range(0, components).SelectMany(c => new[] { (byte)c, (byte)0 }), 0, 63, 0]);
        int across = components == 1 ? 1 : sampling >> 4, down = components == 1 ? 1 : sampling & 15;
        var units = (width + 8 * across - 1) / (8 * across) * ((height + 8 * down - 1) / (8 * down));
        int held = 0, count = 0;
        for (var unit = 0; unit < units; unit++)
        {
            if (restart > 0 && unit > 0 && unit % restart == 0)
            {
                Align();
                file.AddRange([0xFF, (byte)(0xD0 + (unit / restart - 1) % 8)]);
            }
            for (var block = components == 1 ? 1 : across * down + 2; block > 0; block--)
            {
                Number(noise.Below(6), 4, 0);
                for (var k = 1 + noise.Below(12); k < 60; k += 1 + noise.Below(20))
                {
                    int run = noise.Below(3), size = 1 + noise.Below(4);
                    Number(size, 8, 2 + run * 10 + size - 1 - size);
                    k += run;
                }
                Put(0, 8);
            }
        }
        Align();
        return [.. file, 0xFF, 0xD9];

        // The code size + more, and so many random bits.
        void Number(int size, int length, int more)
        {
            Put(size + more, length);
            Put(noise.Below(1 << size), size);
        }

        void Put(int value, int length)
        {
            for (var b = length - 1; b >= 0; b--)
            {
                held = held << 1 | value >> b & 1;
                if (++count == 8)
                {
                    file.Add((byte)held);
                    if ((byte)held == 0xFF)
                        file.Add(0);
                    (held, count) = (0, 0);
                }
            }
        }

        void Align()
        {
            while (count > 0)
                Put(1, 1);
        }
    }
}
