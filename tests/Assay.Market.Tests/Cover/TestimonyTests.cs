using System.Collections.Immutable;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Statistics;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Market.Tests.Cover;

/// <summary>Covers of accounts that observers tell of: settled by the median of a quorum, and by nothing that one of them says.</summary>
public sealed class TestimonyTests
{
    private static readonly Hash Observed = Trader.Word("observed");

    /// <summary>Above 5 %, all of it from 25 % on, 200 observations of each.</summary>
    private static readonly CoverTerms Plain = new(50_000, 200_000, 200, 400);

    private readonly Insured market = new();
    private readonly ulong[] passed = [1_000, 990, 980, 970, 0], failed = [0, 10, 20, 30, 0];
    private ulong step;

    public TestimonyTests()
    {
        var payee = 4UL;
        market.Do(new Trader("runs what is observed", payee).Join(Observed));
        market.Do(new PayEvent(Insured.Buyer, market.Nonce(Insured.Buyer), payee, 5_000, Observed));
        market.Do(new GrantEvent(Insured.Funder, 100_000, "paper:stakes"));
        foreach (var observer in (int[])[0, 1, 2, 4])
            market.Do(new StakeEvent(Insured.Funder, market.Nonce(Insured.Funder), Name(observer), Key(observer), 10_000));
        See();
    }

    private static string Name(int observer) => $"observer{observer}.test/log";

    private static Hash Key(int observer) => Trader.Word($"observer {observer}");

    // What each has said so far; of who said nothing nothing is shown.
    private void See(bool alarmed = false, int observers = 5, ulong days = 40) => market.Do(new SightEvent(
        Observed, step++,
        [new SegmentSight(days, 0, alarmed, [.. Enumerable.Range(0, observers).Select(o => new ObserverSight(Name(o), Key(o), new ObservedCounts(passed[o], failed[o] / 2, failed[o] - failed[o] / 2)))])]));

    private void Say(int observer, ulong passes, ulong failures) => (passed[observer], failed[observer]) = (passed[observer] + passes, failed[observer] + failures);

    private TestimonyEvent Order(CoverTerms? cover = null, ulong by = Insured.Buyer) =>
        new(by, market.Nonce(by), Observed, 0, cover ?? Plain, market.Time + 60 * Insured.Day, 399);

    private Policy Buy()
    {
        market.Do(Order());
        return market.State.Policies.Of(0)!;
    }

    private void Attach()
    {
        market.Time += 2 * Insured.Day;
        See();
    }

    [Fact]
    public void It_hears_those_with_a_stake_and_pays_by_the_median()
    {
        var policy = Buy();
        // 3 has no stake, 4 has not said anything yet.
        Assert.Equal([0, 1, 2], policy.Hearing!.Observers.Select(o => o.Place));
        Assert.Equal(3, policy.Hearing.Quorum);
        Attach();
        // 25 %, 15 % and nothing: the median is 15 %, half of the width. Whoever has no stake is not asked.
        Say(0, 150, 50);
        Say(1, 170, 30);
        Say(3, 0, 1_000);
        See();
        Assert.Empty(market.Outcomes);
        Say(2, 200, 0);
        See();
        var outcome = Assert.Single(market.Outcomes);
        Assert.Equal((200L, false), (outcome.Payout, outcome.PremiumBack));
        Assert.Null(outcome.Counts);
        Assert.Equal((0L, 0L, 0L), (market.State.Book.UnitsOf(HolderKind.Policy), market.State.Policies.Locked, market.State.Policies.LockedOnTestimony));
    }

    [Fact]
    public void One_of_three_makes_it_neither_pay_nor_stay_unpaid()
    {
        Buy();
        Attach();
        Say(0, 0, 1_000);
        Say(1, 200, 0);
        Say(2, 200, 0);
        See();
        Assert.Equal(0, market.Outcomes[0].Payout);
        market.Do(Order(Plain with { Sum = 100 }));
        Attach();
        Say(0, 5_000, 0);
        Say(1, 100, 100);
        Say(2, 120, 80);
        See();
        Assert.Equal(100, market.Outcomes[1].Payout);
    }

