using System.CommandLine;
using Assay.Node;
using Assay.Node.Web;
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
        var command = new Command("serve", "Serve the models of a data folder over HTTP, with the explorer. Example: assay serve --url http://127.0.0.1:7780")
        {
            Url, witnesses.Witness, witnesses.Quorum, witnesses.LogPolicy,
        };
        command.SetAction((parsed, cancel) => Shared.WithNodeAsync(parsed, async node =>
        {
            await RunAsync(node, parsed.GetValue(Url)!, cancel);
            return ExitCode.Ok;
        }, new NodeOptions { Witnesses = witnesses.TextOf(parsed) }));
        return command;
    }

    /// <summary>Serves until the process is asked to stop.</summary>
    public static async Task RunAsync(AssayNode node, string url, CancellationToken cancel)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
            throw new UsageException($"'{url}' is not an address such as {WebHost.DefaultUrl}");
        var apiKey = Environment.GetEnvironmentVariable("ASSAY_API_KEY") is { Length: > 0 } key ? key : null;
        await using var app = WebHost.Build(node, address, apiKey);
        await app.StartAsync(cancel);
        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        node.Folder.WriteOwner(listening);
        Console.WriteLine($"listening on {listening}");
        await app.WaitForShutdownAsync(cancel);
    }
}
