using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>Special values, and what the sweep over one argument does not reach.</summary>
public class FunctionTests(ITestOutputHelper output)
{
    private const float Inf = float.PositiveInfinity, NaN = float.NaN;

    [Fact]
    public void Rounding_is_exact_and_keeps_the_sign_of_zero()
    {
        foreach (var x in Spread(3e7f))
        {
            Same(MathF.Round(x), ScalarMath.Round(x));
            Same(MathF.Floor(x), ScalarMath.Floor(x));
            Same(MathF.Ceiling(x), ScalarMath.Ceil(x));
            Same(MathF.Truncate(x), ScalarMath.Truncate(x));
            Same(float.IsNaN(x) ? x : MathF.Sign(x), ScalarMath.Apply(Function.Sign, x));
        }
    }

    [Fact]
    public void Pow_is_within_one_ulp()
    {
        var worst = 0.0;
        for (var i = 0ul; i < 1_000_000; i++)
        {
            var x = MathF.Abs(Sample.Any(2 * i));
            var y = i % 3 == 0 ? Sample.Any((2 * i) + 1) : 40 * Sample.Unit((2 * i) + 1);
            if (float.IsFinite(x) && float.IsFinite(y))
                worst = Math.Max(worst, Ulps.Between(ScalarMath.Pow(x, y), Math.Pow(x, y)));
        }
        output.WriteLine($"pow: {worst:F4} ulp");
        Assert.InRange(worst, 0.0, 0.51);
    }

    [Fact]
    public void Special_values_are_the_ones_written_down()
    {
        Same(1, ScalarMath.Exp(0));
        Same(1, ScalarMath.Exp(-0f));
        Same(Inf, ScalarMath.Exp(Inf));
        Same(0, ScalarMath.Exp(-Inf));
        Same(Inf, ScalarMath.Exp(88.72284f));
        Same(float.Epsilon, ScalarMath.Exp(-103.5f));
        Same(0, ScalarMath.Log(1));
        Same(-Inf, ScalarMath.Log(0));
        Same(-Inf, ScalarMath.Log(-0f));
        Same(Inf, ScalarMath.Log(Inf));
        Same(NaN, ScalarMath.Log(-1));
        Same(NaN, ScalarMath.Log(-Inf));
        Same(-0f, ScalarMath.Tanh(-0f));
        Same(1, ScalarMath.Tanh(Inf));
        Same(-1, ScalarMath.Tanh(-Inf));
        Same(0.5f, ScalarMath.Sigmoid(-0f));
        Same(1, ScalarMath.Sigmoid(Inf));
        Same(0, ScalarMath.Sigmoid(-Inf));
        Same(-0f, ScalarMath.Sqrt(-0f));
        Same(-0f, ScalarMath.Erf(-0f));
        Same(1, ScalarMath.Erf(Inf));
        Same(-1, ScalarMath.Erf(-Inf));
        Same(0, ScalarMath.Apply(Function.Sign, -0f));
        foreach (var odd in new[] { Function.Sin, Function.Tan, Function.Asin, Function.Atan, Function.Sinh, Function.Asinh, Function.Atanh })
        {
            Same(-0f, ScalarMath.Apply(odd, -0f));
            Same(-float.Epsilon, ScalarMath.Apply(odd, -float.Epsilon));
        }
        foreach (var circular in new[] { Function.Sin, Function.Cos, Function.Tan })
            Same(NaN, ScalarMath.Apply(circular, -Inf));
        Same(1, ScalarMath.Apply(Function.Cos, -0f));
        Same(1.5707964f, ScalarMath.Apply(Function.Asin, 1));
        Same(NaN, ScalarMath.Apply(Function.Asin, 1.0000001f));
        Same(0, ScalarMath.Apply(Function.Acos, 1));
        Same(3.1415927f, ScalarMath.Apply(Function.Acos, -1));
        Same(NaN, ScalarMath.Apply(Function.Acos, -2));
        Same(-1.5707964f, ScalarMath.Apply(Function.Atan, -Inf));
        Same(-Inf, ScalarMath.Apply(Function.Sinh, -Inf));
        Same(Inf, ScalarMath.Apply(Function.Cosh, -Inf));
        Same(-Inf, ScalarMath.Apply(Function.Asinh, -Inf));
        Same(Inf, ScalarMath.Apply(Function.Acosh, Inf));
        Same(0, ScalarMath.Apply(Function.Acosh, 1));
        Same(NaN, ScalarMath.Apply(Function.Acosh, 0.99999994f));
        Same(-Inf, ScalarMath.Apply(Function.Atanh, -1));
        Same(NaN, ScalarMath.Apply(Function.Atanh, 1.0000001f));
        Same(Inf, ScalarMath.Apply(Function.Softplus, Inf));
        Same(0, ScalarMath.Apply(Function.Softplus, -Inf));
        foreach (var f in Enum.GetValues<Function>())
            Same(NaN, ScalarMath.Apply(f, BitConverter.Int32BitsToSingle(-1)));
        Same(NaN, ScalarMath.Sqrt(-1));
    }

    [Fact]
    public void Pow_has_the_standards_special_cases()
    {
        float[] values = [0, -0f, 1, -1, 2, -2, 3, -3, 0.5f, -0.5f, Inf, -Inf, NaN, float.Epsilon, -float.Epsilon, float.MaxValue, -float.MaxValue, 16777215, 16777216, 8388607.5f];
        foreach (var x in values)
            foreach (var y in values)
            {
                var expected = (float)Math.Pow(x, y);
                if (y == 2)
                    expected = x * x;
                // The base library's float64 pow follows the same table; only the NaN's bits are ours.
                Same(expected, ScalarMath.Pow(x, y));
            }
        Same(9, ScalarMath.Pow(3, 2));
        Same(8, ScalarMath.Pow(2, 3));
        Same(0.1f, ScalarMath.Pow(0.1f, 1));
    }

    [Fact]
    public void Monotone_functions_do_not_step_back()
    {
        // Not a promise of the profile, but a break in a reduction or a table would show here.
        Rises(ScalarMath.Exp, -2, 2);
        Rises(ScalarMath.Tanh, 0.9f, 1.1f);
        Rises(ScalarMath.Sigmoid, -1, 1);
    }

    private static void Rises(Func<float, float> f, float from, float to)
    {
        var last = f(from);
        for (var x = from; x < to; x += (to - from) / 1_000_000)
        {
            var y = f(x);
            Assert.True(y >= last - (2e-7f * MathF.Abs(last)), $"{x:R}");
            last = y;
        }
    }

    private static IEnumerable<float> Spread(float range) =>
        Sample.Edges.Concat(Enumerable.Range(0, 1_500_000).Select(i => range * Sample.Unit((ulong)i)))
            .Concat(Enumerable.Range(0, 1_500_000).Select(i => 2 * Sample.Unit((ulong)i)))
            .Concat(Enumerable.Range(0, 1_000_000).Select(i => Sample.Any((ulong)i)));

    private static void Same(float expected, float actual)
    {
        var bits = float.IsNaN(expected) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(expected);
        Assert.Equal(bits, BitConverter.SingleToInt32Bits(actual));
    }
}
