using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>How far the audit of an epoch is.</summary>
public enum AuditPhase
{
    /// <summary>A secret is kept, and the provider has not taken the commitment yet.</summary>
    Asking,

    /// <summary>The provider did not log the commitment.</summary>
    Refused,

    /// <summary>The provider took the commitment; the epoch's end was not seen yet.</summary>
    Committed,

    /// <summary>The epoch has ended; secrets of others are waited for.</summary>
    Ended,

    /// <summary>Drawn; openings or verdicts are to come.</summary>
    Drawn,

    /// <summary>Every drawn record has its verdict.</summary>
    Judged,
}

/// <summary>One epoch of one key, as its auditor stands to it.</summary>
/// <param name="Provider">Origin.</param>
/// <param name="Drawn">Records drawn; null before.</param>
/// <param name="Letters">Verdicts so far, in the order of the draw.</param>
/// <param name="Due">When what has not come counts as unopened, or others' secrets are waited for no longer; Unix seconds; null where there is no such time.</param>
public sealed record AuditStatus(string Provider, Hash KeyId, ulong Epoch, uint Rate, AuditPhase Phase, ulong? Drawn, string Letters, ulong? Due)
{
    /// <summary>How often a letter was given.</summary>
    public int CountOf(char letter) => Letters.Count(l => l == letter);

    /// <summary>All epochs that anything is known of, from files and the auditor's own log: no network.</summary>
    public static IReadOnlyList<AuditStatus> Of(AuditorFolder folder, OwnAudits own, AuditorOptions options)
    {
        var all = new List<AuditStatus>();
        foreach (var provider in folder.Providers())
        {
            var draws = own.Draws.Where(d => d.Event.Provider == provider.Origin).ToDictionary(d => (d.Event.KeyId, d.Event.Epoch.Number));
            foreach (var secret in folder.Secrets(provider))
                all.Add(draws.TryGetValue((secret.KeyId, secret.Epoch), out var draw)
                    ? new AuditStatus(provider.Origin, secret.KeyId, secret.Epoch, draw.Event.Rate, draw.IsJudged ? AuditPhase.Judged : AuditPhase.Drawn,
                        draw.Event.Drawn, draw.Letters, draw.IsJudged ? null : Openings.Deadline(folder, draw.Index))
                    : new AuditStatus(provider.Origin, secret.KeyId, secret.Epoch, secret.Rate, PhaseOf(own, provider.Origin, secret), null, "",
                        secret.EndSeen + (ulong)options.Grace.TotalSeconds));
        }
        return all;
    }

    private static AuditPhase PhaseOf(OwnAudits own, string origin, AuditSecret secret) =>
        secret.EndSeen is not null ? AuditPhase.Ended
        : secret.Taken ? AuditPhase.Committed
        : own.HasRefusal(origin, secret.KeyId, secret.Epoch) ? AuditPhase.Refused
        : AuditPhase.Asking;
}
