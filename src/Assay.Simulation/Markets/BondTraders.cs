using Assay.Market.Auctions;
using Assay.Market.Bonds;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Simulation.Worlds;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Markets;

/// <summary>Two investors that subscribe bonds and trade them in one auction an epoch: one sells for want of money, one that knows a cheat sells, two buy at par or below.</summary>
internal sealed class BondTraders(World world, Desk desk)
{
    private const long Grant = 100_000_000_000;
    private const long Subscribed = 50_000;

    private sealed record Sealed(ulong By, ulong Order, OrderTerms Terms);

    private readonly ulong first = desk.Join(0, Grant), second = desk.Join(0, Grant);
    private readonly List<Sealed> committed = [];
    private readonly List<ulong> subscribed = [];

    /// <summary>Half of what investors may have, each.</summary>
    public void Subscribe(ulong series, ulong at)
    {
        foreach (var investor in (ReadOnlySpan<ulong>)[first, second])
            desk.Do(investor, at, n => new SubscribeEvent(investor, n, series, Subscribed / 2));
        subscribed.Add(series);
    }

    /// <summary>Commitments, then after the terms' hours reveals; the next look clears.</summary>
    public void Trade(int epoch, ulong at, Draws draws)
    {
        if (subscribed.Count == 0)
            return;
        var number = subscribed[draws.Below(subscribed.Count)];
        if (desk.State.Series.Of(number) is not { } series)
            return;
        var terms = desk.State.Terms;
        var lots = 1 + draws.Below(10);
        // 1,000 shares a lot: par is 1,000 units.
        Commit(first, OrderSide.Sell, (uint)(900 + draws.Below(100)), lots, series.Shares, at, draws);
        Commit(second, OrderSide.Buy, (uint)(850 + draws.Below(150)), 1 + draws.Below(10), series.Shares, at, draws);
        if (series.SlashedAt is null && draws.Chance(300_000))
            Commit(second, OrderSide.Sell, (uint)(700 + draws.Below(200)), lots, series.Shares, at, draws);
        if (draws.Chance(500_000))
            Commit(first, OrderSide.Buy, (uint)(800 + draws.Below(150)), lots, series.Shares, at, draws);
        foreach (var order in committed)
            desk.Do(order.By, at + terms.Commit, n => new RevealEvent(order.By, n, order.Order, order.Terms.Side, order.Terms.Price, order.Terms.Lots, order.Terms.Salt));
        committed.Clear();
        var cleared = at + terms.Commit + terms.Reveal;
        desk.State.Apply(new TickEvent(), cleared);
        foreach (var result in desk.State.Rounds.Results)
            world.Figures.Count("auction.traded", result.Lots > 0);
    }

    public void AtEnd()
    {
        world.Figures.Mean("trader.investors", desk.Units(first) + desk.Units(second) - 2 * Grant + Principal());
    }

    // What their shares in series that are not redeemed yet would bring.
    private double Principal()
    {
        var (book, sum) = (desk.State.Book, 0.0);
        foreach (var series in desk.State.Series.Open)
            sum += (double)book.Of(series.Holder, Asset.Unit) * (book.Of(Holder.Participant(first), series.Shares) + book.Of(Holder.Participant(second), series.Shares)) / book.Issued(series.Shares);
        return sum;
    }

    private void Commit(ulong by, OrderSide side, uint price, long lots, Asset asset, ulong at, Draws draws)
    {
        var sha = Sha256.Start();
        sha.Add(draws.Next());
        var order = new OrderTerms(by, asset, desk.State.Rounds.NumberFor(asset), side, price, lots, sha.Finish());
        var number = desk.State.Rounds.NextOrder;
        if (desk.Do(by, at, n => new CommitEvent(by, n, asset, order.Round, 1_000, order.Commitment())))
            committed.Add(new Sealed(by, number, order));
    }
}
