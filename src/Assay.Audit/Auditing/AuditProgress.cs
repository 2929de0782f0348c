namespace Assay.Audit.Auditing;

/// <summary>What an auditor is doing.</summary>
public enum AuditStage
{
    Opening,
    Replaying,
}

/// <summary>How far it is.</summary>
/// <param name="About">The provider, or whatever is being judged.</param>
/// <param name="Done">Records.</param>
/// <param name="Tokens">Tokens of the records done, prompts and answers; 0 where there are none.</param>
public readonly record struct AuditProgress(AuditStage Stage, string About, ulong Done, ulong Total, ulong Tokens = 0);
