using Assay.Audit.Auditing;
using Assay.Engine.Execution;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Node.Audits;
using Assay.Verify.Notes;

namespace Assay.Node.Tests.Audits;

/// <summary>An auditor with a data folder of its own, which asks providers over HTTP.</summary>
internal sealed class WorkingAuditor : IAsyncDisposable
{
    private readonly TestNode test = TestNode.Open();

    public AssayNode Node => test.Node;

    public VerifierKey Key => Node.Genesis.LogKey;

    public AuditorOptions Options { get; set; } = new() { Retries = [] };

    public AuditorFolder Folder => new(Node.Folder.Auditing);

    public PublishedEvidence Evidence => new(new PosixLogFiles(Path.Combine(Node.Folder.Log, LogLayout.Public)));

    public OwnAudits Own => OwnAudits.Of(Node.Audits.OwnLog);

    public void Follow(AssayNode provider, Uri url, uint rate = 1_000_000)
    {
        new AuditorList(false, [Key]).Write(provider.Folder);
        Folder.Follow(new FollowedProvider(url, $"log {provider.Genesis.LogKey}\nquorum none\n", rate));
    }

    /// <summary>One run over all that are followed.</summary>
    public async Task<IReadOnlyList<AuditNews>> RunAsync(string? apiKey = null)
    {
        using var shelf = new ModelShelf(Node.Models, new SessionOptions { Threads = 1 });
        var open = new List<IDisposable>();
        using var auditor = new Auditor(Folder, Node.Audits.OwnLog, provider =>
        {
            var (log, node) = (new HttpLogSource(new Uri(provider.Url, "log")), new HttpAuditedNode(provider.Url, apiKey));
            open.AddRange([log, node]);
            return new ProviderAccess(log.Read, node);
        }, shelf, Evidence, Options);
        var news = new List<AuditNews>();
        foreach (var provider in Folder.Providers())
            news.Add(await auditor.GatherAsync(provider, null, default));
        Plan = auditor.Plan();
        Notes = await auditor.JudgeAsync(null, default);
        open.ForEach(o => o.Dispose());
        return news;
    }

    /// <summary>Commits to requests to the one provider that is followed, makes them, and has the answers judged.</summary>
    /// <returns>Notes.</returns>
    public async Task<IReadOnlyList<string>> CanariesAsync(byte[]? requests)
    {
        var provider = Assert.Single(Folder.Providers());
        using var shelf = new ModelShelf(Node.Models, new SessionOptions { Threads = 1 });
        using var log = new HttpLogSource(new Uri(provider.Url, "log"));
        using var node = new HttpAuditedNode(provider.Url);
        using var auditor = new Auditor(Folder, Node.Audits.OwnLog, _ => new ProviderAccess(log.Read, node), shelf, Evidence, Options);
        Assert.Null(auditor.Look(provider));
        if (requests is not null)
            await auditor.CommitToCanariesAsync(provider, node, requests, default);
        return await auditor.GoOnWithCanariesAsync(provider, node, null, default);
    }

    public AuditPlan Plan { get; private set; } = new();

    public IReadOnlyList<string> Notes { get; private set; } = [];

    public ValueTask DisposeAsync() => test.DisposeAsync();
}
