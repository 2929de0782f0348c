using Assay.Engine.Models;
using Assay.Engine.Quantization;

namespace Assay.Engine.Tests.Quantization;

public class ScaleTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(-3, 0.001)]
    [InlineData(2, 6)]
    [InlineData(-6, -2)]
    [InlineData(0, 0)]
    [InlineData(1e-38, 1e-37)]
    [InlineData(-1e30, 1e30)]
    public void A_scale_reaches_over_its_range_and_holds_0_exactly(double low, double high)
    {
        var scale = Scale.Of(low, high);
        Assert.Equal(0, scale.Real(scale.Quantize(0)));
        Assert.True(float.IsFinite(1 / scale.Step));
        Assert.InRange(Math.Abs(scale.Real(scale.Quantize(low)) - low), 0, scale.Step * 1.001);
        Assert.InRange(Math.Abs(scale.Real(scale.Quantize(high)) - high), 0, scale.Step * 1.001);
        for (var q = -128; q <= 127; q++)
            Assert.Equal(q, scale.Quantize(scale.Real(q)));
    }

    [Fact]
    public void A_multiplier_is_as_near_as_15_bits_allow()
    {
        var draw = new TinyFloats();
        for (var i = 0; i < 20_000; i++)
        {
            var factor = Math.Abs(draw.Next()) * Math.ScaleB(1.0, -(i % 30));
            if (factor == 0)
                continue;
            var m = Multiplier.Of(factor);
            Assert.InRange(m.M, 1, (1 << 15) - 1);
            Assert.InRange(m.S, 1, 46);
            Assert.InRange(Math.Abs(m.Real - factor), 0, Math.Max(factor / (1 << 15), Math.ScaleB(0.5, -46)));
        }
        Assert.Equal(new Multiplier(1 << 14, 1), Multiplier.Of(8192));
        Assert.Equal(new Multiplier(1, 46), Multiplier.Of(1e-30));
        // 32767.9 / 2^15 rounds up to 2^15, which is 2^14 of one bit less.
        Assert.Equal(new Multiplier(1 << 14, 14), Multiplier.Of(0.99999));
        foreach (var wrong in (double[])[0, -1, double.NaN, double.PositiveInfinity, 16384])
            Assert.Throws<ModelException>(() => Multiplier.Of(wrong));
    }

    [Fact]
    public void Groups_of_channels_are_the_best_there_are()
    {
        var draw = new TinyFloats();
        for (var round = 0; round < 20; round++)
        {
            var sizes = Enumerable.Range(0, 7).Select(_ => Math.Abs(draw.Next()) + 0.01).ToArray();
            var linear = new Linear([7, 1], [.. sizes], new double[7]);
            for (var most = 1; most <= 7; most++)
            {
                var groups = WeightGroups.Of(linear, most, new(1, 0), 1e-9);
                Assert.InRange(groups.Steps.Length, 1, most);
                var cost = groups.Group.Sum(g => groups.Steps[g] * groups.Steps[g]);
                Assert.InRange(cost, 0, Best(sizes.Order().ToArray(), 7, most) * (1 + 1e-12));
                for (var o = 0; o < 7; o++)
                    Assert.True(sizes[o] <= groups.Steps[groups.Group[o]] * 127 * (1 + 1e-12));
            }
        }

        // Of sorted sizes: the last group begins anywhere.
        static double Best(double[] sizes, int count, int most)
        {
            if (count == 0)
                return 0;
            var step = sizes[count - 1] / 127;
            return most == 1 ? count * step * step : Enumerable.Range(0, count).Min(first => ((count - first) * step * step) + Best(sizes, first, most - 1));
        }
    }

    [Fact]
    public void A_bias_that_would_leave_the_bound_widens_its_group()
    {
        var linear = new Linear([2, 1], [1e-9, 1], [1000, 0]);
        var groups = WeightGroups.Of(linear, 0, new(1e-3f, -128), 1e-9);
        Assert.InRange(groups.BiasBound + (127L * 255), 1, WeightGroups.MostBound);
        Assert.Equal(1000, groups.Bias[0] * groups.Steps[groups.Group[0]] * 1e-3f, 1e-3);
        Assert.Equal(127, groups.Weights[1]);
    }

    [Fact]
    public void More_weights_than_a_sum_can_hold_are_refused()
    {
        var linear = new Linear([1, 40_000], new double[40_000], [0]);
        Assert.Contains("40000 weights", Assert.Throws<ModelException>(() => WeightGroups.Of(linear, 1, new(1, -128), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_cut_where_a_few_values_lie_far_out()
    {
        var draw = new TinyFloats();
        var values = new float[20_000];
        for (var i = 0; i < values.Length; i++)
            values[i] = draw.Next();
        values[17] = 100;
        var seen = new Observed();
        seen.Widen(values);
        seen.Count(values);
        Assert.Equal((seen.Low, seen.High), seen.Range(RangeMethod.MinMax, 1));
        Assert.Equal(100, seen.High);
        Assert.InRange(seen.Range(RangeMethod.Percentile, 0.999).High, 0.9, 1.2);
        // One value of 100 costs less than 20,000 of a hundred times the step, but not less than those of ten times.
        Assert.InRange(seen.Range(RangeMethod.LeastSquares, 1).High, 20, 100);
        Assert.Throws<ModelException>(() => new Observed().Widen([1, float.NaN]));
    }
}
