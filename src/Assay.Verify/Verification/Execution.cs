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

/// <param name="RecordId">Of the receipt whose run was looked at: a finding about another receipt is not used.</param>
/// <param name="Detail">For people: what was compared, or where it differed.</param>
public sealed record ExecutionFinding(string RecordId, ExecutionOutcome Outcome, string Detail);
