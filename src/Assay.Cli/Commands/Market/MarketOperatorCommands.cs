using System.CommandLine;
using System.Text;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands.Market;

/// <summary>What only the operator of a market says: on its node's data folder, or with the node's API key (<c>ASSAY_API_KEY</c> and <c>--node</c>).</summary>
internal static class MarketOperatorCommands
{
    public static Command Init()
    {
        var set = Set();
        var command = new Command("init", "Begin a market in this data folder's log: the node's operator says its terms. Example: assay market init --set fresh=86400") { set };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            if (await IsOpenAsync(market, cancel))
                throw new Assay.Node.NodeException(Assay.Node.NodeFault.BadRequest, "there is a market already: `assay market terms` shows its terms");
            return Trading.Done(parsed, await market.OperateAsync(TermsOf([], parsed.GetValue(set) ?? []), cancel), "the market has begun; its units are paper");
        }, begins: true));
        return command;
    }

    public static Command Terms()
    {
        var set = Set();
        var command = new Command("terms", "Show the market's terms, or change some: what is bought after it goes by them. Example: assay market terms --set grace=3") { set };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var now = (await market.GetAsync("v1/market", cancel)).GetProperty("terms");
            if (parsed.GetValue(set) is { Length: > 0 } changes)
                return Trading.Done(parsed, await market.OperateAsync(TermsOf(now.EnumerateObject(), changes), cancel), "these terms hold from here on");
            if (Shared.IsJson(parsed))
                Shared.Print(now);
            else
                foreach (var figure in now.EnumerateObject())
                    Console.WriteLine($"{figure.Name}={figure.Value}");
            return ExitCode.Ok;
        }));
        return command;
    }

    public static Command Join()
    {
        var key = new Argument<string>("KEY") { Description = "Who joins: an Ed25519 public key as 64 hex digits, or as `assay key new` printed it (base64)" };
        var affiliates = new Option<string[]>("--affiliate") { Description = "An account that the participant says it is affiliated with; once for each", HelpName = "ACCOUNT" };
        var command = new Command("join", "Let someone take part. Example: assay market join MCowBQYDK2VwAyEA...") { key, affiliates };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var accounts = new List<Hash>();
            foreach (var id in parsed.GetValue(affiliates) ?? [])
                accounts.Add(await Trading.AccountAsync(market, id, cancel));
            var done = await market.OperateAsync(new JoinEvent(KeyOf(parsed.GetValue(key)!), [.. accounts.Distinct().OrderBy(a => a.ToHex(), StringComparer.Ordinal)]), cancel);
            return Trading.Done(parsed, done, $"participant {done.GetProperty("number").GetUInt64()}");
        }));
        return command;
    }

    public static Command Grant()
    {
        var (to, units) = (MarketMoneyCommands.Participant("TO"), Trading.Units());
        var reference = new Option<string?>("--reference") { Description = "What the grant is called: one that was made is not made again (default: a new name)", HelpName = "TEXT" };
        var command = new Command("grant", "Make paper units for a participant. Example: assay market grant 0 1000000") { to, units, reference };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var grant = new GrantEvent(parsed.GetValue(to), parsed.GetValue(units), $"paper:{parsed.GetValue(reference) ?? Guid.NewGuid().ToString("N")}");
            return Trading.Done(parsed, await market.OperateAsync(grant, cancel), $"participant {grant.To} has {grant.Units} units more");
        }));
        return command;
    }

    public static Command Divide()
    {
        var units = Trading.Units();
        var command = new Command("divide", "Divide units of the pool among its shareholders. Example: assay market divide 5000") { units };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
            Trading.Done(parsed, await market.OperateAsync(new DivideEvent(parsed.GetValue(units)), cancel), $"{parsed.GetValue(units)} units were divided")));
        return command;
    }

    private static Option<string[]> Set() => new("--set") { Description = "A figure of the terms (docs/spec/market.md section 10); once for each", HelpName = "NAME=N" };

    private static async Task<bool> IsOpenAsync(MarketHttp market, CancellationToken cancel)
    {
        try
        {
            await market.GetAsync("v1/market", cancel);
            return true;
        }
        catch (Assay.Node.NodeException e) when (e.Fault == Assay.Node.NodeFault.NotFound)
        {
            return false;
        }
    }

    // What is not changed stays as it is.
    private static TermsEvent TermsOf(IEnumerable<JsonProperty> now, string[] changes)
    {
        var figures = now.ToDictionary(f => f.Name, f => f.Value.GetRawText(), StringComparer.Ordinal);
        foreach (var change in changes)
            figures[change.Split('=') is [{ Length: > 0 } name, { Length: > 0 and < 20 } value] && value.All(char.IsAsciiDigit) ? name : throw new UsageException($"--set '{change}': NAME=N with a whole number is right")]
                = change.Split('=')[1];
        var text = $"{{\"do\":\"terms\"{string.Concat(figures.Select(f => $",{JsonSerializer.Serialize(f.Key)}:{f.Value}"))}}}";
        try
        {
            return (TermsEvent)MarketEvents.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (MalformedException e)
        {
            throw new UsageException($"--set: {e.Message}");
        }
    }

    private static Hash KeyOf(string text)
    {
        try
        {
            return text.Length == 2 * Hash.Size ? Hash.FromHex(text) : MarketHttp.RawOf(PublicKey.FromSubjectPublicKeyInfo(Assay.Verify.Codecs.Base64.Read(text)));
        }
        catch (MalformedException e)
        {
            throw new UsageException($"'{text}' is not an Ed25519 public key: {e.Message}");
        }
    }
}
