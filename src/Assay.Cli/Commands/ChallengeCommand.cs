using System.CommandLine;
using Assay.Audit.Auditing;
using Assay.Log.Files;
using Assay.Node;
using Assay.Providers;
using Assay.Verify.Reports;

namespace Assay.Cli.Commands;

/// <summary>The challenge lane: a receipt that diverges is logged by an auditor who has run it again.</summary>
internal static class ChallengeCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "A receipt (*.receipt.json) with its input and output disclosed" };
        var policy = new Option<string>("--policy") { Description = "Whom you trust: an accusation needs a receipt that holds", HelpName = "F", Required = true };
        var command = new Command("challenge", "Run a receipt again; where it diverges, publish it and log a challenge in this data folder's log. Exit code 0 reproduced, 10 diverged or rejected, 20 unverifiable, 30 malformed. Example: assay challenge a.receipt.json --policy them.json")
        {
            file, policy,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var trusted = VerifyCommand.PolicyOf(parsed.GetValue(policy), Shared.FolderOf(parsed))!;
            using var shelf = new ModelShelf(node.Models);
            var outcome = await Challenges.FileAsync(node.Audits.OwnLog, shelf, EvidenceOf(node), VerifyCommand.Read(parsed.GetValue(file)!), trusted, cancel);
            Print(parsed, outcome);
            return outcome.Replay?.Status switch
            {
                null or ReplayStatus.Diverged => outcome.Report.Verdict == Verdict.Malformed ? ExitCode.Malformed : ExitCode.Rejected,
                ReplayStatus.Reproduced => outcome.Report.Verdict == Verdict.Rejected ? ExitCode.Rejected : ExitCode.Ok,
                _ => ExitCode.Unsupported,
            };
        }));
        return command;
    }

    /// <summary>What a node's log publishes of records that diverge.</summary>
    public static PublishedEvidence EvidenceOf(AssayNode node) => new(new PosixLogFiles(Path.Combine(node.Folder.Log, LogLayout.Public)));

    private static void Print(ParseResult parsed, ChallengeOutcome outcome)
    {
        var status = outcome.Replay?.Status.ToString().ToLowerInvariant() ?? "rejected";
        var detail = outcome.Replay?.Detail ?? $"the receipt does not hold, so it accuses nobody: {outcome.Report.Headline}";
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteString("status", status);
                json.WriteString("detail", detail);
                if (outcome.Index is { } index)
                    json.WriteNumber("entry", index);
                json.WriteBoolean("known", outcome.IsKnown);
                outcome.Report.WriteMembers(json);
            });
        else
            Console.Write($"{status}: {detail}\n" + (outcome.Index is { } index ? $"challenge logged: entry {index}\n" : outcome.IsKnown ? "this log holds a challenge of that record already\n" : "nothing was logged\n"));
    }
}
