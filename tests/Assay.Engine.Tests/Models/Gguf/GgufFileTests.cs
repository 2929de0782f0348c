using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Tests.Models.Gguf;

public sealed class GgufFileTests
{
    private static GgufWriter Small() => new GgufWriter().Key("general.architecture", "llama").Tensor("a", WeightType.F32, [8, 2], new byte[64]).Tensor("b", WeightType.Q8_0, [32], new byte[34]);

    [Fact]
    public void Metadata_and_tensors_are_read_as_they_were_written()
    {
        var bytes = new GgufWriter()
            .Key("u", 7u).Key("f", 1.5f).Key("b", value: true).Key("s", "é\n").Key("list", ["x", "", "yz"]).Key("numbers", [1f, 2f])
            .Key("deep", GgufType.Array, [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5, 6])
            .Key("i8", GgufType.Int8, [0xFE]).Key("d", GgufType.Float64, BitConverter.GetBytes(0.5)).Key("u64", GgufType.UInt64, BitConverter.GetBytes(ulong.MaxValue))
            .Tensor("a", WeightType.F32, [8, 2], [.. Enumerable.Range(0, 64).Select(i => (byte)i)]).Tensor("b", WeightType.Q8_0, [32], new byte[34]).ToBytes();
        using var file = GgufFile.Read(bytes);
        var m = file.Metadata;
        Assert.Equal((7L, 1.5f, true, "é\n", -2L, 0.5f), (m["u"].Whole, m["f"].Float, m["b"].Bool, m["s"].String, m["i8"].Whole, m["d"].Float));
        Assert.Null(m["u64"].Whole);
        Assert.Null(m["u"].Float);
        Assert.Equal([1, 0, 2], m["list"].Strings()!.Select(s => s.Length));
        Assert.Equal(2f, m["numbers"].FloatAt(1));
        Assert.Equal((GgufType.Array, 1), (m["deep"].Type, m["deep"].Count));
        Assert.Equal(["a", "b"], file.Tensors.Select(t => t.Name));
        Assert.Equal([8L, 2L], file.Tensors[0].Dims);
        Assert.Equal(bytes.AsMemory((int)file.Tensors[0].Offset, 64).ToArray(), file.Data(file.Tensors[0]).ToArray());
        Assert.Equal(63, file.Data(file.Tensors[0]).Span[63]);
    }

    [Fact]
    public void Version_2_is_read_like_version_3() => GgufFile.Read(new GgufWriter { Version = 2 }.Key("general.architecture", "llama").ToBytes()).Dispose();

