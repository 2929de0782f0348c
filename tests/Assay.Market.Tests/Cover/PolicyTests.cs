using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;

namespace Assay.Market.Tests.Cover;

/// <summary>What becomes of covers that were sold: worked by hand.</summary>
public sealed class PolicyTests
{
    [Fact]
    public void It_is_paid_for_collateralised_and_pays_what_its_window_says()
    {
        var market = new Insured();
        market.Settle(30, 0);
        var policy = market.Buy(Insured.Buyer);
        var premium = policy.Premium;
        Assert.Equal(34UL, policy.Window.AttachAt);
        Assert.Equal((15_000 - premium, 9_000L, 1_000L + premium), (market.Units(1), market.Pool, market.State.Book.Of(policy.Holder, Asset.Unit)));
        Assert.Equal(1_000, market.State.Book.Of(Holder.Participant(1), policy.Shares));
        // Six epochs later it has attached; ten more with 1 of 10 failing are 1,000 records: 10 of 100 fail.
        market.Settle(6, 0);
        Assert.NotNull(market.State.Policies.Of(0)!.Window.From);
        market.Settle(9, 1);
        Assert.Empty(market.Outcomes);
        market.Settle(1, 1);
        // 10 %, which is 8 % of 10 % over 2 %: 800. The lower end for 10 of 100 of 1,000 records is above 2 %.
        var outcome = Assert.Single(market.Outcomes);
        Assert.Equal((new SegmentCounts(1_000, 10, 90, 10, 0, 0), 800L, 0L, false), (outcome.Counts, outcome.Payout, outcome.CalledIn, outcome.PremiumBack));
        Assert.Equal(new Posting(Holder.Participant(1), Asset.Unit, 800), Assert.Single(outcome.Paid));
        Assert.Equal((15_000 - premium + 800, 10_000 + premium - 800), (market.Units(1), market.Pool));
        Assert.Equal((0L, 0L), (market.State.Book.UnitsOf(HolderKind.Policy), market.State.Book.Issued(policy.Shares)));
        Assert.Equal((0L, 0L), (market.State.Policies.Locked, market.State.Policies.SumOn(Insured.Account)));
    }

    [Fact]
    public void An_epoch_that_had_begun_does_not_count_however_bad_it_was()
    {
        var market = new Insured();
        market.Settle(30, 0);
        // An insider knows that the two epochs in flight fail, and that the two after them do.
        var policy = market.Buy(Insured.Buyer);
        market.Settle(4, 10);
        Assert.Equal((34UL, 40UL), (market.State.Policies.Of(0)!.Window.From!.Value.Epochs, market.State.Policies.Of(0)!.Window.From!.Value.Failures));
        market.Settle(10, 0);
        Assert.Equal((0L, false), (market.Outcomes[0].Payout, market.Outcomes[0].PremiumBack));
        Assert.Equal(10_000 + policy.Premium, market.Pool);
    }

    [Fact]
    public void A_window_attaches_at_a_look_and_what_a_look_skips_is_not_in_it()
    {
        var market = new Insured();
        market.Settle(30, 0);
        market.Buy(Insured.Buyer);
        // Nobody looked while epochs 31 to 50 failed: the first look after is where it begins.
        market.Settle(20, 10);
        Assert.Equal(50UL, market.State.Policies.Of(0)!.Window.From!.Value.Epochs);
        market.Settle(10, 0);
        Assert.Equal(0, market.Outcomes[0].Payout);
    }

    [Fact]
    public void Whoever_knows_more_than_the_account_pays_more_as_soon_as_it_shows_and_nothing_is_sold_while_alarmed()
    {
        var market = new Insured();
        market.Settle(30, 0);
        var before = CoverOffer.Of(market.State, Insured.Account, 0, Insured.Plain, market.Time + Insured.Day).Quote.Premium;
        market.Settle(2, 5);
        var after = CoverOffer.Of(market.State, Insured.Account, 0, Insured.Plain, market.Time + Insured.Day).Quote.Premium;
        Assert.True(after > before, $"{before} before, {after} after failures");
        market.Look(alarmed: true);
        market.Refused(market.Order(Insured.Buyer), "is alarmed");
        market.Look();
        market.Time += 7 * Insured.Day + 1;
        market.Refused(market.Order(Insured.Buyer), "seconds old");
    }

