using Assay.Market.Contracts;
using Assay.Market.Journal;
using Assay.Market.Ledger;

namespace Assay.Market.Tests.Contracts;

public sealed class ContractTests
{
    private const ulong Sponsor = 1, Buyer = 2, Other = 3;
    private static readonly Asset Yes = new(AssetKind.Yes, 0), No = new(AssetKind.No, 0);

    private readonly World world = new();
    private readonly List<ContractDecision> decided = [];

    public ContractTests() => world.State.Contracts.Decided = decided.Add;

    private void Open(uint threshold = 10_000, ulong audited = 200, long b = 1_000, ulong until = 2_000_000) =>
        world.Do(Sponsor, (by, n) => new ContractEvent(by, n, World.Account, 0, new ContractTerms(threshold, audited, b, until)));

    private void Buy(ulong by, AssetKind side, long shares, long limit = World.Units) => world.Do(by, (b, n) => new TradeEvent(b, n, 0, true, side, shares, limit));

    private void Sell(ulong by, AssetKind side, long shares, long limit = 0) => world.Do(by, (b, n) => new TradeEvent(b, n, 0, false, side, shares, limit));

    [Fact]
    public void The_maker_delivers_out_of_complete_sets_and_gives_them_back()
    {
        Open();
        Assert.Equal(World.Units - 694, world.Has(Sponsor));
        Buy(Buyer, AssetKind.Yes, 500);
        Assert.Equal((500, 500L), (world.Has(Buyer, Yes), Sets()));
        Assert.Equal(World.Units - 281, world.Has(Buyer)); // 280.93 at b = 1000: the known answer of 50 at b = 100, tenfold
        Assert.Equal(622_459U, world.State.Contracts.Of(0)!.YesPrice(world.State.Book));
        Buy(Other, AssetKind.No, 700);
        Assert.Equal((700L, 200L, 0L), (Sets(), Maker(Yes), Maker(No)));
        Sell(Buyer, AssetKind.Yes, 500);
        Assert.Equal((700L, 700L, 0L), (Sets(), Maker(Yes), Maker(No)));
        Sell(Other, AssetKind.No, 700);
        Assert.Equal((0L, 0L, 0L), (Sets(), Maker(Yes), Maker(No)));
        // Everybody is home: what they won they won of each other, and the maker has not lost by it.
        Assert.True(world.Has(Buyer) + world.Has(Other) <= 2 * World.Units && world.State.Book.Of(new Holder(HolderKind.Maker, 0), Asset.Unit) >= 694);

        long Sets() => world.State.Book.Of(new Holder(HolderKind.Sets, 0), Asset.Unit);
        long Maker(Asset side) => world.State.Book.Of(new Holder(HolderKind.Maker, 0), side);
    }

    [Fact]
    public void Yes_pays_where_so_many_verdicts_hold_whatever_the_rest_says()
    {
        Open(); // of 200, at most 2 fail
        Buy(Buyer, AssetKind.Yes, 400);
        Buy(Other, AssetKind.No, 100);
        world.Look(1);
        world.Look(1, passes: 190, failures: 2); // eight are missing, and could all fail
        Assert.Empty(decided);
        world.MustReadBack();
        world.Look(1, passes: 8);
        var outcome = Assert.Single(decided);
        Assert.Equal((ContractOutcome.Yes, 198UL, 2UL), (outcome.Outcome, outcome.Counts!.Value.Passes, outcome.Counts.Value.Failures));
        Assert.Equal(World.Units + 400 - Cost(400), world.Has(Buyer));
        Assert.Equal(0, world.State.Book.Issued(Yes) + world.State.Book.Issued(No) + world.Has(Other, No));
        Assert.Equal(5 * World.Units, Enumerable.Range(0, 5).Sum(p => world.Has((ulong)p)));

        static long Cost(long shares) => Lmsr.Cost([0, 0], 1_000, 0, shares);
    }

