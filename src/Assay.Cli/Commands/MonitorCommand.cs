using System.CommandLine;
using System.Text;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Node;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Commands;

/// <summary>Follows someone's log over HTTP, and says when it breaks its word.</summary>
internal sealed class MonitorCommand
{
    private readonly Argument<string> url = new("URL") { Description = "The log's address; for a node, its own with /log behind it" };
    private readonly Option<string?> policy = new("--policy") { Description = "Whom you trust (default: policy.json of the data folder, if there is one)", HelpName = "F" };
    private readonly Option<bool> once = new("--once") { Description = "Look once and end" };
    private readonly Option<double> interval = new("--interval") { Description = "Seconds between looks", HelpName = "S", DefaultValueFactory = _ => 10 };
    private readonly Option<string[]> promises = new("--promise") { Description = "Hold the log to this promise: a receipt, the member `assay` of an answer, or a promise note; once for each", HelpName = "FILE" };
    private readonly Option<string?> indexKey = new("--index-key") { Description = "An Ed25519 key (PEM): confirm each epoch's index, derived anew from the entries, with a note signed by it", HelpName = "FILE" };
    private readonly Option<bool> noPost = new("--no-post") { Description = "Keep the notes; do not bring them to the node whose log this is" };
    private readonly Option<string?> indexName = new("--index-name") { Description = "The name that it signs under (default: from the key)", HelpName = "NAME" };

    public static Command Make()
    {
        var options = new MonitorCommand();
        var command = new Command("monitor", "Follow a log over HTTP: signatures, consistency, what every entry means, promises. Exit code 10 if anything is wrong, 6 if the log cannot be reached. Example: assay log monitor http://127.0.0.1:7780/log --policy them.json --once")
        {
            options.url, options.policy, options.once, options.interval, options.promises, options.indexKey, options.indexName, options.noPost,
        };
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (!Uri.TryCreate(parsed.GetValue(url), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"'{parsed.GetValue(url)}' is not an address such as http://127.0.0.1:7780/log");
        var wait = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(interval), 0.1, 86_400));
        var trusted = VerifyCommand.PolicyOf(parsed.GetValue(policy), Shared.FolderOf(parsed))
            ?? throw new UsageException("whose log this is, only a policy says: give one with --policy");
        using var source = new HttpLogSource(address);
        var logKey = KeyOf(trusted.Log, source);
        using var key = parsed.GetValue(indexKey) is { } pem ? SigningKey.FromPem(await File.ReadAllTextAsync(pem, cancel)) : null;
        using var monitor = new LogMonitor(
            new PosixLogFiles(Folder(parsed, logKey)), source.Read, logKey, trusted.Log, (parsed.GetValue(promises) ?? []).Select(f => Held(f, logKey)), IndexerOf(parsed, key));
        using var bringer = key is null || parsed.GetValue(noPost) ? null : NoteBringer.For(address, Folder(parsed, logKey));
        var (wrong, unreachable) = (false, false);
        while (true)
        {
            var report = monitor.Look();
            wrong |= report.Findings.Any(f => f.Kind != MonitorFinding.Unreachable);
            unreachable = report.Findings.Any(f => f.Kind == MonitorFinding.Unreachable);
            if (Shared.IsJson(parsed))
                PrintJson(report, trusted.Log);
            else
                PrintText(report, trusted.Log);
            if (bringer is not null)
                await bringer.BringAsync(cancel);
            if (parsed.GetValue(once))
                return wrong ? ExitCode.Rejected : unreachable ? ExitCode.Unavailable : ExitCode.Ok;
            try
            {
                await Task.Delay(wait, cancel);
            }
            catch (OperationCanceledException)
            {
                return wrong ? ExitCode.Rejected : unreachable ? ExitCode.Unavailable : ExitCode.Ok;
            }
        }
    }

    // Which of the policy's logs this is, its checkpoint says; whether it is, the signature does.
    private static VerifierKey KeyOf(TlogPolicy policy, HttpLogSource source)
    {
        if (policy.Logs is [var only])
            return only;
        var origin = source.Read("checkpoint", LogLayout.MaxCheckpointBytes) is { } bytes ? Checkpoint.Parse(SignedNote.Parse(bytes).Text).Origin : null;
        return policy.Logs.FirstOrDefault(l => l.Name == origin)
            ?? throw new LogException(LogFault.WrongIdentity, "the log at this address is none of the policy's");
    }

    private static string Folder(ParseResult parsed, VerifierKey logKey)
    {
        var named = parsed.GetValue(Shared.Data);
        if (named is not null && File.Exists(new DataFolder(named.FullName).Policy))
            throw new UsageException($"{named} is the data folder of a node: a monitor needs one of its own, which --data names");
        var folder = named?.FullName ?? Path.Combine(DataFolder.Default.Path, "monitor", Sha256.Of(Encoding.UTF8.GetBytes(logKey.ToString())).ToHex()[..16]);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    private static HeldPromise Held(string file, VerifierKey logKey)
    {
        try
        {
            var held = HeldPromise.Parse(VerifyCommand.Read(file));
            return held.Promise.Origin == logKey.Name && held.Note.IsSignedBy(logKey)
                ? held
                : throw new MalformedException($"a promise of {held.Promise.Origin}, or one that it did not sign");
        }
        catch (MalformedException e)
        {
            throw new MalformedException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>What an indexer's key is called where nobody said anything else.</summary>
    public static string NameOf(PublicKey indexer) => $"assay.local/indexer/{indexer.Id.ToHex()[..16]}";

    private Indexer? IndexerOf(ParseResult parsed, SigningKey? key)
    {
        if (key is null)
            return null;
        var name = parsed.GetValue(indexName) ?? NameOf(key.PublicKey);
        Console.Error.WriteLine($"assay: index notes are signed by {VerifierKey.Create(name, NoteSignatureType.Ed25519, key.PublicKey)}");
        return new Indexer(name, key);
    }

    private static void PrintText(MonitorReport report, TlogPolicy policy)
    {
        if (report.Checkpoint is { } seen)
            Console.WriteLine($"{seen.Origin}  {seen.Size} entries, {report.Entries} read  {seen.Root.ToBase64()}" +
                (policy.AsksForWitnesses ? $"  cosigned by {report.Cosigned} of {policy.Witnesses.Length}" : "") +
                (report.PromisesKept + report.PromisesOpen > 0 ? $"  promises: {report.PromisesKept} kept, {report.PromisesOpen} open" : ""));
        foreach (var note in report.IndexNotes)
            Console.WriteLine($"  index confirmed: {note}");
        foreach (var finding in report.Findings)
            Console.WriteLine($"  {finding.Kind.ToUpperInvariant()}: {finding.Detail}{(finding.File is null ? "" : $"\n    proved by {finding.File}")}");
    }

    private static void PrintJson(MonitorReport report, TlogPolicy policy) => Shared.Print(json =>
    {
        json.WriteString("origin", report.Checkpoint?.Origin);
        json.WriteNumber("size", report.Checkpoint?.Size ?? 0);
        json.WriteString("root", report.Checkpoint?.Root.ToBase64());
        json.WriteNumber("entries", report.Entries);
        json.WriteNumber("cosigned", report.Cosigned);
        json.WriteNumber("witnesses", policy.Witnesses.Length);
        json.WriteNumber("promisesKept", report.PromisesKept);
        json.WriteNumber("promisesOpen", report.PromisesOpen);
        json.WriteStartArray("indexNotes");
        foreach (var note in report.IndexNotes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("kind", finding.Kind);
            json.WriteString("detail", finding.Detail);
            json.WriteString("file", finding.File);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
