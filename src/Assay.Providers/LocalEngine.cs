using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers;

/// <summary>Assay's own engine, in this process. Sessions (packed weights) are made once per graph and shared by all runs.</summary>
public sealed class LocalEngine(SessionOptions options) : IProvider, IDisposable
{
    /// <summary>SHA-256 of the text of assay-f32-v1, in hex: what receipts call the profile of most models.</summary>
    public static string Profile { get; } = Hash.From(Engine.Numerics.Profile.Digest.AsSpan()).ToHex();

    /// <summary>The same of assay-int8-v1.</summary>
    public static string Int8Profile { get; } = Hash.From(Engine.Numerics.Int8Profile.Digest.AsSpan()).ToHex();

    /// <summary>What receipts call the profile that a graph follows: assay-int8-v1 where it has an operation of that, else assay-f32-v1. No graph has both.</summary>
    public static string ProfileOf(Graph graph) => Int8Graphs.Is(graph) ? Int8Profile : Profile;

    /// <summary>What receipts call this program.</summary>
    public static readonly EngineClaim Claim = new("assay", VersionOf(typeof(Session)), BuildOf(typeof(Session)));

    private readonly Dictionary<Hash, Session> sessions = [];
    private readonly SemaphoreSlim turn = new(1, 1);

    public async Task<Run> InvokeAsync(Invocation invocation, CancellationToken cancel)
    {
        var model = invocation.Model;
        Binding.RequireNumbers(model.Graph);
        var inputs = Binding.Check(model.Graph, invocation.Inputs);
        // One run at a time uses all threads: two at once would only take them from each other.
        await turn.WaitAsync(cancel);
        try
        {
            var watch = invocation.Watched ? new RunWatch(model.Graph) : null;
            var outputs = await Task.Run(() => SessionOf(model).Run(invocation.Inputs, watch is null ? null : watch.Look, cancel), cancel);
            return new Run(inputs, outputs, new ExecutionClaim(ProfileOf(model.Graph), Claim, model.GraphDigest)) { Trace = watch?.Trace };
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Drops what is kept of a model that is no longer served.</summary>
    public void Forget(in Hash graph)
    {
        // Not from under a run.
        turn.Wait();
        try
        {
            if (sessions.Remove(graph, out var session))
                session.Dispose();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var session in sessions.Values)
            session.Dispose();
        turn.Dispose();
    }

    // Called by whoever has the turn.
    private Session SessionOf(RunnableModel model)
    {
        if (!sessions.TryGetValue(model.GraphDigest, out var session))
            sessions[model.GraphDigest] = session = new Session(model.Graph, options);
        return session;
    }

    private static string VersionOf(Type type) => type.Assembly.GetName().Version!.ToString(3);

    // The module's version id is derived from the compiled code: a deterministic build gives it again.
    private static string BuildOf(Type type) => type.Module.ModuleVersionId.ToString("n");
}
