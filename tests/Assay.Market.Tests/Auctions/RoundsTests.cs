using Assay.Market.Auctions;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Auctions;

public sealed class RoundsTests
{
    private const ulong Opens = 1_000, Reveals = Opens + 100, Clears = Reveals + 50;

    private readonly MarketState state = new();
    private readonly ulong[] nonces = new ulong[4];

    /// <summary>Four with 100,000 units each, of which the first two put 40,000 into the pool.</summary>
    public RoundsTests()
    {
        state.Apply(new TermsEvent(new MarketTerms { Lot = 100, Commit = 100, Reveal = 50, Deposit = 20_000, LeastDeposit = 10, Forfeit = 250_000 }), 1);
        for (ulong i = 0; i < 4; i++)
        {
            state.Apply(new Trader($"{i}", i).Join(), 1);
            state.Apply(new GrantEvent(i, 100_000, $"paper:{i}"), 1);
        }
        Do(0, (by, n) => new FundEvent(by, n, 40_000), 1);
        Do(1, (by, n) => new FundEvent(by, n, 40_000), 1);
    }

    [Fact]
    public void Sealed_orders_trade_at_one_price_and_what_is_left_goes_back()
    {
        var buy = Commit(2, OrderSide.Buy, 110, 100, deposit: 300);
        var dear = Commit(3, OrderSide.Buy, 90, 500, deposit: 1_000);
        var sell = Commit(0, OrderSide.Sell, 95, 60, deposit: 120);
        Assert.Equal(99_700, Units(2));
        Assert.Equal(300, state.Book.Of(new Holder(HolderKind.Order, 0), Asset.Unit));
        Reveal(buy, Reveals);
        Reveal(dear, Reveals);
        Reveal(sell, Clears - 1);
        Assert.Equal((88_700L, 34_000L), (Units(2), Shares(0)));
        Tick(Clears - 1);
        Assert.Single(state.Rounds.Open);

        // 60 lots are offered from 95 on, and 100 wanted up to 110.
        Tick(Clears);
        Assert.Empty(state.Rounds.Open);
        var result = Assert.Single(state.Rounds.Results);
        Assert.Equal((0UL, 110u, 60L, Clears), (result.Auction, result.Price, result.Lots, result.Time));
        Assert.Equal([60, 0, 60], result.Orders.Select(o => o.Filled));
        Assert.Equal((93_400L, 6_000L), (Units(2), Shares(2)));
        Assert.Equal((100_000L, 0L), (Units(3), Shares(3)));
        Assert.Equal((66_600L, 34_000L), (Units(0), Shares(0)));
        Assert.Equal(0, state.Book.UnitsOf(HolderKind.Order));

        // The next auction has the next number.
        Assert.Equal(1UL, state.Rounds.NumberFor(Asset.PoolShare));
        Tick(Clears + 1);
        Assert.Empty(state.Rounds.Results);
    }

    [Fact]
    public void An_order_that_is_never_revealed_is_void_and_loses_a_part_of_its_deposit()
    {
        var shown = Commit(0, OrderSide.Sell, 90, 10, deposit: 101);
        _ = Commit(2, OrderSide.Buy, 110, 10, deposit: 1_001);
        Reveal(shown, Reveals);
        Tick(Clears);
        var result = Assert.Single(state.Rounds.Results);
        Assert.Equal((0u, 0L), (result.Price, result.Lots));
        Assert.Equal([0, 250], result.Orders.Select(o => o.Forfeited));
        Assert.Null(result.Orders[1].Terms);
        Assert.Equal((60_000L, 40_000L, 99_750L, 80_250L), (Units(0), Shares(0), Units(2), state.Book.Of(Holder.Pool, Asset.Unit)));
    }

