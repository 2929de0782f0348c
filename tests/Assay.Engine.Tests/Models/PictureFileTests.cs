using System.Buffers.Binary;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Tests.Execution;

namespace Assay.Engine.Tests.Models;

/// <summary>Files of pictures: what they say, and that damaged ones give the typed error alone.</summary>
public sealed class PictureFileTests
{
    [Fact]
    public void A_bitmap_stands_on_its_head_and_its_rows_are_padded()
    {
        var picture = Bmp.Read(Bitmap(2, 2, 24, [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]));
        Assert.Equal((2, 2, 3), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4], picture.Pixels);
        Assert.Equal([3, 2, 1, 6, 5, 4], Bmp.Read(Bitmap(2, -1, 32, [1, 2, 3, 99, 4, 5, 6, 99])).Pixels);
        Assert.Contains("truncated", Refused(() => Bmp.Read(Bitmap(2, 3, 24, new byte[16]))), StringComparison.Ordinal);
        Assert.Contains("compression 1", Refused(() => Bmp.Read(Bitmap(2, 1, 8, new byte[64], compression: 1))), StringComparison.Ordinal);
        Assert.Contains("above", Refused(() => Bmp.Read(Bitmap(int.MaxValue, int.MinValue, 24, []))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_portable_map_may_hold_comments()
    {
        var picture = Pnm.Read([.. "P6 # red, green, blue\n2\t1\n255\n"u8, 1, 2, 3, 4, 5, 6]);
        Assert.Equal([1, 2, 3, 4, 5, 6], picture.Pixels);
        Assert.Equal(1, Pnm.Read("P5 1 1 255 A"u8).Channels);
        Assert.Contains("truncated", Refused(() => Pnm.Read("P6 2 1 255 ABCDE"u8)), StringComparison.Ordinal);
        Assert.Contains("values up to 65535", Refused(() => Pnm.Read("P5 1 1 65535 AB"u8)), StringComparison.Ordinal);
        Assert.Contains("number of the header", Refused(() => Pnm.Read("P5 1"u8)), StringComparison.Ordinal);
        Assert.Contains("above", Refused(() => Pnm.Read("P5 99999 99999 255 A"u8)), StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_tagged_file_is_read_in_strips_of_either_byte_order(bool isBig)
    {
        Assert.Equal([1, 2, 3, 4, 5, 6], Tiff.Read(Tagged(isBig, [1, 2, 3, 4, 5, 6], 0)).Pixels);
        Assert.Contains("149 bytes cannot hold 4096 by 2 pixels", Refused(() => Tiff.Read(Tagged(isBig, new byte[13], 0, width: 4096))), StringComparison.Ordinal);
        Assert.Contains("strip 1 of 3 bytes", Refused(() => Tiff.Read(Tagged(isBig, [1, 2, 3, 4, 5, 6], 100_000))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_photograph_of_one_colour_has_that_colour_everywhere()
    {
        // Steps of 8, so that a direct coefficient of 8 (v - 128) is v - 128 steps; one code for each category, one for the end of a block.
        var picture = Jpeg.Read(Photograph(17, 9, 200 - 128, 100 - 128, 150 - 128));
        Assert.Equal((17, 9, 3), (picture.Width, picture.Height, picture.Channels));
        // Y 200, Cb -28, Cr 22 by T.871: R = 200 + 30.844, G = 200 + 9.636 - 15.711, B = 200 - 49.616.
        for (var i = 0; i < 17 * 9; i++)
            Assert.Equal([231, 194, 150], picture.Pixels[(3 * i)..(3 * i + 3)]);
        var gray = PlaceTests.Both(Decoder("Grayscale"), ("f", Tensor.From<byte>(Shape.Of(Photograph(17, 9, 0, 0, 0).Length), Photograph(17, 9, 0, 0, 0))))[0];
        Assert.Equal(Shape.Of(9, 17, 1), gray.Shape);
        Assert.Equal(128, gray.Bytes[0]);
        Assert.Contains("cannot hold", Refused(() => Jpeg.Read(Photograph(4096, 4096, 0, 0, 0, units: 1))), StringComparison.Ordinal);
        Assert.Contains("truncated", Refused(() => Jpeg.Read(Photograph(64, 64, 0, 0, 0, units: 8))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_known_kind_is_refused_by_name() =>
        Assert.Contains("WebP and JPEG 2000 are not supported", Refused(() => PlaceTests.Both(Decoder("RGB"), ("f", Tensor.From<byte>(Shape.Of(4), "RIFF"u8)))), StringComparison.Ordinal);

    private static byte[] Decoder(string format) => new Assay.Engine.Models.Onnx.OnnxWriter(20).Input("f", DType.UInt8, -1).Node("ImageDecoder", ["f"], ["y"], ("pixel_format", format)).Output("y").ToBytes();

    private static string Refused(Action read) => Assert.Throws<ModelException>(read).Message;

    internal static byte[] Bitmap(int width, int height, int bits, byte[] rows, int compression = 0)
    {
        var palette = bits == 8 ? 1024 : 0;
        var file = new byte[54 + palette + rows.Length];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54 + palette);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        file[26] = 1;
        file[28] = (byte)bits;
        file[30] = (byte)compression;
        rows.CopyTo(file, 54 + palette);
        return file;
    }

    /// <summary>One column of two RGB pixels in two strips; the offset of the second is moved by so much.</summary>
    internal static byte[] Tagged(bool isBig, byte[] pixels, int moved, int width = 1)
    {
        var body = new List<byte>(isBig ? "MM\0*"u8.ToArray() : "II*\0"u8.ToArray());
        (int Tag, int Type, int Count, int Value)[] fields = [(256, 3, 1, width), (257, 3, 1, 2), (258, 3, 3, 122), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 2, 128), (277, 3, 1, 3), (278, 3, 1, 1), (279, 3, 2, 3)];
        Long(8);
        Short(fields.Length);
        foreach (var (tag, type, count, value) in fields)
        {
            Short(tag);
            Short(type);
            Long(count);
            if (type == 3 && count <= 2)
            {
                Short(value);
                Short(count == 2 ? value : 0);
            }
            else
                Long(value);
        }
        Long(0);
        for (var i = 0; i < 3; i++)
            Short(8);
        Long(136);
        Long(139 + moved);
        body.AddRange(pixels);
        return [.. body];

        void Short(int v) => body.AddRange(isBig ? [(byte)(v >> 8), (byte)v] : [(byte)v, (byte)(v >> 8)]);
        void Long(int v)
        {
            Short(isBig ? v >> 16 : v & 0xFFFF);
            Short(isBig ? v & 0xFFFF : v >> 16);
        }
    }

    /// <summary>A photograph of one colour, chrominance halved both ways: 4 + 2 blocks a unit, of which only the first has differences.</summary>
    internal static byte[] Photograph(int width, int height, int y, int cb, int cr, int units = 0)
    {
        var file = new List<byte> { 0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0 };
        file.AddRange(Enumerable.Repeat((byte)8, 64));
        file.AddRange([0xFF, 0xC0, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
        // Twelve codes of four bits, 0 to 11, for the differences' categories; 0 for the end of a block.
        file.AddRange([0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        file.AddRange([0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.AddRange([0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
        var bits = new List<bool>();
        for (var unit = 0; unit < (units > 0 ? units : (width + 15) / 16 * ((height + 15) / 16)); unit++)
            foreach (var difference in unit == 0 ? new[] { y, 0, 0, 0, cb, cr } : new int[6])
            {
                var size = 32 - int.LeadingZeroCount(Math.Abs(difference));
                Put(size, 4);
                Put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
                Put(0, 1);
            }
        while (bits.Count % 8 != 0)
            bits.Add(true);
        for (var i = 0; i < bits.Count; i += 8)
        {
            var value = (byte)Enumerable.Range(0, 8).Aggregate(0, (v, b) => v << 1 | (bits[i + b] ? 1 : 0));
            file.Add(value);
            if (value == 0xFF)
                file.Add(0);
        }
        return [.. file, 0xFF, 0xD9];

        void Put(int value, int count)
        {
            for (var b = count - 1; b >= 0; b--)
                bits.Add((value >> b & 1) != 0);
        }
    }
}
