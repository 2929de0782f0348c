using Assay.Simulation.Measures;

namespace Assay.Simulation.Tests;

public sealed class MeasuresTests
{
    [Theory]
    [InlineData(new uint[] { 1, 2, 3, 4 }, new uint[] { 10, 20, 30, 40 }, 1.0)]
    [InlineData(new uint[] { 1, 2, 3, 4 }, new uint[] { 9, 7, 5, 1 }, -1.0)]
    [InlineData(new uint[] { 1, 2, 3, 4, 5 }, new uint[] { 2, 1, 4, 3, 5 }, 0.8)] // 1 - 6 · 4 / (5 · 24)
    public void Ranks_correlate_as_Spearman_says(uint[] a, uint[] b, double expected) => Assert.Equal(expected, Ranks.Correlation(a, b)!.Value, 12);

    [Fact]
    public void Ties_share_their_mean_rank()
    {
        // Ranks 1.5, 1.5, 3 against 1, 2, 3: covariance 1.5, variances 1.5 and 2.
        Assert.Equal(1.5 / Math.Sqrt(1.5 * 2), Ranks.Correlation([5, 5, 9], [1, 2, 3])!.Value, 12);
        Assert.Null(Ranks.Correlation([5, 5, 5], [1, 2, 3]));
    }

    [Fact]
    public void A_share_has_Wilsons_interval()
    {
        // 2 of 10, as computed by hand from the formula with z = 1.959964.
        var e = Estimate.Share(2, 10);
        Assert.Equal(0.2, e.Value);
        Assert.Equal(0.0567, e.Lower, 4);
        Assert.Equal(0.5098, e.Upper, 4);
        Assert.True(Estimate.Share(0, 10) is { Value: 0, Lower: 0, Upper: > 0.2 });
    }

    [Fact]
    public void A_ratio_whose_parts_are_proportional_is_certain_and_a_mean_has_its_standard_error()
    {
        var sure = Estimate.Ratio([(2, 1), (4, 2), (6, 3)]);
        Assert.Equal((2.0, 2.0, 2.0), (sure.Value, sure.Lower, sure.Upper));
        var mean = Estimate.Paired([1, 2, 3]); // standard deviation 1, error 1/√3
        Assert.Equal(2 - 1.959963984540054 / Math.Sqrt(3), mean.Lower, 12);
    }

    [Fact]
    public void The_bound_of_detection_is_Walds_for_the_best_ratio()
    {
        // At a rate of 1 % the ratios are the last five, 2 to 16. Everything fails: r = 16, growth ln 16.
        var expected = (Math.Log(50_000) + Math.Log(16)) / Math.Log(16);
        Assert.Equal(expected, DetectionBound.Of(10_000, 1_000_000)!.Value, 6);
        Assert.Null(DetectionBound.Of(10_000, 10_000));
        Assert.True(DetectionBound.Of(10_000, 20_000) > DetectionBound.Of(10_000, 100_000));
    }
}
