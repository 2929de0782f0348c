using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>From the components of a JPEG picture to pixels: chrominance interpolated to full size, then to red, green and blue (ITU-T T.871, clause 7).</summary>
internal static class JpegColours
{
    /// <param name="isDirect">The components are red, green and blue already.</param>
    public static Picture Join(Jpeg.Component[] frame, int width, int height, bool isDirect)
    {
        var pixels = new byte[width * height * frame.Length];
        if (frame.Length == 1)
        {
            for (var y = 0; y < height; y++)
                frame[0].Samples.AsSpan(y * frame[0].Pitch, width).CopyTo(pixels.AsSpan(y * width));
            return new(width, height, 1, pixels);
        }
        byte[] blue = new byte[width], red = new byte[width];
        for (var y = 0; y < height; y++)
        {
            Interrupt.Check();
            Row(frame[0], frame[1], y, width, height, blue);
            Row(frame[0], frame[2], y, width, height, red);
            for (var x = 0; x < width; x++)
            {
                int luma = frame[0].Samples[y * frame[0].Pitch + x], cb = blue[x] - 128, cr = red[x] - 128, to = 3 * (y * width + x);
                (pixels[to], pixels[to + 1], pixels[to + 2]) = isDirect
                    ? ((byte)luma, blue[x], red[x])
                    : (Byte(luma + ((91881 * cr + 32768) >> 16)), Byte(luma + ((-22554 * cb - 46802 * cr + 32768) >> 16)), Byte(luma + ((116130 * cb + 32768) >> 16)));
            }
        }
        return new(width, height, 3, pixels);
    }

    private static byte Byte(int value) => (byte)Math.Clamp(value, 0, 255);

    /// <summary>
    /// One row of chrominance at full width. Between samples the nearer one weighs three quarters, along each axis that is halved; the
    /// sums are rounded alternately down and up. Rows of at most two samples are repeated instead.
    /// </summary>
    private static void Row(Jpeg.Component luma, Jpeg.Component chroma, int y, int width, int height, Span<byte> row)
    {
        if (luma.Across == 1)
        {
            chroma.Samples.AsSpan(y * chroma.Pitch, width).CopyTo(row);
            return;
        }
        int count = (width + 1) / 2, rows = (height + luma.Down - 1) / luma.Down, near = y / luma.Down;
        if (count <= 2)
        {
            for (var x = 0; x < width; x++)
                row[x] = chroma.Samples[near * chroma.Pitch + x / 2];
            return;
        }
        // Of two rows the nearer one three times; of one row alone its samples.
        var far = luma.Down == 1 ? near : Math.Clamp(y % 2 == 0 ? near - 1 : near + 1, 0, rows - 1);
        int scale = luma.Down == 1 ? 1 : 4, shift = luma.Down == 1 ? 2 : 4, first = luma.Down == 1 ? 1 : 8, second = luma.Down == 1 ? 2 : 7;
        for (var x = 0; x < width; x++)
        {
            int i = x / 2, beside = Math.Clamp(x % 2 == 0 ? i - 1 : i + 1, 0, count - 1);
            row[x] = (byte)((3 * Column(i) + Column(beside) + (x % 2 == 0 ? first : second)) >> shift);
        }

        int Column(int i) => scale == 1 ? chroma.Samples[near * chroma.Pitch + i] : 3 * chroma.Samples[near * chroma.Pitch + i] + chroma.Samples[far * chroma.Pitch + i];
    }
}
