using System.CommandLine;
using Assay.Audit.Auditing;
using Assay.Audit.Passports;
using Assay.Reliability.Accounts;
using Assay.Verify.Bundles;
using Assay.Verify.Json;

namespace Assay.Cli.Commands;

/// <summary>Planted divergences: records of one's own that an auditor must find.</summary>
internal static class AuditPlantCommand
{
    public static Command Make() => new("plant", "Test auditors that you pay, with records of your own key that you made to diverge (docs/audits.md)")
    {
        MakeCommit(), MakeOpen(), MakeCheck(),
    };

    private static Command MakeCommit()
    {
        var files = new Argument<string[]>("FILE") { Description = "Receipts with everything disclosed, each of which diverges: 1 to 400, of one key", Arity = ArgumentArity.OneOrMore };
        var command = new Command("commit", "Run the receipts again, and commit to them in this data folder's log. Example: assay audit plant commit *.receipt.json") { files };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var bundles = parsed.GetValue(files)!.Select(f => Bundle.Parse(VerifyCommand.Read(f))).ToArray();
            using var shelf = new ModelShelf(node.Models);
            var index = await CountProgress.ShowAsync(Shared.IsJson(parsed), "records", progress =>
                Plants.CommitAsync(node.Audits.OwnLog, new AuditorFolder(node.Folder.Auditing), shelf, bundles, progress, cancel));
            return Told(parsed, index, $"committed to {bundles.Length} planted records: open it after they were audited with `{Shared.Command} audit plant open {index}`");
        }));
        return command;
    }

    private static Command MakeOpen()
    {
        var commit = new Argument<ulong>("ENTRY") { Description = "The commitment's, as `commit` told it" };
        var command = new Command("open", "Publish the receipts of a commitment and log what it stood for. Example: assay audit plant open 12") { commit };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            var at = parsed.GetValue(commit);
            var index = await Plants.OpenAsync(node.Audits.OwnLog, new AuditorFolder(node.Folder.Auditing), ChallengeCommand.EvidenceOf(node), at, cancel);
            return Told(parsed, index, $"the plant of entry {at} is open");
        }));
        return command;
    }

    private static Command MakeCheck()
    {
        var auditors = new Argument<string[]>("AUDITOR") { Description = "An auditor's log", HelpName = "DIR|URL", Arity = ArgumentArity.OneOrMore };
        var log = new Option<string?>("--log") { Description = "The log that the plants were opened in (default: that of the data folder)", HelpName = "DIR|URL" };
        var command = new Command("check", "Show which auditors passed planted records. Exit code 10 if one did. Example: assay audit plant check https://auditor.example") { auditors, log };
        command.SetAction(parsed =>
        {
            using var planter = LoggedTree.Open(parsed.GetValue(log) ?? Shared.FolderOf(parsed).Log);
            var opened = parsed.GetValue(auditors)!.Select(LoggedTree.Open).ToList();
            try
            {
                var verdicts = PlantReader.Read(planter.Entries(), opened.Select(o => o.Entries()));
                Print(parsed, verdicts);
                return verdicts.Any(v => v.IsMissed) ? ExitCode.Rejected : ExitCode.Ok;
            }
            finally
            {
                opened.ForEach(o => o.Dispose());
            }
        });
        return command;
    }

    private static void Print(ParseResult parsed, IReadOnlyList<PlantVerdict> verdicts)
    {
        if (Shared.IsJson(parsed))
        {
            Shared.Print(json =>
            {
                json.WriteStartArray("verdicts");
                foreach (var verdict in verdicts)
                {
                    json.WriteStartObject();
                    json.WriteString("auditor", verdict.Auditor);
                    json.WriteNumber("sequence", verdict.Sequence);
                    json.WriteString("letter", verdict.Letter.ToString());
                    json.WriteBoolean("missed", verdict.IsMissed);
                    json.WriteString("evidence", verdict.Evidence.ToHex());
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return;
        }
        foreach (var verdict in verdicts)
            Console.WriteLine($"{StrictJson.Shown(verdict.Auditor)}  record {verdict.Sequence}  {verdict.Letter}  {(verdict.IsMissed ? "PASSED what was planted" : "not passed")}  evidence {verdict.Evidence.ToHex()}");
        Console.WriteLine(verdicts.Count == 0
            ? "none of these auditors has judged a planted record"
            : "This rests on the evidence: `assay replay` of it must say diverged, or the plant is the planter's lie.");
    }

    private static int Told(ParseResult parsed, ulong index, string line)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json => json.WriteNumber("entry", index));
        else
            Console.WriteLine($"entry {index}: {line}");
        return ExitCode.Ok;
    }
}