    [Fact]
    public void No_pays_as_soon_as_it_is_certain()
    {
        Open();
        Buy(Other, AssetKind.No, 100);
        world.Look(1);
        world.Look(1, passes: 20, failures: 3);
        Assert.Equal(ContractOutcome.No, Assert.Single(decided).Outcome);
        Assert.Equal(World.Units + 100 - Lmsr.Cost([0, 0], 1_000, 1, 100), world.Has(Other));
        // A loss of the sponsor's is within what it put in.
        Assert.InRange(World.Units - world.Has(Sponsor), 1, 693);
        Assert.Contains("is decided", world.Refused(Buyer, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.Yes, 1, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_that_had_begun_do_not_count()
    {
        world.Waiting = 3;
        world.Look(2); // two settled, three wait, one of grace: from the sixth on
        Open();
        world.Waiting = 0;
        world.Look(3, failures: 150);
        world.Look(1, failures: 50);
        Assert.Empty(decided);
        world.Look(1, failures: 3);
        Assert.Equal(3UL, Assert.Single(decided).Counts!.Value.Failures);
    }

    [Fact]
    public void What_is_open_at_its_end_is_void_and_each_share_gets_one_half()
    {
        Open();
        Buy(Buyer, AssetKind.Yes, 401);
        Buy(Other, AssetKind.No, 101);
        world.Look(1);
        world.Look(1, passes: 50, failures: 1);
        var before = (Buyer: world.Has(Buyer), Other: world.Has(Other), Pool: world.State.Book.UnitsOf(HolderKind.Pool));
        world.Tick(999_999);
        Assert.Empty(decided);
        Assert.Contains("is over", RefusedAt(2_000_000), StringComparison.Ordinal);
        world.Tick(1);
        Assert.Equal(ContractOutcome.Void, Assert.Single(decided).Outcome);
        Assert.Equal((before.Buyer + 200, before.Other + 50), (world.Has(Buyer), world.Has(Other)));
        // Of 401 sets: 200 + 50 + the maker's 300 NO halved to 150, and one left over.
        Assert.Equal(before.Pool + 1, world.State.Book.UnitsOf(HolderKind.Pool));

        string RefusedAt(ulong time)
        {
            world.Time = time;
            var why = world.Refused(Buyer, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.Yes, 1, 1_000));
            world.Time = time - 1;
            return why;
        }
    }

    [Theory]
    [InlineData(198, 2, false, ContractOutcome.Yes)]
    [InlineData(197, 3, false, ContractOutcome.No)]
    [InlineData(0, 2, false, ContractOutcome.Undecided)]
    [InlineData(0, 2, true, ContractOutcome.Void)]
    [InlineData(0, 3, false, ContractOutcome.No)]
    [InlineData(197, 0, false, ContractOutcome.Undecided)]
    [InlineData(198, 0, true, ContractOutcome.Yes)]
    [InlineData(396, 4, false, ContractOutcome.Yes)] // more than were asked for: all count
    [InlineData(395, 5, false, ContractOutcome.No)]
    public void Decisions(ulong passes, ulong failures, bool ended, ContractOutcome outcome) =>
        Assert.Equal(outcome, new ContractTerms(10_000, 200, 1, 1).Decide(passes, failures, ended));

    [Fact]
    public void What_the_rules_do_not_allow_changes_nothing()
    {
        Assert.Contains("has 1 segments", Opening(new ContractTerms(1, 1, 1, 2_000_000), 1), StringComparison.Ordinal);
        Assert.Contains("not after", Opening(new ContractTerms(1, 1, 1, 1_000_000)), StringComparison.Ordinal);
        Assert.Contains("has 1000000", Opening(new ContractTerms(1, 1, 2_000_000, 2_000_000)), StringComparison.Ordinal);
        Open();
        Buy(Buyer, AssetKind.No, 10);
        Assert.Contains("above the limit of 4", Trading(Buyer, true, AssetKind.Yes, 10, 4), StringComparison.Ordinal);
        Assert.Contains("below the limit of 6", Trading(Buyer, false, AssetKind.No, 10, 6), StringComparison.Ordinal);
        Assert.Contains("affiliated", Trading(World.Provider, true, AssetKind.No, 1, 5), StringComparison.Ordinal);
        Assert.Contains("affiliated", world.Refused(Buyer, (by, n) => new GiveEvent(by, n, World.Provider, No, 1)), StringComparison.Ordinal);
        Assert.Contains("has 10 of No", Trading(Buyer, false, AssetKind.No, 11, 0), StringComparison.Ordinal);
        Assert.Contains("no contract 1", world.Refused(Buyer, (by, n) => new TradeEvent(by, n, 1, true, AssetKind.Yes, 1, 5)), StringComparison.Ordinal);
        Assert.NotEmpty(Trading(Buyer, true, AssetKind.Yes, Book.Limit - 1, Book.Limit - 1));
        // Its provider may say that it trusts itself.
        Buy(World.Provider, AssetKind.Yes, 10);
        world.Time += 8 * 86_400;
        Assert.Contains("seconds old", Opening(new ContractTerms(1, 1, 1, 3_000_000)), StringComparison.Ordinal);

        string Opening(ContractTerms terms, ulong segment = 0) => world.Refused(Sponsor, (by, n) => new ContractEvent(by, n, World.Account, segment, terms));
        string Trading(ulong who, bool buys, AssetKind side, long shares, long limit) => world.Refused(who, (by, n) => new TradeEvent(by, n, 0, buys, side, shares, limit));
    }

    [Fact]
    public void Any_trades_of_anybody_leave_sets_whole_and_the_maker_solvent()
    {
        var random = new Random(20_260_801);
        for (var run = 0; run < 12; run++)
        {
            var market = new World(new MarketTerms { Grace = 0, OpenFree = Book.Limit - 1 });
            var b = random.NextInt64(1, 1L << random.Next(1, 15));
            var outcomes = new List<ContractDecision>();
            market.State.Contracts.Decided = outcomes.Add;
            market.Do(Sponsor, (by, n) => new ContractEvent(by, n, World.Account, 0, new ContractTerms(100_000, 100, b, 9_000_000)));
            for (var i = 0; i < 120; i++)
            {
                var (who, buys, side) = ((ulong)random.Next(2, 5), random.Next(3) > 0, random.Next(2) == 0 ? AssetKind.Yes : AssetKind.No);
                var trade = new TradeEvent(who, market.State.Participants.NonceOf(who), 0, buys, side, random.NextInt64(1, 3 * b + 2), buys ? World.Units : 0);
                try
                {
                    market.Do(trade);
                }
                catch (MarketRefusal)
                {
                    market.State.CheckAll();
                }
            }
            market.MustReadBack();
            market.Look();
            market.Look(1, (ulong)random.Next(80, 101), (ulong)random.Next(0, 21));
            market.Tick(9_000_000);
            var back = Assert.Single(outcomes).Back;
            Assert.True(back > 0 || b == 1);
            Assert.InRange(Lmsr.Subsidy(b) - back, long.MinValue, Lmsr.Subsidy(b) - 1);
            Assert.Equal(5 * World.Units, Enumerable.Range(0, 5).Sum(p => market.Has((ulong)p)) + market.State.Book.UnitsOf(HolderKind.Pool));
        }
    }
}
