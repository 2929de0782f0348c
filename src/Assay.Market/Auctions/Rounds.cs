using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;

namespace Assay.Market.Auctions;

/// <summary>The auctions that are open, one an asset (docs/spec/market.md section 7).</summary>
public sealed class Rounds : IProduct
{
    private const int MostAuctions = 1 << 16;

    private readonly List<Auction> open = [];
    private readonly List<AuctionResult> results = [];
    private ulong auctions, orders;

    /// <summary>By their numbers, ascending.</summary>
    public IReadOnlyList<Auction> Open => open;

    /// <summary>What the newest look or tick has cleared or ended. Not part of the state.</summary>
    public IReadOnlyList<AuctionResult> Results => results;

    /// <summary>The open auction of an asset; null where there is none.</summary>
    public Auction? Of(Asset asset) => open.Find(a => a.Asset == asset);

    /// <summary>The number that a commitment for an asset has to name: of its open auction, or of the one that it opens.</summary>
    public ulong NumberFor(Asset asset) => Of(asset)?.Number ?? auctions;

    /// <summary>The number of the next order.</summary>
    public ulong NextOrder => orders;

    /// <summary>Seals an order, and opens an auction where none is open for its asset.</summary>
    /// <exception cref="MarketRefusal">Not for this asset, not now, or not with this deposit.</exception>
    internal void Commit(MarketState state, CommitEvent said)
    {
        if (state.Book.Issued(said.Asset) == 0)
            throw new MarketRefusal($"nobody holds any {said.Asset.Kind.Name()} {said.Asset.Number}");
        if (NumberFor(said.Asset) != said.Auction)
            throw new MarketRefusal($"a commitment for auction {said.Auction} of this asset where {NumberFor(said.Asset)} is next");
        var known = Of(said.Asset);
        if (known is null && open.Count == MostAuctions)
            throw new MarketRefusal($"no more than {MostAuctions} auctions at once");
        var auction = known ?? new Auction(auctions, said.Asset, state.Terms.Auction(state.Time));
        auction.MayCommit(said.Commitment, said.Deposit, state.Time);
        var order = new PlacedOrder(orders, said.By, said.Deposit, said.Commitment, null);
        state.Book.Move(Holder.Participant(said.By), order.Holder, Asset.Unit, said.Deposit);

        if (known is null)
        {
            open.Add(auction);
            auctions++;
        }
        auction.Add(order);
        orders++;
    }

    /// <summary>Opens a sealed order, and locks what it can cost.</summary>
    /// <exception cref="MarketRefusal">There is no such order, not now, not what was committed, or not enough for it.</exception>
    internal void Reveal(MarketState state, RevealEvent said)
    {
        var auction = open.Find(a => a.PlaceOf(said.Order) >= 0) ?? throw new MarketRefusal($"there is no sealed order {said.Order}");
        var terms = new OrderTerms(said.By, auction.Asset, auction.Number, said.Side, said.Price, said.Lots, said.Salt);
        var at = auction.PlaceOf(said.Order);
        auction.MayReveal(at, terms, state.Time);
        var (owner, holder) = (Holder.Participant(said.By), auction.Orders[at].Holder);
        var (shares, units) = ((Int128)said.Lots * (long)auction.Terms.Lot, (Int128)said.Lots * said.Price);
        if (Int128.Max(shares, units) >= Book.Limit)
            throw new MarketRefusal("an order for more than a balance can hold");
        if (said.Side == OrderSide.Buy)
        {
            state.MayMove(holder, owner, auction.Asset, (long)shares);
            state.Book.Move(owner, holder, Asset.Unit, (long)units);
        }
        else
        {
            state.MayMove(owner, holder, auction.Asset, (long)shares);
            state.Book.Move(owner, holder, auction.Asset, (long)shares);
        }
        auction.Reveal(at, terms);
    }

    public void Look(MarketState state, Look look) => Tick(state);

    public void Tick(MarketState state)
    {
        results.Clear();
        foreach (var auction in open)
            if (state.Book.Issued(auction.Asset) == 0)
                results.Add(AuctionResult.End(state, auction));
            else if (state.Time >= auction.Terms.ClearFrom)
                results.Add(AuctionResult.Clear(state, auction));
            else
                auction.Meet(state.Time);
        open.RemoveAll(a => results.Exists(r => r.Auction == a.Number));
    }

    public void Transfer(StateBytes bytes)
    {
        bytes.Number(ref auctions);
        bytes.Number(ref orders);
        bytes.List(open, MostAuctions, 80, auction => Auction.Transfer(bytes, auction), null!);
        if (!bytes.Reads)
            return;
        var numbers = open.SelectMany(a => a.Orders).Select(o => o.Number).ToArray();
        if (open.Select(a => a.Asset).Distinct().Count() != open.Count || numbers.Distinct().Count() != numbers.Length
            || open.Exists(a => a.Number >= auctions || a.Terms.Lot == 0) || numbers.Any(n => n >= orders))
            throw new MalformedException("a market's state with auctions or orders that cannot be");
    }

    /// <summary>Each order has what it locked, and nothing is locked without an order.</summary>
    public void CheckAll(MarketState state)
    {
        var placed = open.SelectMany(a => a.Orders.Select(o => (Auction: a, Order: o))).ToArray();
        foreach (var (auction, order) in placed)
        {
            var units = order.Deposit + (order.Terms is { Side: OrderSide.Buy } buy ? buy.Lots * buy.Price : 0);
            var shares = order.Terms is { Side: OrderSide.Sell } sell ? sell.Lots * (long)auction.Terms.Lot : 0;
            if (state.Book.Of(order.Holder, Asset.Unit) < units || state.Book.Of(order.Holder, auction.Asset) != shares)
                throw new InvalidOperationException($"order {order.Number} has not what it locked");
        }
        var known = placed.Select(p => p.Order.Holder).ToHashSet();
        if (state.Book.Balances.FirstOrDefault(b => b.Holder.Kind == HolderKind.Order && !known.Contains(b.Holder)) is { Amount: not 0 } lost)
            throw new InvalidOperationException($"{lost.Amount} of {lost.Asset.Kind} {lost.Asset.Number} are locked by order {lost.Holder.Number}, which is none");
    }
}
