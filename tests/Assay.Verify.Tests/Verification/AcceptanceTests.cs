using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

public class AcceptanceTests
{
    private static readonly byte[] Good = new TestIssuer().IssueBytes();

    [Fact]
    public void A_good_bundle_is_accepted_and_the_headline_claims_no_more_than_was_checked()
    {
        var report = Verifier.Verify(Good, TestIssuer.Policy);
        Assert.Equal("AUTHENTIC · execution not checked", report.Headline);
        Assert.True(report.Accepted);
        Assert.Equal(0, report.ExitCode);
        Assert.Equal(
            "verified verified verified not-checked verified unverifiable verified verified verified not-checked not-checked not-checked",
            string.Join(' ', report.Checks.Select(c => c.Status.Token())));
        Assert.Equal(AxisTokens.All, report.Checks.Select(c => c.Axis));
    }

    [Fact]
    public void Without_a_policy_nothing_is_verified_and_the_verdict_stays_open()
    {
        var report = Verifier.Verify(Good, policy: null);
        Assert.DoesNotContain(report.Checks, c => c.Status is AxisStatus.Verified or AxisStatus.Refuted);
        Assert.Equal("no-policy", report[Axis.Signature].Reason);
        Assert.Equal(Verdict.NoPolicy, report.Verdict);
        Assert.StartsWith("NOT JUDGED · no policy", report.Headline);
        Assert.Equal(20, report.ExitCode);
        Assert.False(report.Accepted);
    }

