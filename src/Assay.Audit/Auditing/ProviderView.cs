using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>A provider's log as its auditor sees it: followed from a mirror, each checkpoint signed, cosigned where the policy asks, and an extension of the last.</summary>
public sealed class ProviderView : IDisposable
{
    private readonly LogMonitor monitor;

    /// <param name="mirror">Where what was read is kept.</param>
    /// <param name="log">Reads the log's published resources.</param>
    /// <exception cref="LogException">Another process follows from that mirror, or it is damaged.</exception>
    public ProviderView(FollowedProvider provider, ILogFiles mirror, TileSource log)
    {
        Provider = provider;
        monitor = new LogMonitor(mirror, log, provider.LogKey, provider.ReadPolicy(), []);
    }

    public FollowedProvider Provider { get; }

    /// <summary>The fold of the log up to the newest checkpoint that may be acted upon; null before <see cref="Look"/> found one.</summary>
    public LogState? State { get; private set; }

    /// <summary>Reads what is new.</summary>
    /// <returns>Why nothing may be acted upon, in one line; null where all is well.</returns>
    public string? Look()
    {
        var report = monitor.Look();
        State = report.Findings.Count == 0 && report.HasQuorum ? monitor.State : null;
        return report.Findings is [var first, ..] ? $"its log: {first.Kind}: {first.Detail}{(first.File is null ? "" : $" (shown by {first.File})")}"
            : State is null ? "its log: no quorum of the policy's witnesses has cosigned the checkpoint that it shows" : null;
    }

    /// <summary>Keys that may sign now: introduced, not retired, their lease not over.</summary>
    public IEnumerable<(Hash KeyId, KeyState Key)> LiveKeys() =>
        State!.Keys.Where(k => !k.Value.Retired && k.Value.Covers(State.Size)).OrderBy(k => k.Value.Events[0].Index).Select(k => (k.Key, k.Value));

    /// <summary>The model of a segment, as the provider published it; null where it did not.</summary>
    public ModelEvent? ModelOf(Segment segment) => State!.Models.FirstOrDefault(m => m.Event.Manifest == segment.Model)?.Event;

    public void Dispose() => monitor.Dispose();
}
