using Assay.Market.Contracts;
using Assay.Market.Ledger;
using Assay.Market.Payoffs;
using Assay.Node.Market;
using Assay.Node.Web.Pages.Charts;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>Contracts as pages show them.</summary>
internal static class ContractViews
{
    /// <summary>Contracts that are not decided, with what a share of YES costs.</summary>
    public static Listing Open(MarketSight market, int most) => new(
        "contracts-title", "Contracts", [new("Contract"), new("Of"), new("YES if"), new("Price of YES", true), new("YES sold", true), new("NO sold", true), new("Until")],
        [
            .. market.State.Contracts.Open.Take(most).Select(c => new Row($"{c.Number}", null,
            [
                market.Segment(c.Window.Account, c.Window.Segment), Says(c), MarketSight.Rate(c.YesPrice(market.Book)), MarketSight.Units(c.Sold(market.Book, c.Yes)),
                MarketSight.Units(c.Sold(market.Book, c.No)), MarketSight.Time(c.Terms.Until),
            ])),
        ],
        "", market.State.Contracts.Open.Count > most ? $"{Show.Number((ulong)market.State.Contracts.Open.Count)} in all." : "");

    /// <summary>Those that came out.</summary>
    public static IEnumerable<(Happened At, Row Row)> Decided(MarketSight market) => market.Past.Decided.Select(d => (d.At, new Row(
        $"Contract {d.Decision.Contract.Number}", null,
        [
            market.Segment(d.Decision.Contract.Window.Account, d.Decision.Contract.Window.Segment),
            d.Decision.Outcome == ContractOutcome.Void ? "void: one half each" : $"{d.Decision.Outcome.ToString().ToUpperInvariant()}: {Says(d.Decision.Contract)}", MarketSight.Time(d.At.Time),
        ])));

    /// <summary>Contracts of which a holder has shares.</summary>
    public static IEnumerable<(Hash Account, ulong Segment, Row Row, Payoff? Pays, long? Paid)> HeldBy(MarketSight market, Holder holder) =>
        from contract in market.State.Contracts.Open
        let yes = market.Book.Of(holder, contract.Yes)
        let no = market.Book.Of(holder, contract.No)
        where yes > 0 || no > 0
        let name = yes == 0 ? $"NO of contract {contract.Number}" : no == 0 ? $"YES of contract {contract.Number}" : $"contract {contract.Number}"
        select (contract.Window.Account, contract.Window.Segment, new Row(name, null,
            [
                market.Segment(contract.Window.Account, contract.Window.Segment), yes == 0 ? MarketSight.Units(no) : no == 0 ? MarketSight.Units(yes) : $"{MarketSight.Units(yes)} YES, {MarketSight.Units(no)} NO",
                $"YES: {Says(contract)}",
            ]),
            (Payoff?)new Payoff(name, PayoffCurve.Sum([PayoffCurve.OfContract(contract.Terms, AssetKind.Yes, yes), PayoffCurve.OfContract(contract.Terms, AssetKind.No, no)])), (long?)null);

    private static string Says(Contract contract) => $"at most {MarketSight.Rate(contract.Terms.Threshold)} of {Show.Number(contract.Terms.Audited)} verdicts fail";
}
