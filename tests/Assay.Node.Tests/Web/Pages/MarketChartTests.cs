using System.Collections.Immutable;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Ledger;
using Assay.Market.Payoffs;
using Assay.Node.Web.Pages.Charts;

namespace Assay.Node.Tests.Web.Pages;

/// <summary>What market pages draw: payoffs together, the book of an auction step by step.</summary>
public class MarketChartTests
{
    [Fact]
    public void Positions_add_up_in_the_drawing_and_in_its_numbers()
    {
        var chart = MarketCharts.Of("s",
        [
            new("cover", PayoffCurve.OfCover(new CoverTerms(10_000, 100_000, 1, 1_000), 1_000)), new("contract", PayoffCurve.OfContract(new ContractTerms(50_000, 100, 1, 1), AssetKind.No, 300)),
        ], 120, 5_000);
        var all = chart.Curves[0].Spots;
        Assert.Equal((0.0, 0.0), (all[0].X, all[0].Y));
        Assert.Equal(1_300, all[^1].Y, 1e-9);
        Assert.True(all.Zip(all.Skip(1)).All(p => p.Second.Y >= p.First.Y && p.Second.X > p.First.X));
        Assert.Contains(chart.Numbers.Rows, r => r.SequenceEqual(["5\u202f%", "400", "0", "400"]));
        Assert.Equal((120.0, "paid"), chart.Limit);
        Assert.Equal(3, chart.Curves.Length);
    }

    [Fact]
    public void Demand_holds_up_to_and_with_its_price_and_supply_from_its_price_on()
    {
        ImmutableArray<DrawnOrder> orders = [new(true, 60, 10), new(true, 55, 5), new(false, 50, 8), new(false, 58, 9)];
        var chart = MarketCharts.Of(orders, 55, 8)!;
        Assert.Contains(chart.Numbers.Rows, r => r.SequenceEqual(["50", "15", "8", ""]));
        Assert.Contains(chart.Numbers.Rows, r => r.SequenceEqual(["55", "15", "8", "cleared here"]));
        Assert.Contains(chart.Numbers.Rows, r => r.SequenceEqual(["58", "10", "17", ""]));
        Assert.Contains(chart.Numbers.Rows, r => r.SequenceEqual(["60", "10", "17", ""]));
        Assert.Equal(0, chart.Curves[0].Spots[^1].Y);
        Assert.Equal(0, chart.Curves[1].Spots[0].Y);
        Assert.Null(MarketCharts.Of([], 0, 0));
        Assert.Contains("Nothing traded", MarketCharts.Of([new(true, 1, 1), new(false, 2, 1)], 0, 0)!.Summary);
    }
}
