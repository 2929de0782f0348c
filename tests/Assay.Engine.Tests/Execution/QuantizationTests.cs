using Assay.Engine.Models;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Quantising, products of what is quantised, and casts of the small types, by hand.</summary>
public sealed class QuantizationTests
{
    [Fact]
    public void Quantising_rounds_to_even_moves_and_saturates()
    {
        var x = F(0.5f, 1.5f, -2.5f, 1000, -1000, float.NaN, 1e38f);
        Assert.Equal([10, 12, 8, 255, 0, 10, 255], Quantize([x, F(1), Bytes(10)]).Bytes.ToArray());
        Assert.Equal([0, 2, -2, 127, -128, 0, 127], Quantize([x, F(1), Tensor.From<sbyte>(Shape.Of(1), [0])]).Span<sbyte>().ToArray());
        Assert.Equal([0, 2, 0xFE, 7, 0xF8, 0, 7], Quantize([x, F(1)], ("output_dtype", (long)DType.Int4)).Bytes.ToArray());
        Assert.Contains("zero points 2 for scales 1", OpsetTests.Refused(21, "QuantizeLinear", [x, F(1), Bytes(10, 11)]), StringComparison.Ordinal);
        Assert.Contains("that is not 0", OpsetTests.Refused(21, "QuantizeLinear", [x, F(1), Tensor.Wrap(DType.Float8E5M2, Shape.Of(1), new byte[] { 1 })]), StringComparison.Ordinal);
    }

