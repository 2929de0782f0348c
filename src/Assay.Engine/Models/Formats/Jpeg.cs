using System.Buffers.Binary;

namespace Assay.Engine.Models.Formats;

/// <summary>
/// Reads sequential JPEG files with Huffman codes, 8 bits a sample, gray or three components in one scan; the chrominance as fine as the
/// luminance, or half as wide, or half as wide and high. Every step is in whole numbers, so a file has one picture.
/// </summary>
/// <remarks>Source: ITU-T T.81, T.871 (JFIF); the inverse transform and the interpolation of chrominance as the profile says (10.5).</remarks>
public static class Jpeg
{
    internal static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
            throw new ModelException("not a JPEG file: the first bytes are not its signature");
        var tables = new JpegTables();
        Component[]? frame = null;
        int width = 0, height = 0, restart = 0, transform = -1;
        for (var at = 2; ;)
        {
            var (marker, segment) = Segment(file, ref at);
            switch (marker)
            {
                case 0xC0 or 0xC1 when frame is null:
                    frame = Frame(segment, out width, out height);
                    break;
                case 0xC4:
                    tables.AddCodes(segment);
                    break;
                case 0xDB:
                    tables.AddSteps(segment);
                    break;
                case 0xDD when segment.Length == 2:
                    restart = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case 0xEE when segment.Length >= 12 && segment.StartsWith("Adobe"u8):
                    transform = segment[11];
                    break;
                case 0xDA:
                    Choose(segment, frame ?? throw new ModelException("JPEG: a scan before its frame"));
                    Planes(frame, width, height, file.Length - at);
                    new JpegScan(file[at..].ToArray(), tables, restart).Read(frame, width, height);
                    return JpegColours.Join(frame, width, height, isDirect: transform == 0);
                case >= 0xE0 or 0xFE:
                    break;
                default:
                    throw new ModelException($"JPEG: marker {marker:X2}; only sequential files with Huffman codes are supported, not progressive or arithmetic ones");
            }
        }
    }

    private static (int Marker, byte[] Bytes) Segment(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length - 1 && file[at] == 0xFF && file[at + 1] == 0xFF)
            at++;
        if (file.Length - at < 4 || file[at] != 0xFF)
            throw new ModelException("JPEG: truncated, or no marker where one has to be");
        int marker = file[at + 1], length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        if (length < 2 || length > file.Length - at - 2)
            throw new ModelException("JPEG: truncated");
        var bytes = file.Slice(at + 4, length - 2).ToArray();
        at += 2 + length;
        return (marker, bytes);
    }

    private static Component[] Frame(ReadOnlySpan<byte> segment, out int width, out int height)
    {
        if (segment.Length < 6 || segment[0] != 8 || segment[5] is not (1 or 3) || segment.Length != 6 + 3 * segment[5])
            throw new ModelException("JPEG: only 8 bits a sample and one or three components are supported");
        (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        if (width is < 1 or > Png.MaxSide || height is < 1 or > Png.MaxSide || (long)width * height > Png.MaxPixels)
            throw new ModelException($"JPEG: {width} by {height} pixels, above {Png.MaxPixels} or {Png.MaxSide} along a side, or none");
        var frame = new Component[segment[5]];
        for (var c = 0; c < frame.Length; c++)
        {
            var s = segment[(6 + 3 * c)..];
            frame[c] = new() { Id = s[0], Across = s[1] >> 4, Down = s[1] & 15, Steps = s[2] };
        }
        // Sampling only means something beside another component.
        if (frame.Length == 1)
            (frame[0].Across, frame[0].Down) = (1, 1);
        var luma = (frame[0].Across, frame[0].Down);
        if (luma is not ((1, 1) or (2, 1) or (2, 2)) || frame.Skip(1).Any(c => (c.Across, c.Down) != (1, 1)))
            throw new ModelException($"JPEG: sampling of {string.Join(", ", frame.Select(c => $"{c.Across}x{c.Down}"))}; chrominance as fine as luminance, half as wide, or half as wide and high is supported");
        return frame;
    }

    /// <summary>The tables that the scan uses for each component.</summary>
    private static void Choose(ReadOnlySpan<byte> segment, Component[] frame)
    {
        if (segment.Length != 4 + 2 * frame.Length || segment[0] != frame.Length)
            throw new ModelException("JPEG: a scan that does not hold every component is not supported");
        for (var c = 0; c < frame.Length; c++)
        {
            if (segment[1 + 2 * c] != frame[c].Id)
                throw new ModelException("JPEG: a scan's components are not the frame's");
            (frame[c].Dc, frame[c].Ac) = (segment[2 + 2 * c] >> 4, segment[2 + 2 * c] & 15);
        }
    }

    private static void Planes(Component[] frame, int width, int height, long bytes)
    {
        int across = 8 * frame[0].Across, down = 8 * frame[0].Down;
        long units = (long)((width + across - 1) / across) * ((height + down - 1) / down), blocks = 0;
        foreach (var c in frame)
            blocks += units * c.Across * c.Down;
        // A block takes two codes of a bit or more.
        if (blocks > 4 * bytes)
            throw new ModelException($"JPEG: {bytes} bytes cannot hold {blocks} blocks");
        foreach (var c in frame)
        {
            c.Pitch = (width + across - 1) / across * 8 * c.Across;
            c.Samples = new byte[c.Pitch * ((height + down - 1) / down * 8 * c.Down)];
        }
    }

    /// <summary>One component of a picture: how it is sampled, coded, and in the end its samples.</summary>
    internal sealed class Component
    {
        public int Id { get; init; }

        public int Across { get; set; }

        public int Down { get; set; }

        public int Steps { get; init; }

        public int Dc { get; set; }

        public int Ac { get; set; }

        public int Pitch { get; set; }

        public byte[] Samples { get; set; } = [];
    }
}
