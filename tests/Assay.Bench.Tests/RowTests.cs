namespace Assay.Bench.Tests;

public sealed class RowTests
{
    [Theory]
    [InlineData(Row.Higher, 20, 10, 2.0)]
    [InlineData(Row.Lower, 20, 10, 0.5)]
    public void A_ratio_above_one_means_that_we_are_better(string better, double ours, double theirs, double ratio)
    {
        var row = Row.Of("x", "u", better, ours).Beside("peer", "1", [theirs]);
        Assert.Equal(ratio, row.Ratio);
    }

    [Fact]
    public void The_value_is_the_median_between_the_least_and_the_most()
    {
        var row = Row.Of("x", "u", Row.Higher, [9, 1, 4, 2]);
        Assert.Equal((3, 1, 9, 4), (row.Value, row.Min, row.Max, row.Runs));
    }

    [Fact]
    public void The_geometric_mean_is_of_the_four_models_and_leaves_ours_out()
    {
        double[] values = [1, 2, 4, 8];
        List<Row> rows = [.. EngineModel.FromData.Zip(values, Measured), Measured(EngineModel.Digits, 1000)];
        var mean = EngineBench.GeometricMean(1, rows);
        Assert.Equal("geomean/1", mean.Name);
        Assert.Equal(2.8284271, mean.Value!.Value, 6);
        Assert.Equal(0.5, mean.Ratio!.Value, 12);
    }

    [Fact]
    public void The_geometric_mean_is_skipped_where_a_model_is()
    {
        List<Row> rows = [.. EngineModel.FromData.Select(m => Measured(m, 1))];
        rows[2] = new Row(rows[2].Name, "runs/s", Row.Higher) { Skipped = "its files are absent" };
        var mean = EngineBench.GeometricMean(1, rows);
        Assert.Contains(rows[2].Name, mean.Skipped);
        Assert.Null(mean.Value);
    }

    private static Row Measured(string model, double value) =>
        Row.Of($"{model}/1", "runs/s", Row.Higher, value).Beside("peer", "1", [2 * value]);
}
