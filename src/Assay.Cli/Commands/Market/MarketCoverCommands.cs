using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Assay.Market.Cover;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands.Market;

/// <summary>Cover: what it would cost, and buying it.</summary>
internal sealed class MarketCoverCommands
{
    private readonly Argument<string> account = Trading.Account();
    private readonly Option<ulong> segment = Trading.Segment();
    private readonly Option<string> threshold = new("--threshold") { Description = "The share of failures up to which nothing is paid", HelpName = "SHARE", DefaultValueFactory = _ => "0.01" };
    private readonly Option<string> width = new("--width") { Description = "So much above it the whole sum is paid, and less in proportion", HelpName = "SHARE", DefaultValueFactory = _ => "0.1" };
    private readonly Option<ulong> records = new Option<ulong>("--records") { Description = "Records that it is about, at least", HelpName = "N", DefaultValueFactory = _ => 1000 }.From(1UL, (1UL << 53) - 1);
    private readonly Option<long> sum = new Option<long>("--sum") { Description = "Units insured", HelpName = "UNITS", Required = true }.From(1L, (1L << 53) - 1);
    private readonly Option<string> until = Trading.Until();

    public static Command Quote()
    {
        var options = new MarketCoverCommands();
        var command = new Command("quote", "What a cover would cost now, and what that is made of. Example: assay market quote 1a2b3c4d --sum 10000 --threshold 0.01 --records 1000");
        options.AddTo(command);
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market => MarketShowCommands.Print(parsed, await options.QuoteAsync(parsed, market, cancel), Print)));
        return command;
    }

    public static Command Buy()
    {
        var options = new MarketCoverCommands();
        var most = new Option<long?>("--most") { Description = "The most that it may cost (default: what it is quoted at now)", HelpName = "UNITS" }.From(1L, (1L << 53) - 1);
        Symbol[] symbols = [options.account, options.segment, options.threshold, options.width, options.records, options.sum, options.until, most];
        return Trading.Instruct("buy", "Buy a cover at its quote: it pays by itself where the account's audits show that more than the threshold failed. Example: assay market buy 1a2b3c4d --sum 10000 --key me.pem", symbols,
            async (parsed, market, cancel) =>
            {
                var quote = await options.QuoteAsync(parsed, market, cancel);
                var (about, ends, cover) = (Hash.FromHex(quote.GetProperty("account").GetString()!), quote.GetProperty("until").GetUInt64(), options.CoverOf(parsed));
                var limit = parsed.GetValue(most) ?? quote.GetProperty("premium").GetInt64();
                return (by, nonce) => new CoverEvent(by, nonce, about, parsed.GetValue(options.segment), cover, ends, limit);
            }, (parsed, done) => $"cover {done.GetProperty("number").GetUInt64()} of {parsed.GetValue(options.sum)} units");
    }

    private async Task<JsonElement> QuoteAsync(ParseResult parsed, MarketHttp market, CancellationToken cancel)
    {
        var (id, cover) = (await Trading.AccountAsync(market, parsed.GetValue(account)!, cancel), CoverOf(parsed));
        return await market.GetAsync(string.Create(CultureInfo.InvariantCulture,
            $"v1/market/quotes?account={id.ToHex()}&segment={parsed.GetValue(segment)}&threshold={cover.Threshold}&width={cover.Width}&records={cover.Records}&sum={cover.Sum}&until={Trading.Until(until.Name, parsed.GetValue(until)!)}"), cancel);
    }

    private CoverTerms CoverOf(ParseResult parsed) => new(
        Trading.Rate(threshold.Name, parsed.GetValue(threshold)!), Trading.Rate(width.Name, parsed.GetValue(width)!), parsed.GetValue(records), parsed.GetValue(sum));

    private void AddTo(Command command)
    {
        command.Arguments.Add(account);
        foreach (var option in (Option[])[segment, threshold, width, records, sum, until])
            command.Options.Add(option);
    }

    private static void Print(JsonElement quote)
    {
        Console.WriteLine($"premium  {quote.GetProperty("premium")} units for {quote.GetProperty("sum")}");
        Console.WriteLine($"  {quote.GetProperty("fair")} what it pays on the average, {quote.GetProperty("fairForChange")} of it for a change; {quote.GetProperty("load")} load; {quote.GetProperty("capacity")} because capital is short");
        Console.WriteLine($"  of {quote.GetProperty("audited")} audits that are expected {quote.GetProperty("fewestFailures")} or more must fail for it to pay");
        Console.WriteLine($"  behind it: {quote.GetProperty("fromBonds")} of bonds, {quote.GetProperty("fromPool")} of the pool; it counts from the segment's epoch {quote.GetProperty("attachAt")} on");
    }
}
