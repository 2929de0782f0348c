using System.Collections.Immutable;
using Assay.Market.Auctions;
using Assay.Market.Ledger;
using Assay.Node.Market;
using Assay.Node.Web.Pages.Charts;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Auctions as pages show them: sealed and open ones from the state, those that are over from the chronicle.</summary>
internal static class AuctionViews
{
    private const int Most = 200;

    /// <summary>Those that run, and then the newest that are over.</summary>
    public static Listing Listed(MarketSight market, int most)
    {
        var rows = market.State.Rounds.Open.Select(a => new Row(
                $"{a.Number}", Links.Auction(a.Number), [What(market, a.Asset), Show.Number((ulong)a.Orders.Count), Stands(a, market.State.Time)]))
            .Concat(market.Past.Auctions.Reverse().Select(a => new Row(
                $"{a.Result.Auction}", Links.Auction(a.Result.Auction), [What(market, a.Result.Asset), Show.Number((ulong)a.Result.Orders.Length), Came(a.Result)])));
        return new Listing("auctions-title", "Auctions", [new("Auction"), new("Of"), new("Orders", true), new("Stands")], [.. rows.Take(most)], "");
    }

    /// <returns>Null where there was no such auction.</returns>
    public static AuctionPageView? Of(MarketSight market, ulong number) =>
        market.State.Rounds.Open.FirstOrDefault(a => a.Number == number) is { } open ? Running(market, open)
        : market.Past.Auctions.FirstOrDefault(a => a.Result.Auction == number) is { Result: { } result, At: var at } ? Over(market, result, at) : null;

    private static AuctionPageView Running(MarketSight market, Auction auction)
    {
        var opened = auction.Orders.Where(o => o.Terms is not null).ToList();
        return new AuctionPageView(
            auction.Number, What(market, auction.Asset), Stands(auction, market.State.Time),
            [
                new("Orders", $"{auction.Orders.Count}, of which {opened.Count} are opened"), new("A lot", $"{Show.Number(auction.Terms.Lot)} shares"),
                new("Takes orders until", MarketSight.Time(auction.Terms.RevealFrom)), new("Opens them until", MarketSight.Time(auction.Terms.ClearFrom)),
            ],
            null, Orders([.. auction.Orders.Take(Most).Select(o => Line(o.Number, o.By, o.Terms, "", "", "sealed"))], auction.Orders.Count));
    }

    private static AuctionPageView Over(MarketSight market, AuctionResult result, Happened at)
    {
        var opened = result.Orders.Where(o => o.Terms is not null).ToImmutableArray();
        return new AuctionPageView(
            result.Auction, What(market, result.Asset), Came(result),
            [
                new("Cleared", MarketSight.Time(result.Time)), new("Event", $"{at.Place} of the journal's entry {at.Entry}"), new("A lot", $"{Show.Number(result.Lot)} shares"),
                new("Orders", $"{result.Orders.Length}, of which {opened.Length} were opened"), new("Filled in part", $"{opened.Count(o => o.Filled > 0 && o.Filled < o.Terms!.Lots)}"),
                new("Forfeited", $"{MarketSight.Units(result.Orders.Sum(o => o.Forfeited))} units of deposits of orders that were never opened, to the pool"),
            ],
            MarketCharts.Of([.. opened.Select(o => new DrawnOrder(o.Terms!.Side == OrderSide.Buy, o.Terms.Price, o.Terms.Lots))], result.Price, result.Lots),
            Orders(
                [.. result.Orders.OrderByDescending(o => o.Filled).ThenBy(o => o.Order).Take(Most).Select(o => Line(o.Order, o.By, o.Terms, o.Terms is null ? "" : MarketSight.Units(o.Filled), MarketSight.Units(o.Forfeited), "never opened"))],
                result.Orders.Length));
    }

    private static Listing Orders(ImmutableArray<Row> rows, int all) => new(
        "orders-title", "Orders", [new("Order"), new("By"), new("Side"), new("Limit a lot", true), new("Lots", true), new("Filled", true), new("Forfeited", true)], rows, "No orders.",
        all > Most ? $"{Show.Number((ulong)all)} orders in all; the journal has each." : "");

    private static Row Line(ulong number, ulong by, OrderTerms? terms, string filled, string forfeited, string hidden) => new(
        $"{number}", null,
        [$"participant {by}", terms is null ? hidden : terms.Side == OrderSide.Buy ? "buy" : "sell", terms is null ? "" : Show.Number(terms.Price), terms is null ? "" : MarketSight.Units(terms.Lots), filled, forfeited]);

    private static string Came(AuctionResult result) =>
        result.Price == 0 ? "nothing traded" : $"{MarketSight.Units(result.Lots)} {(result.Lots == 1 ? "lot" : "lots")} at {Show.Number(result.Price)} units each";

    private static string Stands(Auction auction, ulong time) =>
        time < auction.Terms.RevealFrom ? "takes sealed orders" : time < auction.Terms.ClearFrom ? "orders are being opened" : "clears at the market's next step";

    private static string What(MarketSight market, Asset asset)
    {
        var name = MarketNames.Of(asset).Name;
        return asset.Kind == AssetKind.Cover && market.State.Policies.Of(asset.Number) is { } policy
            ? $"{name}, {market.Segment(policy.Window.Account, policy.Window.Segment)}" : name;
    }
}
