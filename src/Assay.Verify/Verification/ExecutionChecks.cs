using Assay.Verify.Crypto;
using Assay.Verify.Reports;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>execution</c> and <c>venue</c>: of which a bundle alone shows nothing.</summary>
internal static class ExecutionChecks
{
    public static Check Execution(Parts parts, ExecutionFinding? finding)
    {
        if (finding is null)
            return Check.NotChecked(Axis.Execution, Reasons.NoReplay, "not checked: replay the receipt to find out");
        if (finding.PaeHash != Sha256.Of(parts.Bundle.Envelope.Pae()))
            return Check.Unverifiable(Axis.Execution, Reasons.OtherStatement, "the finding is about another statement than this bundle's");
        return finding.Outcome switch
        {
            ExecutionOutcome.Reproduced => Check.Verified(Axis.Execution, Reasons.Reproduced, finding.Detail),
            ExecutionOutcome.Proved => Check.Verified(Axis.Execution, Reasons.Proved, finding.Detail),
            _ => Check.Refuted(Axis.Execution, Reasons.Diverged, finding.Detail),
        };
    }

    public static Check Venue(Parts parts) =>
        parts.Receipt.Venue.IsEmpty
            ? Check.NotChecked(Axis.Venue, Reasons.NoClaim, "the receipt does not say where")
            : Check.NotChecked(Axis.Venue, Reasons.OperatorWord, "operator's word only");
}
