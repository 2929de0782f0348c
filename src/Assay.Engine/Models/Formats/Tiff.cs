using System.Buffers.Binary;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>Reads the first picture of an uncompressed TIFF file of 8 bits a channel: gray, or red, green and blue side by side, in strips.</summary>
/// <remarks>Source: Adobe, TIFF revision 6.0, baseline.</remarks>
public static class Tiff
{
    private const int ImageWidth = 256, ImageLength = 257, BitsPerSample = 258, Compression = 259, Photometric = 262, StripOffsets = 273,
        Orientation = 274, SamplesPerPixel = 277, RowsPerStrip = 278, StripByteCounts = 279, PlanarConfiguration = 284;

    /// <summary>Strips of a picture at most.</summary>
    private const int MaxStrips = Png.MaxSide;

    internal static bool Begins(ReadOnlySpan<byte> file) => file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8);

    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        if (!Begins(file) || file.Length < 8)
            throw new ModelException("not a TIFF file: no signature");
        var fields = new Fields(file, file[0] == 'M');
        int width = fields.One(ImageWidth, 0), height = fields.One(ImageLength, 0), channels = fields.One(SamplesPerPixel, 1), colours = fields.One(Photometric, -1);
        if (width is < 1 or > Png.MaxSide || height is < 1 or > Png.MaxSide || (long)width * height > Png.MaxPixels)
            throw new ModelException($"TIFF: {width} by {height} pixels, above {Png.MaxPixels} or {Png.MaxSide} along a side, or none");
        if (fields.One(Compression, 1) != 1 || fields.One(PlanarConfiguration, 1) != 1 || fields.One(Orientation, 1) != 1 || (channels, colours) is not ((1, 1) or (3, 2)))
            throw new ModelException("TIFF: only uncompressed gray or RGB pictures, upright, channels side by side, are supported");
        for (var c = 0; c < channels; c++)
            if (fields.At(fields.Find(BitsPerSample), c, 1) != 8)
                throw new ModelException($"TIFF: {fields.At(fields.Find(BitsPerSample), c, 1)} bits a channel; 8 are supported");
        // Nothing is compressed, and no two strips need the same bytes.
        if ((long)width * height * channels > file.Length)
            throw new ModelException($"TIFF: {file.Length} bytes cannot hold {width} by {height} pixels");
        var rows = Math.Clamp(fields.One(RowsPerStrip, height), 1, height);
        var pixels = new byte[width * height * channels];
        var strips = (height + rows - 1) / rows;
        if (strips > MaxStrips)
            throw new ModelException($"TIFF: {strips} strips, above {MaxStrips}");
        Field offsets = fields.Find(StripOffsets), lengths = fields.Find(StripByteCounts);
        for (var s = 0; s < strips; s++)
        {
            Interrupt.Check();
            var target = pixels.AsSpan(s * rows * width * channels, Math.Min(rows, height - s * rows) * width * channels);
            long from = (uint)fields.At(offsets, s, 0), length = (uint)fields.At(lengths, s, 0);
            if (length != target.Length || from + length > file.Length)
                throw new ModelException($"TIFF: strip {s} of {length} bytes at {from}, where {target.Length} within {file.Length} are needed");
            file.Slice((int)from, (int)length).CopyTo(target);
        }
        return new(width, height, channels, pixels);
    }

    /// <summary>Where a field stands among the entries; -1 where it does not.</summary>
    private readonly record struct Field(int Tag, int Entry);

    /// <summary>The first directory: twelve bytes a field, of 16 or 32 bits a number.</summary>
    private readonly ref struct Fields
    {
        private readonly ReadOnlySpan<byte> file, entries;
        private readonly bool isBig;

        public Fields(ReadOnlySpan<byte> file, bool isBig)
        {
            this.file = file;
            this.isBig = isBig;
            long at = Long(file[4..]);
            if (at + 2 > file.Length)
                throw new ModelException("TIFF: truncated");
            var size = 12 * Short(file[(int)at..]);
            if (at + 2 + size > file.Length)
                throw new ModelException("TIFF: truncated");
            entries = file.Slice((int)at + 2, size);
        }

        public int One(int tag, int otherwise) => At(Find(tag), 0, otherwise);

        public Field Find(int tag)
        {
            for (var e = 0; e < entries.Length; e += 12)
                if (Short(entries[e..]) == tag)
                    return new(tag, e);
            return new(tag, -1);
        }

        /// <summary>Number <paramref name="i"/> of a field.</summary>
        public int At(Field field, int i, int otherwise)
        {
            if (field.Entry < 0)
                return otherwise;
            var entry = entries[field.Entry..];
            var type = Short(entry[2..]);
            var size = type switch { 3 => 2, 4 => 4, _ => throw new ModelException($"TIFF: field {field.Tag} is of type {type}, not a whole number") };
            long count = Long(entry[4..]), at = count * size <= 4 ? 0 : Long(entry[8..]);
            if (i >= count || at + (i + 1L) * size > file.Length)
                throw new ModelException($"TIFF: field {field.Tag} has no number {i}");
            var value = count * size <= 4 ? entry[(8 + i * size)..] : file[(int)(at + i * size)..];
            return size == 2 ? Short(value) : (int)Math.Min(Long(value), int.MaxValue);
        }

        private int Short(ReadOnlySpan<byte> at) => isBig ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

        private uint Long(ReadOnlySpan<byte> at) => isBig ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    }
}
