using Assay.Node.Web;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Web;

/// <summary>A node behind its web host on a free port.</summary>
public abstract class NodeHost : IAsyncLifetime
{
    private TestNode? test;
    private WebApplication? app;

    public HttpClient Client { get; private set; } = null!;

    public Uri Url { get; private set; } = null!;

    public AssayNode Node => Test.Node;

    internal TestNode Test => test!;

    public async ValueTask InitializeAsync()
    {
        test = TestNode.Open(Options);
        await ImportAsync();
        app = WebHost.Build(Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Url };
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        await Test.DisposeAsync();
    }

    protected virtual NodeOptions Options => new();

    /// <summary>Brings in what the node serves.</summary>
    protected abstract Task ImportAsync();
}
