using Assay.Verify.Crypto;

namespace Assay.Verify.Verification;

/// <summary>What a caller found out about the run itself; a bundle alone says nothing of it.</summary>
public enum ExecutionOutcome
{
    /// <summary>The same input through the same graph gave the same output, bit for bit.</summary>
    Reproduced,

    /// <summary>It gave another output.</summary>
    Diverged,

    /// <summary>A proof of this very run was verified.</summary>
    Proved,
}

/// <param name="PaeHash">
/// SHA-256 of the PAE of the envelope whose run was looked at, computed from that very bundle: a finding about another statement is
/// not used. A record id would not do, since the issuer chooses it.
/// </param>
/// <param name="Detail">For people: what was compared, or where it differed.</param>
public sealed record ExecutionFinding(Hash PaeHash, ExecutionOutcome Outcome, string Detail);
