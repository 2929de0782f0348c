using Assay.Market.Auctions;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Tests.Statistics;

namespace Assay.Market.Tests.Auctions;

/// <summary>Random auctions as events, in every order of arrival.</summary>
public sealed class RoundsPropertyTests
{
    private const int Traders = 6;

    private sealed record Plan(OrderTerms Terms, long Deposit, bool Shown);

    [Fact]
    public void The_order_of_arrival_changes_nobodys_balance_and_nothing_is_lost()
    {
        var dice = new Dice(17);
        var (traded, forfeited, refused) = (0, 0, 0);
        for (var round = 0; round < 150; round++)
        {
            var plans = Enumerable.Range(0, 2 + dice.Below(30)).Select(i => Draw(ref dice, round, i)).ToArray();
            var (balances, result) = Play(plans, ref dice, ref refused);
            for (var again = 0; again < 3; again++)
                Assert.Equal(balances, Play(plans, ref dice, ref refused).Balances);
            traded += result.Lots > 0 ? 1 : 0;
            forfeited += result.Orders.Count(o => o.Forfeited > 0);
            Assert.All(result.Orders, o => Assert.True(
                o.Filled == 0 || (o.Terms!.Side == OrderSide.Buy ? o.Terms.Price >= result.Price : o.Terms.Price <= result.Price)));
        }
        Assert.True(traded > 80 && forfeited > 50 && refused > 10, $"{traded} auctions with a price, {forfeited} forfeits, {refused} refused reveals");
    }

    private static Plan Draw(ref Dice dice, int round, int i)
    {
        var terms = new OrderTerms(
            (ulong)dice.Below(Traders), Asset.PoolShare, 0, (OrderSide)dice.Below(2), (uint)(80 + dice.Below(40)), 1 + dice.Below(9), Trader.Word($"{round} {i}"));
        // One in twelve has put up too little for its size, and one in eight is withheld.
        return new Plan(terms, dice.Below(12) == 0 ? 10 : 500, dice.Below(8) > 0);
    }

    // Commitments in any order, then reveals in any order. All can pay for all their orders: what one locks never depends on the order.
    private static (long[] Balances, AuctionResult Result) Play(Plan[] plans, ref Dice dice, ref int refused)
    {
        var (state, nonces) = (new MarketState(), new ulong[Traders]);
        state.Apply(new TermsEvent(new MarketTerms { Lot = 100, Commit = 100, Reveal = 50, Deposit = 50_000, LeastDeposit = 10 }), 1);
        for (ulong i = 0; i < Traders; i++)
        {
            state.Apply(new Trader($"{i}", i).Join(), 1);
            state.Apply(new GrantEvent(i, 1_000_000, $"paper:{i}"), 1);
            state.Apply(new FundEvent(i, nonces[i]++, 500_000), 1);
        }
        var all = state.Book.Issued(Asset.Unit);
        var numbers = new Dictionary<Plan, ulong>();
        dice.Shuffle(plans.AsSpan());
        foreach (var plan in plans)
        {
            numbers[plan] = state.Rounds.NextOrder;
            state.Apply(new CommitEvent(plan.Terms.By, nonces[plan.Terms.By]++, Asset.PoolShare, 0, plan.Deposit, plan.Terms.Commitment()), 2);
        }
        dice.Shuffle(plans.AsSpan());
        foreach (var plan in plans.Where(p => p.Shown))
            try
            {
                state.Apply(new RevealEvent(plan.Terms.By, nonces[plan.Terms.By], numbers[plan], plan.Terms.Side, plan.Terms.Price, plan.Terms.Lots, plan.Terms.Salt), 110);
                nonces[plan.Terms.By]++;
            }
            catch (MarketRefusal)
            {
                refused++;
            }
        state.CheckAll();
        state.Apply(new TickEvent(), 152);
        state.CheckAll();
        Assert.Equal((0L, all), (state.Book.UnitsOf(HolderKind.Order), state.Book.Issued(Asset.Unit)));
        Assert.DoesNotContain(state.Book.Balances, b => b.Holder.Kind == HolderKind.Order);
        long[] balances = [.. Enumerable.Range(0, Traders).SelectMany(i => (long[])
        [
            state.Book.Of(Holder.Participant((ulong)i), Asset.Unit), state.Book.Of(Holder.Participant((ulong)i), Asset.PoolShare),
        ]), state.Book.Of(Holder.Pool, Asset.Unit)];
        return (balances, Assert.Single(state.Rounds.Results));
    }
}
