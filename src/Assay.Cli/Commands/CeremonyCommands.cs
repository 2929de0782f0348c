using System.CommandLine;
using Assay.Node;
using Assay.Node.Keys;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Root keys that are kept apart: a log begins, and events are signed, by files that go from one key to the next (docs/keys.md).</summary>
internal static class CeremonyCommands
{
    private const int MaxPublic = 4096;

    private static readonly Argument<string> File = new("FILE") { Description = "An event (*.event.json)" };

    public static Command Init()
    {
        var roots = new Option<string[]>("--root")
        {
            Description = "A public root key, as `assay key new` prints it, or a file with that; once for each",
            HelpName = "PUBLIC",
            Required = true,
        };
        var threshold = new Option<int?>("--threshold") { Description = "How many of them must sign each event", HelpName = "K" };
        var name = new Option<string>("--name") { Description = "The node's name for itself", HelpName = "NODE", DefaultValueFactory = _ => new NodeOptions().Name };
        var command = new Command("init", "Prepare a log whose root keys are elsewhere: makes the log key, and a genesis to be signed. Example: assay key init --root a.pub --root b.pub --root c.pub --threshold 2")
        {
            roots, threshold, name,
        };
        command.SetAction(parsed =>
        {
            var keys = parsed.GetValue(roots)!.Select(ReadPublic).ToList();
            var set = Roots(keys, parsed.GetValue(threshold));
            var folder = Shared.FolderOf(parsed);
            var genesis = Ceremony.Prepare(folder, new NodeOptions { Name = parsed.GetValue(name)! }, set);
            if (Shared.IsJson(parsed))
                Shared.Print(json => EventFiles.WriteMembers(json, folder.PendingGenesis, 0, set.Threshold));
            else
            {
                Print(genesis);
                EventFiles.PrintNext(Relative(folder.PendingGenesis), genesis.Count(set));
            }
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Show()
    {
        var command = new Command("show", "Say in words what an event file would do, and who has signed it. Example: assay key show retire-1f0c3b22.event.json") { File };
        command.SetAction(parsed =>
        {
            var file = EventFiles.Read(parsed.GetValue(File)!);
            if (Shared.IsJson(parsed))
                Shared.Print(json => WriteWords(json, parsed.GetValue(File)!, file));
            else
                Print(file);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Sign()
    {
        var keys = new Option<string>("--key") { Description = "A private root key (PEM)", HelpName = "ROOT.pem", Required = true };
        var command = new Command("sign", "Show what an event says, and add a root key's signature to its file. Example: assay key sign genesis.event.json --key root-a.pem") { File, keys };
        command.SetAction(async parsed =>
        {
            var path = parsed.GetValue(File)!;
            var file = EventFiles.Read(path);
            if (!Shared.IsJson(parsed))
                Print(file);
            using var key = KeyFile.Read(parsed.GetValue(keys)!);
            var signed = file.Sign(key);
            if (!Confirmed(parsed, key.PublicKey))
                throw new OperationCanceledException();
            await AtomicFile.WriteAsync(path, signed.ToBytes());
            if (Shared.IsJson(parsed))
                Shared.Print(json => WriteWords(json, path, signed));
            else
                Console.WriteLine($"signed by {key.PublicKey}: {(signed.Event is GenesisEvent genesis ? signed.Count(genesis.Roots) : signed.Signatures == 1 ? "1 signature" : $"{signed.Signatures} signatures")}");
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Submit()
    {
        var command = new Command("submit", "Put an event into the log once enough root keys have signed it; a genesis begins the log. Example: assay key submit genesis.event.json") { File };
        command.SetAction(async parsed =>
        {
            var file = EventFiles.Read(parsed.GetValue(File)!);
            var folder = Shared.FolderOf(parsed);
            if (file.Event is GenesisEvent)
                await Ceremony.BeginAsync(folder, new NodeOptions(), file);
            return await Shared.WithNodeAsync(parsed, async node =>
            {
                var index = file.Event is GenesisEvent ? 0 : await node.SubmitAsync(file);
                if (Shared.IsJson(parsed))
                    Shared.Print(json =>
                    {
                        json.WriteNumber("index", index);
                        json.WriteString("origin", node.Origin);
                    });
                else if (file.Event is GenesisEvent)
                    Console.WriteLine($"the log {node.Origin} has begun; whoever trusts it verifies with {Relative(folder.Policy)}");
                else
                    Console.WriteLine($"in the log at index {index}: {EventText.Lines(file.Event).First()}");
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static void Print(EventFile file)
    {
        foreach (var line in EventText.Lines(file.Event))
            Console.WriteLine(line);
        foreach (var signature in file.Entry.Signatures)
            Console.WriteLine(file.SignaturesAreChecked
                ? $"  signed    {signature.KeyId.ToHex()}"
                : $"  claims    {signature.KeyId.ToHex()} (checked when it is submitted)");
    }

    private static void WriteWords(System.Text.Json.Utf8JsonWriter json, string path, EventFile file)
    {
        EventFiles.WriteMembers(json, path, file.Signatures, null);
        json.WriteStartArray("says");
        foreach (var line in EventText.Lines(file.Event))
            json.WriteStringValue(line.Trim());
        json.WriteEndArray();
        json.WriteStartArray("signedBy");
        foreach (var signature in file.Entry.Signatures)
            json.WriteStringValue(signature.KeyId.ToHex());
        json.WriteEndArray();
    }

    // A person at a terminal is asked; a script has decided already.
    private static bool Confirmed(ParseResult parsed, PublicKey key)
    {
        if (Shared.IsJson(parsed) || Console.IsInputRedirected || Console.IsOutputRedirected)
            return true;
        Console.Write($"sign this with {key}? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static RootSet Roots(List<PublicKey> keys, int? threshold)
    {
        if (threshold is null && keys.Count > 1)
            throw new UsageException($"--threshold says how many of the {keys.Count} root keys must sign each event");
        try
        {
            return new RootSet(keys, threshold ?? 1);
        }
        catch (MalformedException e)
        {
            throw new UsageException(e.Message);
        }
    }

    // The base64 itself, or a file whose last word it is.
    private static PublicKey ReadPublic(string argument)
    {
        var text = argument;
        if (System.IO.File.Exists(argument))
            text = new FileInfo(argument).Length <= MaxPublic
                ? System.IO.File.ReadAllText(argument).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? ""
                : throw new UsageException($"--root {argument}: too large for a public key");
        try
        {
            return PublicKey.FromSubjectPublicKeyInfo(Base64.Read(text));
        }
        catch (MalformedException e)
        {
            throw new UsageException($"--root {(text == argument ? "" : argument + " ")}is neither a file nor a public key as `assay key new` prints it: {e.Message}");
        }
    }

    // As short as it can be said from here.
    private static string Relative(string path) =>
        Path.GetRelativePath(Environment.CurrentDirectory, path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
}
