using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>What an auction came to.</summary>
/// <param name="Price">Units a lot, the same for everybody; 0 where nothing trades.</param>
/// <param name="Lots">Bought, and as many sold.</param>
/// <param name="Fills">Lots of each order, in the order in which they were given.</param>
public sealed record Cleared(uint Price, long Lots, long[] Fills);

/// <summary>Clears sealed orders at one price (docs/spec/market.md section 7). <see cref="ClearingReference"/> says the same slowly.</summary>
/// <remarks>
/// Prices are few: lots are counted at each instead of sorting the orders, two passes over the orders and one over the prices. Only where
/// the margin leaves a rest are orders of the margin sorted, by what the division left over.
/// </remarks>
public static class Clearing
{
    /// <summary>All lots of one side are below this.</summary>
    public const long Limit = 1L << 53;

    /// <param name="orders">In any order: it has no part in who gets what.</param>
    /// <param name="seed">Decides ties.</param>
    /// <exception cref="ArgumentException">An order, or all of one side, is out of range.</exception>
    public static Cleared Clear(ReadOnlySpan<Order> orders, Hash seed)
    {
        var fills = new long[orders.Length];
        var (lowest, highest) = Range(orders);
        if (lowest > highest)
            return new Cleared(0, 0, fills);

        // Lots wanted at each price that can trade, and offered at it. What is outside trades at none of them.
        var (bought, sold) = (new long[highest - lowest + 2], new long[highest - lowest + 2]);
        foreach (ref readonly var order in orders)
            if (order.Side == OrderSide.Buy && order.Price >= lowest)
                bought[order.Price - lowest] += order.Lots;
            else if (order.Side == OrderSide.Sell && order.Price <= highest)
                sold[order.Price - lowest] += order.Lots;
        for (var i = bought.Length - 2; i >= 0; i--)
            bought[i] += bought[i + 1];
        for (var i = 1; i < sold.Length; i++)
            sold[i] += sold[i - 1];

        var at = Best(bought, sold);
        var (price, lots) = (lowest + (uint)at, Math.Min(bought[at], sold[at]));
        var (side, rest, total) = bought[at] > sold[at]
            ? (OrderSide.Buy, lots - bought[at + 1], bought[at] - bought[at + 1])
            : (OrderSide.Sell, lots - (at > 0 ? sold[at - 1] : 0), sold[at] - (at > 0 ? sold[at - 1] : 0));
        var margin = rest == total ? null : new Margin(rest, total, seed);
        for (var i = 0; i < orders.Length; i++)
        {
            ref readonly var order = ref orders[i];
            if (order.Side == OrderSide.Buy ? order.Price < price : order.Price > price)
                continue;
            if (order.Side == side && order.Price == price && margin is not null)
                fills[i] = margin.Share(i, order.Lots);
            else
                fills[i] = order.Lots;
        }
        margin?.DivideRest(orders, fills);
        return new Cleared(price, lots, fills);
    }

    /// <summary>The prices between which something trades: from the lowest sale to the highest purchase.</summary>
    private static (uint Lowest, uint Highest) Range(ReadOnlySpan<Order> orders)
    {
        var (lowest, highest) = (uint.MaxValue, 0u);
        var (bought, sold) = (0UL, 0UL);
        foreach (ref readonly var order in orders)
        {
            if (order.Price is 0 or > Order.MostPrice || order.Lots is <= 0 or >= Limit)
                throw new ArgumentException($"an order for {order.Lots} lots at {order.Price}");
            if (order.Side == OrderSide.Buy)
            {
                highest = Math.Max(highest, order.Price);
                bought += (ulong)order.Lots;
            }
            else
            {
                lowest = Math.Min(lowest, order.Price);
                sold += (ulong)order.Lots;
            }
            if (Math.Max(bought, sold) >= (ulong)Limit)
                throw new ArgumentException("orders of one side for 2^53 lots and more");
        }
        return (lowest, highest);
    }

    // Most lots, then the least difference; of those prices the highest at which more is wanted, else the lowest if more is offered, else
    // the middle. As the price rises less is wanted and more offered, so prices that are equally good stand side by side.
    private static int Best(long[] bought, long[] sold)
    {
        var (most, least, first, last, wanted) = (-1L, 0L, 0, 0, -1);
        for (var i = 0; i < bought.Length - 1; i++)
        {
            var (lots, difference) = (Math.Min(bought[i], sold[i]), Math.Abs(bought[i] - sold[i]));
            if (lots < most || (lots == most && difference > least))
                continue;
            if (lots > most || difference < least)
                (most, least, first, wanted) = (lots, difference, i, -1);
            last = i;
            if (bought[i] > sold[i])
                wanted = i;
        }
        return wanted >= 0 ? wanted : least > 0 ? first : (first + last) / 2;
    }
}
