using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Tests.Models;

/// <summary>Types below eight bits: a byte an element in memory, packed in files.</summary>
public sealed class SmallTypeTests
{
    [Theory]
    [InlineData(DType.UInt4, new byte[] { 1, 15, 7 }, new byte[] { 0xF1, 0x07 })]
    [InlineData(DType.Int4, new byte[] { 1, 0xF8, 7 }, new byte[] { 0x81, 0x07 })]
    [InlineData(DType.Float4E2M1, new byte[] { 1, 15, 8 }, new byte[] { 0xF1, 0x08 })]
    [InlineData(DType.UInt2, new byte[] { 1, 3, 2, 0, 3 }, new byte[] { 0x2D, 0x03 })]
    [InlineData(DType.Int2, new byte[] { 1, 0xFF, 0xFE, 0, 0xFF }, new byte[] { 0x2D, 0x03 })]
    [InlineData(DType.Float8E4M3FN, new byte[] { 1, 0xFF }, new byte[] { 1, 0xFF })]
    public void Elements_are_packed_in_files_and_nowhere_else(DType type, byte[] memory, byte[] file)
    {
        var tensor = Tensor.Wrap(type, Shape.Of(memory.Length), memory);
        var proto = TensorMessages.Write("x", tensor);
        Assert.Equal(file, proto.RawData.ToByteArray());
        var messages = new TensorMessages(ModelFiles.None, ReadLimits.Default);
        Assert.Equal(memory, messages.Read(proto).Bytes.ToArray());
        proto.Int32Data.AddRange(file.Select(b => (int)b));
        proto.RawData = Google.Protobuf.ByteString.Empty;
        Assert.Equal(memory, messages.Read(proto).Bytes.ToArray());
        proto.Int32Data.Add(0);
        Assert.Contains("are there", Assert.Throws<ModelException>(() => messages.Read(proto)).Message, StringComparison.Ordinal);
        Assert.Equal(memory, TensorEncoding.Decode(TensorEncoding.Encode([new("x", tensor)]))[0].Value.Bytes.ToArray());
    }

    [Theory]
    [InlineData(DType.UInt4, 16)]
    [InlineData(DType.Int4, 8)]
    [InlineData(DType.Float4E2M1, 16)]
    [InlineData(DType.UInt2, 4)]
    [InlineData(DType.Int2, 2)]
    public void A_byte_that_no_element_has_is_refused(DType type, byte value) =>
        Assert.Contains($"no {type.Name()}", Assert.Throws<ModelException>(() => Tensor.Wrap(type, Shape.Of(1), new[] { value })).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_type_has_a_name_and_is_found_by_it()
    {
        foreach (var type in Enum.GetValues<DType>().Where(t => t != DType.String))
            Assert.Equal(type, DTypes.Parse(type.Name()));
        Assert.Equal(17, (int)DTypes.Parse("float8e4m3fn")!);
        Assert.Equal(26, (int)DTypes.Parse("int2")!);
    }

    [Fact]
    public void They_are_shown_as_numbers()
    {
        Assert.Equal("[1,-8]", JsonTensors.Write(Tensor.Wrap(DType.Int4, Shape.Of(2), new byte[] { 1, 0xF8 })));
        Assert.Equal("[448,\"NaN\"]", JsonTensors.Write(Tensor.Wrap(DType.Float8E4M3FN, Shape.Of(2), new byte[] { 0x7E, 0x7F })));
        Assert.Equal("[0.5,-6]", JsonTensors.Write(Tensor.Wrap(DType.Float4E2M1, Shape.Of(2), new byte[] { 1, 15 })));
    }
}
