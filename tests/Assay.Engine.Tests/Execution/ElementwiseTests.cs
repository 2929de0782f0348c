using Assay.Engine.Models;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Bits, remainders, powers, choices, ranges and activations, by hand.</summary>
public sealed class ElementwiseTests
{
    [Fact]
    public void Bits_of_bools_and_of_integers_are_combined()
    {
        Tensor p = Tensor.From<bool>(Shape.Of(4), [false, false, true, true]), q = Tensor.From<bool>(Shape.Of(4), [false, true, false, true]);
        Assert.Equal([0, 0, 0, 1], Run("And", p, q).Bytes.ToArray());
        Assert.Equal([0, 1, 1, 1], Run("Or", p, q).Bytes.ToArray());
        Assert.Equal([0, 1, 1, 0], Run("Xor", p, q).Bytes.ToArray());
        Assert.Equal([1, 1, 0, 0], Run("Not", p).Bytes.ToArray());
        Assert.Equal([-8 & 5, -8 | 5, -8 ^ 5, ~-8], new[] { Run("BitwiseAnd", I(-8), I(5)), Run("BitwiseOr", I(-8), I(5)), Run("BitwiseXor", I(-8), I(5)), Run("BitwiseNot", I(-8)) }.Select(t => t.Span<int>()[0]));
        Assert.Contains("not bool", OpsetTests.Refused(18, "And", [I(1), I(1)]), StringComparison.Ordinal);
        Assert.Contains("bools or integers", OpsetTests.Refused(18, "BitwiseAnd", [F(1), F(1)]), StringComparison.Ordinal);
        var bytes = Tensor.From<byte>(Shape.Of(3), [200, 1, 255]);
        Assert.Equal([144, 2, 254], Run("BitShift", [bytes, B(1)], ("direction", "LEFT")).Bytes.ToArray());
        Assert.Equal([100, 0, 127], Run("BitShift", [bytes, B(1)], ("direction", "RIGHT")).Bytes.ToArray());
        Assert.Equal([0, 0, 0], Run("BitShift", [bytes, B(8)], ("direction", "LEFT")).Bytes.ToArray());
        Assert.Contains("unsigned", OpsetTests.Refused(18, "BitShift", [I(1), I(1)], ("direction", "LEFT")), StringComparison.Ordinal);
        Assert.Contains("direction ''", OpsetTests.Refused(18, "BitShift", [bytes, B(1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Remainders_take_the_sign_of_the_divisor_or_with_fmod_of_the_dividend()
    {
        Tensor x = I(-7, 7, -6, int.MinValue), y = I(3, -3, 3, -1);
        Assert.Equal([2, -2, 0, 0], Run("Mod", x, y).Span<int>().ToArray());
        Assert.Equal([-1, 1, 0, 0], Run("Mod", [x, y], ("fmod", 1)).Span<int>().ToArray());
        Assert.Contains("by 0", OpsetTests.Refused(18, "Mod", [x, I(0)]), StringComparison.Ordinal);
        Assert.Contains("fmod is 0", OpsetTests.Refused(18, "Mod", [F(1), F(1)]), StringComparison.Ordinal);
        float[] a = [5.3f, -5.3f, 1e38f, -0f, float.PositiveInfinity, 3, 1.5e-45f, 3.4e38f], b = [2, 2, 0.7f, 3, 1, float.PositiveInfinity, 4e-45f, 1.4e-45f];
        var rest = Run("Mod", [Tensor.From<float>(Shape.Of(a.Length), a), Tensor.From<float>(Shape.Of(b.Length), b)], ("fmod", 1)).Span<float>();
        for (var i = 0; i < a.Length; i++)
            Assert.Equal(BitConverter.SingleToInt32Bits(float.IsInfinity(a[i]) ? float.NaN : a[i] % b[i]) & 0x7FFFFFFF, BitConverter.SingleToInt32Bits(rest[i]) & 0x7FFFFFFF);
        Assert.True(float.IsNegative(rest[3]));
        Assert.Equal(0x7FC00000, BitConverter.SingleToInt32Bits(rest[4]));
        var wide = Run("Mod", [Tensor.Scalar(-1e300), Tensor.Scalar(0.3)], ("fmod", 1)).Span<double>()[0];
        Assert.Equal(-1e300 % 0.3, wide);
    }

    [Fact]
    public void Powers_of_integers_are_exact_and_wrap()
    {
        Assert.Equal([1, -27, 0, 1], Run("Pow", I(7, -3, 2, -1), I(0, 3, 32, 2)).Span<int>().ToArray());
        Assert.Equal([1, -1, 0], Run("Pow", I(1, -1, 5), I(-2, -3, -1)).Span<int>().ToArray());
        Assert.Contains("negative power", OpsetTests.Refused(18, "Pow", [I(0), I(-1)]), StringComparison.Ordinal);
        Assert.Equal([8], Run("Pow", I(2), F(3)).Span<int>().ToArray());
    }

    [Fact]
    public void Where_chooses_bits_and_broadcasts_all_three()
    {
        var condition = Tensor.From<bool>(Shape.Of(2, 1), [true, false]);
        var odd = Tensor.Wrap(DType.Float32, Shape.Of(1), BitConverter.GetBytes(0xFFC12345));
        var y = Run("Where", condition, odd, F(1, 2, 3));
        Assert.Equal(Shape.Of(2, 3), y.Shape);
        Assert.Equal([0xFFC12345, 0xFFC12345, 0xFFC12345], y.Span<uint>()[..3].ToArray());
        Assert.Equal([1f, 2, 3], y.Span<float>()[3..].ToArray());
        Assert.Equal([5, 6], Run("Where", condition, I(5), I(6)).Span<int>().ToArray());
        Assert.Contains("as the condition", OpsetTests.Refused(18, "Where", [F(1), F(1), F(1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_as_long_as_their_steps_say_and_bounded()
    {
        Assert.Equal([10, 6], Run("Range", S(10), S(4), S(-4)).Span<int>().ToArray().Append(0).Take(2));
        Assert.Equal(0, Run("Range", S(1), S(1), S(1)).Count);
        Assert.Equal([1f, 1.3f, 1f + 2 * 0.3f], OpsetTests.Floats(Run("Range", Tensor.Scalar(1f), Tensor.Scalar(1.8f), Tensor.Scalar(0.3f))));
        Assert.Contains("steps of 0", OpsetTests.Refused(18, "Range", [S(1), S(2), S(0)]), StringComparison.Ordinal);
        Assert.Contains("steps of", OpsetTests.Refused(18, "Range", [Tensor.Scalar(0f), Tensor.Scalar(float.NaN), Tensor.Scalar(1f)]), StringComparison.Ordinal);
        Assert.Contains("more than 2147483647", OpsetTests.Refused(18, "Range", [Tensor.Scalar(0f), Tensor.Scalar(1e30f), Tensor.Scalar(1f)]), StringComparison.Ordinal);
        Assert.Contains("more than 2147483647", OpsetTests.Refused(18, "Range", [Tensor.Scalar(long.MinValue), Tensor.Scalar(long.MaxValue), Tensor.Scalar(1L)]), StringComparison.Ordinal);
        Assert.Contains("not one element", OpsetTests.Refused(18, "Range", [I(1, 2), S(1), S(1)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Bits_are_read_as_another_type_of_the_same_size()
    {
        Assert.Equal(0x3FC00000, Run(26, "BitCast", [F(1.5f)], ("to", (long)DType.Int32)).Span<int>()[0]);
        Assert.Equal([0xF9], Run(26, "BitCast", [Tensor.Wrap(DType.UInt4, Shape.Of(1), new byte[] { 9 })], ("to", (long)DType.Int4)).Bytes.ToArray());
        Assert.Equal([9], Run(26, "BitCast", [Tensor.Wrap(DType.Int4, Shape.Of(1), new byte[] { 0xF9 })], ("to", (long)DType.Float4E2M1)).Bytes.ToArray());
        Assert.Contains("neither 0 nor 1", OpsetTests.Refused(26, "BitCast", [B(2)], ("to", (long)DType.Bool)), StringComparison.Ordinal);
        Assert.Contains("which has 64", OpsetTests.Refused(26, "BitCast", [F(1)], ("to", (long)DType.Int64)), StringComparison.Ordinal);
    }

    [Fact]
    public void Activations_follow_their_formulas()
    {
        var x = F(-2, -0f, 3, float.NaN);
        Assert.Equal([0xBD000000, 0x80000000, 0x40400000, 0x7FC00000], Run("LeakyRelu", [x], ("alpha", 1f / 64)).Span<uint>().ToArray());
        Assert.Equal([-1f, 0, 3, float.NaN], OpsetTests.Floats(Run("PRelu", x, F(0.5f))));
        Assert.Equal([0f, 0.5f, 1, float.NaN], OpsetTests.Floats(Run("HardSigmoid", [F(-9, 0, 9, float.NaN)], ("alpha", 0.25f), ("beta", 0.5f))));
        Assert.Equal([0f, 1, 0, 9], OpsetTests.Floats(Run("HardSwish", F(-9, 1.5f, 0, 9))).Select(v => MathF.Round(v)));
        Assert.Equal([0f, 0, 3, 0], OpsetTests.Floats(Run("ThresholdedRelu", x)));
        Assert.Equal([-1.5f, 0, 2.5f, 0], OpsetTests.Floats(Run("Shrink", [x], ("bias", 0.5f), ("lambd", 1f))));
        Assert.Equal([-2f / 3, 0, 0.75f, float.NaN], OpsetTests.Floats(Run("Softsign", x)));
        Assert.Contains("alpha is 0", OpsetTests.Refused(18, "Celu", [x], ("alpha", 0f)), StringComparison.Ordinal);
        Assert.Contains("does not broadcast", OpsetTests.Refused(18, "PRelu", [F(1), F(1, 2)]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_draws_random_numbers_is_refused_with_the_reason()
    {
        Assert.Contains("RandomNormalLike draws random numbers", OpsetTests.Refused(18, "RandomNormalLike", [F(1)]), StringComparison.Ordinal);
        Assert.Contains("nobody could replay", OpsetTests.Refused(18, "Dropout", [F(1), Tensor.Scalar(0.5f), Tensor.Scalar(true)]), StringComparison.Ordinal);
        Assert.Equal([1f], OpsetTests.Floats(Run("Dropout", F(1), Tensor.Scalar(0f), Tensor.Scalar(true))));
    }

    private static Tensor Run(string op, params Tensor[] operands) => OpsetTests.Run(18, op, operands);

    private static Tensor Run(string op, Tensor[] operands, params (string, object)[] attributes) => OpsetTests.Run(18, op, operands, attributes);

    private static Tensor Run(int opset, string op, Tensor[] operands, params (string, object)[] attributes) => OpsetTests.Run(opset, op, operands, attributes);

    private static Tensor F(params float[] v) => Tensor.From<float>(Shape.Of(v.Length), v);

    private static Tensor I(params int[] v) => Tensor.From<int>(Shape.Of(v.Length), v);

    private static Tensor S(int v) => Tensor.Scalar(v);

    private static Tensor B(byte v) => Tensor.Scalar(v);
}
