using System.Collections.Immutable;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Reliability.Statistics;

namespace Assay.Market.Auctions;

/// <summary>What came of one order.</summary>
/// <param name="Terms">Null where it was never revealed.</param>
/// <param name="Filled">Lots.</param>
/// <param name="Forfeited">Units of its deposit.</param>
public sealed record OrderResult(ulong Order, ulong By, OrderTerms? Terms, long Filled, long Forfeited);

/// <summary>What came of one auction: a function of the events before it.</summary>
/// <param name="Lot">Shares.</param>
/// <param name="Time">Unix seconds.</param>
/// <param name="Price">Units a lot; 0 where nothing traded.</param>
/// <param name="Lots">Traded.</param>
/// <param name="Orders">By their numbers.</param>
public sealed record AuctionResult(ulong Auction, Asset Asset, ulong Lot, ulong Time, uint Price, long Lots, ImmutableArray<OrderResult> Orders)
{
    /// <summary>Clears: trades at the one price, then gives back what is left; unrevealed orders forfeit.</summary>
    internal static AuctionResult Clear(MarketState state, Auction auction)
    {
        var revealed = auction.Orders.Where(o => o.Terms is not null).ToArray();
        var cleared = Clearing.Clear(
            Array.ConvertAll(revealed, o => new Order(o.Commitment, o.Terms!.Side, o.Terms.Price, o.Terms.Lots)), AuctionSeed.Of(revealed.Select(o => o.Terms!.Salt)));
        Trade(state.Book, auction, revealed, cleared);
        var results = ImmutableArray.CreateBuilder<OrderResult>(auction.Orders.Count);
        var next = 0;
        foreach (var order in auction.Orders)
        {
            var forfeited = order.Terms is null ? (long)((Int128)order.Deposit * (long)auction.Terms.Forfeit / Grid.One) : 0;
            if (forfeited > 0)
                state.Book.Move(order.Holder, Holder.Pool, Asset.Unit, forfeited);
            Release(state.Book, auction.Asset, order);
            results.Add(new OrderResult(order.Number, order.By, order.Terms, order.Terms is null ? 0 : cleared.Fills[next++], forfeited));
        }
        return new AuctionResult(auction.Number, auction.Asset, auction.Terms.Lot, state.Time, cleared.Price, cleared.Lots, results.MoveToImmutable());
    }

    /// <summary>Ends an auction of what is no more: everything goes back.</summary>
    internal static AuctionResult End(MarketState state, Auction auction)
    {
        foreach (var order in auction.Orders)
            Release(state.Book, auction.Asset, order);
        return new AuctionResult(auction.Number, auction.Asset, auction.Terms.Lot, state.Time, 0, 0, [.. auction.Orders.Select(o => new OrderResult(o.Number, o.By, o.Terms, 0, 0))]);
    }

    // At one price it does not matter who is paired with whom.
    private static void Trade(Book book, Auction auction, PlacedOrder[] orders, Cleared cleared)
    {
        var left = (long[])cleared.Fills.Clone();
        var (buy, sell) = (-1, -1);
        while (Next(ref buy, OrderSide.Buy) && Next(ref sell, OrderSide.Sell))
        {
            var lots = Math.Min(left[buy], left[sell]);
            var (units, shares) = (lots * cleared.Price, lots * (long)auction.Terms.Lot);
            book.Post(
                new Posting(orders[buy].Holder, Asset.Unit, -units), new Posting(Holder.Participant(orders[sell].By), Asset.Unit, units),
                new Posting(orders[sell].Holder, auction.Asset, -shares), new Posting(Holder.Participant(orders[buy].By), auction.Asset, shares));
            left[buy] -= lots;
            left[sell] -= lots;
        }

        bool Next(ref int at, OrderSide side)
        {
            if (at >= 0 && left[at] > 0)
                return true;
            do
                at++;
            while (at < orders.Length && (orders[at].Terms!.Side != side || left[at] == 0));
            return at < orders.Length;
        }
    }

    // All that its holder has: what it did not use, and what its shares have earned meanwhile.
    private static void Release(Book book, Asset asset, PlacedOrder order)
    {
        foreach (var kind in (ReadOnlySpan<Asset>)[Asset.Unit, asset])
            if (book.Of(order.Holder, kind) is > 0 and var amount)
                book.Move(order.Holder, Holder.Participant(order.By), kind, amount);
    }
}
