using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Payoffs;
using Assay.Reliability.Statistics;

namespace Assay.Market.Tests.Payoffs;

public sealed class PayoffCurveTests
{
    [Fact]
    public void A_cover_rises_from_its_threshold_over_its_width()
    {
        var cover = new CoverTerms(20_000, 80_000, 100, 1_000);
        var curve = PayoffCurve.OfCover(cover, 500);
        Assert.Equal([new(0, 0), new(20_000, 0), new(100_000, 500), new(1_000_000, 500)], curve.Corners);
        Assert.Equal([0L, 250, 499, 500], new uint[] { 20_000, 60_000, 99_999, 100_001 }.Select(curve.At));
        Assert.Equal([new(0, 0), new(950_000, 0), new(1_000_000, 625)], PayoffCurve.OfCover(cover with { Threshold = 950_000 }, 1_000).Corners);
        // Where it triggers it is what the cover pays.
        for (var failures = 10UL; failures <= 100; failures += 7)
            Assert.Equal(CoverPayout.Of(cover, new(100, 1, 100 - failures, failures, 0, 0)), PayoffCurve.OfCover(cover, 1_000).At((uint)failures * 10_000));
    }

    [Fact]
    public void A_contract_is_all_or_nothing_and_both_sides_are_one_unit()
    {
        var terms = new ContractTerms(10_000, 200, 1, 1);
        var (yes, no) = (PayoffCurve.OfContract(terms, AssetKind.Yes, 7), PayoffCurve.OfContract(terms, AssetKind.No, 7));
        Assert.Equal([7L, 7, 0, 0], new uint[] { 0, 10_000, 10_001, 1_000_000 }.Select(yes.At));
        Assert.Equal([new(0, 7), new(10_000, 7), new(10_001, 7), new(1_000_000, 7)], PayoffCurve.Sum([yes, no]).Corners);
    }

    [Fact]
    public void A_bond_loses_as_the_covers_that_count_on_it_pay_and_what_is_retained_is_lost_at_a_slash()
    {
        var world = new World();
        world.Look(5, passes: 495, failures: 5);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        foreach (var retained in new[] { 1_000, 2_000 })
            world.Do(World.Provider, (by, n) => new BondEvent(by, n, World.Account, 0, new BondTerms(1_000, retained * 2, retained, 0, 2_000_000)));
        world.Do(2, (by, n) => new SubscribeEvent(by, n, 1, 2_000));
        world.Do(4, (by, n) => new PayEvent(by, n, World.Provider, 4_000, World.Account));
        world.Do(4, (by, n) => new CoverEvent(by, n, World.Account, 0, new CoverTerms(100_000, 400_000, 1_000, 4_000), 2_000_000, 4_000));
        // The first series pays the first 1,000 of 4,000, the second the next 3,000: half of them for whoever has half of its shares.
        var curve = PayoffCurve.Of(world.State, new Asset(AssetKind.Bond, 1), 2_000)!;
        Assert.Equal([new(0, 2_000), new(200_000, 2_000), new(500_000, 500), new(1_000_000, 500)], curve.Corners);
        // The window has nothing in it yet: of 200 verdicts, so many take what is retained, and one fewer does not.
        var from = PayoffCurve.SlashedFrom(world.State, world.State.Series.Of(1)!, 200);
        Assert.Equal(0U, from % 5_000);
        Assert.True(Promise.IsExceeded(1_000, new Counts(200 - from / 5_000, from / 5_000)));
        Assert.False(Promise.IsExceeded(1_000, new Counts(201 - from / 5_000, from / 5_000 - 1)));
        var retainedCurve = PayoffCurve.OfRetained(world.State, world.State.Series.Of(1)!, 200);
        Assert.Equal([2_000L, 2_000, 0, 0], new uint[] { 0, from - 1, from, 1_000_000 }.Select(retainedCurve.At));
        Assert.Equal(Grid.One + 1, PayoffCurve.SlashedFrom(world.State, world.State.Series.Of(1)!, 1));
        Assert.Null(PayoffCurve.Of(world.State, Asset.Unit, 1));
        Assert.Null(PayoffCurve.Of(world.State, new Asset(AssetKind.Yes, 5), 1));
    }
}
