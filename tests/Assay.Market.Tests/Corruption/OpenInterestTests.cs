using Assay.Market.Bonds;
using Assay.Market.Contracts;
using Assay.Market.Corruption;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;

namespace Assay.Market.Tests.Corruption;

public sealed class OpenInterestTests
{
    private const ulong Sponsor = 1, Buyer = 2;

    private readonly World world = new(new MarketTerms { Grace = 1, OpenFree = 100, OpenRatio = 500_000 });

    private OpenInterest Now => OpenInterest.Of(world.State, World.Account, 0);

    private void Bond(long retained, long face, ulong until = 3_000_000) => world.Do(World.Provider, (by, n) =>
        new BondEvent(by, n, World.Account, 0, new BondTerms(1_000, face, retained, 0, until)));

    private void Staked(params (string Auditor, long Units)[] stakes)
    {
        foreach (var (auditor, units) in stakes)
        {
            if (units > 0)
                world.Do(3, (by, n) => new StakeEvent(by, n, auditor, Trader.Word(auditor), units));
            world.Auditors.Add(new AuditorLook(auditor, Trader.Word(auditor), 4, 0));
        }
        world.Look(10, passes: 490, failures: 10);
    }

    private void Contract(uint threshold, ulong audited) => world.Do(Sponsor, (by, n) =>
        new ContractEvent(by, n, World.Account, 0, new ContractTerms(threshold, audited, 10_000, 3_000_000)));

    private TradeEvent No(long shares, ulong contract = 0) =>
        new(Buyer, world.State.Participants.NonceOf(Buyer), contract, true, AssetKind.No, shares, World.Units);

    [Fact]
    public void Costs_are_what_an_issuer_keeps_and_the_least_that_an_auditor_would_lose()
    {
        Assert.Equal(new OpenInterest(0, 0, 0, 0, 0, 0, 0), Now);
        Assert.Null(Now.Ratio);
        Bond(2_000, 10_000);
        world.Do(Buyer, (by, n) => new SubscribeEvent(by, n, 0, 8_000));
        Bond(500, 500);
        Assert.Equal(2_500, Now.CostToCause);
        Staked(("a.test", 3_000), ("b.test", 1_000));
        Assert.Equal((1_000L, 2, 2), (Now.CostToFake, Now.Auditors, Now.Staked));
        // The same stake stands for two accounts, and one false word could fake both.
        world.Do(new LookEvent(Trader.Word("another"), 0, [default], [.. world.Auditors]));
        Assert.Equal((500L, 500L), (Now.CostToFake, Now.CostToCorrupt));
        // One of whom nothing is at stake can fake for nothing; one that has committed to nothing cannot.
        world.Auditors.Add(new AuditorLook("c.test", Trader.Word("c.test"), 0, 0));
        world.Look();
        Assert.Equal(500, Now.CostToFake);
        world.Auditors[2] = world.Auditors[2] with { Commitments = 1 };
        world.Look();
        Assert.Equal((0L, 3, 2), (Now.CostToFake, Now.Auditors, Now.Staked));
        // One auditor alone is contradicted by nobody.
        world.Auditors.RemoveRange(1, 2);
        world.Look();
        Assert.Equal((0L, 1, 1), (Now.CostToFake, Now.Auditors, Now.Staked));
    }

    [Fact]
    public void What_takes_no_bond_when_it_pays_is_held_to_what_is_free()
    {
        Bond(10_000, 10_000);
        Staked(("a.test", 10_000), ("b.test", 10_000));
        Contract(10_000, 10_000);   // 101 failures of 10,000: far beyond one in a thousand
        Contract(1_000, 10_000);    // 11 of 10,000: within what luck explains
        world.Do(No(3_000));
        Assert.Equal((3_000L, 3_000L, 0L, 10_000L), (Now.OnAccount, Now.OnSegment, Now.Unshielded, Now.CostToCorrupt));
        Assert.Equal(300_000, Now.Ratio);
        Assert.Contains("that take no bond: at most 100", world.Refused(No(101, contract: 1)), StringComparison.Ordinal);
        world.Do(No(100, contract: 1));
        Assert.Equal((3_100L, 100L), (Now.OnSegment, Now.Unshielded));
    }

