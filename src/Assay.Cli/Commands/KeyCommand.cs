using System.CommandLine;
using Assay.Node.Keys;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>The keys of this node, and their life in its log.</summary>
internal static class KeyCommand
{
    public static Command Make()
    {
        var command = new Command("key", "The serving keys of this node. Example: assay key list") { List(), New(), Introduce(), Renew(), Retire(), Compromise() };
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Every serving key that the log knows, with its lease");
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var (size, keys) = node.Look(s => (s.Size, s.Keys.Values.ToList()));
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteStartArray("roots");
                    foreach (var root in node.Genesis.Roots.Keys)
                        json.WriteStringValue(root.Id.ToHex());
                    json.WriteEndArray();
                    json.WriteNumber("threshold", node.Genesis.Roots.Threshold);
                    json.WriteString("log", node.Genesis.LogKey.ToString());
                    json.WriteStartArray("serving");
                    foreach (var key in keys)
                    {
                        json.WriteStartObject();
                        json.WriteString("keyId", key.Key.Id.ToHex());
                        json.WriteString("model", key.Segment.Model.ToHex());
                        json.WriteNumber("receipts", key.Receipts);
                        json.WriteNumber("until", key.Until);
                        json.WriteString("state", StateOf(key, size));
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
            else
            {
                foreach (var root in node.Genesis.Roots.Keys)
                    Console.WriteLine($"root     {root}  {root.Id.ToHex()}");
                if (node.Genesis.Roots.Keys.Length > 1)
                    Console.WriteLine($"         {node.Genesis.Roots.Threshold} of them sign an event");
                Console.WriteLine($"log      {node.Genesis.LogKey}");
                foreach (var key in keys)
                    Console.WriteLine($"serving  {key.Key}  {key.Receipts} receipts, lease to index {key.Until}, {StateOf(key, size)}, model sha256:{key.Segment.Model.ToHex()[..16]}…");
            }
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command New()
    {
        var path = new Argument<string>("FILE") { Description = "Where the private key goes (PKCS#8 PEM, mode 0600)" };
        var command = new Command("new", "Make an Ed25519 key pair; prints its public half. Example: assay key new witness.pem") { path };
        command.SetAction(parsed =>
        {
            var key = KeyFile.Create(parsed.GetValue(path)!);
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("keyId", key.Id.ToHex());
                    json.WriteString("spki", Convert.ToBase64String(key.SubjectPublicKeyInfo));
                });
            else
                Console.WriteLine($"{key}  {Convert.ToBase64String(key.SubjectPublicKeyInfo)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Introduce()
    {
        var name = new Argument<string>("NAME") { Description = "The model that the key will serve" };
        var command = new Command("introduce", "Introduce a new serving key for a model, in place of the one in use") { name };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var keyId = await node.IntroduceKeyAsync(node.Models.Find(parsed.GetValue(name)!));
            return Done(parsed, "introduced", keyId.ToHex());
        }));
        return command;
    }

    private static Command Renew()
    {
        var keyId = KeyId();
        var command = new Command("renew", "Lengthen a key's lease to the longest allowed") { keyId };
        command.SetAction(parsed => OnKey(parsed, keyId, (node, key) =>
            node.AppendEventAsync(KeyEvent.Renew(node.Origin, key.Key.Id, node.Look(s => s.Size) + node.Genesis.MaxLease)), "renewed"));
        return command;
    }

    private static Command Retire()
    {
        var keyId = KeyId();
        var command = new Command("retire", "End a key's lease now; its receipts so far stay good") { keyId };
        command.SetAction(parsed => OnKey(parsed, keyId, (node, key) => node.AppendEventAsync(KeyEvent.Retire(node.Origin, key.Key.Id)), "retired"));
        return command;
    }

    private static Command Compromise()
    {
        var keyId = KeyId();
        var from = new Option<ulong>("--from") { Description = "The first log index that is not to be trusted", Required = true };
        var command = new Command("compromise", "Say that a key was stolen: nothing of its from an index on is to be trusted") { keyId, from };
        command.SetAction(parsed => OnKey(parsed, keyId,
            (node, key) => parsed.GetValue(from) <= node.Look(s => s.Size)
                ? node.AppendEventAsync(KeyEvent.Compromise(node.Origin, key.Key.Id, parsed.GetValue(from)))
                : throw new UsageException($"--from {parsed.GetValue(from)} lies beyond the log"), "declared compromised"));
        return command;
    }

    private static Argument<string> KeyId() => new("KEYID") { Description = "The key id, or its first 8 digits or more" };

    private static Task<int> OnKey(ParseResult parsed, Argument<string> keyId, Func<Assay.Node.AssayNode, Assay.Verify.Logs.KeyState, Task<ulong>> act, string done) =>
        Shared.WithNodeAsync(parsed, async node =>
        {
            var prefix = parsed.GetValue(keyId)!;
            var found = node.Look(s => s.Keys.Values.Where(k => prefix.Length >= 8 && k.Key.Id.ToHex().StartsWith(prefix, StringComparison.Ordinal)).ToList());
            if (found is not [var key])
                throw new Assay.Node.NodeException(Assay.Node.NodeFault.NotFound,
                    $"{(found.Count == 0 ? "no" : "more than one")} serving key begins with '{prefix}': `assay key list` shows them");
            await act(node, key);
            return Done(parsed, done, key.Key.Id.ToHex());
        });

    private static int Done(ParseResult parsed, string what, string keyId)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json => json.WriteString(what.Replace(" ", "-", StringComparison.Ordinal), keyId));
        else
            Console.WriteLine($"{what} {keyId}");
        return ExitCode.Ok;
    }

    private static string StateOf(Assay.Verify.Logs.KeyState key, ulong size) =>
        key.Retired ? "retired" : key.Covers(size) ? "in use" : "expired";
}
