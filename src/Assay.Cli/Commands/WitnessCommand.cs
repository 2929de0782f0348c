using System.CommandLine;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Node.Keys;
using Assay.Node.Web;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Assay.Cli.Commands;

/// <summary>A witness: cosigns the checkpoints of other people's logs, over HTTP (c2sp.org/tlog-witness).</summary>
internal static class WitnessCommand
{
    private const string KeyName = "witness";

    public static Command Make()
    {
        var url = new Option<string>("--url") { Description = "Where to listen; port 0 takes any free one", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:7781" };
        var name = new Option<string?>("--name") { Description = "The witness's name in its key, kept from the first start on (default: from its key)", HelpName = "NAME" };
        var logs = new Option<string[]>("--log") { Description = "The key of a log to witness (\"log\" line of its policy); once for each", HelpName = "VKEY" };
        var policy = new Option<string?>("--policy") { Description = "Takes the logs of a tlog-policy or of a policy.json", HelpName = "FILE" };
        var command = new Command("witness", "Cosign the checkpoints of logs, each only if it extends the one before. Example: assay log witness --data w1 --log VKEY")
        {
            url, name, logs, policy,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var folder = Shared.FolderOf(parsed).Path;
            if (File.Exists(Shared.FolderOf(parsed).Policy))
                throw new UsageException($"{folder} is the data folder of a node: a witness needs one of its own, which --data names");
            var trusted = Logs(parsed.GetValue(logs) ?? [], parsed.GetValue(policy));
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var files = new PosixLogFiles(folder);
            // The lock comes first: two who start at once must not both make the key.
            using var held = files.Lock("owner");
            var keyring = new Keyring(folder);
            using var key = keyring.Has(KeyName) ? keyring.Read(KeyName) : keyring.Create(KeyName);
            using var witness = new CheckpointWitness(files, NameOf(files, parsed.GetValue(name), key.PublicKey.Id.ToHex()), key, trusted);
            await RunAsync(witness, parsed.GetValue(url)!, Shared.IsJson(parsed), cancel);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task RunAsync(CheckpointWitness witness, string url, bool json, CancellationToken cancel)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
            throw new UsageException($"'{url}' is not an address such as http://127.0.0.1:7781");
        witness.FaultSeen = (file, what) => Console.Error.WriteLine($"assay: FAULT: {what}; both are in faults/{file}");
        await using var app = WitnessHost.Build(witness, address);
        await app.StartAsync(cancel);
        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        if (json)
            Shared.Print(o =>
            {
                o.WriteString("vkey", witness.VerifierKey.ToString());
                o.WriteString("url", listening);
            });
        else
            Console.WriteLine($"""
                witness key   {witness.VerifierKey}
                for policies  witness {witness.VerifierKey.Name} {witness.VerifierKey} {listening}
                for nodes     {Shared.Command} serve --witness "{witness.VerifierKey} {listening}"
                logs          {(witness.Logs.Count == 0 ? "none yet: name them with --log" : string.Join(", ", witness.Logs.Select(l => $"{l.Origin} ({l.Latest?.Size ?? 0})")))}
                listening on {listening}
                """);
        await app.WaitForShutdownAsync(cancel);
    }

    private static List<VerifierKey> Logs(string[] named, string? file)
    {
        var logs = named.Select(VerifierKey.Parse).ToList();
        if (logs.Exists(k => k.Type != NoteSignatureType.Ed25519))
            throw new UsageException("--log takes the key of a log (type 0x01), not that of a witness");
        if (file is not null)
        {
            var bytes = File.ReadAllBytes(file);
            logs.AddRange((bytes is [(byte)'{', ..] ? Policy.Parse(bytes).Log : TlogPolicy.Parse(bytes)).Logs);
        }
        return logs;
    }

    // Under one key, one name for ever: a cosignature does not say the name, so another would speak for this one.
    private static string NameOf(PosixLogFiles files, string? asked, string keyId)
    {
        const string path = "name";
        if (files.Read(path, 4096) is { } bytes)
        {
            var kept = Encoding.UTF8.GetString(bytes).Trim();
            return asked is null || asked == kept ? kept : throw new UsageException($"this witness is called '{kept}': a key keeps its name");
        }
        var name = asked ?? $"assay.local/witness/{keyId[..16]}";
        if (!VerifierKey.IsKeyName(name))
            throw new UsageException($"--name '{name}' holds a space or a plus sign");
        files.Replace(path, path + ".new", Encoding.UTF8.GetBytes(name + "\n"), Visibility.Private);
        return name;
    }
}
