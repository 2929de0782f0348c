using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>One pass over one provider: what its steps work with.</summary>
/// <remarks>Each step asks what is done already of logs and files, does what is next, and can be stopped at any point.</remarks>
internal sealed class AuditPass(AuditorFolder folder, IAuditorLog log, OwnAudits own, ProviderView view, IAuditedNode node, AuditorOptions options)
{
    private IReadOnlyList<AuditSecret>? secrets;

    public AuditorFolder Folder { get; } = folder;

    public IAuditorLog Log { get; } = log;

    public OwnAudits Own { get; } = own;

    public ProviderView View { get; } = view;

    public IAuditedNode Node { get; } = node;

    public AuditorOptions Options { get; } = options;

    public AuditNews News { get; } = new();

    public FollowedProvider Provider => View.Provider;

    public string Origin => Provider.Origin;

    public LogState State => View.State!;

    /// <summary>As they were when they were first asked for, or last forgotten.</summary>
    public IReadOnlyList<AuditSecret> Secrets => secrets ??= Folder.Secrets(Provider);

    /// <summary>They are read again when they are asked for next.</summary>
    public void ForgetSecrets() => secrets = null;

    public ulong Now => (ulong)Options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Our draws from this provider, in order.</summary>
    public IEnumerable<OwnDraw> Draws => Own.Draws.Where(d => d.Event.Provider == Origin);

    /// <summary>Logs an event, and knows it from now on.</summary>
    public async Task<ulong> AppendAsync(LogEvent step, CancellationToken cancel)
    {
        var index = await Log.AppendAsync(step, cancel);
        Own.Apply(index, step);
        return index;
    }
}