    [Fact]
    public void Scales_belong_to_all_to_an_axis_or_to_blocks()
    {
        var x = Tensor.From<float>(Shape.Of(2, 3), [2, 4, 6, 2, 4, 6]);
        Assert.Equal([2, 2, 2, 2, 2, 2], Quantize([x, F(1, 2, 3)]).Bytes.ToArray());
        Assert.Equal([2, 4, 6, 1, 2, 3], Quantize([x, F(1, 2)], ("axis", 0)).Bytes.ToArray());
        var blocks = Tensor.From<float>(Shape.Of(2, 2), [1, 2, 2, 1]);
        Assert.Equal([2, 4, 3, 1, 2, 6], Quantize([x, blocks], ("axis", 1), ("block_size", 2)).Bytes.ToArray());
        var back = OpsetTests.Run(21, "DequantizeLinear", [Tensor.From<byte>(Shape.Of(2, 3), [2, 4, 3, 1, 2, 6]), blocks, Tensor.From<byte>(Shape.Of(2, 2), [1, 0, 1, 0])], ("axis", 1), ("block_size", 2));
        Assert.Equal([1f, 3, 6, 0, 2, 6], OpsetTests.Floats(back));
        Assert.Contains("extent of axis 1", OpsetTests.Refused(21, "QuantizeLinear", [x, F(1, 2)]), StringComparison.Ordinal);
        Assert.Contains("blocks along axis 1", OpsetTests.Refused(21, "QuantizeLinear", [x, blocks], ("block_size", 1)), StringComparison.Ordinal);
        Assert.Contains("block_size is -1", OpsetTests.Refused(21, "QuantizeLinear", [x, blocks], ("block_size", -1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Products_of_integers_are_exact_sums_of_what_lies_above_the_zero_points()
    {
        Tensor a = Tensor.From<byte>(Shape.Of(2, 2), [255, 0, 3, 4]), b = Tensor.From<sbyte>(Shape.Of(2, 2), [-128, 127, 1, 2]);
        Assert.Equal([(255 - 1) * (-128 - 2) - (1 - 2), 254 * (127 + 3) - 5, 2 * -130 + 3 * -1, 2 * 130 + 3 * 5],
            OpsetTests.Run(10, "MatMulInteger", [a, b, Bytes(1), Tensor.From<sbyte>(Shape.Of(2), [2, -3])]).Span<int>().ToArray());
        Assert.Equal([255 * -128, 255 * 127, 128, -127], OpsetTests.Run(10, "MatMulInteger", [a, b, Bytes(0, 4)]).Span<int>().ToArray());
        var x = Tensor.From<byte>(Shape.Of(1, 1, 1, 3), [5, 6, 7]);
        var w = Tensor.From<byte>(Shape.Of(1, 1, 1, 2), [1, 2]);
        Assert.Equal([0, 2, 5], OpsetTests.Run(10, "ConvInteger", [x, w, Bytes(5)], ("pads", new long[] { 0, 1, 0, 0 })).Span<int>().ToArray());
        Assert.Contains("zero points", OpsetTests.Refused(10, "MatMulInteger", [a, b, Bytes(1, 2, 3)]), StringComparison.Ordinal);
        Assert.Contains("int8 or uint8", OpsetTests.Refused(10, "MatMulInteger", [F(1), F(1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_of_few_bits_take_the_low_bits_of_the_nearest_whole_number()
    {
        var x = F(2.5f, 3.5f, -9, 16, float.NaN, float.PositiveInfinity, -0.6f, 1e20f);
        Assert.Equal([2, 4, 7, 0, 0, 0, 0xFF, 0], Cast(x, DType.Int4).Bytes.ToArray());
        Assert.Equal([2, 4, 7, 0, 0, 0, 15, 0], Cast(x, DType.UInt4).Bytes.ToArray());
        Assert.Equal([0xFE, 0, 0xFF, 0, 0, 0, 0xFF, 0], Cast(x, DType.Int2).Bytes.ToArray());
        Assert.Equal([1, 3], Cast(Tensor.From<long>(Shape.Of(2), [-15, 35]), DType.UInt4).Bytes.ToArray());
        Assert.Equal([-8f, 7], OpsetTests.Floats(Cast(Tensor.Wrap(DType.Int4, Shape.Of(2), new byte[] { 0xF8, 7 }), DType.Float32)));
        Assert.Equal([1, 0, 1], Cast(Tensor.Wrap(DType.Float8E5M2, Shape.Of(3), new byte[] { 1, 0x80, 0x7F }), DType.Bool).Bytes.ToArray());
        Assert.Equal([0x7E, 0x7E], Cast(Tensor.From<long>(Shape.Of(2), [448, long.MaxValue]), DType.Float8E4M3FN).Bytes.ToArray());
        Assert.Equal([0x7F], OpsetTests.Run(25, "Cast", [F(1e9f)], ("to", (long)DType.Float8E4M3FN), ("saturate", 0)).Bytes.ToArray());
        Assert.Equal([0x7F], OpsetTests.Run(25, "Cast", [F(1.9f)], ("to", (long)DType.Float8E8M0), ("round_mode", "down")).Bytes.ToArray());
        Assert.Contains("round_mode 'odd'", OpsetTests.Refused(25, "Cast", [F(1)], ("to", (long)DType.Float8E8M0), ("round_mode", "odd")), StringComparison.Ordinal);

        static Tensor Cast(Tensor t, DType to) => OpsetTests.Run(25, "Cast", [t], ("to", (long)to));
    }

    [Fact]
    public void Small_types_do_not_compute()
    {
        var x = Tensor.Wrap(DType.Int4, Shape.Of(1), new byte[] { 1 });
        Assert.Contains("numbers are needed", OpsetTests.Refused(25, "Add", [x, x]), StringComparison.Ordinal);
        Assert.Contains("numbers are needed", OpsetTests.Refused(25, "Equal", [x, x]), StringComparison.Ordinal);
        Assert.Equal([1, 1], OpsetTests.Run(25, "Concat", [x, x], ("axis", 0)).Bytes.ToArray());
    }

    private static Tensor Quantize(Tensor[] operands, params (string, object)[] attributes) => OpsetTests.Run(21, "QuantizeLinear", operands, attributes);

    private static Tensor F(params float[] v) => Tensor.From<float>(Shape.Of(v.Length), v);

    private static Tensor Bytes(params byte[] v) => Tensor.From<byte>(Shape.Of(v.Length), v);
}
