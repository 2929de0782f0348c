using Assay.Audit.Auditing;
using Assay.Log.Files;
using Assay.Store;

namespace Assay.Audit.Tests.Auditing;

/// <summary>An auditor with a folder and a log, which may be killed and begun again at any time.</summary>
internal sealed class PlayedAuditor : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private PlayedProvider provider;
    private readonly ModelStore store;

    public PlayedAuditor(PlayedProvider provider, ModelStore store, string origin = "auditor.test/log", uint rate = 200_000)
    {
        (this.provider, this.store) = (provider, store);
        Log = new MemoryAuditorLog(origin);
        Follow(rate);
    }

    public MemoryAuditorLog Log { get; }

    public TestClock Clock { get; } = new();

    public AuditorOptions Options { get; set; } = new() { Retries = [], Ahead = 1 };

    /// <summary>Wraps every folder that is opened.</summary>
    public Func<ILogFiles, ILogFiles> Files { get; set; } = f => f;

    public AuditorFolder Folder => new(folder["audits"], Open);

    public PublishedEvidence Evidence => new(Open(folder["public"]));

    public FollowedProvider Followed { get; private set; } = null!;

    public void Follow(uint rate)
    {
        Followed = new FollowedProvider(new Uri("http://provider.test"), PlayedProvider.Policy, rate);
        Folder.Follow(Followed);
    }

    /// <summary>From now on another provider answers under the same address.</summary>
    public void Show(PlayedProvider other) => provider = other;

    /// <summary>One run, as a new process would make it.</summary>
    public async Task<AuditNews> RunAsync(CancellationToken cancel = default, Action<AuditProgress>? progress = null, bool judge = true)
    {
        using var shelf = new ModelShelf(store, new Engine.Execution.SessionOptions { Threads = 1 });
        using var auditor = new Auditor(Folder, Log, _ => new ProviderAccess(provider.Source, provider), shelf, Evidence, Options with { Clock = Clock }, Open);
        var news = await auditor.GatherAsync(Assert.Single(Folder.Providers()), progress, cancel);
        Plan = auditor.Plan();
        Notes = [.. news.Notes, .. judge ? await auditor.JudgeAsync(progress, cancel) : []];
        return news;
    }

    public AuditPlan Plan { get; private set; } = new();

    public IReadOnlyList<string> Notes { get; private set; } = [];

    public IReadOnlyList<AuditStatus> Status => AuditStatus.Of(Folder, OwnAudits.Of(Log), Options);

    public void Dispose() => folder.Dispose();

    private ILogFiles Open(string path) => Files(new PosixLogFiles(path));
}