    [Fact]
    public void What_expires_with_nothing_judged_gives_its_premium_back()
    {
        var market = new Insured();
        market.Settle(30, 0);
        market.Buy(Insured.Buyer, until: market.Time + 10 * Insured.Day);
        market.Do(new GiveEvent(Insured.Buyer, market.Nonce(Insured.Buyer), Insured.Other, new Asset(AssetKind.Cover, 0), 250));
        var (premium, others) = (market.State.Policies.Of(0)!.Premium, market.Units(2));
        market.Time += 10 * Insured.Day - 1;
        market.Do(new TickEvent());
        Assert.Empty(market.Outcomes);
        market.Time++;
        market.Do(new TickEvent());
        var outcome = Assert.Single(market.Outcomes);
        Assert.True(outcome.PremiumBack && outcome.Counts is null);
        // To whoever holds its shares: floors, and what is left over is the pool's.
        Assert.Equal(others + premium / 4, market.Units(2));
        Assert.Equal(10_000 + premium - premium / 4 - premium * 3 / 4, market.Pool);
        // What was not judged may be insured again.
        Assert.Equal(0, market.State.Policies.InsuredBy(1, Insured.Account));
    }

    [Fact]
    public void What_expires_pays_by_what_its_window_has()
    {
        var market = new Insured();
        market.Settle(30, 0);
        market.Buy(Insured.Buyer, until: market.Time + Insured.Day);
        market.Settle(4, 0);
        market.Settle(3, 3);
        market.Time += Insured.Day;
        market.Do(new TickEvent());
        // 9 of 30, of 300 records: 30 %, all of it.
        Assert.Equal((1_000L, 9UL), (market.Outcomes[0].Payout, market.Outcomes[0].Counts!.Value.Failures));

        // One that expires before it attaches is settled by the look that comes first, if no tick does.
        market.Buy(Insured.Buyer, until: market.Time + Insured.Day, most: 999);
        market.Time += Insured.Day;
        market.Settle(50, 10);
        Assert.True(market.Outcomes[1].PremiumBack);
        Assert.Equal(0UL, market.Outcomes[1].Counts!.Value.Records);
    }

    [Fact]
    public void Settled_once_is_settled()
    {
        var market = new Insured();
        market.Settle(30, 0);
        market.Buy(Insured.Buyer);
        market.Settle(4, 0);
        market.Settle(10, 5);
        var (units, pool) = (market.Units(1), market.Pool);
        market.Look();
        market.Time += 100 * Insured.Day;
        market.Do(new TickEvent());
        market.Settle(10, 10);
        Assert.Equal((units, pool, 1), (market.Units(1), market.Pool, market.Outcomes.Count));
        market.Refused(new GiveEvent(1, market.Nonce(1), 2, new Asset(AssetKind.Cover, 0), 1), "has 0 of Cover 0");
    }

