using System.CommandLine;
using Assay.Market.Contracts;
using Assay.Market.Ledger;

namespace Assay.Cli.Commands.Market;

/// <summary>Contracts on the log: opened by a sponsor, traded with their maker.</summary>
internal static class MarketContractCommands
{
    public static Command Open()
    {
        var (account, segment, until) = (Trading.Account(), Trading.Segment(), Trading.Until());
        var threshold = new Option<string>("--threshold") { Description = "YES: at most this share of the verdicts fails", HelpName = "SHARE", Required = true };
        var audited = new Option<ulong>("--audited") { Description = "Of the next so many audited verdicts", HelpName = "N", Required = true }.From(1UL, ContractTerms.MostAudited);
        var liquidity = new Option<long>("--b") { Description = "Liquidity: the sponsor can lose b ln 2 of it", HelpName = "UNITS", Required = true }.From(1L, (1L << 47) - 1);
        return Trading.Instruct("contract", "Open a contract, with the subsidy that its maker may lose. Example: assay market contract 1a2b3c4d --threshold 0.001 --audited 10000 --b 5000 --key me.pem",
            [account, segment, threshold, audited, liquidity, until],
            async (parsed, market, cancel) =>
            {
                var about = await Trading.AccountAsync(market, parsed.GetValue(account)!, cancel);
                var terms = new ContractTerms(Trading.Rate(threshold.Name, parsed.GetValue(threshold)!), parsed.GetValue(audited), parsed.GetValue(liquidity), Trading.Until(until.Name, parsed.GetValue(until)!));
                return (by, nonce) => new ContractEvent(by, nonce, about, parsed.GetValue(segment), terms);
            }, (_, done) => $"contract {done.GetProperty("number").GetUInt64()}");
    }

    public static Command Trade()
    {
        var contract = new Argument<ulong>("CONTRACT") { Description = "Its number" };
        var action = new Argument<string>("ACTION") { Description = "buy or sell" }.AcceptOnlyFromAmong("buy", "sell");
        var side = new Argument<string>("SIDE") { Description = "yes or no" }.AcceptOnlyFromAmong("yes", "no");
        var shares = Trading.Units("SHARES", "How many; each pays one unit if it comes so");
        var limit = new Option<long>("--limit") { Description = "The most that they may cost, or the least that they must bring", HelpName = "UNITS", Required = true }.From(0L, (1L << 53) - 1);
        return Trading.Instruct("trade", "Buy shares of a contract from its maker, or sell some. Example: assay market trade 0 buy no 100 --limit 20 --key me.pem", [contract, action, side, shares, limit],
            parsed => (by, nonce) => new TradeEvent(
                by, nonce, parsed.GetValue(contract), parsed.GetValue(action) == "buy", parsed.GetValue(side) == "yes" ? AssetKind.Yes : AssetKind.No, parsed.GetValue(shares), parsed.GetValue(limit)),
            (parsed, _) => $"{(parsed.GetValue(action) == "buy" ? "bought" : "sold")} {parsed.GetValue(shares)} {parsed.GetValue(side)} of contract {parsed.GetValue(contract)}");
    }
}
