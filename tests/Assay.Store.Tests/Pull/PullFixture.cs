using Assay.Engine.Tests.Models.Gguf;
using Assay.Store.Pull;

namespace Assay.Store.Tests.Pull;

/// <summary>A store, a server to pull from, and models to pull.</summary>
public abstract class PullFixture : IAsyncLifetime
{
    protected const string Token = "hf_secretSECRETsecret";

    internal static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    internal static readonly byte[] Model = TinyModels.Write("llama", WeightType.Q8_0), Other = TinyModels.Write("llama", WeightType.Q4_0);

    private readonly TemporaryFolder folder = new();

    internal ModelServer Server { get; private set; } = null!;

    internal ModelStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Store = new ModelStore(folder["store"]);
        Server = await ModelServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    internal PullOptions Options(string? token = null, long maxBytes = 1L << 40, TimeSpan? patience = null, Func<IReadOnlyList<HubFile>, HubFile>? choose = null) => new()
    {
        Hub = Server.Address, Registry = Server.Address, Token = token, MaxBytes = maxBytes, Tries = 2, RetryDelay = TimeSpan.Zero,
        Patience = patience ?? TimeSpan.FromSeconds(60), Choose = choose,
    };

    internal async Task<PullPlan> PlanAsync(string reference, PullOptions? options = null)
    {
        using var puller = new Puller(Store, options ?? Options());
        return await puller.PlanAsync(PullReference.Parse(reference));
    }

    internal async Task<IReadOnlyList<PulledFile>> FetchAsync(string reference, PullOptions? options = null, Action<PullProgress>? progress = null)
    {
        using var puller = new Puller(Store, options ?? Options());
        return await puller.FetchAsync(await puller.PlanAsync(PullReference.Parse(reference)), progress);
    }

    internal async Task<StoredModel> PullAsync(string reference, PullOptions? options = null, string? name = null)
    {
        using var puller = new Puller(Store, options ?? Options());
        var plan = await puller.PlanAsync(PullReference.Parse(reference));
        return Store.Keep(await puller.FetchAsync(plan), name ?? plan.Name, null, Noon);
    }

    /// <summary>The refusal of a pull: one line.</summary>
    internal async Task<StoreException> RefusedAsync(StoreFault fault, string reference, PullOptions? options = null)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(() => PullAsync(reference, options));
        Assert.Equal(fault, refused.Fault);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.DoesNotContain(Token, refused.ToString(), StringComparison.Ordinal);
        return refused;
    }

    /// <summary>What is kept of files that are not whole.</summary>
    internal string[] Begun() => Directory.Exists(Store.Partial) ? [.. Directory.GetFiles(Store.Partial).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)] : [];

    /// <summary>The address of a file on the server, with its digest.</summary>
    internal string Web(string path, byte[] bytes) => $"{new Uri(Server.Address, path)}#sha256={ModelServer.Sha256(bytes)}";

    /// <summary>Where parts of a path's file were asked from.</summary>
    internal string[] Ranges(string path) => [.. Server.Requests.Where(r => r.Path == path).Select(r => r.Range)];
}
