using System.CommandLine;
using System.Diagnostics;
using Assay.Log;
using Assay.Log.Files;
using Assay.Node;
using Assay.Verify;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Commands;

/// <summary>Reads a whole log again: that of the data folder, or any other whose key is given.</summary>
internal static class FsckCommand
{
    public static Command Make()
    {
        var log = new Option<DirectoryInfo?>("--log") { Description = "Another log's folder (public/ and state/) instead; what its entries mean is not checked", HelpName = "DIR" };
        var key = new Option<string?>("--log-key") { Description = "That log's verifier key (c2sp.org/signed-note), or a file with it", HelpName = "KEY" };
        var command = new Command("fsck", "Read everything again: entries, every tile, the checkpoint, and whether the entries obey the rules. Exit code 10 if anything is wrong") { log, key };
        command.SetAction(parsed =>
        {
            var json = Shared.IsJson(parsed);
            if (parsed.GetValue(log) is { } other)
                return Report(json, Check(PosixLogFiles.OpenExisting(other.FullName), OtherKey(parsed.GetValue(key)), null, null, json), meaning: false);
            if (parsed.GetValue(key) is not null)
                throw new UsageException("--log-key goes with --log: the log of the data folder has its key in the policy");
            var folder = Shared.FolderOf(parsed);
            var state = new LogState();
            return Report(json, Check(PosixLogFiles.OpenExisting(folder.Log), LogCommand.LogKey(folder), (_, entry) => Judge(state, entry), WitnessesOf(folder), json), meaning: true);
        });
        return command;
    }

    private static VerifierKey OtherKey(string? given)
    {
        if (given is null)
            throw new UsageException("--log needs --log-key: without the key nobody knows whose checkpoint it is");
        return VerifierKey.Parse((File.Exists(given) ? File.ReadAllText(given) : given).Trim());
    }

    private static (FsckReport Report, TimeSpan Elapsed) Check(PosixLogFiles files, VerifierKey key, EntryCheck? check, TlogPolicy? witnesses, bool json)
    {
        var clock = Stopwatch.StartNew();
        return (CountProgress.Show(quiet: json, "entries", progress => Fsck.Run(files, key, check, witnesses, progress)), clock.Elapsed);
    }

    private static TlogPolicy? WitnessesOf(DataFolder folder) => File.Exists(folder.Witnesses) ? TlogPolicy.Parse(File.ReadAllBytes(folder.Witnesses)) : null;

    private static string? Judge(LogState state, ReadOnlyMemory<byte> entry)
    {
        try
        {
            state.Apply(entry.Span);
            return null;
        }
        catch (MalformedException e)
        {
            return e.Message;
        }
    }

    private static int Report(bool asJson, (FsckReport Report, TimeSpan Elapsed) done, bool meaning)
    {
        var (report, elapsed) = done;
        var entries = report.Checkpoint?.Size ?? 0;
        var rate = entries / Math.Max(elapsed.TotalSeconds, 1e-3);
        if (asJson)
            Shared.Print(json =>
            {
                json.WriteBoolean("ok", report.IsClean);
                json.WriteNumber("entries", entries);
                json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
                json.WriteNumber("entriesPerSecond", Math.Round(rate));
                json.WriteString("meaning", meaning ? "checked" : "not checked");
                json.WriteStartArray("findings");
                foreach (var finding in report.Findings)
                {
                    json.WriteStartObject();
                    json.WriteString("file", finding.Path);
                    json.WriteString("fault", finding.Problem);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteStartArray("notes");
                foreach (var note in report.Notes)
                    json.WriteStringValue(note);
                json.WriteEndArray();
            });
        else
        {
            foreach (var finding in report.Findings)
                Console.WriteLine($"{finding.Path}: {finding.Problem}");
            foreach (var note in report.Notes)
                Console.WriteLine($"note: {note}");
            var verdict = report.IsClean ? $"every tile{(meaning ? " and rule" : "")} in order" : $"{report.Findings.Count} {(report.Findings.Count == 1 ? "fault" : "faults")}";
            Console.WriteLine($"{entries} entries, {verdict} ({elapsed.TotalSeconds:0.0} s, {rate:N0} entries/s)");
            if (!meaning)
                Console.WriteLine("not checked: what the entries mean (the rules are a node's)");
        }
        return report.IsClean ? ExitCode.Ok : ExitCode.Rejected;
    }
}
