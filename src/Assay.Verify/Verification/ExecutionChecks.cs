using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>execution</c> and <c>venue</c>: of the first a bundle alone shows nothing but by a proof, of the second nothing at all.</summary>
internal static class ExecutionChecks
{
    /// <param name="footing">The axes that execution leans on, in their order: what was not verified, no proof can be about.</param>
    public static Check Execution(Parts parts, ExecutionFinding? finding, IProofVerifier? proofs, params ReadOnlySpan<Check> footing)
    {
        if (parts.Receipt.Output.Kind == OutputKind.Relayed)
            return Check.Unverifiable(Axis.Execution, Reasons.Relayed, "relayed: proves what was forwarded and what came back, not which model answered");
        var proved = parts.Bundle.Evidence is { } evidence ? Proof(parts, evidence, proofs, footing) : null;
        // A part of the bundle that does not hold refutes, whatever else was found: nothing in a bundle is decoration.
        if (proved is { Status: AxisStatus.Refuted })
            return proved;
        if (finding is null)
            return proved ?? Check.NotChecked(Axis.Execution, Reasons.NoReplay, "not checked: replay the receipt to find out");
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

    private static Check Proof(Parts parts, ProofEvidence evidence, IProofVerifier? proofs, ReadOnlySpan<Check> footing)
    {
        if (proofs is null)
            return Check.NotChecked(Axis.Execution, Reasons.ProofNotChecked, "there is a proof, and this verifier checks none");
        if (parts.Model.Event.ProofModel is not { } model)
            return Check.Unverifiable(Axis.Execution, Reasons.NotCommitted, "there is a proof, but the log's entry of the model names no committed model");
        foreach (var axis in footing)
            if (axis.Status != AxisStatus.Verified)
                return Check.Unverifiable(Axis.Execution, Reasons.DependsOn(axis.Axis), $"there is a proof, and it cannot be checked while {axis.Axis.Token()} is not verified");
        var shown = parts.Bundle.Disclosures;
        var run = new ProvedRun(model, parts.Receipt, shown.Input!.Bytes, shown.Output?.Bytes ?? Joined(shown.Span!));
        var verdict = proofs.Verify(evidence, run);
        return verdict.Holds
            ? Check.Verified(Axis.Execution, Reasons.Proved, verdict.Detail) with { Weights = verdict.Weights }
            : Check.Refuted(Axis.Execution, Reasons.BadProof, verdict.Detail);
    }

    // The output is verified: if it came as a span, that is all of its pieces.
    private static byte[] Joined(OutputSpan span) => [.. span.Pieces.SelectMany(p => p.Bytes.ToArray())];
}
