using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>How a provider's node took a request.</summary>
public enum NodeAnswer
{
    Taken,

    /// <summary>It answered, and did not do it.</summary>
    Refused,

    /// <summary>It has no room or time for it now (429, 503).</summary>
    Busy,

    /// <summary>Nothing answered.</summary>
    Unreachable,
}

/// <param name="Why">One line where it was not taken; else empty.</param>
public readonly record struct NodeReply(NodeAnswer Answer, string Why = "")
{
    public bool IsTaken => Answer == NodeAnswer.Taken;
}

/// <summary>What an auditor asks of a provider's node (docs/spec/audits.md section 3).</summary>
/// <remarks>What it answers is believed nowhere: commitments are looked up in its log, secrets are held to their commitments, openings to the log's entries.</remarks>
public interface IAuditedNode
{
    /// <summary>Has a commitment logged.</summary>
    Task<NodeReply> CommitAsync(AuditSeedEvent seed, CancellationToken cancel);

    /// <summary>Puts an own secret on the board, after the epoch's end is cosigned.</summary>
    Task<NodeReply> ShowSecretAsync(Hash keyId, ulong epoch, Hash secret, CancellationToken cancel);

    /// <summary>The board: whatever the node says are secrets for that epoch; empty where it says nothing.</summary>
    Task<IReadOnlyList<RevealedSeed>> SecretsAsync(Hash keyId, ulong epoch, CancellationToken cancel);

    /// <summary>Asks for drawn records.</summary>
    /// <param name="take">Is handed each line as it comes; lines that cannot be read are passed over.</param>
    Task<NodeReply> OpenAsync(OpeningRequest request, Action<OpeningLine> take, CancellationToken cancel);
}
