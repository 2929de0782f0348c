using Assay.Engine.Execution;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers;

/// <summary>Assay's own engine, in this process. Sessions (packed weights) are made once per graph and shared by all runs.</summary>
public sealed class LocalEngine(SessionOptions options) : IProvider, IDisposable
{
    /// <summary>SHA-256 of the text of the execution profile, in hex: what receipts call the profile.</summary>
    public static string Profile { get; } = Hash.From(Engine.Numerics.Profile.Digest.AsSpan()).ToHex();

    internal static readonly EngineClaim Claim = new("assay", VersionOf(typeof(Session)), BuildOf(typeof(Session)));

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
            var outputs = await Task.Run(() => SessionOf(model).Run(invocation.Inputs, cancel: cancel), cancel);
            return new Run(inputs, outputs, new ExecutionClaim(Profile, Claim, model.GraphDigest));
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
