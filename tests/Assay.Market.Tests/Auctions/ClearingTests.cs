using System.Text;
using Assay.Market.Auctions;
using Assay.Reliability.Tests.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Market.Tests.Auctions;

public sealed class ClearingTests
{
    private static readonly Hash Seed = Sha256.Of("seed"u8);

    /// <summary>Orders, <c>+</c> bought or <c>-</c> sold, lots@price; the price and the fills that the rule gives, worked out by hand.</summary>
    [Theory]
    [InlineData("", 0, "")]
    [InlineData("+5@10 -5@11", 0, "0 0")] // do not meet
    [InlineData("+5@10", 0, "0")] // one side alone
    [InlineData("+5@10 -5@10", 10, "5 5")]
    [InlineData("+5@13 -5@10", 11, "5 5")] // as much wanted as offered from 10 to 13: the middle, downward
    [InlineData("+10@100 -5@90", 100, "5 5")] // more is wanted at all prices: the highest
    [InlineData("+5@100 -10@90", 90, "5 5")] // more is offered at all prices: the lowest
    [InlineData("+10@1 -5@1", 1, "5 5")]
    [InlineData("+5@65535 -10@65535", 65_535, "5 5")]
    [InlineData("+5@20 +2@15 -5@10 -2@16", 15, "5 0 5 0")] // to 15 two lots too many are wanted, from 16 two too many offered: the highest at which wanted
    [InlineData("+4@20 +6@10 -4@5 -6@15", 12, "4 0 4 0")] // 11 to 14 are even
    [InlineData("+3@10 +3@10 -4@10", 10, "2 2 4")]
    [InlineData("+7@10 +2@10 -3@10", 10, "2 1 3")] // 2 1/3 and 2/3: the lot over goes to the larger remainder
    [InlineData("+9@12 +7@10 +2@10 -12@10", 10, "9 2 1 12")] // whoever offers more is served first, whole
    [InlineData("+3@10 -2@8 -2@9 -2@9", 9, "3 2 1 0|3 2 0 1")] // one lot for two who are alike
    public void The_rule(string orders, uint price, string fills)
    {
        var batch = Parse(orders);
        var cleared = Clearing.Clear(batch, Seed);
        Assert.Equal(price, cleared.Price);
        Assert.Contains(string.Join(' ', cleared.Fills), fills.Split('|'));
        Same(cleared, ClearingReference.Clear(batch, Seed));
    }

    [Fact]
    public void Random_auctions_hold_to_the_rule_and_to_the_reference_in_any_order_of_arrival()
    {
        var dice = new Dice(7);
        for (var i = 0; i < 4_000; i++)
        {
            var orders = Random(ref dice, dice.Below(i % 50 == 0 ? 300 : 12), (uint)(1 + dice.Below(i % 3 == 0 ? 65_535 : 12)), dice.Below(50) + 1);
            var cleared = Clearing.Clear(orders, Seed);
            Holds(orders, cleared);
            if (i % 4 == 0)
                Same(ClearingReference.Clear(orders, Seed), cleared);
            var places = Enumerable.Range(0, orders.Length).ToArray();
            dice.Shuffle(places.AsSpan());
            var other = Clearing.Clear(Array.ConvertAll(places, p => orders[p]), Seed);
            Assert.Equal((cleared.Price, cleared.Lots), (other.Price, other.Lots));
            Assert.Equal(Array.ConvertAll(places, p => cleared.Fills[p]), other.Fills);
        }
    }

    [Fact]
    public void Many_orders_and_large_lots_are_cleared_as_the_reference_does()
    {
        var dice = new Dice(11);
        foreach (var (count, prices, bits) in ((int, uint, int)[])[(20_000, 65_535, 20), (20_000, 200, 33), (20_000, 1, 30), (5_000, 3, 39), (2, 1, 52)])
        {
            var orders = Random(ref dice, count, prices, (1L << bits) - 1);
            var cleared = Clearing.Clear(orders, Seed);
            Holds(orders, cleared);
            Same(ClearingReference.Clear(orders, Seed), cleared);
        }
    }

    [Fact]
    public void Ties_fall_otherwise_with_another_seed_and_never_to_more_lots_than_there_are()
    {
        var orders = Parse(string.Concat(Enumerable.Repeat("+1@10 ", 40)) + "-7@10");
        var fills = Enumerable.Range(0, 20).Select(i => Clearing.Clear(orders, Sha256.Of([(byte)i])).Fills).ToArray();
        Assert.All(fills, f => Assert.Equal(7, f[..40].Sum()));
        Assert.Equal(20, fills.Select(f => string.Join(' ', f)).Distinct().Count());
        Assert.All(Enumerable.Range(0, 20), i => Same(ClearingReference.Clear(orders, Sha256.Of([(byte)i])), Clearing.Clear(orders, Sha256.Of([(byte)i]))));
    }