    [Fact]
    public void What_was_said_before_its_window_does_not_count()
    {
        Buy();
        for (var observer = 0; observer < 3; observer++)
            Say(observer, 0, 500);
        market.Time += 2 * Insured.Day - 1;
        See();
        Assert.False(market.State.Policies.Of(0)!.Hearing!.Attached);
        market.Time++;
        See();
        Assert.True(market.State.Policies.Of(0)!.Hearing!.Attached);
        Assert.Empty(market.Outcomes);
        for (var observer = 0; observer < 3; observer++)
            Say(observer, 200, 0);
        See();
        Assert.Equal((0L, false), (market.Outcomes[0].Payout, market.Outcomes[0].PremiumBack));
    }

    [Fact]
    public void Without_a_quorum_the_premium_goes_back()
    {
        var (policy, units) = (Buy(), market.Units(Insured.Buyer));
        Attach();
        Say(0, 0, 1_000);
        Say(1, 0, 1_000);
        Say(2, 0, 199);
        See();
        market.Time = policy.Until;
        market.Do(new TickEvent());
        Assert.True(market.Outcomes[0].PremiumBack);
        Assert.Equal((units + policy.Premium, 10_000L, 0L), (market.Units(Insured.Buyer), market.Pool, market.State.Policies.InsuredBy(Insured.Buyer, Observed)));
    }

    [Fact]
    public void It_is_kept_apart_and_small()
    {
        // 5 % of the pool for all testimony together, whatever of the pool an account may lock.
        market.Refused(Order(Plain with { Sum = 501 }), "at most 500 may be: 501 more do not fit");
        Buy();
        market.Refused(Order(Plain with { Sum = 101 }), "lock 400 units of the pool, and at most 500 may be");
        // No look at replays settles it, and no cover on replays is sold by a sight.
        market.Refused(new CoverEvent(1, market.Nonce(1), Observed, 0, Insured.Plain, market.Time + 9, 99), "has not looked at");
        market.Settle(30, 0);
        market.Refused(new TestimonyEvent(1, market.Nonce(1), Insured.Account, 0, Plain, market.Time + 9, 99), "has no sight of");
        See(alarmed: true);
        market.Refused(Order(Plain with { Sum = 50 }), "is alarmed");
        market.Refused(Order(by: Insured.Other), "has spent 0 units");
        market.Refused(Order(by: 4), "affiliated");
        market.Do(new PayEvent(Insured.Funder, market.Nonce(Insured.Funder), 4, 100, Observed));
        See();
        market.Refused(Order(Plain with { Sum = 50 }, by: Insured.Funder), "covered by its own word");
        Assert.Equal(400, market.State.Policies.LockedOnTestimony);
    }

    [Fact]
    public void Fewer_observers_with_a_stake_than_a_quorum_sell_nothing()
    {
        var poor = new Insured(new MarketTerms { TestimonyStake = 10_001 });
        poor.Do(new Trader("runs it", 4).Join(Observed));
        poor.Do(new PayEvent(Insured.Buyer, poor.Nonce(Insured.Buyer), 4, 5_000, Observed));
        poor.Do(new SightEvent(Observed, 0, [new SegmentSight(9, 0, false, [new ObserverSight(Name(0), Key(0), new ObservedCounts(900, 1, 0))])]));
        poor.Refused(new TestimonyEvent(1, poor.Nonce(1), Observed, 0, Plain, poor.Time + Insured.Day, 399), "0 observers of the account");
    }

    [Fact]
    public void A_sight_goes_on_from_the_one_before()
    {
        passed[0]--;
        market.Refused(Sight(5, step), "goes back behind");
        passed[0]++;
        market.Refused(Sight(4, step), "goes back behind");
        market.Refused(Sight(5, 0), "after one of step 0");
        market.Refused(new SightEvent(Observed, step, []), "0 segments");

        SightEvent Sight(int observers, ulong step) => new(
            Observed, step, [new SegmentSight(40, 0, false, [.. Enumerable.Range(0, observers).Select(o => new ObserverSight(Name(o), Key(o), new ObservedCounts(passed[o], failed[o] / 2, failed[o] - failed[o] / 2)))])]);
    }

