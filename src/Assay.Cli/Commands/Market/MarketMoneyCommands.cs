using System.CommandLine;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Cli.Commands.Market;

/// <summary>What participants do with their units and shares.</summary>
internal static class MarketMoneyCommands
{
    public static Command Fund()
    {
        var units = Trading.Units();
        return Trading.Instruct("fund", "Put units into the market's pool, which carries its risks, for shares in it. Example: assay market fund 100000 --key me.pem", [units],
            parsed => (by, nonce) => new FundEvent(by, nonce, parsed.GetValue(units)), (parsed, _) => $"{parsed.GetValue(units)} units are in the pool");
    }

    public static Command Withdraw()
    {
        var units = Trading.Units();
        return Trading.Instruct("withdraw", "Give units back to whoever issued them. Example: assay market withdraw 500 --key me.pem", [units],
            parsed => (by, nonce) => new WithdrawEvent(by, nonce, parsed.GetValue(units)), (parsed, _) => $"{parsed.GetValue(units)} units are gone");
    }

    public static Command Pay()
    {
        var (to, units) = (Participant("TO"), Trading.Units());
        var account = new Option<string?>("--account") { Description = "What it is for: spend on this account, whose holder gets it. Nobody is covered for more", HelpName = "ID" };
        return Trading.Instruct("pay", "Pay another participant. Example: assay market pay 3 1000 --account 1a2b3c4d --key me.pem", [to, units, account],
            async (parsed, market, cancel) =>
            {
                var about = parsed.GetValue(account) is { } id ? await Trading.AccountAsync(market, id, cancel) : default(Hash?);
                return (by, nonce) => new PayEvent(by, nonce, parsed.GetValue(to), parsed.GetValue(units), about);
            }, (parsed, _) => $"{parsed.GetValue(units)} units went to participant {parsed.GetValue(to)}");
    }

    public static Command Give()
    {
        var (to, shares) = (Participant("TO"), Trading.Units("SHARES", "How many"));
        var asset = new Argument<string>("ASSET") { Description = "unit, pool, or cover:N, yes:N, no:N, bond:N with the number of the policy, contract or series" };
        return Trading.Instruct("give", "Give shares of anything to another participant. Example: assay market give 3 cover:7 100 --key me.pem", [to, asset, shares],
            parsed =>
            {
                var what = AssetOf(parsed.GetValue(asset)!);
                return (by, nonce) => new GiveEvent(by, nonce, parsed.GetValue(to), what, parsed.GetValue(shares));
            }, (parsed, _) => $"{parsed.GetValue(shares)} of {parsed.GetValue(asset)} went to participant {parsed.GetValue(to)}");
    }

    public static Command Stake()
    {
        var auditor = new Argument<string>("VKEY") { Description = "The verifier key of an auditor's log (`assay log vkey`)" };
        var units = Trading.Units();
        return Trading.Instruct("stake", "Put units up for an auditor: what it loses if it is caught. Example: assay market stake \"auditor.example/log+1a2b3c4d+AbCd...\" 5000 --key me.pem", [auditor, units],
            parsed =>
            {
                var key = KeyOf(parsed.GetValue(auditor)!);
                return (by, nonce) => new StakeEvent(by, nonce, key.Name, key.Key.Id, parsed.GetValue(units));
            }, (parsed, _) => $"{parsed.GetValue(units)} units are at stake for {KeyOf(parsed.GetValue(auditor)!).Name}");
    }

    /// <summary>An asset as people write it.</summary>
    public static Asset AssetOf(string text)
    {
        var parts = text.Split(':');
        foreach (var kind in Enum.GetValues<AssetKind>())
            if (kind.Name() == parts[0])
                return kind is AssetKind.Unit or AssetKind.PoolShare
                    ? parts.Length == 1 ? new Asset(kind, 0) : throw Wrong(text)
                    : parts.Length == 2 && ulong.TryParse(parts[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? new Asset(kind, number) : throw Wrong(text);
        throw Wrong(text);
    }

    public static VerifierKey KeyOf(string text)
    {
        try
        {
            return VerifierKey.Parse(text);
        }
        catch (MalformedException e)
        {
            throw new UsageException($"'{text}' is not the verifier key of a log: {e.Message}");
        }
    }

    public static Argument<ulong> Participant(string name) => new(name) { Description = "A participant's number" };

    private static UsageException Wrong(string text) => new($"'{text}' is nothing that is held: unit, pool, or cover:N, yes:N, no:N, bond:N");
}
