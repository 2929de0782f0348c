using Assay.Providers;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Audit.Auditing;

/// <summary>What became of a challenge.</summary>
/// <param name="Replay">What the auditor's own run gave; null where the bundle itself does not hold.</param>
/// <param name="Report">On the bundle, by the policy of whoever has the challenge logged.</param>
/// <param name="Index">Of the challenge in the auditor's log; null where none was logged.</param>
/// <param name="IsKnown">Whether the log held a challenge of this record before.</param>
public sealed record ChallengeOutcome(ReplayResult? Replay, Report Report, ulong? Index, bool IsKnown = false);

/// <summary>The challenge lane: whoever holds a bundle that diverges has it logged, after it was run again here (docs/spec/audits.md section 5).</summary>
public static class Challenges
{
    /// <summary>Runs a bundle again; where it diverges, publishes it and logs a challenge.</summary>
    /// <param name="policy">Whose receipts are believed: an accusation needs a bundle that holds.</param>
    /// <exception cref="Verify.MalformedException">Not a bundle.</exception>
    public static async Task<ChallengeOutcome> FileAsync(
        IAuditorLog log, ModelShelf shelf, PublishedEvidence evidence, ReadOnlyMemory<byte> bundle, Policy policy, CancellationToken cancel)
    {
        var parsed = Bundle.Parse(bundle.Span);
        var receipt = Receipt.Parse(parsed.Envelope.Payload.Span);
        var before = Verifier.Verify(bundle, policy with { Execution = ExecutionDemand.Any });
        if (!before.Accepted)
            return new ChallengeOutcome(null, before, null);
        var result = await new ReplayOracle(shelf).ReplayAsync(parsed, receipt, cancel);
        var report = Verifier.Verify(bundle, policy, FindingOf(parsed, result));
        if (result.Status != ReplayStatus.Diverged)
            return new ChallengeOutcome(result, report, null);
        var provider = Verify.Notes.Checkpoint.Parse(parsed.LogProof.Note.Text).Origin;
        if (OwnAudits.Of(log).HasChallenge(provider, receipt.Issuer.KeyId, receipt.Sequence))
            return new ChallengeOutcome(result, report, null, IsKnown: true);
        // In our own spelling, as all evidence is; public before the entry that names it.
        var bytes = parsed.ToBytes();
        var digest = Sha256.Of(bytes);
        evidence.Publish(digest, bytes);
        var index = await log.AppendAsync(
            new ChallengeEvent(log.Origin, provider, receipt.Issuer.KeyId, receipt.Sequence, digest, DivergencePlace.Of(parsed, receipt, result)), cancel);
        return new ChallengeOutcome(result, report, index);
    }

    private static ExecutionFinding? FindingOf(Bundle bundle, ReplayResult result) => result.Status switch
    {
        ReplayStatus.Reproduced => new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), ExecutionOutcome.Reproduced, result.Detail),
        ReplayStatus.Diverged => new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), ExecutionOutcome.Diverged, result.Detail),
        _ => null,
    };
}
