using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Reliability.Routing;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands.Market;

/// <summary>What the commands of those who trade share.</summary>
internal static class Trading
{
    public static Option<string> Key() => new("--key") { Description = "The trader's private key (`assay key new FILE` makes one), which nobody else may read", HelpName = "FILE", Required = true };

    public static Argument<long> Units(string name = "UNITS", string what = "Paper units") => Amount(new Argument<long>(name) { Description = what });

    public static Argument<string> Account() => new("ACCOUNT") { Description = "An account's id (64 hex digits), or its first 8 or more" };

    public static Option<ulong> Segment() => new Option<ulong>("--segment") { Description = "Its segment, as `assay market show` lists them", HelpName = "N", DefaultValueFactory = _ => 0 }.From(0UL, 31UL);

    public static Option<string> Until() => new("--until") { Description = "When it ends at the latest: a time, or days from now", HelpName = "TIME", DefaultValueFactory = _ => "30d" };

    /// <summary>A command that signs one instruction and has it done.</summary>
    /// <param name="make">The instruction, of the participant's number and nonce.</param>
    /// <param name="said">What is printed when it was done.</param>
    public static Command Instruct(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, MarketHttp, CancellationToken, Task<Func<ulong, ulong, MarketInstruction>>> make,
        Func<ParseResult, JsonElement, string> said)
    {
        var key = Key();
        var command = new Command(name, description) { key };
        foreach (var symbol in symbols)
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        command.SetAction((parsed, cancel) => MarketAccess.UseAsync(parsed, async market =>
        {
            var done = await market.InstructAsync(parsed.GetValue(key)!, await make(parsed, market, cancel), cancel);
            return Done(parsed, done, said(parsed, done));
        }));
        return command;
    }

    /// <inheritdoc cref="Instruct(string, string, IEnumerable{Symbol}, Func{ParseResult, MarketHttp, CancellationToken, Task{Func{ulong, ulong, MarketInstruction}}}, Func{ParseResult, JsonElement, string})"/>
    public static Command Instruct(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, Func<ulong, ulong, MarketInstruction>> make, Func<ParseResult, JsonElement, string> said) =>
        Instruct(name, description, symbols, (parsed, _, _) => Task.FromResult(make(parsed)), said);

    /// <summary>Prints what the market answered: its JSON, or one line.</summary>
    public static int Done(ParseResult parsed, JsonElement done, string line)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(done);
        else
            Console.WriteLine($"{line}  (entry {done.GetProperty("entry").GetUInt64()} of the journal, {done.GetProperty("index").GetUInt64()} of the log)");
        return ExitCode.Ok;
    }

    /// <summary>The account that a person means, among those that the market looks at.</summary>
    /// <exception cref="UsageException">None, or several.</exception>
    public static async Task<Hash> AccountAsync(MarketHttp market, string text, CancellationToken cancel)
    {
        if (text.Length is < 8 or > 64 || !text.All(char.IsAsciiHexDigitLower))
            throw new UsageException($"'{text}' is not the id of an account: 64 hex digits, or the first 8 or more");
        if (text.Length == 64)
            return Hash.FromHex(text);
        var known = (await market.GetAsync("v1/market", cancel)).GetProperty("accounts").EnumerateArray()
            .Select(a => a.GetProperty("account").GetString()!).Where(id => id.StartsWith(text, StringComparison.Ordinal)).ToList();
        return known is [var only] ? Hash.FromHex(only) : throw new UsageException($"the market looks at {(known.Count == 0 ? "no account" : "several accounts")} whose id begins with '{text}': `assay market show` lists them");
    }

    /// <summary>Millionths, of a decimal such as 0.01.</summary>
    public static uint Rate(string option, string text) =>
        Millionths.Parse(text) is { } value && value <= Millionths.One ? (uint)value : throw new UsageException($"{option} {text}: a share from 0 to 1 with at most six digits after its point");

    /// <summary>Unix seconds, of a time or of a number of days from now.</summary>
    public static ulong Until(string option, string text) =>
        text.EndsWith('d') && uint.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 36_500
            ? (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + (days * 86_400UL)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.ToUnixTimeSeconds() > 0
                ? (ulong)time.ToUnixTimeSeconds()
                : throw new UsageException($"{option} {text}: a time such as 2030-01-31T12:00Z, or a number of days from now such as 30d");

    private static Argument<long> Amount(Argument<long> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is <= 0 or >= global::Assay.Market.Ledger.Book.Limit))
                result.AddError($"{argument.Name} {token.Value}: a whole number from 1 on");
        });
        return argument;
    }
}