    [Fact]
    public void More_than_a_part_of_what_corrupting_costs_is_not_open()
    {
        Bond(8_000, 8_000);
        Staked(("a.test", 10_000), ("b.test", 10_000));
        Contract(10_000, 10_000);
        world.Do(No(4_100));
        Assert.Contains("causing one costs 8000: at most 4100 may be", world.Refused(No(1)), StringComparison.Ordinal);
        Bond(8_000, 8_000);
        world.Do(No(1_000));
        Assert.Contains("faking one costs 10000: at most 5100 may be", world.Refused(No(1)), StringComparison.Ordinal);
        // YES pays on no failure, and NO that is sold back is open no more.
        world.Do(Buyer, (by, n) => new TradeEvent(by, n, 0, true, AssetKind.Yes, 5_000, World.Units));
        world.Do(Buyer, (by, n) => new TradeEvent(by, n, 0, false, AssetKind.No, 2_000, 0));
        Assert.Equal(3_100, Now.OnAccount);
        world.Do(No(1_999));
    }

    [Fact]
    public void Covers_count_with_their_sums()
    {
        world.Look(10, passes: 480, failures: 20);
        world.Do(3, (by, n) => new FundEvent(by, n, 100_000));
        world.Do(Buyer, (by, n) => new PayEvent(by, n, World.Provider, 5_000, World.Account));
        Assert.Contains("faking one costs 0", world.Refused(Buyer, Cover(101)), StringComparison.Ordinal);
        world.Do(Buyer, Cover(100));
        Assert.Equal((100L, 100L, 100L), (Now.OnAccount, Now.OnSegment, Now.Unshielded));
        Bond(10_000, 10_000);
        // Full payment at a half of 50 verdicts: a bond that promised one in a thousand is lost by then.
        Assert.Equal(0, Now.Unshielded);

        static Func<ulong, ulong, MarketInstruction> Cover(long sum) => (by, n) =>
            new CoverEvent(by, n, World.Account, 0, new CoverTerms(100_000, 400_000, 1_000, sum), 2_000_000, sum);
    }

    [Fact]
    public void A_bond_that_is_over_or_slashed_shields_nothing()
    {
        Bond(8_000, 8_000);
        Staked(("a.test", 10_000), ("b.test", 10_000));
        Contract(10_000, 10_000);
        world.Do(No(50));
        Assert.Equal((0L, 8_000L), (Now.Unshielded, Now.CostToCause));
        world.Look(1);
        world.Look(1, failures: 50);
        Assert.Equal((50L, 0L), (Now.Unshielded, Now.CostToCause));
    }

    [Fact]
    public void A_bond_that_ends_before_a_position_neither_shields_it_nor_is_lost_by_it()
    {
        Bond(8_000, 8_000, until: 2_999_999);
        Staked(("a.test", 10_000), ("b.test", 10_000));
        Contract(10_000, 10_000);
        Assert.Contains("causing one costs 0: at most 100 may be", world.Refused(No(101)), StringComparison.Ordinal);
        world.Do(No(50));
        Assert.Equal((50L, 8_000L), (Now.Unshielded, Now.CostToCause));
        Bond(8_000, 8_000);
        Assert.Equal((0L, 16_000L), (Now.Unshielded, Now.CostToCause));
        world.Do(No(4_050));
        Assert.Contains("causing one costs 8000: at most 4100 may be", world.Refused(No(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_bond_has_seen_before_a_position_counts_for_it()
    {
        Bond(8_000, 8_000);
        Staked(("a.test", 10_000), ("b.test", 10_000));
        world.Look(1);
        Contract(10_000, 10_000);
        world.Do(No(50));
        Assert.Equal(0, Now.Unshielded);
        // A long good record: then 101 failures of 10,000 are within what it has promised, and the bond would stay.
        world.Look(1);
        world.Look(1_000, passes: 900_000);
        Assert.Equal(0, Now.Unshielded);
        Contract(10_000, 10_000);
        Assert.Contains("that take no bond: at most 100", world.Refused(No(101, contract: 1)), StringComparison.Ordinal);
        world.Do(No(60, contract: 1));
        Assert.Equal(60, Now.Unshielded);
        // A new bond that begins as the position does has no such credit.
        Bond(8_000, 8_000);
        Assert.Equal(0, Now.Unshielded);
    }
}
