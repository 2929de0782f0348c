using Assay.Node;
using Assay.Node.Relays;
using Assay.Node.Web;
using Assay.Verify.Policies;
using Assay.Verify.Relays;
using Microsoft.AspNetCore.Builder;

namespace Assay.Client.Tests;

/// <summary>A node that has no model of its own, and relays to one that has.</summary>
public sealed class RelayFixture : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private WebApplication? app;
    private AssayNode? node;

    /// <summary>Where the models run.</summary>
    public LanguageFixture Upstream { get; } = new();

    public Uri Url { get; private set; } = null!;

    public Policy Policy { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Upstream.InitializeAsync();
        var data = new DataFolder(folder["data"]);
        node = AssayNode.Open(data, new NodeOptions());
        foreach (var model in (string[])["tiny", "plain"])
            node.Relays.Store.Add(new Relay(model, new RelayDescription(new Uri(Upstream.Url, "/v1").ToString(), model, model), null, 0), null);
        app = WebHost.Build(node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Policy = Policy.Parse(await File.ReadAllBytesAsync(data.Policy));
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        await Upstream.DisposeAsync();
        folder.Dispose();
    }

    internal HttpClient Client(Meddler? meddler = null, bool accepts = true, bool holdsBack = false) =>
        new(new ReceiptHandler(new ReceiptOptions { Policy = Policy, AcceptsRelayed = accepts, HoldsBackStreams = holdsBack }, meddler ?? new Meddler())) { BaseAddress = Url };
}
