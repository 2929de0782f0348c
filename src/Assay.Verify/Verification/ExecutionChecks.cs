using Assay.Verify.Crypto;
using Assay.Verify.Reports;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>execution</c>, <c>venue</c> and <c>completeness</c>: of which a bundle alone shows nothing.</summary>
internal static class ExecutionChecks
{
    public const string Reproduced = "reproduced";
    public const string Diverged = "diverged";
    public const string Proved = "proved";

    public static Check Execution(Parts parts, ExecutionFinding? finding)
    {
        if (finding is null)
            return Check.NotChecked(Axis.Execution, "no-replay", "not checked: replay the receipt to find out");
        if (finding.PaeHash != Sha256.Of(parts.Bundle.Envelope.Pae()))
            return Check.Unverifiable(Axis.Execution, "other-statement", "the finding is about another statement than this bundle's");
        return finding.Outcome switch
        {
            ExecutionOutcome.Reproduced => Check.Verified(Axis.Execution, Reproduced, finding.Detail),
            ExecutionOutcome.Proved => Check.Verified(Axis.Execution, Proved, finding.Detail),
            _ => Check.Refuted(Axis.Execution, Diverged, finding.Detail),
        };
    }

    public static Check Venue(Parts parts) =>
        parts.Receipt.Venue.IsEmpty
            ? Check.NotChecked(Axis.Venue, "no-claim", "the receipt does not say where")
            : Check.NotChecked(Axis.Venue, "operator-word", "operator's word only");

    public static Check Completeness() =>
        Check.NotChecked(Axis.Completeness, "no-index", "whether the operator left out other receipts cannot be told from one");
}