    [Fact]
    public void Without_a_policy_a_bundle_that_contradicts_itself_is_still_rejected()
    {
        var report = Verifier.Verify(new TestIssuer { PromiseSigner = TestIssuer.OtherKey }.IssueBytes(), policy: null);
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted), (report.Verdict, report[Axis.Log].Status));
    }

    [Fact]
    public void Findings_about_the_run_change_the_headline()
    {
        var statement = Sha256.Of(new TestIssuer().Issue().Envelope.Pae());
        Report With(ExecutionOutcome outcome, Hash of) =>
            Verifier.Verify(Good, TestIssuer.Policy, new ExecutionFinding(of, outcome, "element 3 of output 0"));

        Assert.Equal("AUTHENTIC · REPRODUCED bit for bit", With(ExecutionOutcome.Reproduced, statement).Headline);
        Assert.Equal("AUTHENTIC · PROVED", With(ExecutionOutcome.Proved, statement).Headline);
        var diverged = With(ExecutionOutcome.Diverged, statement);
        Assert.Equal("AUTHENTIC · DIVERGED: element 3 of output 0", diverged.Headline);
        Assert.Equal((Verdict.Rejected, 10), (diverged.Verdict, diverged.ExitCode));
        // Another statement under the same record id, which whoever issues them may choose.
        var other = new TestIssuer { EditReceipt = r => r with { Auditable = false } }.Issue();
        Assert.Equal(diverged.Facts!.Receipt.RecordId, Assay.Verify.Statements.Receipt.Parse(other.Envelope.Payload.Span).RecordId);
        Assert.Equal("other-statement", With(ExecutionOutcome.Reproduced, Sha256.Of(other.Envelope.Pae()))[Axis.Execution].Reason);
    }

    [Fact]
    public void A_replay_of_bytes_that_are_not_bound_to_the_receipt_counts_for_nothing()
    {
        var bundle = new TestIssuer().Issue();
        var shown = bundle with { Disclosures = bundle.Disclosures with { Input = null } };
        var statement = Sha256.Of(bundle.Envelope.Pae());
        var report = Verifier.Verify(
            shown.ToBytes(), TestIssuer.Policy, new ExecutionFinding(statement, ExecutionOutcome.Reproduced, "same"));
        Assert.Equal((AxisStatus.Unverifiable, "depends-on-input"), (report[Axis.Execution].Status, report[Axis.Execution].Reason));
    }

    [Theory]
    [InlineData(ExecutionDemand.Reproduced)]
    [InlineData(ExecutionDemand.Proved)]
    public void A_policy_that_asks_for_more_than_a_signature_gets_it_or_rejects(ExecutionDemand demand)
    {
        var policy = TestIssuer.Policy with { Execution = demand };
        var report = Verifier.Verify(Good, policy);
        Assert.False(report.Accepted);
        Assert.Equal("AUTHENTIC · execution not checked, which the policy asks for", report.Headline);
        Assert.Equal(10, report.ExitCode);
    }

    [Fact]
    public void What_the_policy_requires_must_be_shown()
    {
        var bundle = new TestIssuer().Issue();
        var report = Verifier.Verify((bundle with { Disclosures = Bundles.Disclosures.Nothing }).ToBytes(), TestIssuer.Policy);
        Assert.Equal((Verdict.Rejected, AxisStatus.NotChecked), (report.Verdict, report[Axis.Input].Status));
        Assert.StartsWith("REJECTED · input not-checked", report.Headline);

        var lenient = TestIssuer.Policy with { Require = Policy.Essential };
        Assert.True(Verifier.Verify((bundle with { Disclosures = Bundles.Disclosures.Nothing }).ToBytes(), lenient).Accepted);
    }

    [Fact]
    public void The_report_reads_the_same_as_text_and_as_json()
    {
        var report = Verifier.Verify(Good, TestIssuer.Policy);
        var json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal(report.Headline, json.GetProperty("headline").GetString());
        Assert.True(json.GetProperty("accepted").GetBoolean());
        Assert.Equal("test", json.GetProperty("policy").GetString());
        Assert.Equal(
            report.Checks.Select(c => (c.Axis.Token(), c.Status.Token())),
            json.GetProperty("checks").EnumerateArray().Select(c => (c.GetProperty("axis").GetString()!, c.GetProperty("status").GetString()!)));
        Assert.Equal(17, json.GetProperty("receipt").GetProperty("index").GetInt32());
        var lines = report.ToText().Split('\n');
        Assert.Equal(1 + AxisTokens.All.Count + 1, lines.Length);
        Assert.EndsWith("AUTHENTIC · execution not checked   policy: test", lines[0]);
        Assert.Equal(" ✓ log           index 17 of 30, origin assay.test/log", lines[3]);
    }

    [Fact]
    public void A_name_from_outside_cannot_steer_the_terminal()
    {
        var report = Verifier.Verify(Good, TestIssuer.Policy with { Name = "x\u001b[2J\u202e\u2028y" });
        Assert.DoesNotContain(report.ToText(), c => c is '\u001b' or '\u202e' or '\u2028');
    }

    [Fact]
    public void A_long_name_from_outside_is_cut_and_cannot_bury_the_report()
    {
        var node = string.Concat(Enumerable.Repeat("\U0001F600", 500));
        var issuer = new TestIssuer
        {
            EditGenesis = g => g with { Node = node },
            EditReceipt = r => r with { Issuer = r.Issuer with { Node = node }, WireInput = r.WireInput! with { MediaType = new string('m', 1000) } },
        };
        var report = Verifier.Verify(issuer.IssueBytes(), TestIssuer.Policy);
        Assert.True(report.Accepted);
        Assert.Contains("\U0001F600\u2026\"", report[Axis.Signature].Detail, StringComparison.Ordinal);
        Assert.All(report.ToText().Split('\n'), line => Assert.True(line.Length < 240, line));
        Assert.DoesNotContain(report.ToText().EnumerateRunes(), r => r == System.Text.Rune.ReplacementChar);
    }

    [Fact]
    public void A_receipt_that_came_before_any_checkpoint_is_accepted()
    {
        var issuer = new TestIssuer { EditReceipt = r => r with { NotBefore = Assay.Verify.Statements.Receipt.NoCheckpoint(TestIssuer.Origin) } };
        Assert.True(Verifier.Verify(issuer.IssueBytes(), TestIssuer.Policy).Accepted);
    }

    [Fact]
    public void A_receipt_without_wire_input_is_accepted()
    {
        var bundle = new TestIssuer { EditReceipt = r => r with { WireInput = null } }.Issue();
        bundle = bundle with { Disclosures = bundle.Disclosures with { WireInput = null } };
        Assert.True(Verifier.Verify(bundle.ToBytes(), TestIssuer.Policy).Accepted);
    }

    [Fact]
    public void The_bundle_survives_reading_and_writing()
    {
        Assert.Equal(Good, Bundles.Bundle.Parse(Good).ToBytes());
    }
}
