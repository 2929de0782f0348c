using System.CommandLine;
using Assay.Node;
using Assay.Node.Keys;
using Assay.Store;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>The keys of this node, and their life in its log.</summary>
internal static class KeyCommand
{
    public static readonly Option<KeyAlgorithm> Algorithm = new("--algorithm")
    {
        Description = "Of the new key: ed25519 or p256",
        HelpName = "ed25519|p256",
        CustomParser = result => ParseAlgorithm(result.Tokens[0].Value, result.AddError),
        DefaultValueFactory = _ => KeyAlgorithm.Ed25519,
    };

    public static Command Make() => new("key", "The keys of this node, and how root keys sign. Example: assay key list")
    {
        KeyListCommand.Make(), New(), Vkey(), Introduce(), Renew(), Retire(), Compromise(), Owner(),
        CeremonyCommands.Init(), CeremonyCommands.Show(), CeremonyCommands.Sign(), CeremonyCommands.Submit(),
    };

    public static KeyAlgorithm ParseAlgorithm(string text, Action<string> wrong)
    {
        if (text is not ("ed25519" or "p256"))
            wrong($"'{text}' is not an algorithm: ed25519 or p256");
        return text == "p256" ? KeyAlgorithm.EcdsaP256Sha256 : KeyAlgorithm.Ed25519;
    }

    private static Command New()
    {
        var path = new Argument<string>("FILE") { Description = "Where the private key goes (PKCS#8 PEM, mode 0600)" };
        var command = new Command("new", "Make a key pair; prints its public half. Example: assay key new root-a.pem > root-a.pub") { path, Algorithm };
        command.SetAction(parsed =>
        {
            var key = KeyFile.Create(parsed.GetValue(path)!, parsed.GetValue(Algorithm));
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

    private static Command Vkey()
    {
        var path = new Argument<string>("FILE") { Description = "A private Ed25519 key (PEM)" };
        var name = new Option<string?>("--name") { Description = "What the key is called in notes: no spaces, no '+' (default: as `assay log monitor --index-key` calls it)", HelpName = "NAME" };
        var command = new Command("vkey", "Print the verifier key of an indexer, under which its notes are checked (c2sp.org/signed-note). Example: assay key vkey indexer.pem") { path, name };
        command.SetAction(parsed =>
        {
            using var key = KeyFile.Read(parsed.GetValue(path)!);
            var vkey = VerifierKey.Create(parsed.GetValue(name) ?? MonitorCommand.NameOf(key.PublicKey), NoteSignatureType.Ed25519, key.PublicKey);
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("vkey", vkey.ToString()));
            else
                Console.WriteLine(vkey);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Introduce()
    {
        var name = new Argument<string>("NAME") { Description = "The model that the key will serve" };
        var command = new Command("introduce", "Introduce a new serving key for a model, in place of the one in use") { name, Algorithm };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var (keyId, waiting) = await node.IntroduceKeyAsync(node.Models.Find(parsed.GetValue(name)!));
            return waiting is null ? Done(parsed, "introduced", keyId.ToHex()) : await EventFiles.WriteAsync(parsed, node, waiting);
        }, new NodeOptions { ServingKeyAlgorithm = parsed.GetValue(Algorithm) }));
        return command;
    }

    private static Command Renew()
    {
        var keyId = KeyId();
        var command = new Command("renew", "Lengthen a key's lease to the longest allowed") { keyId };
        command.SetAction(parsed => OnKey(parsed, keyId, (node, key) => KeyEvent.Renew(node.Origin, key.Key.Id, node.Look(s => s.Size) + node.Genesis.MaxLease), "renewed"));
        return command;
    }

    private static Command Retire()
    {
        var keyId = KeyId();
        var command = new Command("retire", "End a key's lease now; its receipts so far stay good") { keyId };
        command.SetAction(parsed => OnKey(parsed, keyId, (node, key) => KeyEvent.Retire(node.Origin, key.Key.Id), "retired"));
        return command;
    }

    private static Command Compromise()
    {
        var keyId = KeyId();
        var from = new Option<ulong>("--from") { Description = "The first log index that is not to be trusted", Required = true };
        var command = new Command("compromise", "Say that a key was stolen: nothing of its from an index on is to be trusted") { keyId, from };
        command.SetAction(parsed => OnKey(parsed, keyId,
            (node, key) => parsed.GetValue(from) <= node.Look(s => s.Size)
                ? KeyEvent.Compromise(node.Origin, key.Key.Id, parsed.GetValue(from))
                : throw new UsageException($"--from {parsed.GetValue(from)} lies beyond the log"), "declared compromised"));
        return command;
    }

    private static Command Owner()
    {
        var name = new Argument<string>("NAME") { Description = "Who has the root keys from here on" };
        var command = new Command("owner", "Say that the root keys have changed hands: all serving keys must be retired, and accounts begin anew") { name };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var outcome = await node.ProposeAsync(new OwnerEvent(node.Origin, parsed.GetValue(name)!));
            return outcome.Waiting is { } waiting ? await EventFiles.WriteAsync(parsed, node, waiting) : Done(parsed, "owner", parsed.GetValue(name)!);
        }));
        return command;
    }

    private static Argument<string> KeyId() => new("KEY") { Description = "The key id, or its first 8 digits or more; or a model's name, for its newest key" };

    private static Task<int> OnKey(ParseResult parsed, Argument<string> keyId, Func<AssayNode, KeyState, KeyEvent> step, string done) =>
        Shared.WithNodeAsync(parsed, async node =>
        {
            var key = Find(node, parsed.GetValue(keyId)!);
            var outcome = await node.ProposeAsync(step(node, key));
            return outcome.Waiting is { } waiting
                ? await EventFiles.WriteAsync(parsed, node, waiting)
                : Done(parsed, done, key.Key.Id.ToHex());
        });

    private static KeyState Find(AssayNode node, string which)
    {
        var keys = node.Look(s => s.Keys.Values.ToList());
        var found = which.Length >= 8 ? keys.FindAll(k => k.Key.Id.ToHex().StartsWith(which, StringComparison.Ordinal)) : [];
        if (found.Count == 0 && ModelOf(node, which) is { } model)
            found = [.. keys.Where(k => k.Segment.Model == model).OrderByDescending(k => k.Events[0].Index).Take(1)];
        return found is [var only] ? only : throw new NodeException(NodeFault.NotFound,
            $"{(found.Count == 0 ? "no" : "more than one")} serving key begins with '{which}' or serves a model of that name: `assay key list` shows them");
    }

    private static Hash? ModelOf(AssayNode node, string name)
    {
        try
        {
            return node.Models.Find(name).Digest;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static int Done(ParseResult parsed, string what, string keyId)
    {
        if (Shared.IsJson(parsed))
            Shared.Print(json => json.WriteString(what.Replace(" ", "-", StringComparison.Ordinal), keyId));
        else
            Console.WriteLine($"{what} {keyId}");
        return ExitCode.Ok;
    }
}
