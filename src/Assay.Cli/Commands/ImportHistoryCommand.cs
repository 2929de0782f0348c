using System.CommandLine;
using Assay.Audit.Accounts;
using Assay.Audit.Histories;
using Assay.Node;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Writes a history that others have published into this data folder's log, as observations.</summary>
internal static class ImportHistoryCommand
{
    // Entries that are on their way together: one flush takes many.
    private const int AtOnce = 256;

    public static Command Make()
    {
        var kind = new Argument<string>("KIND") { Description = string.Join(", ", History.Kinds) };
        var file = new Argument<FileInfo>("FILE") { Description = "The history" };
        var command = new Command("import-history", "Log a published history as observations, and show the accounts that come of it. Example: assay import-history thefastest thefastest_history.csv") { kind, file };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, node => RunAsync(parsed, node, parsed.GetValue(kind)!, parsed.GetValue(file)!, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, AssayNode node, string kind, FileInfo file, CancellationToken cancel)
    {
        if (!file.Exists)
            throw new FileNotFoundException($"there is no file '{file}'");
        if (file.Length > History.MostBytes)
            throw new Audit.AuditException($"{file.Name} has {file.Length} bytes: at most {History.MostBytes} are read");
        var bytes = await File.ReadAllBytesAsync(file.FullName, cancel);
        var read = ObserveCommand.Input(() => History.Read(kind, file.Name, bytes));
        // What is in the log already is not logged again: an import that was broken off goes on.
        var known = OwnObservations.Read(node).GroupBy(e => e).ToDictionary(g => g.Key, g => g.Count());
        var fresh = read.Select(i => i.Observed.Event(node.Origin, i.Batch)).Where(e => !Take(known, e)).ToList();
        var shown = new ObserveProgress("importing");
        var done = 0;
        foreach (var some in fresh.Chunk(AtOnce))
        {
            cancel.ThrowIfCancellationRequested();
            await node.ObserveAsync(some);
            shown.Show($"{done += some.Length} of {fresh.Count} entries", done == fresh.Count);
        }
        var accounts = read.Select(i => (i.Observed.Service, i.Observed.Oracle, i.Observed.Task)).ToHashSet();
        var own = OwnObservations.Accounts(node).Where(a => accounts.Contains((a.Service, a.Oracle, a.Task))).OrderBy(a => a.Service, StringComparer.Ordinal).ToList();
        if (Shared.IsJson(parsed))
            Shared.Print(json =>
            {
                json.WriteNumber("entries", fresh.Count);
                json.WriteNumber("known", read.Count - fresh.Count);
                json.WriteStartArray("accounts");
                foreach (var account in own)
                {
                    json.WriteStartObject();
                    ObservedJson.Write(json, account);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        else
        {
            foreach (var account in own)
                Console.WriteLine(ObservedText.Of(account));
            Console.WriteLine($"{fresh.Count} entries logged, {read.Count - fresh.Count} were there already; {own.Count} accounts");
        }
        return ExitCode.Ok;
    }

    private static bool Take(Dictionary<ObservationsEvent, int> known, ObservationsEvent seen)
    {
        if (known.GetValueOrDefault(seen) is not (> 0 and var left))
            return false;
        known[seen] = left - 1;
        return true;
    }
}
