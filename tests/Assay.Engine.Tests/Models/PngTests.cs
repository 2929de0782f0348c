using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Tests.Models;

public sealed class PngTests
{
    [Theory, InlineData(1), InlineData(3)]
    public void What_is_written_reads_back(int channels)
    {
        var picture = new Picture(5, 3, channels, [.. Enumerable.Range(0, 15 * channels).Select(i => (byte)(i * 17))]);
        var back = Png.Read(PngWriter.Write(picture));
        Assert.Equal((5, 3, channels), (back.Width, back.Height, back.Channels));
        Assert.Equal(picture.Pixels, back.Pixels);
    }

    [Fact]
    public void Every_filter_is_undone()
    {
        // Five rows of three RGB pixels, one row a filter; the expected bytes follow from clause 9 by hand.
        byte[][] rows =
        [
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
            [1, 1, 2, 3, 1, 1, 1, 2, 2, 2],
            [2, 5, 5, 5, 5, 5, 5, 5, 5, 5],
            [3, 1, 1, 1, 1, 1, 1, 1, 1, 1],
            [4, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ];
        byte[] expected =
        [
            10, 20, 30, 40, 50, 60, 70, 80, 90,
            1, 2, 3, 2, 3, 4, 4, 5, 6,
            6, 7, 8, 7, 8, 9, 9, 10, 11,
            4, 4, 5, 6, 7, 8, 8, 9, 10,
            5, 5, 6, 7, 8, 9, 9, 10, 11,
        ];
        Assert.Equal(expected, Png.Read(File(3, 5, 2, [.. rows.SelectMany(r => r)])).Pixels);
    }

    [Fact]
    public void Palette_and_opaque_alpha_become_plain_colours()
    {
        Assert.Equal([4, 5, 6, 1, 2, 3], Png.Read(File(2, 1, 3, [0, 1, 0], palette: [1, 2, 3, 4, 5, 6])).Pixels);
        Assert.Equal([1, 2, 3], Png.Read(File(1, 1, 6, [0, 1, 2, 3, 255])).Pixels);
        Assert.Equal([9], Png.Read(File(1, 1, 4, [0, 9, 255])).Pixels);
    }

    [Fact]
    public void What_cannot_be_read_faithfully_is_refused()
    {
        Refused("transparent", File(1, 1, 6, [0, 1, 2, 3, 254]));
        Refused("palette", File(1, 1, 3, [0, 0]));
        Refused("colour 2", File(1, 1, 3, [0, 2], palette: [1, 2, 3, 4, 5, 6]));
        Refused("16 bits", File(1, 1, 0, [0, 1, 1], depth: 16));
        Refused("interlaced", File(1, 1, 0, [0, 1], interlace: 1));
        Refused("filter 5", File(1, 1, 0, [5, 1]));
        Refused("more pixels", File(1, 1, 0, [0, 1, 1]));
        Refused("bytes of pixels", File(2, 2, 0, [0, 1, 1]));
        Refused("cannot hold", File(4000, 4000, 0, [0]));
        Refused("at most", File(70000, 1, 0, [0]));
        Refused("at most", File(0, 1, 0, [0]));
        Refused("colour type", File(1, 1, 5, [0, 1]));
        Refused("after its end", [.. File(1, 1, 0, [0, 1]), 0]);
        Refused("signature", "GIF89a, not a picture"u8.ToArray());
    }

    [Fact]
    public void Every_flipped_bit_is_noticed_or_outside_the_picture()
    {
        var file = File(3, 2, 2, [0, .. new byte[9], 1, .. new byte[9]]);
        for (var i = 0; i < file.Length * 8; i++)
        {
            var flipped = file.ToArray();
            flipped[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Throws<ModelException>(() => Png.Read(flipped));
        }
    }

    [Fact]
    public void Mutated_pictures_are_read_or_refused()
    {
        var noise = new Noise(3);
        var file = PngWriter.Write(new(8, 8, 3, new byte[192]));
        for (var i = 0; i < 5000; i++)
            try
            {
                Png.Read(noise.Mutate(file));
            }
            catch (ModelException)
            {
            }
    }

    [Fact]
    public void Pixels_become_planes_in_the_order_asked_for_with_mean_and_scale()
    {
        var picture = new Picture(2, 1, 3, [10, 20, 30, 40, 50, 60]);
        var input = new ValueInfo("x", DType.Float32, [-1, 3, 1, 2]);
        Assert.Equal([10f, 40, 20, 50, 30, 60], ImageInput.ToTensor(picture, input, ImageOptions.Default).Span<float>().ToArray());
        var bgr = ImageInput.ToTensor(picture, input, new(ChannelOrder.Bgr, [1f, 2, 3], 0.5f));
        Assert.Equal([14.5f, 29.5f, 9, 24, 3.5f, 18.5f], bgr.Span<float>().ToArray());
        var half = ImageInput.ToTensor(picture, input with { Type = DType.Float16 }, ImageOptions.Default);
        Assert.Equal((Half)40f, half.Span<Half>()[1]);
        Assert.Equal([18, 48], ImageInput.ToTensor(picture, new("g", DType.UInt8, [1, 1, 1, 2]), ImageOptions.Default).Bytes.ToArray());
    }

    [Fact]
    public void A_picture_of_another_size_is_refused_and_never_resized()
    {
        var error = Assert.Throws<ModelException>(() =>
            ImageInput.ToTensor(new(2, 1, 1, [0, 0]), new("x", DType.Float32, [1, 1, 28, 28]), ImageOptions.Default));
        Assert.Equal("input 'x' takes a picture of 28 by 28 pixels, not 2 by 1; pictures are not resized here", error.Message);
    }

    private static void Refused(string why, byte[] file) => Assert.Contains(why, Assert.Throws<ModelException>(() => Png.Read(file)).Message, StringComparison.Ordinal);

    private static byte[] File(int width, int height, byte kind, byte[] rows, byte[]? palette = null, byte depth = 8, byte interlace = 0)
    {
        var file = new MemoryStream();
        file.Write(Png.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, kind, interlace);
        PngWriter.Chunk(file, "IHDR"u8, header);
        if (palette is not null)
            PngWriter.Chunk(file, "PLTE"u8, palette);
        var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(rows);
        PngWriter.Chunk(file, "IDAT"u8, data.ToArray());
        PngWriter.Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }
}