    [Fact]
    public void What_an_auction_does_not_take_changes_nothing()
    {
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 1, 1, 20, new Asset(AssetKind.Bond, 0)), Opens, "nobody holds any bond 0");
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 1, 1, 20, auction: 1), Opens, "for auction 1 of this asset where 0 is next");
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 1, 1, 9), Opens, "at least 10 are asked for");
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 1, 1, 100_001), Opens, "100001 are asked for");
        Assert.Empty(state.Rounds.Open);
        var buy = Commit(2, OrderSide.Buy, 100, 100, deposit: 200);
        var large = Commit(2, OrderSide.Buy, 100, 101, deposit: 201);
        var rich = Commit(3, OrderSide.Buy, 10_000, 10, deposit: 20);
        var huge = Commit(3, OrderSide.Buy, 65_535, 1L << 40, deposit: 20);
        var bare = Commit(2, OrderSide.Sell, 100, 10, deposit: 20);
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 100, 100, 200), Opens, "has this commitment already");
        Refused(2, (by, n) => Show(by, n, buy), Reveals - 1, "takes reveals from 1100");
        Refused(2, (by, n) => Show(by, n, buy) with { Order = 5 }, Reveals, "no sealed order 5");
        Refused(3, (by, n) => Show(by, n, buy) with { By = by }, Reveals, "order 0 is participant 2's");
        Refused(2, (by, n) => Show(by, n, buy) with { Price = 99 }, Reveals, "not what was committed");
        Refused(2, (by, n) => Show(by, n, buy) with { Side = OrderSide.Sell }, Reveals, "not what was committed");
        Refused(2, (by, n) => Show(by, n, buy) with { Lots = 99 }, Reveals, "not what was committed");
        Refused(2, (by, n) => Show(by, n, buy) with { Salt = default }, Reveals, "not what was committed");
        Refused(2, (by, n) => Show(by, n, large), Reveals, "one of this size needs 202");
        Refused(3, (by, n) => Show(by, n, rich), Reveals, "has 99960 of");
        Refused(3, (by, n) => Show(by, n, huge), Reveals, "one of this size needs");
        Refused(2, (by, n) => Show(by, n, bare), Reveals, "has 0 of PoolShare");
        Do(2, (by, n) => Show(by, n, buy), Reveals);
        Refused(2, (by, n) => Show(by, n, buy), Reveals, "order 0 is revealed");
        Refused(2, (by, n) => Seal(by, n, OrderSide.Buy, 1, 1, 20), Reveals, "takes no commitments since 1100");
        Refused(2, (by, n) => Show(by, n, bare), Clears, "before 1150");

        // What was refused can be sent again as long as the phase lasts; here it no longer does.
        Tick(Clears);
        Assert.Equal([0, 50, 5, 5, 5], state.Rounds.Results.Single().Orders.Select(o => o.Forfeited));
    }

    [Fact]
    public void A_reveal_that_was_refused_for_want_of_units_is_taken_when_they_are_there()
    {
        var buy = Commit(2, OrderSide.Buy, 10_000, 10, deposit: 20);
        Do(2, (by, n) => new PayEvent(by, n, 3, 1, null), Reveals);
        Refused(2, (by, n) => Show(by, n, buy), Reveals, "has 99979");
        Do(3, (by, n) => new PayEvent(by, n, 2, 21, null), Reveals);
        Reveal(buy, Reveals);
        Assert.Equal(0, Units(2));
        Tick(Clears);
        Assert.Equal(100_020, Units(2));
    }

    [Fact]
    public void Buys_and_sales_of_one_participant_may_meet_and_move_nothing()
    {
        var (buy, sell) = (Commit(0, OrderSide.Buy, 110, 50, deposit: 100), Commit(0, OrderSide.Sell, 90, 50, deposit: 100));
        Reveal(buy, Reveals);
        Reveal(sell, Reveals);
        Tick(Clears);
        Assert.Equal((100u, 50L), (state.Rounds.Results.Single().Price, state.Rounds.Results.Single().Lots));
        Assert.Equal((60_000L, 40_000L), (Units(0), Shares(0)));
    }

    [Fact]
    public void What_locked_shares_earn_is_their_owners()
    {
        var sell = Commit(0, OrderSide.Sell, 300, 400, deposit: 800);
        Reveal(sell, Reveals);
        Assert.Equal((59_200L, 0L), (Units(0), Shares(0)));
        state.Apply(new DivideEvent(8_000), Reveals);
        state.CheckAll();
        Tick(Clears);
        Assert.Equal((64_000L, 40_000L), (Units(0), Shares(0)));
    }

    [Fact]
    public void An_auction_of_what_is_no_more_ends_without_a_price()
    {
        var bond = new Asset(AssetKind.Bond, 7);
        state.Book.Move(Holder.Issuer, Holder.Participant(0), bond, 5_000);
        var sell = Commit(0, OrderSide.Sell, 90, 50, deposit: 100, bond);
        _ = Commit(2, OrderSide.Buy, 110, 50, deposit: 100, bond);
        var other = Commit(3, OrderSide.Buy, 110, 50, deposit: 100);
        Reveal(sell, Reveals);
        Assert.Equal(2, state.Rounds.Open.Count);

        // Its series pays whoever holds shares, orders too, and takes them back.
        state.Book.Move(Holder.Participant(1), new Holder(HolderKind.Order, sell.Number), Asset.Unit, 4_000);
        state.Book.Move(new Holder(HolderKind.Order, sell.Number), Holder.Issuer, bond, 5_000);
        Tick(Reveals + 1);
        var result = Assert.Single(state.Rounds.Results);
        Assert.Equal((bond, 0u, 0L), (result.Asset, result.Price, result.Lots));
        Assert.Equal((64_000L, 100_000L), (Units(0), Units(2)));
        Assert.Equal(other.Number, Assert.Single(Assert.Single(state.Rounds.Open).Orders).Number);
    }

    [Fact]
    public void A_tick_is_due_where_reveals_begin_so_that_the_journal_shows_it()
    {
        var sell = Commit(0, OrderSide.Sell, 95, 10, deposit: 20);
        Assert.Equal((false, true), (state.HasDue(Reveals - 1), state.HasDue(Reveals)));
        Tick(Reveals - 1);
        Assert.False(state.Rounds.Open[0].Shut);
        Tick(Reveals);
        Assert.True(state.Rounds.Open[0].Shut);
        Assert.Equal((false, true), (state.HasDue(Clears - 1), state.HasDue(Clears)));
        Reveal(sell, Reveals);
    }

    [Fact]
    public void An_auction_keeps_the_figures_that_it_opened_with()
    {
        var sell = Commit(0, OrderSide.Sell, 95, 10, deposit: 20);
        state.Apply(new TermsEvent(new MarketTerms { Lot = 1, Commit = 5_000, Reveal = 5_000, LeastDeposit = 5_000 }), Opens + 1);
        var buy = Commit(2, OrderSide.Buy, 95, 10, deposit: 20);
        Reveal(sell, Reveals);
        Reveal(buy, Reveals);
        Tick(Clears);
        Assert.Equal(1_000, Shares(2));
    }

    private sealed record Sealed(ulong Number, ulong By, Asset Asset, ulong Auction, OrderSide Side, uint Price, long Lots);

    private static Hash Salt(OrderSide side, uint price, long lots) => Trader.Word($"{side} {price} {lots}");

    private CommitEvent Seal(ulong by, ulong nonce, OrderSide side, uint price, long lots, long deposit, Asset? asset = null, ulong? auction = null)
    {
        var of = asset ?? Asset.PoolShare;
        var number = auction ?? state.Rounds.NumberFor(of);
        return new CommitEvent(by, nonce, of, number, deposit, new OrderTerms(by, of, number, side, price, lots, Salt(side, price, lots)).Commitment());
    }

    private static RevealEvent Show(ulong by, ulong nonce, Sealed order) => new(by, nonce, order.Number, order.Side, order.Price, order.Lots, Salt(order.Side, order.Price, order.Lots));

    private Sealed Commit(ulong by, OrderSide side, uint price, long lots, long deposit, Asset? asset = null)
    {
        var order = new Sealed(state.Rounds.NextOrder, by, asset ?? Asset.PoolShare, state.Rounds.NumberFor(asset ?? Asset.PoolShare), side, price, lots);
        Do(by, (b, n) => Seal(b, n, side, price, lots, deposit, asset), Math.Max(state.Time, Opens));
        return order;
    }

    private void Reveal(Sealed order, ulong at) => Do(order.By, (b, n) => Show(b, n, order), at);

    private void Tick(ulong at)
    {
        state.Apply(new TickEvent(), at);
        Check();
    }

    private void Do(ulong by, Func<ulong, ulong, MarketInstruction> instruction, ulong at)
    {
        state.Apply(instruction(by, nonces[by]++), at);
        Check();
    }

    private void Refused(ulong by, Func<ulong, ulong, MarketInstruction> instruction, ulong at, string why)
    {
        var before = state.ToBytes();
        Assert.Contains(why, Assert.Throws<MarketRefusal>(() => state.Apply(instruction(by, nonces[by]), at)).Message, StringComparison.Ordinal);
        Assert.Equal(before, state.ToBytes());
    }

    // After every event: the invariants, and a state that is read back is the same.
    private void Check()
    {
        state.CheckAll();
        Assert.Equal(state.ToBytes(), MarketState.Parse(state.ToBytes()).ToBytes());
    }

    private long Units(ulong participant) => state.Book.Of(Holder.Participant(participant), Asset.Unit);

    private long Shares(ulong participant) => state.Book.Of(Holder.Participant(participant), Asset.PoolShare);
}
