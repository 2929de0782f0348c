using System.Runtime.InteropServices;
using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>
/// <see cref="Clearing"/> as one would write it down (docs/spec/market.md section 7): orders sorted by their limits, every price tried.
/// Does not look whether orders are in range.
/// </summary>
public static class ClearingReference
{
    /// <inheritdoc cref="Clearing.Clear"/>
    public static Cleared Clear(ReadOnlySpan<Order> orders, Hash seed)
    {
        var buys = Sorted(orders, OrderSide.Buy);
        var sells = Sorted(orders, OrderSide.Sell);

        // At each price, from the lowest: what is wanted are the buys not yet passed, what is offered the sells passed.
        List<(uint Price, long Wanted, long Offered)> best = [];
        var (wanted, offered) = (buys.Sum(b => b.Lots), 0L);
        var (passedBuys, passedSells) = (0, 0);
        for (var price = 1u; price <= Order.MostPrice; price++)
        {
            for (; passedBuys < buys.Length && buys[passedBuys].Price < price; passedBuys++)
                wanted -= buys[passedBuys].Lots;
            for (; passedSells < sells.Length && sells[passedSells].Price <= price; passedSells++)
                offered += sells[passedSells].Lots;
            var (lots, difference) = (Math.Min(wanted, offered), Math.Abs(wanted - offered));
            if (lots == 0)
                continue;
            var (mostLots, leastDifference) = best.Count > 0 ? (Math.Min(best[0].Wanted, best[0].Offered), Math.Abs(best[0].Wanted - best[0].Offered)) : (0, 0);
            if (lots > mostLots || (lots == mostLots && difference < leastDifference))
                best.Clear();
            if (best.Count == 0 || (lots == mostLots && difference == leastDifference))
                best.Add((price, wanted, offered));
        }
        var fills = new long[orders.Length];
        if (best.Count == 0)
            return new Cleared(0, 0, fills);

        var (at, bought, sold) = best.Exists(p => p.Wanted > p.Offered) ? best.FindLast(p => p.Wanted > p.Offered)
            : best[0].Wanted < best[0].Offered ? best[0]
            : best[(best.Count - 1) / 2];
        var traded = Math.Min(bought, sold);
        Fill(buys.Reverse().Where(b => b.Price >= at), traded, seed, fills);
        Fill(sells.Where(s => s.Price <= at), traded, seed, fills);
        return new Cleared(at, traded, fills);
    }

    private static (uint Price, long Lots, int Order, Hash Id)[] Sorted(ReadOnlySpan<Order> orders, OrderSide side)
    {
        List<uint> prices = [];
        List<(uint Price, long Lots, int Order, Hash Id)> of = [];
        for (var i = 0; i < orders.Length; i++)
            if (orders[i].Side == side)
            {
                prices.Add(orders[i].Price);
                of.Add((orders[i].Price, orders[i].Lots, i, orders[i].Id));
            }
        CollectionsMarshal.AsSpan(prices).Sort(CollectionsMarshal.AsSpan(of));
        return [.. of];
    }

    // Best limits first, each level whole as long as there is enough; the level at which it runs out shares what is left.
    private static void Fill(IEnumerable<(uint Price, long Lots, int Order, Hash Id)> best, long left, Hash seed, long[] fills)
    {
        foreach (var level in best.GroupBy(o => o.Price))
        {
            var total = level.Sum(o => o.Lots);
            if (total <= left)
                foreach (var order in level)
                    fills[order.Order] = order.Lots;
            else
                Divide([.. level], left, total, seed, fills);
            left -= Math.Min(total, left);
        }
    }

    private static void Divide((uint Price, long Lots, int Order, Hash Id)[] level, long rest, long total, Hash seed, long[] fills)
    {
        foreach (var (_, lots, order, _) in level)
            fills[order] = (long)((Int128)rest * lots / total);
        var over = rest - level.Sum(o => fills[o.Order]);
        foreach (var (_, _, order, _) in level
            .OrderByDescending(o => (Int128)rest * o.Lots % total)
            .ThenBy(o => AuctionSeed.Tie(seed, o.Id).ToHex(), StringComparer.Ordinal)
            .Take((int)over))
            fills[order]++;
    }
}
