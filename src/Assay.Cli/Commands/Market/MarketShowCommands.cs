using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Assay.Cli.Commands.Market;

/// <summary>What a market says of itself and of its participants.</summary>
internal static class MarketShowCommands
{
    public static Command Show()
    {
        var command = new Command("show", "The market: its pool, its participants, the accounts that it looks at. Example: assay market show");
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market => Print(parsed, await market.GetAsync("v1/market", cancel), Overview)));
        return command;
    }

    public static Command List()
    {
        var what = new Argument<string>("WHAT") { Description = "policies, contracts, series, auctions, participants or settlements" }.AcceptOnlyFromAmong("policies", "contracts", "series", "auctions", "participants", "settlements");
        var number = new Argument<ulong?>("NUMBER") { Description = "One of them, open or as it came out", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "What is open in the market, or how it came out. Example: assay market list policies") { what, number };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var path = $"v1/market/{parsed.GetValue(what)}";
            return parsed.GetValue(number) is { } one
                ? Print(parsed, await market.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{path}/{one}"), cancel), answer => Row(answer))
                : Print(parsed, await market.GetAsync(path, cancel), answer =>
                {
                    var rows = answer.GetProperty(parsed.GetValue(what)!).EnumerateArray().ToList();
                    foreach (var row in rows)
                        Row(row);
                    if (rows.Count == 0)
                        Console.WriteLine("none");
                });
        }));
        return command;
    }

    // Members in the order in which they came; lists by how many they are, and long texts by how they begin.
    private static void Row(JsonElement row) => Console.WriteLine(string.Join("  ", row.EnumerateObject().Select(m => $"{m.Name}={m.Value.ValueKind switch
    {
        JsonValueKind.Array => $"[{m.Value.GetArrayLength()}]",
        JsonValueKind.Object => $"{{{string.Join(' ', m.Value.EnumerateObject().Select(i => $"{i.Name}={i.Value}"))}}}",
        JsonValueKind.String when m.Value.GetString() is { Length: > 16 } text => text[..16],
        _ => m.Value.ToString(),
    }}")));

    public static Command Positions()
    {
        var who = new Argument<ulong?>("PARTICIPANT") { Description = "Its number; or give --key", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = "Whoever has this private key", HelpName = "FILE" };
        var command = new Command("positions", "What a participant holds, and what changed it lately. Example: assay market positions --key me.pem") { who, key };
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var number = (parsed.GetValue(who), parsed.GetValue(key)) switch
            {
                ({ } n, null) => n,
                (null, { } file) => await market.NumberOfAsync(file, cancel),
                _ => throw new UsageException("a participant's number or --key FILE says whose"),
            };
            return Print(parsed, await market.GetAsync($"v1/market/participants/{number}/positions", cancel), Held);
        }));
        return command;
    }

    /// <summary>Prints an answer as it came, or as lines.</summary>
    public static int Print(ParseResult parsed, JsonElement answer, Action<JsonElement> text)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(answer);
        else
            text(answer);
        return ExitCode.Ok;
    }

    private static void Overview(JsonElement market)
    {
        var pool = market.GetProperty("pool");
        Console.WriteLine($"market of {market.GetProperty("origin").GetString()}: {market.GetProperty("entries")} entries, state {market.GetProperty("state").GetString()![..16]}");
        if (market.TryGetProperty("broken", out var broken))
            Console.WriteLine($"BROKEN from entry {broken.GetProperty("entry")} on, nothing after it counts: {broken.GetProperty("why").GetString()}");
        Console.WriteLine($"units  {market.GetProperty("units")} granted; pool: {pool.GetProperty("free")} free, {pool.GetProperty("inPolicies")} in policies, {pool.GetProperty("shares")} shares");
        Console.WriteLine($"participants  {market.GetProperty("participants")}");
        foreach (var account in market.GetProperty("accounts").EnumerateArray())
        {
            Console.WriteLine($"account {account.GetProperty("account").GetString()}  step {account.GetProperty("step")}");
            foreach (var (segment, place) in account.GetProperty("segments").EnumerateArray().Select((s, i) => (s, i)))
                Console.WriteLine($"  segment {place}: {segment.GetProperty("passes")} passes, {segment.GetProperty("failures")} failures in {segment.GetProperty("epochs")} epochs; expected next {Percent(segment.GetProperty("expected"))}{(segment.GetProperty("alarmed").GetBoolean() ? "; ALARMED" : "")}");
        }
    }

    private static void Held(JsonElement answer)
    {
        Console.WriteLine($"participant {answer.GetProperty("participant")}");
        foreach (var held in answer.GetProperty("positions").EnumerateArray())
            Console.WriteLine($"  {held.GetProperty("shares"),16} {Name(held)}");
        foreach (var step in answer.GetProperty("history").EnumerateArray())
            Console.WriteLine($"  entry {step.GetProperty("entry")}  {step.GetProperty("event").GetProperty("do").GetString()}: {string.Join(", ", step.GetProperty("changes").EnumerateArray().Select(c => $"{(c.GetProperty("change").GetInt64() > 0 ? "+" : "")}{c.GetProperty("change")} {Name(c)}"))}");
    }

    private static string Name(JsonElement asset) =>
        asset.GetProperty("asset").GetString() + (asset.TryGetProperty("number", out var number) ? $":{number}" : "");

    internal static string Percent(JsonElement millionths) => Percent(millionths.GetUInt64());

    internal static string Percent(ulong millionths) => $"{millionths / 10_000}.{millionths % 10_000:0000} %";
}
