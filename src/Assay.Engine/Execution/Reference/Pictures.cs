using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Files of pictures as tensors [height, width, channels] of uint8 (10.5).</summary>
internal static class Pictures
{
    /// <exception cref="ModelException">The bytes are no file of a kind that is read.</exception>
    public static Tensor Decode(string format, Tensor file, Func<DType, Shape, Tensor> allocate)
    {
        var picture = Read(file.Bytes);
        var channels = format == "Grayscale" ? 1 : 3;
        var y = allocate(DType.UInt8, Shape.Of(picture.Height, picture.Width, channels));
        var pixels = y.MutableBytes;
        for (var i = 0; i < picture.Height * picture.Width; i++)
        {
            Interrupt.Check(i);
            var p = picture.Pixels.AsSpan(i * picture.Channels, picture.Channels);
            if (channels == 1)
                pixels[i] = p.Length == 1 ? p[0] : (byte)((19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16);
            else
                for (var c = 0; c < 3; c++)
                    pixels[3 * i + c] = p.Length == 1 ? p[0] : p[format == "BGR" ? 2 - c : c];
        }
        return y;
    }

    private static Picture Read(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(Png.Signature))
            return Png.Read(file);
        if (file.StartsWith(Bmp.Signature))
            return Bmp.Read(file);
        if (file.StartsWith("P5"u8) || file.StartsWith("P6"u8))
            return Pnm.Read(file);
        if (file.StartsWith(Jpeg.Signature))
            return Jpeg.Read(file);
        if (Tiff.Begins(file))
            return Tiff.Read(file);
        throw new ModelException("a picture that is no PNG, JPEG, BMP, TIFF or PNM file: WebP and JPEG 2000 are not supported");
    }
}
