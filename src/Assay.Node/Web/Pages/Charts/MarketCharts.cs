using System.Collections.Immutable;
using System.Globalization;
using Assay.Market.Payoffs;
using Assay.Reliability.Accounts;

namespace Assay.Node.Web.Pages.Charts;

/// <summary>One order of an auction, as it is drawn.</summary>
/// <param name="Price">Its limit, in units a lot.</param>
public readonly record struct DrawnOrder(bool Buys, uint Price, long Lots);

/// <summary>What a position pays, and what it is.</summary>
public sealed record Payoff(string Label, PayoffCurve Curve);

/// <summary>Charts of the market: what a position pays, and how an auction cleared.</summary>
internal static class MarketCharts
{
    /// <summary>What the positions on one segment pay together, whatever its failure rate will be.</summary>
    /// <param name="paid">Units that were paid for them; null where that is not known.</param>
    /// <param name="at">A failure rate that is named, in millionths.</param>
    /// <param name="named">What it is.</param>
    public static Chart Of(string segment, ImmutableArray<Payoff> positions, long? paid, uint at, string named = "expected")
    {
        var corners = positions.SelectMany(p => p.Curve.Corners.Select(c => c.Rate)).Append(at).Distinct().Order().ToList();
        // All that happens happens left of the last corner but the end: a little of what is beyond is enough.
        var last = Math.Min(1_000_000, Math.Max(1, corners.Where(c => c < 1_000_000).DefaultIfEmpty(1_000_000u).Max()) * 1.35);
        var axis = Axis.OfRates("failure rate of what the window judges", last / 1e6);
        var all = Together(positions, (uint)(axis.To * 1e6));
        var most = Math.Max(all.Max(s => s.Y), paid ?? 0);
        var summary = $"At the failure rate that is {named}, {AccountWords.Percent(at)}, these pay {Units(positions.Sum(p => p.Curve.At(at)))} units; at most {Units(positions.Sum(p => p.Curve.Corners.Max(c => c.Units)))}.";
        return new Chart(
            $"What these pay: {segment}", "Drawn for enough verdicts that there is no doubt about the rate; a cover that is in doubt pays nothing." + (paid is null ? "" : " The line across is what was paid for them."), summary,
            axis, Axis.OfCounts("units", most * 1.08),
            [
                new Curve("all together", Stroke.Seen, all),
                .. positions.Length < 2 ? (ImmutableArray<Curve>)[] : [.. positions.Take(2).Select((p, i) => new Curve(p.Label, i == 0 ? Stroke.Proven : Stroke.Expected, Together([p], (uint)(axis.To * 1e6))))],
            ],
            [new Sign(at / 1e6, positions.Sum(p => p.Curve.At(at)), named)], paid is { } units ? (units, "paid") : null,
            new Numbers(
                ["Failure rate", .. positions.Select(p => p.Label), "Together"],
                [.. corners.Append(1_000_000u).Distinct().Select(rate => (ImmutableArray<string>)[AccountWords.Percent(rate), .. positions.Select(p => Units(p.Curve.At(rate))), Units(positions.Sum(p => p.Curve.At(rate)))])]));
    }

    /// <summary>What was wanted and offered at each price, with the price at which the auction cleared.</summary>
    /// <param name="price">Units a lot; 0 where nothing traded.</param>
    /// <param name="lots">That changed hands.</param>
    public static Chart? Of(ImmutableArray<DrawnOrder> orders, uint price, long lots)
    {
        if (orders.IsEmpty)
            return null;
        var (low, high) = (orders.Min(o => o.Price), orders.Max(o => o.Price));
        var room = Math.Max(1, (high - low) / 10.0);
        var prices = orders.Select(o => o.Price).Append(price == 0 ? low : price).Distinct().Order().ToList();
        double Wanted(double at) => orders.Where(o => o.Buys && o.Price >= at).Sum(o => (double)o.Lots);
        double Offered(double at) => orders.Where(o => !o.Buys && o.Price <= at).Sum(o => (double)o.Lots);
        var (from, to) = (Math.Max(0, low - room), high + room);
        var summary = price == 0 ? "Nothing traded: no buyer's limit reached a seller's."
            : $"At {AccountWords.Number(price)} units a lot {AccountWords.Number((ulong)lots)} lots changed hands: {Units(Wanted(price))} were wanted at that price, {Units(Offered(price))} offered.";
        return new Chart(
            "The book when it was opened", "Lots that buyers would take at a price or above it, and that sellers would give at a price or below it. All trade at the one price at which the most lots change hands.", summary,
            new Axis("units a lot", from, to, false, Axis.Count), Axis.OfCounts("lots", Math.Max(Wanted(0), Offered(double.MaxValue)) * 1.08),
            [
                new Curve("wanted", Stroke.Seen, Steps(prices, from, to, Wanted, after: true)),
                new Curve("offered", Stroke.Proven, Steps(prices, from, to, Offered, after: false)),
            ],
            price == 0 ? [] : [new Sign(price, lots, $"cleared at {AccountWords.Number(price)}")], null,
            new Numbers(["Price", "Wanted at it", "Offered at it", ""], [.. prices.Select(p => (ImmutableArray<string>)[AccountWords.Number(p), Units(Wanted(p)), Units(Offered(p)), p == price ? "cleared here" : ""])]));
    }

    // A step curve: demand keeps its value up to and with a price, supply from it on.
    private static ImmutableArray<Spot> Steps(List<uint> prices, double from, double to, Func<double, double> at, bool after)
    {
        var spots = ImmutableArray.CreateBuilder<Spot>();
        spots.Add(new Spot(from, at(from)));
        foreach (var price in prices)
        {
            var (left, right) = after ? (at(price), at(price + 0.5)) : (at(price - 0.5), at(price));
            spots.Add(new Spot(price, left));
            spots.Add(new Spot(price, right));
        }
        spots.Add(new Spot(to, at(to)));
        return spots.ToImmutable();
    }

    private static ImmutableArray<Spot> Together(ImmutableArray<Payoff> positions, uint to) =>
    [
        .. positions.SelectMany(p => p.Curve.Corners.Select(c => c.Rate)).Append(to).Where(r => r <= to).Distinct().Order()
            .Select(rate => new Spot(rate / 1e6, positions.Sum(p => p.Curve.At(rate)))),
    ];

    private static string Units(double units) => units.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
