using System.CommandLine;
using Assay.Node;
using Assay.Node.Relays;
using Assay.Store;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;

namespace Assay.Cli.Commands;

/// <summary>Models that run elsewhere (docs/relays.md). Only whoever has the data folder says where a node forwards to.</summary>
internal static class RelayCommand
{
    private const int MaxKeyFile = 1 << 16;

    public static Command Make() => new("relay", "Forward requests for a model to an OpenAI-compatible service elsewhere; the receipt proves the relay only") { Add(), List(), Remove() };

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "What callers ask for" };
        var url = new Option<string>("--url") { Description = "Address of the API, such as https://api.example.com/v1; http only to this machine", HelpName = "URL", Required = true };
        var model = new Option<string>("--model") { Description = "The upstream's name for the model", HelpName = "UPSTREAM_MODEL", Required = true };
        var claims = new Option<string?>("--as") { Description = "The model that the relay says it serves (default: NAME)", HelpName = "MODEL" };
        var keyFile = new Option<string?>("--key-file") { Description = "A file whose one line is the key for the upstream; it is copied", HelpName = "FILE" };
        var keyEnv = new Option<string?>("--key-env") { Description = "A variable that holds the key; its value is kept in a file of mode 600", HelpName = "VAR" };
        var priceIn = new Option<string?>("--price-in") { Description = "What a million tokens of prompt cost", HelpName = "P" };
        var priceOut = new Option<string?>("--price-out") { Description = "What a million tokens of answer cost", HelpName = "P" };
        var account = new Option<string?>("--account") { Description = "The account of whoever answers there, for routing: its id in 64 hex digits (`assay account`)", HelpName = "ID" };
        var command = new Command("add", "Add a relay. Example: assay relay add big --url https://api.example.com/v1 --model big-2 --key-env EXAMPLE_KEY")
        {
            name, url, model, claims, keyFile, keyEnv, priceIn, priceOut, account,
        };
        command.SetAction(async parsed =>
        {
            var (asked, folder) = (parsed.GetValue(name)!, Shared.FolderOf(parsed));
            var price = (parsed.GetValue(priceIn), parsed.GetValue(priceOut)) switch
            {
                (null, null) => null,
                ({ } input, { } output) => new RelayPrice(RelayPrice.Parse(input), RelayPrice.Parse(output)),
                _ => throw new UsageException("--price-in and --price-out go together"),
            };
            var description = new RelayDescription(parsed.GetValue(url)!, parsed.GetValue(model)!, parsed.GetValue(claims) ?? asked);
            var relay = new Relay(asked, description, price, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), parsed.GetValue(account) is { } id ? AccountId(id) : null);
            var key = KeyOf(parsed.GetValue(keyFile), parsed.GetValue(keyEnv));
            folder.Create();
            if (new ModelStore(folder.Models).Has(asked))
                throw new UsageException($"there is a model '{asked}' in this data folder: a relay needs a name of its own (--as says which model it serves)");
            new RelayStore(folder.Relays).Add(relay, key);
            try
            {
                await using var node = AssayNode.Open(folder, new NodeOptions());
                await node.PublishAsync(relay);
                if (node.Unpublished(relay.Model) is { } waiting)
                    return await EventFiles.WriteAsync(parsed, node, waiting);
            }
            catch (NodeException e) when (e.Fault == NodeFault.InUse)
            {
                // The node that runs publishes it when it is first asked for.
            }
            if (Shared.IsJson(parsed))
                Shared.Print(json => Write(json, relay, key is not null));
            else
                Print(relay, key is not null);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The relays of this data folder; keys are never shown. Example: assay relay list");
        command.SetAction(parsed =>
        {
            var folder = Shared.FolderOf(parsed);
            var store = Directory.Exists(folder.Path) ? new RelayStore(folder.Relays) : null;
            var relays = store?.List() ?? [];
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteStartArray("relays");
                    foreach (var relay in relays)
                    {
                        json.WriteStartObject();
                        Write(json, relay, store!.HasKey(relay));
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
            else if (relays.Count == 0)
                Console.WriteLine("no relays yet: `assay relay add NAME --url URL --model UPSTREAM_MODEL` adds one");
            else
                foreach (var relay in relays)
                    Print(relay, store!.HasKey(relay));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var name = new Argument<string>("NAME") { Description = "Of a relay" };
        var command = new Command("remove", "Forget a relay and its key; its receipts and its log entry stay. Example: assay relay remove big") { name };
        command.SetAction(parsed =>
        {
            var folder = Shared.FolderOf(parsed);
            if (!Directory.Exists(folder.Path))
                throw new NodeException(NodeFault.NotFound, $"there is no data folder {folder.Path}");
            new RelayStore(folder.Relays).Remove(parsed.GetValue(name)!);
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("removed", parsed.GetValue(name)));
            else
                Console.WriteLine($"removed {parsed.GetValue(name)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Hash AccountId(string text) =>
        text.Length == 64 && text.All(char.IsAsciiHexDigitLower) ? Hash.FromHex(text) : throw new UsageException($"--account '{text}': the id of an account has 64 lower-case hex digits");

    private static string? KeyOf(string? file, string? variable)
    {
        if (file is not null && variable is not null)
            throw new UsageException("--key-file and --key-env are two ways to say one thing");
        if (variable is not null)
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : throw new UsageException($"--key-env: the variable {variable} is not set");
        if (file is null)
            return null;
        var info = new FileInfo(file);
        return !info.Exists ? throw new FileNotFoundException($"there is no file '{file}'")
            : info.Length > MaxKeyFile ? throw new UsageException($"--key-file: '{file}' is too large for a key")
            : File.ReadAllText(file).TrimEnd('\n', '\r');
    }

    private static void Print(Relay relay, bool hasKey)
    {
        var price = relay.Price is { } p ? $"  {RelayPrice.Text(p.In)}/{RelayPrice.Text(p.Out)} per million tokens" : "";
        var claims = relay.Description.Claims == relay.Name ? "" : $" as {relay.Description.Claims}";
        Console.WriteLine($"{relay.Name}{claims}  {relay.Description.Model} at {relay.Description.Url}{(hasKey ? "  with a key" : "")}{price}  sha256:{relay.Model.Digest.ToHex()[..16]}…");
    }

    private static void Write(System.Text.Json.Utf8JsonWriter json, Relay relay, bool hasKey)
    {
        json.WriteString("name", relay.Name);
        json.WriteString("version", relay.Model.Version);
        json.WriteString("url", relay.Description.Url);
        json.WriteString("model", relay.Description.Model);
        json.WriteString("claims", relay.Description.Claims);
        json.WriteString("digest", relay.Model.Digest.ToHex());
        json.WriteBoolean("hasKey", hasKey);
        if (relay.Account is { } account)
            json.WriteString("account", account.ToHex());
        if (relay.Price is { } price)
        {
            json.WriteString("priceIn", RelayPrice.Text(price.In));
            json.WriteString("priceOut", RelayPrice.Text(price.Out));
        }
    }
}
