using Assay.Market.Bonds;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;

namespace Assay.Market.Tests.Bonds;

public sealed class SeriesTests
{
    private const ulong Holder1 = 1, Holder2 = 2;
    private const ulong Until = 2_000_000;
    private static readonly Asset Shares = new(AssetKind.Bond, 0);
    private static readonly Holder Principal = new(HolderKind.Bond, 0);

    private readonly World world = new(new MarketTerms { Grace = 1, CoverLeast = 50_000 });
    private readonly List<Redemption> redeemed = [];
    private readonly List<BondSeries> slashed = [];

    public SeriesTests() => (world.State.Series.Redeemed, world.State.Series.Slashed) = (redeemed.Add, slashed.Add);

    private SeriesList Series => world.State.Series;

    private void Issue(long face = 10_000, long retained = 2_000, uint promised = 1_000, ulong until = Until) => world.Do(World.Provider, (by, n) =>
        new BondEvent(by, n, World.Account, 0, new BondTerms(promised, face, retained, 500_000, until)));

    private void Subscribe(ulong by, long units, ulong series = 0) => world.Do(by, (b, n) => new SubscribeEvent(b, n, series, units));

    // Participant 4 has spent so much and is covered for it: the whole sum at 50 % failures, nothing at 10 %.
    private Policy Cover(long sum, ulong until = Until, ulong records = World.EpochRecords)
    {
        world.Do(4, (by, n) => new PayEvent(by, n, World.Provider, sum, World.Account));
        world.Do(4, (by, n) => new CoverEvent(by, n, World.Account, 0, new CoverTerms(100_000, 400_000, records, sum), until, sum));
        return world.State.Policies.Of(world.State.Policies.Sold - 1)!;
    }

    [Fact]
    public void The_issuer_keeps_its_part_in_the_series_and_nobody_can_move_it()
    {
        Assert.Contains("keeps at least 200000", Refused(World.Provider, 10_000, 1_999), StringComparison.Ordinal);
        Assert.Contains("not affiliated", Refused(Holder1, 10_000, 2_000), StringComparison.Ordinal);
        Assert.Contains("not after", Refused(World.Provider, 10_000, 2_000, 1_000_000), StringComparison.Ordinal);
        Issue();
        Assert.Equal((2_000L, 2_000L, World.Units - 2_000), (world.State.Book.Of(Principal, Asset.Unit), world.State.Book.Of(Principal, Shares), world.Has(World.Provider)));
        Assert.Contains("has 0 of Bond", world.Refused(World.Provider, (by, n) => new GiveEvent(by, n, Holder1, Shares, 1)), StringComparison.Ordinal);
        Subscribe(Holder1, 5_000);
        Subscribe(World.Provider, 1_000);
        world.Do(World.Provider, (by, n) => new GiveEvent(by, n, Holder2, Shares, 1_000)); // what it bought beside it is not kept
        Assert.Contains("has 2000 shares left", world.Refused(Holder2, (by, n) => new SubscribeEvent(by, n, 0, 2_001)), StringComparison.Ordinal);
        Assert.Equal(2_000, Series.Of(0)!.Own(world.State.Book));
        world.MustReadBack();

        string Refused(ulong by, long face, long retained, ulong until = Until) =>
            world.Refused(by, (b, n) => new BondEvent(b, n, World.Account, 0, new BondTerms(1_000, face, retained, 0, until)));
    }

    [Fact]
    public void The_oldest_series_loses_first_and_each_holder_its_part()
    {
        world.Look(5, passes: 495, failures: 5);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        Issue(promised: 500_000);
        Issue(face: 4_000, retained: 4_000, promised: 500_000);
        Subscribe(Holder1, 3_000);
        Assert.Equal(9_000, Series.Free(world.State, World.Account, 0));
        var policy = Cover(12_000);
        Assert.Equal((5_000L, 4_000L, 0L, 9_000L), (Series.PromisedBy(0), Series.PromisedBy(1), Series.Free(world.State, World.Account, 0), policy.FromBonds));
        world.MustReadBack();
        world.Look(1);
        var before = (Issuer: world.Has(World.Provider), Holder: world.Has(Holder1), Insured: world.Has(4));
        world.Look(1, passes: 400, failures: 100);
        // A quarter of 12,000 is paid, by the first series alone.
        Assert.Equal(before.Insured + 3_000, world.Has(4));
        Assert.Equal((2_000L, 4_000L), (world.State.Book.Of(Principal, Asset.Unit), world.State.Book.Of(new Holder(HolderKind.Bond, 1), Asset.Unit)));
        // Coupons are half of what the promises were of the premium; the first is divided 2 : 3, the second is all the issuer's.
        var (first, second) = (policy.Premium * 5_000 / 24_000, policy.Premium * 4_000 / 24_000);
        Assert.True(first > 10 && second > 10);
        Assert.Equal((before.Issuer + first * 2 / 5 + second, before.Holder + first * 3 / 5), (world.Has(World.Provider), world.Has(Holder1)));
        Assert.Equal((0L, 6_000L), (Series.PromisedBy(0), Series.Free(world.State, World.Account, 0)));
        Assert.Contains("borne a loss", world.Refused(Holder2, (by, n) => new SubscribeEvent(by, n, 0, 1)), StringComparison.Ordinal);
        Assert.Equal(800, Series.Of(0)!.Own(world.State.Book));
        // Two fifths of a unit are left for each share.
        before = (world.Has(World.Provider), world.Has(Holder1), 0);
        world.Tick(1_000_000 + 30 * 86_400);
        Assert.Equal((before.Issuer + 800 + 4_000, before.Holder + 1_200), (world.Has(World.Provider), world.Has(Holder1)));
        Assert.Equal([2_000L, 4_000L], redeemed.Select(r => r.Principal));
        Assert.Empty(Series.Open);
        Assert.Equal(0, world.State.Book.Issued(Shares));
    }

