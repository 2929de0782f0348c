using System.Buffers.Binary;
using Assay.Verify;

namespace Assay.Store.Tests;

public class OpeningTests
{
    private static readonly Opening Full = new([1, 2, 3], new([4], [5, 6]), new([7, 7], []), new([8], [9, 9, 9]));

    public static TheoryData<bool> WithWire => [true, false];

    [Theory]
    [MemberData(nameof(WithWire))]
    public void Comes_back_as_it_was(bool wire)
    {
        var opening = wire ? Full : Full with { WireInput = null };
        var back = Opening.Parse(opening.ToBytes());
        Assert.Equal(opening.ToBytes(), back.ToBytes());
        Assert.Equal(opening.Envelope, back.Envelope);
        Assert.Equal(opening.Output.Salt, back.Output.Salt);
        Assert.Equal(opening.Input.Bytes, back.Input.Bytes);
        Assert.Equal(wire, back.WireInput is not null);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = Full.ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<MalformedException>(() => Opening.Parse(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Bytes_after_the_end_are_refused() =>
        Assert.Throws<MalformedException>(() => Opening.Parse([.. Full.ToBytes(), 0]));

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(1UL << 32)]
    [InlineData((1UL << 32) + 3)]
    [InlineData(int.MaxValue)]
    public void Length_that_lies_is_refused_before_anything_is_allocated(ulong length)
    {
        var bytes = Full.ToBytes();
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan("assay/opening/v1\n".Length), length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MalformedException>(() => Opening.Parse(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Any_changed_byte_is_refused_or_shows()
    {
        var good = Full.ToBytes();
        for (var at = 0; at < good.Length; at++)
        {
            var bytes = good.ToArray();
            bytes[at] ^= 0x40;
            try
            {
                Assert.NotEqual(good, Opening.Parse(bytes).ToBytes());
            }
            catch (MalformedException)
            {
                // The better answer.
            }
        }
    }
}
