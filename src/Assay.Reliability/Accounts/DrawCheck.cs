using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>Whether a draw is the one that the provider's log and the revealed secrets give (docs/spec/audits.md section 2).</summary>
public static class DrawCheck
{
    /// <summary>The drawn sequences in the order of the draw, or null where the draw is not what it must be.</summary>
    /// <param name="draw">From the auditor's log.</param>
    /// <param name="auditorKey">That log's key.</param>
    /// <param name="provider">The provider's log, in which the epoch has ended.</param>
    public static ulong[]? Order(AuditDrawEvent draw, in Hash auditorKey, LogState provider)
    {
        if (provider.EpochOf(draw.KeyId, draw.Epoch.Number) != draw.Epoch || provider.RootAt(draw.Epoch.Size) != draw.Root)
            return null;
        var commitments = provider.SeedsOf(draw.KeyId, draw.Epoch.Number);
        // Every commitment is accounted for: its secret, or that it is missing.
        if (commitments.Length != draw.Seeds.Length + draw.Missing.Length)
            return null;
        var isOwn = false;
        foreach (var (index, commitment) in commitments)
        {
            if (index == draw.Own)
            {
                if (commitment.Auditor.LogKey.Id != auditorKey || commitment.Auditor.Origin != draw.Origin || commitment.Rate != draw.Rate)
                    return null;
                isOwn = true;
            }
            if (!draw.Missing.Contains(index) && !IsOpened(commitment, index, draw))
                return null;
        }
        if (!isOwn)
            return null;
        var order = draw.Order();
        return (ulong)order.Length == draw.Drawn ? order : null;
    }

    private static bool IsOpened(AuditSeedEvent commitment, ulong index, AuditDrawEvent draw)
    {
        foreach (var seed in draw.Seeds)
            if (seed.Index == index)
                return AuditSeed.Commitment(commitment.KeyId, commitment.Epoch, commitment.Auditor.LogKey.Id, seed.Secret) == commitment.Commitment;
        return false;
    }
}
