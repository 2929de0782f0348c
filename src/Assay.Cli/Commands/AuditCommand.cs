using System.CommandLine;

namespace Assay.Cli.Commands;

/// <summary>Audits, from either side (docs/audits.md).</summary>
internal static class AuditCommand
{
    public static Command Make() => new("audit", "Audits of answers by others, drawn by lot. Example: assay audit terms")
    {
        AuditFollowCommand.Make(),
        AuditFollowCommand.MakeUnfollow(),
        AuditRunCommand.Make(),
        AuditCanaryCommand.Make(),
        AuditPlantCommand.Make(),
        AuditStatusCommand.Make(),
        AuditTermsCommand.Make(),
    };
}
