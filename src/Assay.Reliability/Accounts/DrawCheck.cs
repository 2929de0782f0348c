using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>Whether a draw is the one that the provider's log and the revealed secrets give (docs/spec/audits.md section 2).</summary>
public static class DrawCheck
{
    /// <summary>The drawn sequences in the order of the draw, or null where the draw is not what it must be.</summary>
    /// <inheritdoc cref="Fault"/>
    public static ulong[]? Order(AuditDrawEvent draw, in Hash auditorKey, IProviderHistory provider) =>
        Fault(draw, auditorKey, provider) is null ? Order(draw) : null;

    /// <summary>The drawn sequences in the order of the draw, or null where they are not as many as it says. One hash for each record of the epoch.</summary>
    public static ulong[]? Order(AuditDrawEvent draw) => draw.Order() is var order && (ulong)order.Length == draw.Drawn ? order : null;

    /// <summary>Why a draw is not what the log and the secrets give, in a few words; null where it is, as far as can be told without drawing.</summary>
    /// <param name="draw">From the auditor's log.</param>
    /// <param name="auditorKey">That log's key.</param>
    /// <param name="provider">The provider's log, which has introduced the key.</param>
    public static string? Fault(AuditDrawEvent draw, in Hash auditorKey, IProviderHistory provider)
    {
        if (provider.EpochOf(draw.KeyId, draw.Epoch.Number) is not { } epoch)
            return $"epoch {draw.Epoch.Number} has not ended";
        if (epoch != draw.Epoch)
            return $"epoch {epoch.Number} has {epoch.Records} records from {epoch.First} on and ends at size {epoch.Size}";
        if (provider.RootAt(draw.Epoch.Size) != draw.Root)
            return $"the log's root at size {epoch.Size} is another";
        var commitments = provider.SeedsOf(draw.KeyId, draw.Epoch.Number);
        // Every commitment is accounted for: its secret, or that it is missing.
        if (commitments.Length != draw.Seeds.Length + draw.Missing.Length)
            return $"the epoch has {commitments.Length} commitments, the draw {draw.Seeds.Length} secrets and {draw.Missing.Length} missing";
        var isOwn = false;
        foreach (var (index, commitment) in commitments)
        {
            if (index == draw.Own)
            {
                if (commitment.Auditor.LogKey.Id != auditorKey || commitment.Auditor.Origin != draw.Origin)
                    return $"the commitment at {index} is another auditor's";
                if (commitment.Rate != draw.Rate)
                    return $"the commitment at {index} is for the rate {commitment.Rate}";
                isOwn = true;
            }
            if (!draw.Missing.Contains(index) && !IsOpened(commitment, index, draw))
                return $"the commitment at {index} is neither opened nor missing";
        }
        return isOwn ? null : $"there is no commitment for the epoch at {draw.Own}";
    }

    private static bool IsOpened(AuditSeedEvent commitment, ulong index, AuditDrawEvent draw)
    {
        foreach (var seed in draw.Seeds)
            if (seed.Index == index)
                return AuditSeed.Commitment(commitment.KeyId, commitment.Epoch, commitment.Auditor.LogKey.Id, seed.Secret) == commitment.Commitment;
        return false;
    }
}