    [Fact]
    public void A_file_on_disk_is_read_in_place_and_given_back()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Small().ToBytes());
            var file = GgufFile.Open(path);
            var data = file.Data(file.Tensors[1]);
            Assert.Equal(34, data.Span.Length);
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => data.Span.Length);
            file.Dispose();
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Contains("cannot be opened", Refused(() => GgufFile.Open(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alignment_of_the_files_own_is_kept()
    {
        var bytes = new GgufWriter { Alignment = 64 }.Key("general.alignment", 64u).Tensor("a", WeightType.F32, [1], new byte[4]).Tensor("b", WeightType.F32, [1], [0, 0, 128, 63]).ToBytes();
        using var file = GgufFile.Read(bytes);
        Assert.All(file.Tensors, t => Assert.Equal(0, t.Offset % 64));
        Assert.Equal([0, 0, 128, 63], file.Data(file.Tensors[1]).ToArray());
    }

    public static TheoryData<string, byte[]> Lies()
    {
        var good = Small().ToBytes();
        byte[] With(int at, params byte[] bytes)
        {
            var file = (byte[])good.Clone();
            bytes.CopyTo(file, at);
            return file;
        }
        byte[] most = [255, 255, 255, 255, 255, 255, 255, 255];
        return new TheoryData<string, byte[]>
        {
            { "does not begin with 'GGUF'", With(0, 0x47, 0x47, 0x4D, 0x4C) },
            { "does not begin with 'GGUF'", [] },
            { "version 1 is not supported", With(4, 1) },
            { "big-endian", With(4, 0, 0, 0, 3) },
            { "claims 18446744073709551615 tensors", With(8, most) },
            { "claims 4294967298 tensors", With(12, 1) },
            { "claims 18446744073709551615 metadata keys", With(16, most) },
            { "a metadata key of 18446744073709551615 bytes", With(24, most) },
            { "ends early", good[..40] },
            { "reaches beyond the end", good[..^64] },
            { "unknown type 13", new GgufWriter().Key("k", (GgufType)13, []).ToBytes() },
            { "elements of the unknown type 99", new GgufWriter().Array("k", (GgufType)99, 0, []).ToBytes() },
            { "claims 9223372036854775807 elements", new GgufWriter().Array("k", GgufType.UInt8, long.MaxValue, []).ToBytes() },
            { "ends early", new GgufWriter().Array("k", GgufType.UInt64, 8, [1, 2, 3, 4, 5, 6, 7, 8, 9]).ToBytes() },
            { "a text of 18446744073709551615 bytes", new GgufWriter().Key("k", GgufType.String, most).ToBytes() },
            { "neither 0 nor 1", new GgufWriter().Key("k", GgufType.Bool, [2]).ToBytes() },
            { "nests arrays more than 4 deep", new GgufWriter().Key("k", GgufType.Array, [.. Enumerable.Repeat((byte[])[9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 9).SelectMany(b => b)]).ToBytes() },
            { "has the key 'k' twice", new GgufWriter().Key("k", 1u).Key("k", 1u).ToBytes() },
            { "two tensors called 'a'", Small().Tensor("a", WeightType.F32, [1], new byte[4]).ToBytes() },
            { "has 5 dimensions", new GgufWriter().Tensor("t", WeightType.F32, [1, 1, 1, 1, 1], new byte[4]).ToBytes() },
            { "has 0 dimensions", new GgufWriter().Tensor("t", WeightType.F32, [], new byte[4]).ToBytes() },
            { "a dimension of 0", new GgufWriter().Tensor("t", WeightType.F32, [4, 0], new byte[4]).ToBytes() },
            { "a dimension of 4294967296", new GgufWriter().Tensor("t", WeightType.F32, [1L << 32, 1L << 32], new byte[4]).ToBytes() },
            { "a dimension of 18446744073709551615", new GgufWriter().Tensor("t", WeightType.F32, [-1], new byte[4]).ToBytes() },
            { "has the type IQ4_NL: F32", new GgufWriter().Tensor("t", (WeightType)20, [32], new byte[18]).ToBytes() },
            { "has the type 39: F32", new GgufWriter().Tensor("t", (WeightType)39, [32], new byte[24]).ToBytes() },
            { "rows of 33, which Q8_0 cannot hold", new GgufWriter().Tensor("t", WeightType.Q8_0, [33], new byte[68]).ToBytes() },
            { "at most 2 GiB a tensor", new GgufWriter().Tensor("t", WeightType.F32, [1 << 20, 1 << 10], []).ToBytes() },
            { "not a power of two", new GgufWriter().Key("general.alignment", 24u).ToBytes() },
            { "not a power of two", new GgufWriter().Key("general.alignment", 0u).ToBytes() },
            { "not a multiple of 64", new GgufWriter().Key("general.alignment", 64u).Tensor("a", WeightType.F32, [1], new byte[4]).Tensor("b", WeightType.F32, [1], new byte[4]).ToBytes() },
            { "overlap", Overlapping() },
        };
    }

    // The second tensor's offset, the last eight bytes of the table, is set to the first's.
    private static byte[] Overlapping()
    {
        var bytes = new GgufWriter().Tensor("a", WeightType.F32, [16], new byte[64]).Tensor("b", WeightType.F32, [1], new byte[32]).ToBytes();
        using var file = GgufFile.Read(bytes);
        var at = bytes.AsSpan(0, (int)file.Tensors[0].Offset).LastIndexOf((byte)64);
        bytes[at] = 32;
        return bytes;
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_header_that_lies_is_refused_in_one_line(string reason, byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Refused(() => GgufFile.Read(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    internal static string Refused(Func<object> read)
    {
        var message = Assert.Throws<ModelException>(read).Message;
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, 10, 400);
        return message;
    }
}
