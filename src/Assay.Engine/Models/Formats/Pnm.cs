namespace Assay.Engine.Models.Formats;

/// <summary>Reads binary portable graymaps and pixmaps (P5, P6) of 8 bits a channel.</summary>
/// <remarks>Source: Netpbm, the formats pgm(5) and ppm(5).</remarks>
public static class Pnm
{
    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith("P5"u8) && !file.StartsWith("P6"u8))
            throw new ModelException("not a binary PNM file: it begins with neither P5 nor P6");
        var channels = file[1] == '5' ? 1 : 3;
        var at = 2;
        int width = Number(file, ref at), height = Number(file, ref at), most = Number(file, ref at);
        if (width is < 1 or > Png.MaxSide || height is < 1 or > Png.MaxSide || (long)width * height > Png.MaxPixels)
            throw new ModelException($"PNM: {width} by {height} pixels, above {Png.MaxPixels} or {Png.MaxSide} along a side, or none");
        if (most != 255)
            throw new ModelException($"PNM: values up to {most}; 255 is supported");
        // One white space after the last number, then the pixels.
        var count = width * height * channels;
        if (file.Length - at - 1 < count)
            throw new ModelException("PNM: truncated");
        return new(width, height, channels, file.Slice(at + 1, count).ToArray());
    }

    private static int Number(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && (file[at] is (byte)' ' or (byte)'#' or >= 9 and <= 13))
            if (file[at++] == '#')
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
        int value = 0, from = at;
        for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9' && at - from < 9; at++)
            value = 10 * value + (file[at] - '0');
        return at > from && at < file.Length ? value : throw new ModelException("PNM: a number of the header is missing");
    }
}
