using System.CommandLine;
using Assay.Audit.Passports;
using Assay.Market.Settlements;
using Assay.Reliability.Passports;

namespace Assay.Cli.Commands.Market;

/// <summary>Settlements as files that stand alone (docs/spec/market.md section 11).</summary>
internal static class MarketSettleCommand
{
    public static Command Make()
    {
        var number = new Argument<ulong?>("COVER") { Description = "Number of a settled cover, whose file is written", Arity = ArgumentArity.ZeroOrOne };
        var check = new Option<string?>("--check") { Description = $"Recompute a *{SettlementFile.FileExtension}, offline", HelpName = "FILE" };
        var policy = new Option<string?>("--policy") { Description = "Whom you trust (default: policy.json of the data folder, if there is one)", HelpName = "F" };
        var folder = new Option<string?>("--folder") { Description = "The market's log, with the account's steps (default: that of the data folder)", HelpName = "DIR|URL" };
        var logs = new Option<string[]>("--log") { Description = "A log that the account was read from: the provider's, an auditor's; once for each (known are those that this data folder follows)", HelpName = "DIR|URL" };
        var part = new Option<bool>("--part") { Description = "Show only what the cover rests on of the journal (default: all of it, where it is not long)" };
        var output = new Option<string?>("--output", "-o") { Description = "Where the file goes", HelpName = "FILE" };
        var command = new Command("settle", "What a cover was paid and why, in one file: write it, or recompute it with --check. Exit code of a check: 0 accepted, 10 rejected, 20 unsupported, no policy or a part of the journal, 30 malformed. Example: assay market settle 0 -o cover.settlement.jsonl; assay market settle --check cover.settlement.jsonl --policy them.json")
        {
            number, check, policy, folder, logs, part, output,
        };
        command.SetAction(async (parsed, cancel) => (parsed.GetValue(number), parsed.GetValue(check), parsed.GetValue(output)) switch
        {
            (null, { } file, null) => Check(parsed, file, parsed.GetValue(policy), cancel),
            ({ } cover, null, { } path) when parsed.GetValue(MarketAccess.Node) is not null => await FetchAsync(parsed, cover, path, parsed.GetValue(part), cancel),
            ({ } cover, null, { } path) => await WriteAsync(parsed, cover, path, parsed.GetValue(folder), parsed.GetValue(logs) ?? [], parsed.GetValue(part)),
            _ => throw new UsageException("either a cover's number with --output FILE, or --check FILE"),
        });
        return command;
    }

    private static int Check(ParseResult parsed, string file, string? policy, CancellationToken cancel)
    {
        var trusted = VerifyCommand.PolicyOf(policy, Shared.FolderOf(parsed));
        var report = SettlementCheck.Check(VerifyCommand.Read(file, Passport.MaxSize), trusted, cancel);
        Print(parsed, report);
        return report.ExitCode;
    }

    // The node has the logs; what it sends is recomputed before it is kept.
    private static Task<int> FetchAsync(ParseResult parsed, ulong cover, string path, bool part, CancellationToken cancel) => MarketAccess.UseAsync(parsed, async market =>
    {
        var file = await market.FileAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"v1/market/policies/{cover}/settlement{(part ? "?whole=false" : "")}"), cancel);
        var report = SettlementCheck.Check(file, null, cancel);
        Print(parsed, report);
        if (report.Status != PassportStatus.Recomputed)
            return ExitCode.Rejected;
        await AtomicFile.WriteAsync(path, file);
        return ExitCode.Ok;
    });

    private static async Task<int> WriteAsync(ParseResult parsed, ulong cover, string path, string? folder, string[] logs, bool part)
    {
        using var own = LoggedTree.Open(folder ?? PassportCommand.OwnLog(Shared.FolderOf(parsed)));
        var others = PassportCommand.Others(logs, Shared.FolderOf(parsed)).Select(LoggedTree.Open).ToList();
        try
        {
            using var file = new MemoryStream();
            SettlementMaker.Make(cover, own, others, null, part ? false : null).Write(file);
            await AtomicFile.WriteAsync(path, file.ToArray());
            // What is written is what anyone will read.
            var report = SettlementCheck.Check(file.ToArray(), null);
            Print(parsed, report);
            return report.Status == PassportStatus.Recomputed ? ExitCode.Ok : ExitCode.Internal;
        }
        finally
        {
            others.ForEach(o => o.Dispose());
        }
    }

    private static void Print(ParseResult parsed, SettlementReport report)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json => SettlementReportFormat.WriteMembers(json, report));
        else
            Console.Write(SettlementReportFormat.ToText(report));
    }
}
