using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Tests.Models;

/// <summary>Pictures from anyone: bits turned, bytes cut, segments, chunks and fields exchanged; a typed refusal in one line or a picture, for memory that the file pays for.</summary>
public sealed class PictureFuzzTests
{
    private const string Count = "ASSAY_TEST_PICTURES", Seed = "ASSAY_TEST_PICTURES_SEED";

    // What reading may allocate: for each byte of the file, and beside. A byte of DEFLATE may stand for 1032, which are held up to three times.
    private const long PerByte = 4_000, Beside = 200_000;

    private static readonly uint[] numbers = [0, 1, 2, 3, 4, 7, 8, 16, 255, 256, 4096, 16_384, 16_385, 32_767, 32_768, 65_535, 65_536, 1 << 24, int.MaxValue, 1u << 31, uint.MaxValue - 7, uint.MaxValue];

    [Fact]
    public void Damaged_files_give_the_typed_error_or_a_picture() => Run(20_000, 11);

    /// <summary>As many as the environment says, from any seed.</summary>
    [Fact(Explicit = true)]
    public void Many_damaged_files_give_the_typed_error_or_a_picture()
    {
        Assert.SkipUnless(int.TryParse(Environment.GetEnvironmentVariable(Count), CultureInfo.InvariantCulture, out var count), $"{Count} does not say how many");
        Run(count, ulong.TryParse(Environment.GetEnvironmentVariable(Seed), CultureInfo.InvariantCulture, out var seed) ? seed : 12);
    }

    [Fact]
    public void Every_sample_is_read_or_refused_as_it_is_meant_to_be()
    {
        foreach (var file in PictureSamples.All())
            if (KindOf(file) is { } read)
                Assert.True(read(file).Pixels.Length > 0);
    }

    [Theory]
    [InlineData("7820000000010101")]            // a dictionary that nobody has
    [InlineData("78F9")]
    [InlineData("7901")]
    [InlineData("08")]
    [InlineData("7801")]
    [InlineData("780107")]                      // a block of a kind that does not exist
    [InlineData("78010500000000000000000000000000000000")]
    public void Compressed_pixels_of_a_kind_that_is_none_are_refused(string data)
    {
        foreach (var sample in PictureSamples.All().Where(f => f.AsSpan().StartsWith(Png.Signature)))
        {
            var chunks = PictureSamples.Split(sample);
            var at = chunks.FindIndex(c => c.Type.AsSpan().SequenceEqual("IDAT"u8));
            chunks.RemoveAll(c => c.Type.AsSpan().SequenceEqual("IDAT"u8));
            // Zeros enough, so that they could hold the pixels.
            chunks.Insert(at, ("IDAT"u8.ToArray(), [.. Convert.FromHexString(data), .. new byte[100_000]]));
            Assert.StartsWith("PNG: ", Assert.Throws<ModelException>(() => Png.Read(PictureSamples.Join(chunks))).Message, StringComparison.Ordinal);
        }
    }

    private static void Run(int count, ulong seed)
    {
        var noise = new Noise(seed);
        var samples = PictureSamples.All().Where(f => KindOf(f) is not null && f.Length < 20_000).ToArray();
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        var pictures = 0;
        for (var i = 0; i < count; i++)
        {
            var sample = samples[i % samples.Length];
            var file = Damage(noise, sample, samples[noise.Below(samples.Length)]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var picture = KindOf(sample)!(file);
                pictures++;
                Assert.Equal((long)picture.Width * picture.Height * picture.Channels, picture.Pixels.Length);
            }
            catch (ModelException e)
            {
                Assert.InRange(e.Message.Length, 1, 500);
                Assert.DoesNotContain('\n', e.Message);
                var gist = string.Concat(e.Message.Where(c => !char.IsAsciiDigit(c)));
                refusals[gist] = refusals.GetValueOrDefault(gist) + 1;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"file {i} of seed {seed}, {Convert.ToHexString(file)}: {e}");
            }
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(bytes <= (PerByte * file.Length) + Beside, $"file {i} of seed {seed}: {file.Length} bytes allocated {bytes}: {Convert.ToHexString(file)}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} files of {samples.Length} samples, {pictures} read, {refusals.Count} refusals: {string.Join("; ", refusals.OrderByDescending(r => r.Value).Select(r => $"{r.Value} {r.Key}"))}");
        Assert.InRange(pictures, count / 20, count - (count / 10));
        Assert.InRange(refusals.Count, 30, 1000);
    }

    /// <summary>The reader of a file that begins so; null where there is none.</summary>
    private static Func<byte[], Picture>? KindOf(ReadOnlySpan<byte> file) =>
        file.StartsWith(Png.Signature) ? f => Png.Read(f) : file.StartsWith(Jpeg.Signature) ? f => Jpeg.Read(f) : Tiff.Begins(file) ? f => Tiff.Read(f)
        : file.StartsWith(Bmp.Signature) ? f => Bmp.Read(f) : file.StartsWith("P5"u8) || file.StartsWith("P6"u8) ? f => Pnm.Read(f) : null;

