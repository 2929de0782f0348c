using Assay.Market.Bonds;
using Assay.Market.Ledger;
using Assay.Market.Payoffs;
using Assay.Node.Market;
using Assay.Node.Web.Pages.Charts;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Bonds as pages show them.</summary>
internal static class BondViews
{
    /// <summary>Series that are not redeemed.</summary>
    public static Listing Open(MarketSight market, int most) => new(
        "bonds-title", "Bonds", [new("Series"), new("Of"), new("Promises"), new("Principal", true), new("The issuer's own", true), new("Stands behind covers", true), new("Coupon", true), new("Stands")],
        [
            .. market.State.Series.Open.Take(most).Select(s => new Row($"{s.Number}", null,
            [
                market.Segment(s.Window.Account, s.Window.Segment), $"at most {MarketSight.Rate(s.Terms.Promised)} fail", MarketSight.Units(market.Book.Of(s.Holder, Asset.Unit)),
                MarketSight.Units(s.Own(market.Book)), MarketSight.Units(market.State.Series.PromisedBy(s.Number)), $"{MarketSight.Rate(s.Terms.Coupon)} of premiums", Stands(market, s),
            ])),
        ],
        "", market.State.Series.Open.Count > most ? $"{Show.Number((ulong)market.State.Series.Open.Count)} in all." : "");

    /// <summary>Series that were slashed or redeemed.</summary>
    public static IEnumerable<(Happened At, Row Row)> Ended(MarketSight market) =>
        market.Past.Slashed.Select(s => (s.At, Line(market, s.Series, s.At, s.Series.SlashedAt is null ? "slashed no more: failures were refuted"
                : $"slashed: {Show.Number(s.Series.Shown.Failures)} of {Show.Number(s.Series.Shown.Passes + s.Series.Shown.Failures)} verdicts fail, which the promise does not explain")))
            .Concat(market.Past.Redeemed.Select(r => (r.At, Line(market, r.Redemption.Series, r.At, $"redeemed with {MarketSight.Units(r.Redemption.Principal)} units"))));

    /// <summary>Series of which a holder has shares.</summary>
    public static IEnumerable<(Hash Account, ulong Segment, Row Row, Payoff? Pays, long? Paid)> HeldBy(MarketSight market, Holder holder) =>
        from series in market.State.Series.Open
        let shares = market.Book.Of(holder, series.Shares)
        where shares > 0
        select (series.Window.Account, series.Window.Segment, new Row($"bond {series.Number}", null,
            [
                market.Segment(series.Window.Account, series.Window.Segment), MarketSight.Units(shares),
                $"{MarketSight.Units((long)((Int128)market.Book.Of(series.Holder, Asset.Unit) * shares / market.Book.Issued(series.Shares)))} units now, less what covers take first, and {MarketSight.Rate(series.Terms.Coupon)} of their premiums",
            ]),
            (Payoff?)new Payoff($"bond {series.Number}", PayoffCurve.OfBond(market.State, series, shares)), (long?)null);

    private static string Stands(MarketSight market, BondSeries series) =>
        series.SlashedAt is { } since ? $"slashed since {MarketSight.Time(since)}" : series.IsLive(market.State.Time) ? $"until {MarketSight.Time(series.Terms.Until)}" : "over; waits to be redeemed";

    private static Row Line(MarketSight market, BondSeries series, Happened at, string words) =>
        new($"Bond {series.Number}", null, [market.Segment(series.Window.Account, series.Window.Segment), words, MarketSight.Time(at.Time)]);
}
