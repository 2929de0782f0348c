using Assay.Node.Routing;
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
        app = WebHost.Build(Node, new Uri("http://127.0.0.1:0"), apiKey: null, RouterOf(Node));
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Url };
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        await Test.DisposeAsync();
    }

    protected virtual NodeOptions Options => new();

    /// <summary>Chooses who answers; null for how a node does by itself.</summary>
    protected virtual Router? RouterOf(AssayNode node) => null;

    /// <summary>Brings in what the node serves.</summary>
    protected abstract Task ImportAsync();
}
