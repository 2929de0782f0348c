using System.CommandLine;
using Assay.Audit.Passports;
using Assay.Node;
using Assay.Reliability.Passports;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Cli.Commands;

/// <summary>Accounts as files that stand alone (docs/spec/passports.md).</summary>
internal static class PassportCommand
{
    public static Command Make() => new("passport", "An account with all that its figures are a function of, in one file") { Export(), Verify() };

    private static Command Export()
    {
        var account = new Option<string?>("--account") { Description = "The account's id, or its first 8 digits or more (default: the only one that the folder's log has steps of)", HelpName = "ID" };
        var folder = new Option<string?>("--folder") { Description = "The log that holds the account's steps (default: that of the data folder)", HelpName = "DIR|URL" };
        var logs = new Option<string[]>("--log") { Description = "A log that the account was read from: the provider's, an auditor's; once for each (known are those that this data folder follows)", HelpName = "DIR|URL" };
        var note = new Option<string?>("--index-note") { Description = "What indexers have signed of the provider's epochs: a note", HelpName = "FILE" };
        var output = new Option<string>("--output", "-o") { Description = "Where the passport goes", HelpName = "FILE", Required = true };
        var certificate = new Option<string?>("--certificate") { Description = "Write the certificate of the last step, too", HelpName = "FILE" };
        var command = new Command("export", "Write the passport of an account. Example: assay passport export --log http://provider:7780 --log http://auditor:7780 -o them.passport.jsonl")
        {
            account, folder, logs, note, output, certificate,
        };
        command.SetAction(async parsed =>
        {
            using var own = LoggedTree.Open(parsed.GetValue(folder) ?? OwnLog(Shared.FolderOf(parsed)));
            var others = Others(parsed.GetValue(logs) ?? [], Shared.FolderOf(parsed)).Select(LoggedTree.Open).ToList();
            try
            {
                var passport = PassportMaker.Make(AccountIn(own, parsed.GetValue(account)), own, others, NoteOf(parsed.GetValue(note)));
                using var file = new MemoryStream();
                passport.Write(file);
                // What is written is what anyone will read.
                var report = PassportVerifier.Verify(file.ToArray(), null);
                await AtomicFile.WriteAsync(parsed.GetValue(output)!, file.ToArray());
                if (parsed.GetValue(certificate) is { } path)
                    await AtomicFile.WriteAsync(path, CertificateMaker.Make(report, own).ToBytes());
                Print(parsed, report, file.Length, parsed.GetValue(output)!);
                return report.Status == PassportStatus.Recomputed ? ExitCode.Ok : ExitCode.Internal;
            }
            finally
            {
                others.ForEach(o => o.Dispose());
            }
        });
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string>("FILE") { Description = $"A *{Passport.FileExtension}" };
        var policy = new Option<string?>("--policy") { Description = "Whom you trust (default: policy.json of the data folder, if there is one)", HelpName = "F" };
        var logs = new Option<string[]>("--logs") { Description = "Hold it against whole logs too: mirrors, directories or addresses", HelpName = "DIR|URL", AllowMultipleArgumentsPerToken = true };
        var command = new Command("verify", "Recompute a passport's figures from its entries, offline. Exit code 0 accepted, 10 rejected, 20 unsupported or no policy, 30 malformed. Example: assay passport verify them.passport.jsonl --policy them.json")
        {
            file, policy, logs,
        };
        command.SetAction((parsed, cancel) =>
        {
            var trusted = VerifyCommand.PolicyOf(parsed.GetValue(policy), Shared.FolderOf(parsed));
            var report = PassportVerifier.Verify(VerifyCommand.Read(parsed.GetValue(file)!, Passport.MaxSize), trusted, cancel);
            var mirrors = (parsed.GetValue(logs) ?? []).Select(LoggedTree.Open).ToList();
            try
            {
                report = MirrorCheck.Check(report, mirrors);
            }
            finally
            {
                mirrors.ForEach(m => m.Dispose());
            }
            if (Shared.IsJson(parsed))
                Shared.Print(json => PassportReportFormat.WriteMembers(json, report));
            else
                Console.Write(PassportReportFormat.ToText(report));
            return Task.FromResult(report.ExitCode);
        });
        return command;
    }

    internal static string OwnLog(DataFolder folder) => File.Exists(folder.Policy)
        ? folder.Log
        : throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path}: --folder names another log that holds the account's steps");

    // What was named comes first; then what the keeper of accounts has mirrored, and the folder's own log. Others than the account's are not looked at.
    internal static IEnumerable<string> Others(string[] named, DataFolder folder) =>
        [.. named, .. PassportShelf.MirrorsIn(folder.Accounts), .. File.Exists(folder.Policy) ? [folder.Log] : Array.Empty<string>()];

    private static Hash AccountIn(LoggedTree folder, string? named)
    {
        var found = PassportMaker.AccountsIn(folder).Keys.Where(a => named is null || a.ToHex().StartsWith(named, StringComparison.Ordinal)).ToArray();
        return found switch
        {
            [var only] when named is null or { Length: >= 8 } => only,
            [] => throw new UsageException(named is null ? $"{folder.Origin} has no steps of an account" : $"{folder.Origin} has no steps of an account '{named}'"),
            _ => throw new UsageException($"--account is one of {string.Join(", ", found.Select(a => a.ToHex()[..16]))}"),
        };
    }

    // Of one epoch; the passport is made with that one if it is the provider's.
    private static Func<ulong, SignedNote?>? NoteOf(string? file)
    {
        if (file is null)
            return null;
        var note = SignedNote.Parse(VerifyCommand.Read(file, SignedNote.MaxSize));
        var size = Assay.Verify.Logs.IndexNote.Parse(note.Text).Size;
        return asked => asked == size ? note : null;
    }

    private static void Print(ParseResult parsed, PassportReport report, long size, string path)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteString("file", path);
                json.WriteNumber("bytes", size);
                PassportReportFormat.WriteMembers(json, report);
            });
        else
            Console.Write($"{path}: {Shared.Bytes(size)}\n{PassportReportFormat.ToText(report)}");
    }
}
