using System.CommandLine;
using Assay.Node;
using Assay.Node.Web;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Assay.Cli.Commands;

internal static class ServeCommand
{
    public static readonly Option<string> Url = new("--url")
    {
        Description = "Where to listen; port 0 takes any free one",
        HelpName = "URL",
        DefaultValueFactory = _ => WebHost.DefaultUrl,
    };

    public static Command Make()
    {
        var witnesses = new WitnessOptions();
        var indexers = new Option<string[]>("--indexer") { Description = "An indexer of this node's log, as `assay key vkey` prints it, to put into its policy; once for each", HelpName = "VKEY" };
        var every = new Option<ulong>("--epoch-every") { Description = "After so many receipts the log commits to an index of all", HelpName = "N", DefaultValueFactory = _ => new NodeOptions().EpochEvery }.From(1UL, ulong.MaxValue);
        var algorithm = new Option<KeyAlgorithm>("--serving-key-algorithm")
        {
            Description = "Of the serving keys that are made from now on: ed25519 or p256",
            HelpName = "ed25519|p256",
            CustomParser = result => KeyCommand.ParseAlgorithm(result.Tokens[0].Value, result.AddError),
            DefaultValueFactory = _ => KeyAlgorithm.Ed25519,
        };
        var auditors = new Option<FileInfo?>("--auditors") { Description = "Who may audit, for this and later starts: one verifier key on a line, or *", HelpName = "FILE" };
        var accounts = new Option<int>("--accounts-every") { Description = "Seconds between looks at the logs of the accounts that are kept here (`assay account follow`); 0 for never", HelpName = "S", DefaultValueFactory = _ => (int)new NodeOptions().AccountsEvery.TotalSeconds }.From(0, 86_400, ", where 0 is never");
        var proofs = new Option<int>("--proofs-waiting") { Description = "Proofs of receipts of committed models that callers may have waiting; 0 to make none for them", HelpName = "N", DefaultValueFactory = _ => new NodeOptions().ProofsWaiting }.From(0, 10_000, ", where 0 is none");
        var command = new Command("serve", "Serve the models of a data folder over HTTP, with the explorer. Example: assay serve --url http://127.0.0.1:7780")
        {
            Url, witnesses.Witness, witnesses.Quorum, witnesses.LogPolicy, indexers, auditors, accounts, proofs, every, algorithm, Shared.RunSeconds,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            await RunAsync(node, parsed.GetValue(Url)!, cancel);
            return ExitCode.Ok;
        }, new NodeOptions
        {
            Witnesses = witnesses.TextOf(parsed), Indexers = [.. (parsed.GetValue(indexers) ?? []).Select(Vkey)],
            EpochEvery = parsed.GetValue(every), ServingKeyAlgorithm = parsed.GetValue(algorithm),
            RunTime = Shared.RunTimeOf(parsed), AccountsEvery = TimeSpan.FromSeconds(parsed.GetValue(accounts)), ProofsWaiting = parsed.GetValue(proofs),
            Auditors = parsed.GetValue(auditors) is { } file ? AuditorsCommand.Parse(Shared.ReadText(auditors.Name, file.ToString())) : null,
        }));
        return command;
    }

    private static VerifierKey Vkey(string text)
    {
        try
        {
            return VerifierKey.Parse(text);
        }
        catch (MalformedException e)
        {
            throw new UsageException($"--indexer '{text}': {e.Message}");
        }
    }

    /// <summary>Serves until the process is asked to stop.</summary>
    public static async Task RunAsync(AssayNode node, string url, CancellationToken cancel)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
            throw new UsageException($"'{url}' is not an address such as {WebHost.DefaultUrl}");
        var apiKey = Environment.GetEnvironmentVariable("ASSAY_API_KEY") is { Length: > 0 } key ? key : null;
        await node.VoidLostAsync();
        await using var app = WebHost.Build(node, address, apiKey);
        await app.StartAsync(cancel);
        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        node.Folder.WriteOwner(listening, node.OperatorToken);
        Console.WriteLine($"listening on {listening}");
        node.Accounts.KeepUpdating(problem => Console.Error.WriteLine($"assay: accounts: {problem}"));
        node.Market.KeepGoing(problem => Console.Error.WriteLine($"assay: market: {problem}"));
        await app.WaitForShutdownAsync(cancel);
    }
}
