using Assay.Engine.Models;

namespace Assay.Bench.Tests;

public sealed class NarrowElementsTests
{
    [Theory]
    [InlineData(DType.Int4, new byte[] { 1, 0xFF, 0xF8, 7, 0 }, new byte[] { 0xF1, 0x78, 0x00 })]
    [InlineData(DType.UInt4, new byte[] { 1, 15, 8 }, new byte[] { 0xF1, 0x08 })]
    [InlineData(DType.Int2, new byte[] { 1, 0xFF, 0xFE, 0, 1 }, new byte[] { 0x2D, 0x01 })]
    [InlineData(DType.UInt2, new byte[] { 1, 3, 2 }, new byte[] { 0x2D })]
    [InlineData(DType.UInt8, new byte[] { 1, 200 }, new byte[] { 1, 200 })]
    public void Elements_below_eight_bits_are_packed_from_the_low_bits_and_come_back(DType type, byte[] ours, byte[] theirs)
    {
        var tensor = Tensor.Wrap(type, Shape.Of(ours.Length), ours);
        Assert.Equal(theirs, NarrowElements.Pack(tensor));
        Assert.Equal(theirs.Length, NarrowElements.PackedLength(type, ours.Length));
        Assert.Equal(ours, NarrowElements.Unpack(type, tensor.Shape, theirs).Bytes);
    }
}