    [Fact]
    public void Nothing_is_given_back_while_a_policy_counts_on_it()
    {
        world.Look(5, passes: 495, failures: 5);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        Issue();
        Cover(1_500, until: Until + 100, records: 100_000);
        world.Look(1);
        Assert.Equal(500, Series.Free(world.State, World.Account, 0));
        world.Time = Until;
        world.Look();
        Assert.Equal(0, Series.Free(world.State, World.Account, 0)); // nothing new
        world.Look(10);
        Assert.Empty(redeemed);
        Assert.Equal(1_500, Series.PromisedBy(0));
        world.Tick(100);
        Assert.Equal(2_000, Assert.Single(redeemed).Principal); // nobody judged anything of it
    }

    [Fact]
    public void A_slashed_series_still_pays_what_it_promised()
    {
        world.Look(5, passes: 495, failures: 5);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        Issue(retained: 2_000);
        var policy = Cover(1_500);
        world.Look(1);
        var before = world.Has(4);
        world.Look(1, passes: 0, failures: 100); // pays in full, and slashes
        Assert.Equal(before + 1_500, world.Has(4));
        Assert.Single(slashed);
        world.Tick(7 * 86_400);
        Assert.Equal(500, Assert.Single(redeemed).Principal);
        Assert.Equal(World.Units + 1_500 - 2_000 + policy.Premium / 2, world.Has(World.Provider)); // its coupon it had earned before
    }

    [Fact]
    public void What_was_served_before_its_end_is_judged_before_it_is_given_back()
    {
        Issue(promised: 10_000);
        world.Waiting = 2;
        world.Look(1);
        world.Time = Until;
        world.Look(1); // two settled, two wait, one of grace
        Assert.Empty(redeemed);
        world.Waiting = 0;
        world.Look(2, passes: 10);
        Assert.Empty(redeemed);
        world.Look(1, failures: 20); // the last of them: too many failed
        Assert.Empty(redeemed);
        Assert.Single(slashed);
        Assert.Equal((World.Units - 2_000, Until), (world.Has(World.Provider), Series.Of(0)!.SlashedAt!.Value));
        var issued = -world.State.Book.Of(Holder.Issuer, Asset.Unit);
        world.Tick(7 * 86_400);
        Assert.Single(redeemed);
        Assert.Equal(issued - 2_000, -world.State.Book.Of(Holder.Issuer, Asset.Unit));
    }

    [Fact]
    public void A_slash_takes_the_issuers_part_and_leaves_the_others()
    {
        Issue();
        Subscribe(Holder1, 6_000);
        world.Look(1);
        world.Look(1, passes: 80, failures: 5);
        Assert.Empty(slashed);
        world.Look(1, passes: 80, failures: 10);
        Assert.Equal((160UL, 15UL), (Assert.Single(slashed).Shown.Passes, slashed[0].Shown.Failures));
        world.MustReadBack();
        Assert.Contains("is slashed", world.Refused(Holder2, (by, n) => new SubscribeEvent(by, n, 0, 1)), StringComparison.Ordinal);
        Assert.Equal(0, Series.Free(world.State, World.Account, 0));
        world.Look(5, passes: 490); // better times do not undo it
        world.Tick(7 * 86_400 - 1);
        Assert.Empty(redeemed);
        world.Tick(1);
        Assert.Equal(8_000, Assert.Single(redeemed).Principal);
        Assert.Equal((World.Units - 2_000, World.Units), (world.Has(World.Provider), world.Has(Holder1)));
        Assert.Equal(5 * World.Units - 2_000, -world.State.Book.Of(Holder.Issuer, Asset.Unit)); // nobody has it
    }

    [Fact]
    public void Failures_before_its_window_and_refuted_ones_slash_nobody()
    {
        world.Auditors.Add(new AuditorLook("liar.test", Trader.Word("liar"), 1, 0));
        Issue();
        world.Look(1, failures: 90); // had begun
        world.Look(1, passes: 80, failures: 15);
        Assert.Single(slashed);
        Assert.Contains("no auditor", world.Refused(Refute("other.test", 1)), StringComparison.Ordinal);
        Assert.Contains("cannot be refuted", world.Refused(Refute("liar.test", 106)), StringComparison.Ordinal);
        world.Do(Refute("liar.test", 5));
        Assert.NotNull(Series.Of(0)!.SlashedAt);
        world.Do(Refute("liar.test", 9));
        Assert.Null(Series.Of(0)!.SlashedAt);
        Assert.Equal(2, slashed.Count);
        world.MustReadBack();
        world.Look(1, passes: 80);
        world.Tick(8 * 86_400);
        Assert.Empty(redeemed);
        Subscribe(Holder1, 1);

        static RefuteEvent Refute(string auditor, ulong records) => new(World.Account, 0, auditor, Trader.Word("liar"), records, Trader.Word("bundle"));
    }

    [Fact]
    public void Whoever_keeps_the_promise_is_not_slashed()
    {
        var random = new Random(77);
        for (var run = 0; run < 20; run++)
        {
            var market = new World(participants: 1);
            market.Do(World.Provider, (by, n) => new BondEvent(by, n, World.Account, 0, new BondTerms(20_000, 100, 100, 0, 99_000_000)));
            for (var look = 0; look < 60; look++)
            {
                var failures = (ulong)Enumerable.Range(0, 90).Count(_ => random.Next(1_000_000) < 20_000);
                market.Look(1, 90 - failures, failures);
            }
            Assert.Null(market.State.Series.Of(0)!.SlashedAt);
        }
    }
}
