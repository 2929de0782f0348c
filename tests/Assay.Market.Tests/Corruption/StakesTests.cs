using Assay.Market.Corruption;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Corruption;

public sealed class StakesTests
{
    private const ulong First = 1, Second = 2, Third = 3;
    private const ulong Day = 86_400;

    private readonly World world = new();
    private readonly List<(ulong, long)> lost = [];

    public StakesTests() => world.State.Stakes.Lost = (auditor, units) => lost.Add((auditor, units));

    private static Hash Key(string auditor) => Trader.Word(auditor);

    private void Stake(ulong by, string auditor, long units) => world.Do(by, (b, n) => new StakeEvent(b, n, auditor, Key(auditor), units));

    private long At(string auditor) => world.State.Stakes.AtStake(world.State.Book, auditor, Key(auditor));

    private void LookWith(params (string Auditor, ulong Contradicted)[] auditors)
    {
        world.Auditors.Clear();
        world.Auditors.AddRange(auditors.Select(a => new AuditorLook(a.Auditor, Key(a.Auditor), 5, a.Contradicted)));
        world.Look(1, passes: 10, failures: 5);
    }

    [Fact]
    public void A_stake_comes_back_after_the_delay_and_counts_for_nothing_before()
    {
        Stake(First, "a.test", 100);
        Stake(Second, "a.test", 50);
        Stake(First, "a.test", 20);
        Assert.Equal(170, At("a.test"));
        Assert.Contains("nothing at stake", world.Refused(Third, Back("a.test")), StringComparison.Ordinal);
        world.Do(First, Back("a.test"));
        Assert.Equal(50, At("a.test"));
        Assert.Contains("back already", world.Refused(First, Back("a.test")), StringComparison.Ordinal);
        Assert.Contains("nothing is added", world.Refused(First, (by, n) => new StakeEvent(by, n, "a.test", Key("a.test"), 1)), StringComparison.Ordinal);
        world.MustReadBack();
        world.Tick(30 * Day - 1);
        Assert.Equal(World.Units - 120, world.Has(First));
        world.Tick(1);
        Assert.Equal((World.Units, 50L), (world.Has(First), At("a.test")));
        Stake(First, "a.test", 1);
        Assert.Equal(51, At("a.test"));
    }

    [Fact]
    public void Who_passed_what_diverges_loses_its_stake_unless_that_is_refuted_in_time()
    {
        Stake(First, "lazy.test", 100);
        Stake(Second, "other.test", 200);
        LookWith(("lazy.test", 3), ("other.test", 0)); // before the market looked first nothing is known: but it did look, without them
        Assert.Equal(3UL, Assert.Single(world.State.Stakes.Accusations).Value.Records);
        world.Do(First, Back("lazy.test"));
        world.MustReadBack();
        world.Tick(7 * Day - 1);
        Assert.Empty(lost);
        world.Tick(1);
        Assert.Equal([(0UL, 100L)], lost);
        Assert.Equal((0L, 200L), (At("lazy.test"), At("other.test")));
        Assert.Equal(5 * World.Units - 100, -world.State.Book.Of(Holder.Issuer, Asset.Unit));
        // What it was contradicted in before it stakes anew is over.
        Stake(First, "lazy.test", 10);
        LookWith(("lazy.test", 3), ("other.test", 0));
        Assert.Empty(world.State.Stakes.Accusations);
    }

    [Fact]
    public void Who_says_that_something_diverges_which_reproduces_loses_its_stake_and_the_others_are_cleared()
    {
        Stake(First, "liar.test", 100);
        Stake(Second, "honest.test", 200);
        LookWith(("liar.test", 0), ("honest.test", 0));
        LookWith(("liar.test", 0), ("honest.test", 4));
        world.Do(new RefuteEvent(World.Account, 0, "liar.test", Key("liar.test"), 3, Trader.Word("bundle")));
        Assert.Equal([(0UL, 100L)], lost);
        Assert.Equal(1UL, Assert.Single(world.State.Stakes.Accusations).Value.Records);
        world.Do(new RefuteEvent(World.Account, 0, "liar.test", Key("liar.test"), 1, Trader.Word("another")));
        Assert.Empty(world.State.Stakes.Accusations);
        world.Tick(7 * Day);
        Assert.Equal(200, At("honest.test"));
        Assert.Single(lost);
    }

    [Fact]
    public void An_accused_stake_does_not_come_back_before_it_is_decided()
    {
        Stake(First, "a.test", 100);
        world.Do(First, Back("a.test"));
        world.Time += 29 * Day;
        LookWith(("a.test", 1));
        world.Tick(2 * Day);
        Assert.Equal(World.Units - 100, world.Has(First));
        world.Tick(5 * Day);
        Assert.Equal([(0UL, 100L)], lost);
    }

    [Fact]
    public void Nobody_is_accused_by_the_first_look_at_an_account()
    {
        Stake(First, "a.test", 100);
        world.Do(new LookEvent(Trader.Word("another account"), 0, [default], [new AuditorLook("a.test", Key("a.test"), 5, 9)]));
        Assert.Empty(world.State.Stakes.Accusations);
        world.Do(new LookEvent(Trader.Word("another account"), 1, [default], [new AuditorLook("a.test", Key("a.test"), 5, 10)]));
        Assert.Equal(1UL, Assert.Single(world.State.Stakes.Accusations).Value.Records);
    }

    private static Func<ulong, ulong, MarketInstruction> Back(string auditor) => (by, n) => new UnstakeEvent(by, n, auditor, Key(auditor));
}
