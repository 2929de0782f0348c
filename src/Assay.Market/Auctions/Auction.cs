using Assay.Market.Ledger;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Auctions;

/// <summary>Figures that an auction keeps from when it opened.</summary>
/// <param name="Lot">Shares.</param>
/// <param name="Deposit">Of an order's face, its lots in shares: millionths.</param>
/// <param name="LeastDeposit">Units.</param>
/// <param name="Forfeit">Of its deposit, where it is never revealed: millionths.</param>
/// <param name="RevealFrom">Unix seconds: no commitment from here on.</param>
/// <param name="ClearFrom">Unix seconds: no reveal from here on.</param>
public sealed record AuctionTerms(ulong Lot, ulong Deposit, ulong LeastDeposit, ulong Forfeit, ulong RevealFrom, ulong ClearFrom)
{
    /// <summary>The smallest deposit of an order for so many shares.</summary>
    public Int128 DepositOf(Int128 shares) => Int128.Max(shares * (long)Deposit / Grid.One, LeastDeposit);
}

/// <summary>An order as it stands in an auction.</summary>
/// <param name="Deposit">Units.</param>
/// <param name="Terms">What it says; null until it is revealed.</param>
public sealed record PlacedOrder(ulong Number, ulong By, long Deposit, Hash Commitment, OrderTerms? Terms)
{
    /// <summary>Who holds what it has locked.</summary>
    public Holder Holder => new(HolderKind.Order, Number);
}

/// <summary>One open auction of one asset (docs/spec/market.md section 7).</summary>
public sealed class Auction(ulong number, Asset asset, AuctionTerms terms)
{
    /// <summary>Orders of one auction: no more.</summary>
    public const int MostOrders = 1 << 16;

    private readonly List<PlacedOrder> orders = [];
    private readonly HashSet<Hash> commitments = [];

    public ulong Number => number;

    public Asset Asset => asset;

    public AuctionTerms Terms => terms;

    /// <summary>By their numbers, ascending.</summary>
    public IReadOnlyList<PlacedOrder> Orders => orders;

    /// <summary>
    /// Whether a look or tick has met it in its phase of reveals: whoever has that entry knows that no commitment can follow, and may
    /// reveal. It is a part of the state so that such a tick is due on a market where nothing else happens.
    /// </summary>
    public bool Shut { get; private set; }

    /// <exception cref="MarketRefusal">Not a commitment that it takes at this time.</exception>
    internal void MayCommit(in Hash commitment, long deposit, ulong time)
    {
        if (time >= terms.RevealFrom)
            throw new MarketRefusal($"auction {number} takes no commitments since {terms.RevealFrom}: it is {time}");
        if ((ulong)deposit < terms.LeastDeposit)
            throw new MarketRefusal($"a deposit of {deposit} units: at least {terms.LeastDeposit} are asked for");
        if (commitments.Contains(commitment))
            throw new MarketRefusal($"auction {number} has this commitment already");
        if (orders.Count == MostOrders)
            throw new MarketRefusal($"auction {number} has {MostOrders} orders");
    }

    /// <summary>The place of an order; below 0 where it is not in this auction.</summary>
    internal int PlaceOf(ulong order)
    {
        var (from, to) = (0, orders.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = orders[middle].Number < order ? (middle + 1, to) : (from, middle);
        }
        return from < orders.Count && orders[from].Number == order ? from : -1;
    }

    /// <exception cref="MarketRefusal">It cannot be revealed, not now, or not by these words.</exception>
    internal void MayReveal(int at, OrderTerms said, ulong time)
    {
        var order = orders[at].Number;
        if (orders[at].By != said.By)
            throw new MarketRefusal($"order {order} is participant {orders[at].By}'s");
        if (orders[at].Terms is not null)
            throw new MarketRefusal($"order {order} is revealed");
        if (time < terms.RevealFrom || time >= terms.ClearFrom)
            throw new MarketRefusal($"auction {number} takes reveals from {terms.RevealFrom} and before {terms.ClearFrom}: it is {time}");
        if (said.Commitment() != orders[at].Commitment)
            throw new MarketRefusal($"not what was committed as order {order}");
        if (terms.DepositOf((Int128)said.Lots * (long)terms.Lot) is var least && orders[at].Deposit < least)
            throw new MarketRefusal($"an order whose deposit is {orders[at].Deposit} units: one of this size needs {least}");
    }

    internal void Meet(ulong time) => Shut |= time >= terms.RevealFrom;

    internal void Add(PlacedOrder order)
    {
        orders.Add(order);
        commitments.Add(order.Commitment);
    }

    internal void Reveal(int at, OrderTerms said) => orders[at] = orders[at] with { Terms = said };

    internal static Auction Transfer(StateBytes bytes, Auction? auction)
    {
        var (number, kind, of) = auction is null ? default : (auction.Number, (ulong)auction.Asset.Kind, auction.Asset.Number);
        var (lot, rate, least, forfeit, reveal, clear) = auction?.Terms ?? new AuctionTerms(0, 0, 0, 0, 0, 0);
        bytes.Number(ref number);
        bytes.Number(ref kind);
        bytes.Number(ref of);
        bytes.Number(ref lot);
        bytes.Number(ref rate);
        bytes.Number(ref least);
        bytes.Number(ref forfeit);
        bytes.Number(ref reveal);
        bytes.Number(ref clear);
        var shut = auction is { Shut: true } ? 1UL : 0;
        bytes.Number(ref shut);
        if (shut > 1)
            throw new MalformedException("a market's state with an auction that neither is shut nor is not");
        if (kind > (ulong)AssetKind.Bond || !Trades(new Asset((AssetKind)kind, of)))
            throw new MalformedException("a market's state with an auction of what is not traded");
        auction ??= new Auction(number, new Asset((AssetKind)kind, of), new AuctionTerms(lot, rate, least, forfeit, reveal, clear)) { Shut = shut == 1 };
        var placed = bytes.Reads ? [] : auction.orders;
        bytes.List(placed, MostOrders, 64, order => Transfer(bytes, auction, order), null!);
        if (bytes.Reads)
            foreach (var order in placed)
                auction.Add(order);
        return auction;
    }

    /// <summary>Whether an asset has auctions.</summary>
    public static bool Trades(Asset asset) => asset.Kind is AssetKind.PoolShare or AssetKind.Cover or AssetKind.Bond;

    private static PlacedOrder Transfer(StateBytes bytes, Auction auction, PlacedOrder? order)
    {
        var (number, by, deposit, commitment, said) = order ?? new PlacedOrder(0, 0, 0, default, null);
        var revealed = said is null ? 0UL : 1;
        bytes.Number(ref number);
        bytes.Number(ref by);
        bytes.Number(ref deposit);
        bytes.Hash(ref commitment);
        bytes.Number(ref revealed);
        if (revealed > 1)
            throw new MalformedException("a market's state with an order that neither is revealed nor is not");
        if (revealed == 1)
        {
            var (side, price, lots, salt) = said is null ? default : ((ulong)said.Side, (ulong)said.Price, said.Lots, said.Salt);
            bytes.Number(ref side);
            bytes.Number(ref price);
            bytes.Number(ref lots);
            bytes.Hash(ref salt);
            if (side > 1 || price is 0 or > Order.MostPrice || lots is <= 0 or >= Book.Limit)
                throw new MalformedException("a market's state with an order that is out of range");
            said ??= new OrderTerms(by, auction.Asset, auction.Number, (OrderSide)side, (uint)price, lots, salt);
        }
        return order ?? new PlacedOrder(number, by, deposit, commitment, said);
    }
}