    private static byte[] Damage(Noise noise, byte[] file, byte[] other)
    {
        // The checksums of a PNG file hide what is behind them: most of its mutants have right ones.
        if (file.AsSpan().StartsWith(Png.Signature) && noise.Below(6) > 0)
            return Chunks(noise, file, other);
        if (file.AsSpan().StartsWith(Jpeg.Signature) && noise.Below(2) == 0)
            return Segments(noise, file, other);
        switch (noise.Below(4))
        {
            case 0:
                var bits = (byte[])file.Clone();
                for (var n = 1 + noise.Below(3); n > 0; n--)
                    bits[noise.Below(bits.Length)] ^= (byte)(1 << noise.Below(8));
                return bits;
            case 1:
                return Numbers(noise, file);
            case 2 when KindOf(file)?.Method == KindOf(other)?.Method:
                return [.. file[..noise.Below(file.Length + 1)], .. other[noise.Below(other.Length)..]];
            default:
                return noise.Mutate(file);
        }
    }

    /// <summary>Numbers of one, two or four bytes set to what readers stumble over, most of them near the beginning.</summary>
    private static byte[] Numbers(Noise noise, byte[] file)
    {
        var bytes = (byte[])file.Clone();
        for (var n = 1 + noise.Below(3); n > 0; n--)
        {
            var number = numbers[noise.Below(numbers.Length)];
            var at = bytes.AsSpan(noise.Below(noise.Below(2) == 0 ? bytes.Length : Math.Min(bytes.Length, 150)));
            switch (noise.Below(5))
            {
                case 0 when at.Length >= 4: BinaryPrimitives.WriteUInt32BigEndian(at, number); break;
                case 1 when at.Length >= 4: BinaryPrimitives.WriteUInt32LittleEndian(at, number); break;
                case 2 when at.Length >= 2: BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)number); break;
                case 3 when at.Length >= 2: BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)number); break;
                default: at[0] = (byte)number; break;
            }
        }
        return bytes;
    }

    /// <summary>Chunks changed, exchanged, doubled, dropped, or of another file; the pixels also within their compression. The checksums are right.</summary>
    private static byte[] Chunks(Noise noise, byte[] file, byte[] other)
    {
        var chunks = PictureSamples.Split(file);
        var others = other.AsSpan().StartsWith(Png.Signature) ? PictureSamples.Split(other) : chunks;
        for (var n = 1 + noise.Below(3); n > 0; n--)
        {
            var i = noise.Below(chunks.Count);
            var (type, content) = chunks[i];
            switch (noise.Below(9))
            {
                case 0: chunks[i] = (type, noise.Mutate(content)); break;
                case 1 when content.Length > 0: chunks[i] = (type, Numbers(noise, content)); break;
                case 2: chunks.Insert(i, chunks[noise.Below(chunks.Count)]); break;
                case 3 when chunks.Count > 2: chunks.RemoveAt(i); break;
                case 4: (chunks[0], chunks[i]) = (chunks[i], chunks[0]); break;
                case 5: chunks[i] = (Numbers(noise, type), content); break;
                case 6: chunks[i] = others[noise.Below(others.Count)]; break;
                default: Pixels(noise, chunks); break;
            }
        }
        return PictureSamples.Join(chunks);
    }

    private static void Pixels(Noise noise, List<(byte[] Type, byte[] Content)> chunks)
    {
        var first = chunks.FindIndex(c => c.Type.AsSpan().SequenceEqual("IDAT"u8));
        if (first < 0)
            return;
        try
        {
            using var data = new MemoryStream([.. chunks.Where(c => c.Type.AsSpan().SequenceEqual("IDAT"u8)).SelectMany(c => c.Content)]);
            using var zlib = new ZLibStream(data, CompressionMode.Decompress);
            using var rows = new MemoryStream();
            zlib.CopyTo(rows);
            chunks.RemoveAll(c => c.Type.AsSpan().SequenceEqual("IDAT"u8));
            chunks.Insert(first, ("IDAT"u8.ToArray(), PictureSamples.Deflated(noise.Mutate(rows.ToArray()))));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // Damaged before.
        }
    }

    /// <summary>Segments of a JPEG file changed, doubled, dropped, exchanged, or of another file; their lengths are right.</summary>
    private static byte[] Segments(Noise noise, byte[] file, byte[] other)
    {
        var (segments, scan) = Parts(file);
        var (others, otherScan) = other.AsSpan().StartsWith(Jpeg.Signature) ? Parts(other) : (segments, scan);
        for (var n = 1 + noise.Below(3); n > 0 && segments.Count > 0; n--)
        {
            var i = noise.Below(segments.Count);
            switch (noise.Below(7))
            {
                case 0: segments[i] = Whole(segments[i][1], noise.Mutate(segments[i].AsSpan(4))); break;
                case 1 when segments[i].Length > 4: segments[i] = Whole(segments[i][1], Numbers(noise, segments[i][4..])); break;
                case 2: segments.Insert(i, segments[noise.Below(segments.Count)]); break;
                case 3: segments.RemoveAt(i); break;
                case 4: segments[i] = others[noise.Below(others.Count)]; break;
                case 5: segments.Insert(i, others[noise.Below(others.Count)]); break;
                default: scan = noise.Below(2) == 0 ? otherScan : noise.Mutate(scan); break;
            }
        }
        return [0xFF, 0xD8, .. segments.SelectMany(s => s), .. scan];
    }

    private static byte[] Whole(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static (List<byte[]> Segments, byte[] Scan) Parts(byte[] file)
    {
        var segments = new List<byte[]>();
        var at = 2;
        while (segments.Count == 0 || segments[^1][1] != 0xDA)
        {
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
            segments.Add(file[at..(at + length)]);
            at += length;
        }
        return (segments, file[at..]);
    }
}
