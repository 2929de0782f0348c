using System.Text;
using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>A proof that comes with the bundle: what is asked of whom, and what the answer does to the axis <c>execution</c>.</summary>
public class ProofEvidenceTests
{
    private static readonly Hash Committed = Sha256.Of("the committed model"u8);
    private static readonly ProofEvidence Evidence = new("the proof"u8.ToArray(), "the commitment"u8.ToArray());
    private static readonly TestIssuer Honest = new() { EditModel = m => m with { ProofModel = Committed } };

    /// <summary>Bundles with a proof, what the proof's verifier says of it (null: there is none), and what must be found.</summary>
    public static readonly IReadOnlyDictionary<string, (AxisStatus Status, string Reason, bool? Holds, Func<Bundle> Make)> Cases =
        new Dictionary<string, (AxisStatus, string, bool?, Func<Bundle>)>
        {
            ["a proof that holds"] = (AxisStatus.Verified, Reasons.Proved, true, () => Proved(Honest)),
            ["a proof that does not hold"] = (AxisStatus.Refuted, Reasons.BadProof, false, () => Proved(Honest)),
            ["a proof, and the verifier checks none"] = (AxisStatus.NotChecked, Reasons.ProofNotChecked, null, () => Proved(Honest)),
            ["a proof of a model that was not committed"] = (AxisStatus.Unverifiable, Reasons.NotCommitted, true, () => Proved(new TestIssuer())),
            ["a proof, and the input is withheld"] = (AxisStatus.Unverifiable, "depends-on-input", true, () => Shown(d => d with { Input = null })),
            ["a bad proof, and the output is withheld"] = (AxisStatus.Unverifiable, "depends-on-output", false, () => Shown(d => d with { Output = null })),
            ["a bad proof, and the model's entry is not proved"] = (AxisStatus.Unverifiable, "depends-on-model", false, () =>
                Proved(Honest) with { ModelEntry = Proved(Honest).ModelEntry with { Path = [] } }),
            ["a proof of a relayed answer"] = (AxisStatus.Unverifiable, Reasons.Relayed, true, () => Proved(Honest with { IsRelayed = true })),
            ["a proof, and the output comes piece by piece"] = (AxisStatus.Verified, Reasons.Proved, true, () =>
                Proved(Honest).DiscloseOutputSpan(0, 1, showInput: true)),
            ["a proof that holds, with one about the model's weights"] = (AxisStatus.Verified, Reasons.Proved, true, () => Weighed()),
            ["a proof that does not hold, with one about the model's weights"] = (AxisStatus.Refuted, Reasons.BadProof, false, () => Weighed()),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static IEnumerable<(Axis, AxisStatus, string)> Found => Cases.Values.Select(c => (Axis.Execution, c.Status, c.Reason));

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_is_found_for_its_own_reason(string name)
    {
        var (status, reason, holds, make) = Cases[name];
        var check = Verifier.Verify(make().ToBytes(), TestIssuer.Policy, proofs: Saying.Of(holds))[Axis.Execution];
        Assert.Equal((status, reason), (check.Status, check.Reason));
    }

    [Fact]
    public void The_headline_says_proved_and_a_bad_proof_is_no_divergence()
    {
        var bytes = Proved(Honest).ToBytes();
        var asking = TestIssuer.Policy with { Execution = ExecutionDemand.Proved };
        var report = Verifier.Verify(bytes, asking, proofs: Saying.Of(true));
        Assert.True(report.Accepted);
        Assert.Equal("AUTHENTIC · PROVED", report.Headline);
        report = Verifier.Verify(bytes, TestIssuer.Policy, proofs: Saying.Of(false));
        Assert.Equal(Verdict.Rejected, report.Verdict);
        Assert.StartsWith("REJECTED · execution refuted", report.Headline, StringComparison.Ordinal);
        report = Verifier.Verify(bytes, asking);
        Assert.Equal((Verdict.Rejected, "AUTHENTIC · execution not checked, which the policy asks for"), (report.Verdict, report.Headline));
    }

    [Fact]
    public void The_proofs_verifier_is_asked_about_what_the_log_and_the_statement_say()
    {
        var saying = new Saying(true);
        Verifier.Verify(Proved(Honest).ToBytes(), TestIssuer.Policy, proofs: saying);
        var (evidence, run) = Assert.Single(saying.Asked);
        Assert.Equal((Committed, "a nonce", TestIssuer.Model.Manifest), (run.ProofModel, run.Receipt.ClientNonce, run.Receipt.Model.Manifest));
        Assert.Equal(Honest.Input, run.Input.ToArray());
        Assert.Equal(Honest.Output, run.Output.ToArray());
        Assert.Equal(("the proof", "the commitment"), (Encoding.UTF8.GetString(evidence.Proof.Span), Encoding.UTF8.GetString(evidence.Commitment.Span)));
    }

    [Fact]
    public void A_bundle_that_withholds_something_is_cut_without_the_proof()
    {
        var proved = Proved(Honest);
        Assert.NotNull(proved.DiscloseOutputSpan(0, 1, showInput: true).Evidence);
        Assert.Null(proved.DiscloseOutputSpan(0, 1).Evidence);
        var two = Proved(Honest with { Output = new byte[OutputCommitment.PieceLength + 1] });
        Assert.Null(two.DiscloseOutputSpan(0, 1, showInput: true).Evidence);
        Assert.NotNull(two.DiscloseOutputSpan(0, 2, showInput: true).Evidence);
    }

    [Fact]
    public void Nobody_looks_at_a_proof_whose_receipt_does_not_stand()
    {
        var saying = new Saying(true);
        var forged = Proved(Honest with { CheckpointSigner = TestIssuer.OtherKey });
        Assert.Equal(Verdict.Rejected, Verifier.Verify(forged.ToBytes(), TestIssuer.Policy, proofs: saying).Verdict);
        Assert.Empty(saying.Asked);
    }

    [Theory]
    [InlineData(ExecutionOutcome.Reproduced, true, AxisStatus.Verified, Reasons.Reproduced)]
    [InlineData(ExecutionOutcome.Diverged, true, AxisStatus.Refuted, Reasons.Diverged)]
    [InlineData(ExecutionOutcome.Reproduced, false, AxisStatus.Refuted, Reasons.BadProof)]
    public void A_finding_counts_before_a_proof_unless_the_proof_is_bad(ExecutionOutcome outcome, bool holds, AxisStatus status, string reason)
    {
        var bundle = Proved(Honest);
        var finding = new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), outcome, "");
        var check = Verifier.Verify(bundle.ToBytes(), TestIssuer.Policy, finding, proofs: Saying.Of(holds))[Axis.Execution];
        Assert.Equal((status, reason), (check.Status, check.Reason));
    }

    [Fact]
    public void Evidence_is_read_as_it_was_written_and_bounded()
    {
        var bytes = Proved(Honest).ToBytes();
        Assert.Equal(bytes, Bundle.Parse(bytes).ToBytes());
        Assert.Equal("the proof"u8, Bundle.Parse(bytes).Evidence!.Proof.Span);
        Assert.Throws<MalformedException>(() => Bundle.Parse((Proved(Honest) with { Evidence = Evidence with { Commitment = new byte[ProofEvidence.MaxCommitment + 1] } }).ToBytes()));
        Assert.Throws<MalformedException>(() => Bundle.Parse((Proved(Honest) with { Evidence = Evidence with { Proof = new byte[ProofEvidence.MaxProof + 1] } }).ToBytes()));
        Assert.Equal(ProofEvidence.MaxCommitment, Bundle.Parse((Proved(Honest) with { Evidence = Evidence with { Commitment = new byte[ProofEvidence.MaxCommitment] } }).ToBytes()).Evidence!.Commitment.Length);
    }

    [Fact]
    public void On_what_the_weights_rest_is_said_beside_the_verdict()
    {
        foreach (var (said, token) in ((WeightsFooting?, string?)[])[(WeightsFooting.Proved, "proved"), (WeightsFooting.LogWord, "log-word"), (null, null)])
        {
            var report = Verifier.Verify(Proved(Honest).ToBytes(), TestIssuer.Policy, proofs: new Saying(true, said));
            Assert.Equal(("AUTHENTIC · PROVED", said), (report.Headline, report[Axis.Execution].Weights));
            var json = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("checks").EnumerateArray().ToList();
            Assert.Equal([token], json.Where(c => c.GetProperty("axis").GetString() == "execution").Select(c => c.TryGetProperty("weights", out var w) ? w.GetString() : null));
            Assert.DoesNotContain(json, c => c.GetProperty("axis").GetString() != "execution" && c.TryGetProperty("weights", out _));
        }
        // Nobody's word without a policy, and none where a replay was what convinced.
        Assert.Null(Verifier.Verify(Proved(Honest).ToBytes(), null, proofs: new Saying(true, WeightsFooting.Proved))[Axis.Execution].Weights);
        var finding = new ExecutionFinding(Sha256.Of(Proved(Honest).Envelope.Pae()), ExecutionOutcome.Reproduced, "");
        Assert.Null(Verifier.Verify(Proved(Honest).ToBytes(), TestIssuer.Policy, finding, proofs: new Saying(true, WeightsFooting.Proved))[Axis.Execution].Weights);
    }

    [Fact]
    public void A_proof_about_weights_is_read_as_it_was_written_and_bounded()
    {
        var bundle = Weighed();
        Assert.Equal(bundle.ToBytes(), Bundle.Parse(bundle.ToBytes()).ToBytes());
        Assert.Equal("the weights"u8, Bundle.Parse(bundle.ToBytes()).Evidence!.Weights.Span);
        var saying = new Saying(true);
        Verifier.Verify(bundle.ToBytes(), TestIssuer.Policy, proofs: saying);
        Assert.Equal("the weights"u8, Assert.Single(saying.Asked).Evidence.Weights.Span);
        Assert.True(Bundle.Parse(Proved(Honest).ToBytes()).Evidence!.Weights.IsEmpty);
        Assert.Throws<MalformedException>(() => Bundle.Parse((bundle with { Evidence = Evidence with { Weights = new byte[ProofEvidence.MaxWeights + 1] } }).ToBytes()));
        // An empty one is none, and is not written so.
        var text = Encoding.UTF8.GetString(bundle.ToBytes());
        Assert.Throws<MalformedException>(() => Bundle.Parse(Encoding.UTF8.GetBytes(text.Replace(Convert.ToBase64String("the weights"u8), "", StringComparison.Ordinal)
            .Replace(Sha256.Of("the weights"u8).ToHex(), Sha256.Of([]).ToHex(), StringComparison.Ordinal))));
    }

    [Fact]
    public void One_bit_of_every_byte_of_a_bundle_with_a_proof_matters()
    {
        var evidence = Evidence with { Weights = "the weights"u8.ToArray() };
        var good = Weighed().ToBytes();
        var exact = new Exactly(evidence);
        var asking = TestIssuer.Policy with { Execution = ExecutionDemand.Proved };
        Assert.True(Verifier.Verify(good, asking, proofs: exact).Accepted);
        var survivors = Enumerable.Range(0, good.Length).AsParallel().Where(position =>
        {
            var mutant = good.ToArray();
            mutant[position] ^= (byte)(1 << (position % 8));
            return Verifier.Verify(mutant, asking, proofs: exact).Accepted;
        });
        Assert.Empty(survivors);
    }

    internal static Bundle Proved(TestIssuer issuer) => issuer.Issue() with { Evidence = Evidence };

    private static Bundle Weighed() => Proved(Honest) with { Evidence = Evidence with { Weights = "the weights"u8.ToArray() } };

    private static Bundle Shown(Func<Disclosures, Disclosures> edit) => Proved(Honest) with { Disclosures = edit(Proved(Honest).Disclosures) };

    /// <summary>A proofs' verifier that says what it is told to.</summary>
    internal sealed class Saying(bool holds, WeightsFooting? weights = null) : IProofVerifier
    {
        public List<(ProofEvidence Evidence, ProvedRun Run)> Asked { get; } = [];

        public static Saying? Of(bool? holds) => holds is { } said ? new Saying(said) : null;

        public ProofVerdict Verify(ProofEvidence evidence, ProvedRun run)
        {
            Asked.Add((evidence, run));
            return new ProofVerdict(holds, holds ? "proved, it says" : "no proof, it says", weights);
        }
    }

    private sealed class Exactly(ProofEvidence good) : IProofVerifier
    {
        public ProofVerdict Verify(ProofEvidence evidence, ProvedRun run) =>
            new(
                evidence.Proof.Span.SequenceEqual(good.Proof.Span) && evidence.Commitment.Span.SequenceEqual(good.Commitment.Span) && evidence.Weights.Span.SequenceEqual(good.Weights.Span), "");
    }
}