    [Fact]
    public void A_state_that_is_read_back_goes_on_alike()
    {
        Buy();
        Attach();
        var read = MarketState.Parse(market.State.ToBytes());
        Assert.Equal(market.State.Digest(), read.Digest());
        read.CheckAll();
        for (var observer = 0; observer < 3; observer++)
            Say(observer, 150, 50);
        var sight = new SightEvent(
            Observed, 99, [new SegmentSight(41, 0, false, [.. Enumerable.Range(0, 5).Select(o => new ObserverSight(Name(o), Key(o), new ObservedCounts(passed[o], failed[o] / 2, failed[o] - failed[o] / 2)))])]);
        foreach (var state in (MarketState[])[market.State, read])
            state.Apply(sight, market.Time + 1);
        Assert.Equal(market.State.ToBytes(), read.ToBytes());
        Assert.Equal(400, market.Outcomes[0].Payout);
    }

    [Fact]
    public void The_median_is_what_more_than_half_say_at_least()
    {
        var dice = new Dice(41);
        for (var i = 0; i < 2_000; i++)
        {
            var cover = new CoverTerms((uint)dice.Below(200_000), 1 + (uint)dice.Below(300_000), 1, 1_000_000);
            var counts = Enumerable.Range(0, 1 + dice.Below(9)).Select(_ => new Counts((ulong)dice.Below(500), 1 + (ulong)dice.Below(300))).ToImmutableArray();
            var paid = Hearing.Payout(cover, counts);
            Assert.InRange(paid, 0, cover.Sum);
            // Alone each would be paid so much; what is paid is no more than what more than half would bring, and the order does not matter.
            var rates = counts.Select(c => Hearing.Payout(cover, [c])).Order().ToList();
            Assert.True(rates.Count(r => r >= paid) * 2 > rates.Count);
            Assert.Equal(paid, Hearing.Payout(cover, [.. counts.Reverse()]));
            // Whatever a minority says instead, it stays between what the others alone would bring at least and at most.
            var liars = (counts.Length - 1) / 2;
            var honest = counts.Skip(liars).ToImmutableArray();
            var lies = honest.AddRange(Enumerable.Repeat(dice.Below(2) == 0 ? new Counts(0, 10_000) : new Counts(10_000, 0), liars));
            var alone = honest.Select(c => Hearing.Payout(cover, [c])).ToList();
            Assert.InRange(Hearing.Payout(cover, lies), alone.Min(), alone.Max());
        }
    }

    [Fact]
    public void A_sight_says_what_the_observed_account_says()
    {
        var fold = new ObservedFold("svc", ObservationOracle.Service, default, new ObservedState(AccountId.Observed("svc", ObservationOracle.Service, default)));
        var reads = new List<ObserverRead>();
        foreach (var (name, letters, day) in ((string, string, int)[])[("a.test/log", "pppf", 11), ("b.test/log", "ppn", 14)])
        {
            var at = DateTimeOffset.UnixEpoch.AddDays(day).AddHours(1);
            reads.Add(new ObserverRead(
                new LogSize(name, 2, Trader.Word("root")), Trader.Word(name),
                [new ObservationsEvent(name, "svc", Trader.Word("address"), ObservationOracle.Service, default, at.AddHours(-2), at, letters, null)]));
        }
        fold.Step(1_000_000, [], "x");
        fold.Step(2_000_000, reads, "x");
        var sight = SightMaker.Of(fold.State);
        Assert.Equal((fold.State.Account, 1UL), (sight.Account, sight.Step));
        // From the 10th, two hours before the first batch's end, to the 14th.
        Assert.Equal(
            new SegmentSight(5, 0, false,
            [
                new ObserverSight("a.test/log", Trader.Word("a.test/log"), new ObservedCounts(3, 1, 0)),
                new ObserverSight("b.test/log", Trader.Word("b.test/log"), new ObservedCounts(2, 0, 1)),
            ]),
            Assert.Single(sight.Segments));
        Assert.Equal(sight, MarketEvents.Parse(sight.ToText()));
        var full = new SegmentSight(5, 0, false, [.. Enumerable.Repeat(sight.Segments[0].Observers[0], 8)]);
        _ = MarketEvents.Parse((sight with { Segments = [.. Enumerable.Repeat(full, 8)] }).ToText());
    }
}
