using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>Judges a bundle by a policy, axis by axis (docs/spec/verification.md). Pure: no file, no network, no clock.</summary>
public static class Verifier
{
    /// <param name="bundle">The file's bytes, from anyone.</param>
    /// <param name="policy">The relying party's; null if it has none, and then nothing is verified, only reported.</param>
    /// <param name="execution">What the caller found by replay or proof, if it did either.</param>
    /// <param name="cache">Of a caller that verifies many bundles; the report is the same without it.</param>
    /// <param name="proofs">Checks a proof that comes with the bundle; without it, that is not checked.</param>
    /// <returns>A report, whatever the bytes are.</returns>
    public static Report Verify(
        ReadOnlyMemory<byte> bundle, Policy? policy, ExecutionFinding? execution = null, VerifierCache? cache = null, IProofVerifier? proofs = null)
    {
        Parts parts;
        try
        {
            parts = Parts.Read(bundle.Span, cache);
        }
        catch (UnsupportedException e)
        {
            return Report.Unreadable(Verdict.Unsupported, policy, e.Message);
        }
        catch (MalformedException e)
        {
            return Report.Unreadable(Verdict.Malformed, policy, e.Message);
        }
        var checks = WithoutFooting(Checks(parts, policy, execution, proofs));
        if (policy is null)
            checks = [.. checks.Select(WithoutPolicy)];
        var facts = new ReceiptFacts(parts.Receipt, parts.Index, parts.Checkpoint.Size, parts.Checkpoint.Origin);
        return Report.Of(checks, policy, facts) with { Revocations = Revocations(parts, checks[(int)Axis.Key]) };
    }

    // In the order of the axes.
    private static ImmutableArray<Check> Checks(Parts parts, Policy? policy, ExecutionFinding? execution, IProofVerifier? proofs)
    {
        var trust = policy is null ? Trust.OwnWord(parts.Genesis.Event) : Trust.Of(policy);
        var signers = LogChecks.CheckpointSigners(parts, trust.Log);
        var witnesses = LogChecks.Witnesses(parts, trust.Log);
        ImmutableArray<Check> first =
        [
            ContentChecks.Integrity(parts),
            KeyChecks.Signature(parts),
            LogChecks.Log(parts, trust.Log, signers),
            witnesses,
            KeyChecks.Key(parts, trust, signers),
            LogChecks.Time(parts, trust.Log, witnesses),
            ContentChecks.Model(parts, trust),
            ContentChecks.Input(parts),
            OutputChecks.Output(parts),
        ];
        // A proof takes time to check: it is looked at only where what it would be about is there.
        var stands = WithoutFooting(first);
        return
        [
            .. first,
            ExecutionChecks.Execution(parts, execution, proofs, stands[(int)Axis.Model], stands[(int)Axis.Input], stands[(int)Axis.Output]),
            ExecutionChecks.Venue(parts),
            CompletenessChecks.Completeness(parts, trust),
        ];
    }

    // What was true at the receipt's index stays true; what became of its key is said beside it, where that can be believed.
    private static ImmutableArray<Revocation> Revocations(Parts parts, Check key) =>
        key.Status == AxisStatus.Verified || key is { Status: AxisStatus.Refuted, Reason: Reasons.Retired or Reasons.Compromised }
            ?
            [
                .. parts.KeyEvents.Where(e => e.Event.Action is KeyAction.Retire or KeyAction.Compromise)
                    .Select(e => new Revocation(e.Event.Action, e.Proof.Index, e.Event.From)),
            ]
            : [];

    // An axis that leans on others is worth nothing where one of those does not hold: it is then not reported as verified.
    private static ImmutableArray<Check> WithoutFooting(ImmutableArray<Check> checks)
    {
        var result = checks.ToArray();
        foreach (var axis in AxisTokens.All.Take(result.Length))
        {
            if (!Claims(result[(int)axis]) || !Reasons.LeansOn.TryGetValue(axis, out var needed))
                continue;
            var missing = needed.Where(a => result[(int)a].Status != AxisStatus.Verified).ToArray();
            if (missing.Length > 0)
                result[(int)axis] = Check.Unverifiable(
                    axis, Reasons.DependsOn(missing[0]), $"cannot be told while {missing[0].Token()} is not verified");
        }
        return [.. result];
    }

    // A divergence accuses: it too counts only where the bytes that were replayed are those that were signed.
    private static bool Claims(Check check) =>
        check.Status == AxisStatus.Verified || check is { Axis: Axis.Execution, Status: AxisStatus.Refuted };

    private static Check WithoutPolicy(Check check) =>
        check.Status == AxisStatus.Verified
            ? Check.Unverifiable(check.Axis, Reasons.NoPolicy, $"by the bundle's own word only: {check.Detail}")
            : check;
}