    [Fact]
    public void Orders_out_of_range_are_no_batch()
    {
        var order = Parse("+1@1")[0];
        foreach (var bad in (Order[])[order with { Price = 0 }, order with { Price = 65_536 }, order with { Lots = 0 }, order with { Lots = -1 }, order with { Lots = 1L << 53 }])
            Assert.Throws<ArgumentException>(() => Clearing.Clear([bad], Seed));
        var half = order with { Lots = 1L << 52 };
        Assert.Equal(0, Clearing.Clear([half, half with { Side = OrderSide.Sell, Price = 2 }], Seed).Lots);
        Assert.Throws<ArgumentException>(() => Clearing.Clear([half, half], Seed));
        Assert.Throws<ArgumentException>(() => Clearing.Clear([half with { Side = OrderSide.Sell }, half with { Side = OrderSide.Sell }], Seed));
    }

    /// <summary>What must be true of any clearing, from the orders alone.</summary>
    private static void Holds(Order[] orders, Cleared cleared)
    {
        long Wanted(uint price) => orders.Sum(o => o.Side == OrderSide.Buy && o.Price >= price ? o.Lots : 0);
        long Offered(uint price) => orders.Sum(o => o.Side == OrderSide.Sell && o.Price <= price ? o.Lots : 0);
        long Lots(uint price) => Math.Min(Wanted(price), Offered(price));

        // Wanted and offered change at limits only, so limits and the prices beside them are all there are to try.
        uint[] prices = [.. orders.SelectMany(o => (uint[])[o.Price - 1, o.Price, o.Price + 1]).Distinct()];
        if (orders.Length > 1_000)
            prices = [.. prices.Where((_, i) => i % (prices.Length / 64 + 1) == 0)];
        var most = prices.Select(Lots).DefaultIfEmpty(0).Max();
        Assert.True(cleared.Lots >= most);
        if (cleared.Lots == 0)
        {
            Assert.Equal(0u, cleared.Price);
            Assert.All(cleared.Fills, f => Assert.Equal(0, f));
            return;
        }
        Assert.Equal(Lots(cleared.Price), cleared.Lots);
        var imbalance = Math.Abs(Wanted(cleared.Price) - Offered(cleared.Price));
        Assert.All(prices.Where(p => Lots(p) == cleared.Lots), p => Assert.True(Math.Abs(Wanted(p) - Offered(p)) >= imbalance));
        var (bought, sold) = (0L, 0L);
        for (var i = 0; i < orders.Length; i++)
        {
            var (order, fill) = (orders[i], cleared.Fills[i]);
            Assert.InRange(fill, 0, order.Lots);
            var behind = order.Side == OrderSide.Buy ? (long)order.Price - cleared.Price : (long)cleared.Price - order.Price;
            if (behind < 0)
                Assert.Equal(0, fill); // nobody trades beyond his limit
            if (behind > 0)
                Assert.Equal(order.Lots, fill); // and nobody who would have given more is left out
            (bought, sold) = order.Side == OrderSide.Buy ? (bought + fill, sold) : (bought, sold + fill);
        }
        Assert.Equal((cleared.Lots, cleared.Lots), (bought, sold));
    }

    private static void Same(Cleared a, Cleared b)
    {
        Assert.Equal((a.Price, a.Lots), (b.Price, b.Lots));
        Assert.Equal(a.Fills, b.Fills);
    }

    private static Order[] Random(ref Dice dice, int count, uint prices, long most)
    {
        var orders = new Order[count];
        for (var i = 0; i < count; i++)
            orders[i] = new(Id(i), (OrderSide)dice.Below(2), (uint)(1 + dice.Below((int)prices)), 1 + (long)(dice.Next() % (ulong)most));
        return orders;
    }

    private static Order[] Parse(string orders) => [.. orders.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) =>
        text[1..].Split('@') is var parts ? new Order(Id(i), text[0] == '+' ? OrderSide.Buy : OrderSide.Sell, uint.Parse(parts[1]), long.Parse(parts[0])) : default)];

    private static Hash Id(int i) => Sha256.Of(Encoding.UTF8.GetBytes($"order {i}"));
}
