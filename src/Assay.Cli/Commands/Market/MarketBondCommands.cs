using System.CommandLine;
using Assay.Market.Bonds;
using Assay.Market.Corruption;

namespace Assay.Cli.Commands.Market;

/// <summary>Bonds of whoever runs an account, and stakes of auditors that come back.</summary>
internal static class MarketBondCommands
{
    public static Command Make() => new("bond", "Bonds: capital of whoever runs an account, which loses first. Example: assay market bond subscribe 0 1000 --key me.pem") { Issue(), Subscribe() };

    public static Command Unstake()
    {
        var auditor = new Argument<string>("VKEY") { Description = "The verifier key of an auditor's log" };
        return Trading.Instruct("unstake", "Ask for what you put up for an auditor: it comes back after the terms' delay. Example: assay market unstake \"auditor.example/log+1a2b3c4d+AbCd...\" --key me.pem", [auditor],
            parsed =>
            {
                var key = MarketMoneyCommands.KeyOf(parsed.GetValue(auditor)!);
                return (by, nonce) => new UnstakeEvent(by, nonce, key.Name, key.Key.Id);
            }, (_, _) => "it comes back after the terms' stakeDelay");
    }

    private static Command Issue()
    {
        var (account, segment, until) = (Trading.Account(), Trading.Segment(), Trading.Until());
        var promised = new Option<string>("--promised") { Description = "The share of failures that is promised not to be exceeded: who shows more loses the retained part", HelpName = "SHARE", Required = true };
        var face = new Option<long>("--face") { Description = "The most shares, each one unit at par", HelpName = "UNITS", Required = true }.From(1L, (1L << 53) - 1);
        var retained = new Option<long>("--retained") { Description = "The issuer's own part, which it cannot sell", HelpName = "UNITS", Required = true }.From(1L, (1L << 53) - 1);
        var coupon = new Option<string>("--coupon") { Description = "Its share of the premiums of what it stands behind", HelpName = "SHARE", DefaultValueFactory = _ => "0.5" };
        return Trading.Instruct("issue", "Issue a bond on an account that you are affiliated with. Example: assay market bond issue 1a2b3c4d --promised 0.01 --face 100000 --retained 20000 --key me.pem",
            [account, segment, promised, face, retained, coupon, until],
            async (parsed, market, cancel) =>
            {
                var about = await Trading.AccountAsync(market, parsed.GetValue(account)!, cancel);
                var terms = new BondTerms(
                    Trading.Rate(promised.Name, parsed.GetValue(promised)!), parsed.GetValue(face), parsed.GetValue(retained), Trading.Rate(coupon.Name, parsed.GetValue(coupon)!), Trading.Until(until.Name, parsed.GetValue(until)!));
                return (by, nonce) => new BondEvent(by, nonce, about, parsed.GetValue(segment), terms);
            }, (_, done) => $"series {done.GetProperty("number").GetUInt64()}");
    }

    private static Command Subscribe()
    {
        var (series, units) = (new Argument<ulong>("SERIES") { Description = "Its number" }, Trading.Units());
        return Trading.Instruct("subscribe", "Buy shares of a series at par. Example: assay market bond subscribe 0 1000 --key me.pem", [series, units],
            parsed => (by, nonce) => new SubscribeEvent(by, nonce, parsed.GetValue(series), parsed.GetValue(units)), (parsed, _) => $"{parsed.GetValue(units)} shares of series {parsed.GetValue(series)}");
    }
}
