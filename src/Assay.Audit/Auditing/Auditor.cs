using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Tiles;

namespace Assay.Audit.Auditing;

/// <summary>How a provider is reached.</summary>
/// <param name="Log">Reads its log's published resources.</param>
public sealed record ProviderAccess(TileSource Log, IAuditedNode Node);

/// <summary>
/// An auditor's life: it commits, reveals, draws, has what is drawn opened, judges, and logs the verdicts (docs/spec/audits.md). Each
/// step is durable before the next and can be stopped anywhere; what was done is read off its own log. Not for several threads.
/// </summary>
/// <param name="access">Reaches a provider; whoever hands it in disposes of what it gives.</param>
/// <param name="files">Opens a folder.</param>
public sealed class Auditor(
    AuditorFolder folder, IAuditorLog log, Func<FollowedProvider, ProviderAccess> access, ModelShelf shelf, PublishedEvidence evidence, AuditorOptions options,
    Func<string, ILogFiles>? files = null) : IDisposable
{
    private readonly Func<string, ILogFiles> open = files ?? (path => new PosixLogFiles(path));
    private readonly Dictionary<string, AuditPass> passes = [];

    /// <summary>What the auditor's log says was done.</summary>
    public OwnAudits Own { get; } = OwnAudits.Of(log);

    /// <summary>Reads a provider's log.</summary>
    /// <returns>Why it cannot be audited now, in one line; null where it can.</returns>
    public string? Look(FollowedProvider provider)
    {
        var wrong = Begin(provider).View.Look();
        if (wrong is not null)
            Leave(provider.Origin);
        return wrong;
    }

    /// <summary>Reads a provider's log, commits for what is to come, draws from what has ended, and asks for what was drawn.</summary>
    public async Task<AuditNews> GatherAsync(FollowedProvider provider, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        var pass = Begin(provider);
        if (pass.View.Look() is { } wrong)
            pass.News.Note(wrong);
        else
            await Commitments.MakeAsync(pass, cancel);
        // What its log shows is looked at again on the way.
        if (pass.View.State is null)
        {
            Leave(provider.Origin);
            return pass.News;
        }
        pass.News.IsFollowed = true;
        pass.ForgetSecrets();
        await Drawing.DrawAsync(pass, cancel);
        await Openings.FetchAsync(pass, progress, cancel);
        return pass.News;
    }

    /// <summary>Commits to requests of one's own to a provider that was gathered from, and logs that; <see cref="GoOnWithCanariesAsync"/> makes them.</summary>
    /// <returns>Index of the commitment in the auditor's log.</returns>
    /// <exception cref="Verify.MalformedException">These are no requests.</exception>
    /// <exception cref="AuditException">The provider cannot be audited now, or has no live key for their model.</exception>
    public Task<ulong> CommitToCanariesAsync(FollowedProvider provider, ICaller caller, byte[] requests, CancellationToken cancel) =>
        Lane(provider, caller).CommitAsync(requests, cancel);

    /// <summary>Makes the requests that were committed to and not made, and judges the answers.</summary>
    /// <returns>Why something waits, a line each.</returns>
    public async Task<IReadOnlyList<string>> GoOnWithCanariesAsync(FollowedProvider provider, ICaller caller, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        var lane = Lane(provider, caller);
        var news = passes[provider.Origin].News;
        var before = news.Notes.Count;
        await lane.GoOnAsync(progress, cancel);
        return [.. news.Notes.Skip(before)];
    }

    /// <summary>What is to be judged of the providers that were gathered from.</summary>
    public AuditPlan Plan()
    {
        var plan = new AuditPlan();
        foreach (var pass in passes.Values)
            plan.Add(pass, shelf);
        return plan;
    }

    /// <summary>Judges what was opened, of all providers that were gathered from.</summary>
    /// <returns>Why something waits, a line each.</returns>
    public async Task<IReadOnlyList<string>> JudgeAsync(Action<AuditProgress>? progress, CancellationToken cancel)
    {
        var notes = new List<string>();
        foreach (var pass in passes.Values)
        {
            var before = pass.News.Notes.Count;
            await new Judging(pass, new ReplayOracle(shelf), evidence, progress).JudgeAsync(cancel);
            notes.AddRange(pass.News.Notes.Skip(before).Select(n => $"{pass.Origin}: {n}"));
        }
        return notes;
    }

    public void Dispose()
    {
        foreach (var origin in passes.Keys.ToArray())
            Leave(origin);
    }

    private AuditPass Begin(FollowedProvider provider)
    {
        Leave(provider.Origin);
        var (source, node) = access(provider);
        try
        {
            return passes[provider.Origin] = new AuditPass(folder, log, Own, new ProviderView(provider, open(folder.MirrorOf(provider)), source), node, options);
        }
        catch (LogException e)
        {
            throw new AuditException($"the mirror of {provider.Origin} cannot be used: {e.Message}", e);
        }
    }

    private CanaryLane Lane(FollowedProvider provider, ICaller caller) => passes.TryGetValue(provider.Origin, out var pass)
        ? new CanaryLane(pass, caller, new ReplayOracle(shelf), evidence)
        : throw new AuditException($"{provider.Origin} cannot be audited now");

    private void Leave(string origin)
    {
        if (passes.Remove(origin, out var pass))
            pass.View.Dispose();
    }
}