    [Fact]
    public void Two_covers_compete_for_the_same_capital()
    {
        // A pool of 10,000, a quarter of it for one account: 2,500.
        var market = new Insured();
        market.Settle(30, 0);
        var cover = Insured.Plain with { Sum = 2_000 };
        var first = CoverOffer.Of(market.State, Insured.Account, 0, cover, market.Time + Insured.Day);
        Assert.Equal(new CoverUse(200_000, 800_000), first.Use);
        market.Buy(Insured.Buyer, cover, most: 2_000);
        market.Refused(market.Order(Insured.Other, cover, most: 2_000), "lock 2000 units of the pool, and at most 2500 may be");
        var second = CoverOffer.Of(market.State, Insured.Account, 0, cover with { Sum = 500 }, market.Time + Insured.Day);
        Assert.Equal(new CoverUse(250_000, 1_000_000), second.Use);
        // As much of the loaded value again where all is used, 0.64 of it where 0.8 is.
        Assert.Equal(second.Quote.Fair + second.Quote.Load, second.Quote.Capacity);
        Assert.Equal((first.Quote.Fair + first.Quote.Load) * 64 / 100 + 1, first.Quote.Capacity);
        market.Buy(Insured.Other, cover with { Sum = 500 }, most: 500);
        market.Refused(market.Order(Insured.Other, cover with { Sum = 1 }), "1 more do not fit");
        // What is locked is not there for those who leave, either.
        market.Refused(new DivideEvent(7_501), "7500 units free");
    }

    [Fact]
    public void Limits()
    {
        var market = new Insured();
        market.Refused(market.Order(Insured.Buyer), "has not looked at");
        market.Settle(30, 0);
        market.Refused(market.Order(Insured.Provider), "participant 0 is affiliated");
        market.Refused(market.Order(Insured.Funder), "has spent 0 units");
        market.Refused(market.Order(Insured.Buyer, most: 1), "above the most that would be paid, 1");
        market.Refused(market.Order(Insured.Buyer, until: market.Time), "it ends after");
        market.Refused(market.Order(Insured.Buyer, until: market.Time + 180 * Insured.Day + 1), "at most 15552000 seconds");
        market.Refused(market.Order(Insured.Buyer) with { Segment = 1 }, "has 1 segments");
        market.Refused(market.Order(Insured.Buyer, Insured.Plain with { Sum = 5_001 }), "5001 more are not at risk");
        for (var i = 0; i < 2; i++)
            market.Buy(Insured.Buyer);
        market.Refused(market.Order(Insured.Buyer, Insured.Plain with { Sum = 3_001 }), "insured 2000 of them");
        // Shares do not go to whoever can make it fail.
        market.Refused(new GiveEvent(1, market.Nonce(1), Insured.Provider, new Asset(AssetKind.Cover, 0), 1), "affiliated with the account of cover 0");
        // A pool that is smaller than what is asked for.
        var small = new Insured(new MarketTerms { CoverShare = 1_000_000 }, pool: 999);
        small.Settle(30, 0);
        small.Refused(small.Order(Insured.Buyer), "999 units free");
    }

    [Fact]
    public void A_look_that_says_more_verdicts_than_records_is_none()
    {
        var market = new Insured();
        market.Settle(30, 0);
        var seen = market.State.Looks.Of(Insured.Account)!.Segments[0];
        var counts = seen.Counts with { Records = seen.Counts.Records + 10, Passes = seen.Counts.Passes + 11 };
        market.Refused(new LookEvent(Insured.Account, 1, [seen with { Counts = counts }], []), "counts that were higher before");
    }

    [Fact]
    public void A_state_that_is_read_back_goes_on_alike()
    {
        var market = new Insured();
        market.Settle(30, 0);
        market.Buy(Insured.Buyer);
        market.Buy(Insured.Other, Insured.Plain with { Sum = 700 }, most: 500);
        market.Settle(6, 0);
        var read = MarketState.Parse(market.State.ToBytes());
        Assert.Equal(market.State.Digest(), read.Digest());
        read.CheckAll();
        var look = market.State.Looks.Of(Insured.Account)!;
        var next = look.Segments[0] with { Counts = new SegmentCounts(5_000, 50, 460, 40, 0, 0) };
        foreach (var state in (MarketState[])[market.State, read])
            state.Apply(new LookEvent(Insured.Account, 99, [next], []), market.Time + 5);
        Assert.Equal(market.State.ToBytes(), read.ToBytes());
        Assert.Empty(read.Policies.Open);
        Assert.Equal(2, market.Outcomes.Count);
    }
}
