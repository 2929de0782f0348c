using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;

namespace Assay.Engine.Tests.Models;

public sealed class FormatTests
{
    private static readonly Tensor Floats = Tensor.From<float>(Shape.Of(2, 3), [1, 2, 3, 4, 5, 6]);

    public static TheoryData<Tensor> OfEveryType => new(
        Floats,
        Tensor.Scalar(-1.5),
        Tensor.From<Half>(Shape.Of(2), [(Half)1.5f, Half.NegativeInfinity]),
        Tensor.From<bool>(Shape.Of(3, 1), [true, false, true]),
        Tensor.From<sbyte>(Shape.Of(1), [-128]),
        Tensor.From<byte>(Shape.Of(1), [255]),
        Tensor.From<short>(Shape.Of(1), [-32768]),
        Tensor.From<ushort>(Shape.Of(1), [65535]),
        Tensor.From<int>(Shape.Of(1), [int.MinValue]),
        Tensor.From<uint>(Shape.Of(1), [uint.MaxValue]),
        Tensor.From<long>(Shape.Of(1), [long.MinValue]),
        Tensor.From<ulong>(Shape.Of(1), [ulong.MaxValue]),
        Tensor.Create(DType.Float32, Shape.Of(0, 3)));

    [Theory, MemberData(nameof(OfEveryType))]
    public void Npy_gives_back_what_was_written(Tensor tensor) => Same(tensor, Npy.Read(Npy.Write(tensor)));

    [Theory, MemberData(nameof(OfEveryType))]
    public void Pb_gives_back_what_was_written(Tensor tensor)
    {
        var back = TensorFile.Read(TensorFile.Write(new("t", tensor)));
        Assert.Equal("t", back.Name);
        Same(tensor, back.Value);
    }

    [Theory, MemberData(nameof(OfEveryType))]
    public void Json_gives_back_what_was_written(Tensor tensor)
    {
        if (tensor.Count > 0)
            Same(tensor, JsonTensors.Read(Encoding.UTF8.GetBytes(JsonTensors.Write(tensor)), tensor.Type));
    }

    [Fact]
    public void Npy_of_Fortran_order_is_turned_round()
    {
        var file = NpyFile(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", Tensor.From<float>(Shape.Of(6), [1, 4, 2, 5, 3, 6]).Bytes);
        Same(Floats, Npy.Read(file));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Npy_of_the_other_byte_order_is_turned_round_in_every_version(byte version)
    {
        var bytes = Floats.Bytes.ToArray();
        for (var i = 0; i < bytes.Length; i += 4)
            bytes.AsSpan(i, 4).Reverse();
        Same(Floats, Npy.Read(NpyFile(version, "{'shape': (2,3), \"descr\": '>f4', 'fortran_order': False}", bytes)));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}")]
    [InlineData("{'descr': '|O8', 'fortran_order': False, 'shape': (2, 3)}")]
    [InlineData("{'descr': '<U4', 'fortran_order': False, 'shape': (2, 3)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 99999999999999999999)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x")]
    [InlineData("")]
    public void Npy_headers_that_lie_are_refused(string header) =>
        Assert.Throws<ModelException>(() => Npy.Read(NpyFile(1, header, Floats.Bytes)));

    [Fact]
    public void Mutated_tensor_files_are_read_or_refused()
    {
        var noise = new Noise(2);
        byte[] npy = Npy.Write(Floats), pb = TensorFile.Write(new("t", Floats)), json = "[[1,2,3],[4,5,6e1]]"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            Survives(() => Npy.Read(noise.Mutate(npy)));
            Survives(() => TensorFile.Read(noise.Mutate(pb)));
            Survives(() => JsonTensors.Read(noise.Mutate(json), DType.Float32));
        }
    }

    [Theory]
    [InlineData("[[1,2],[3]]")]
    [InlineData("[1,[2]]")]
    [InlineData("[[1],2]")]
    [InlineData("[[],1]")]
    [InlineData("[1e999]")]
    [InlineData("[\"x\"]")]
    [InlineData("[true]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[1] 2")]
    [InlineData("")]
    [InlineData("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]")]
    public void Json_that_is_no_tensor_is_refused(string text) =>
        Assert.Throws<ModelException>(() => JsonTensors.Read(Encoding.UTF8.GetBytes(text), DType.Float32));

    [Fact]
    public void Json_numbers_round_once_and_integers_are_exact()
    {
        // Halfway between two float32 values in binary64 is not halfway here: the decimal lies just above.
        Assert.Equal(1.00000012f, JsonTensors.Read("1.00000005960464477540"u8, DType.Float32).Span<float>()[0]);
        Assert.Equal(long.MaxValue, JsonTensors.Read("9223372036854775807"u8, DType.Int64).Span<long>()[0]);
        Assert.Throws<ModelException>(() => JsonTensors.Read("9223372036854775808"u8, DType.Int64));
        Assert.Throws<ModelException>(() => JsonTensors.Read("1.0"u8, DType.Int32));
        Assert.True(float.IsNaN(JsonTensors.Read("\"NaN\""u8, DType.Float32).Span<float>()[0]));
        Assert.Equal(Shape.Of(2, 0), JsonTensors.Read("[[],[]]"u8, DType.Float32).Shape);
    }

    private static void Survives(Action read)
    {
        try
        {
            read();
        }
        catch (ModelException)
        {
        }
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal((expected.Type, expected.Shape), (actual.Type, actual.Shape));
        Assert.Equal(expected.Bytes, actual.Bytes);
    }

    private static byte[] NpyFile(byte version, string header, ReadOnlySpan<byte> data)
    {
        byte[] length = version == 1 ? [(byte)header.Length, 0] : [(byte)header.Length, 0, 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data];
    }
}
