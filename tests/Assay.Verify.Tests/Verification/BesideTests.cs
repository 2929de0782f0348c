using System.Text;
using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>What a report says beside the verdict: revocations, and when witnesses had seen a record.</summary>
public class BesideTests
{
    private static readonly TestIssuer Honest = new();

    private static Hash Serving => TestIssuer.ServingKey.PublicKey.Id;

    [Fact]
    public void A_later_revocation_is_shown_and_leaves_the_verdict_as_it_is()
    {
        var issuer = With(20, KeyEvent.Retire(TestIssuer.Origin, Serving));
        issuer = issuer with { KeyEvents = issuer.KeyEvents.Add(24, KeyEvent.Compromise(TestIssuer.Origin, Serving, 18)) };
        var report = Verifier.Verify(issuer.IssueBytes(), TestIssuer.Policy);
        Assert.True(report.Accepted);
        Assert.Equal([new Revocation(KeyAction.Retire, 20, null), new Revocation(KeyAction.Compromise, 24, 18)], report.Revocations);
        var lines = report.ToText().Split('\n');
        Assert.Equal(" ! revoked       the serving key was retired at index 20, after this receipt", lines[13]);
        Assert.Equal(" ! revoked       the serving key is not trusted from index 18 on, says the event at index 24, after this receipt", lines[14]);
        var json = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("revocations");
        Assert.Equal("""[{"action":"retire","index":20},{"action":"compromise","index":24,"from":18}]""", json.GetRawText());
    }

    [Fact]
    public void A_revocation_that_refutes_is_shown_too()
    {
        var report = Verifier.Verify(With(9, KeyEvent.Retire(TestIssuer.Origin, Serving)).IssueBytes(), TestIssuer.Policy);
        Assert.Equal((Verdict.Rejected, Reasons.Retired, 9UL), (report.Verdict, report[Axis.Key].Reason, Assert.Single(report.Revocations).Index));
        report = Verifier.Verify(With(25, KeyEvent.Compromise(TestIssuer.Origin, Serving, 3)).IssueBytes(), policy: null);
        Assert.Equal((Reasons.Compromised, 3UL), (report[Axis.Key].Reason, Assert.Single(report.Revocations).From));
    }

    [Fact]
    public void A_revocation_that_nobody_can_believe_is_not_shown()
    {
        var revoked = With(20, KeyEvent.Retire(TestIssuer.Origin, Serving));
        Assert.Empty(Verifier.Verify(revoked.IssueBytes(), policy: null).Revocations);
        Assert.Empty(Verifier.Verify((revoked with { CheckpointSigner = TestIssuer.OtherKey }).IssueBytes(), TestIssuer.Policy).Revocations);
        Assert.Empty(Verifier.Verify((revoked with { EventSigners = [TestIssuer.OtherKey] }).IssueBytes(), TestIssuer.Policy).Revocations);
        Assert.Empty(Verifier.Verify(Honest.IssueBytes(), TestIssuer.Policy).Revocations);
        Assert.Equal("[]", JsonDocument.Parse(Verifier.Verify("{"u8.ToArray(), TestIssuer.Policy).ToJson()).RootElement.GetProperty("revocations").GetRawText());
    }

    [Theory]
    [InlineData("quorum w2", "2026-09-21 14:13:21Z")]
    [InlineData("group g any w1 w2 w3\nquorum g", "2026-09-21 14:13:20Z")]
    [InlineData("group g 2 w1 w2 w3\nquorum g", "2026-09-21 14:13:21Z")]
    [InlineData("group g all w1 w2 w3\nquorum g", "second 9223372036854775807 of Unix time")]
    public void The_time_is_the_least_at_which_those_that_cosigned_are_a_quorum(string rule, string time)
    {
        (string Name, SigningKey Key)[] all = [("w1", TestIssuer.Key("w1")), ("w2", TestIssuer.Key("w2")), ("w3", TestIssuer.Key("w3"))];
        var issuer = new TestIssuer
        {
            Witnesses = [.. all], WitnessedAt = name => name switch { "w1" => 1_790_000_000, "w2" => 1_790_000_001, _ => Cosignature.MaxTime },
        };
        var text = TestIssuer.LogPolicy(rule, all);
        var policy = TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        var report = Verifier.Verify(issuer.IssueBytes(), policy);
        Assert.Equal((AxisStatus.Verified, Reasons.Witnessed), (report[Axis.Time].Status, report[Axis.Time].Reason));
        Assert.Contains($"by {time};", report[Axis.Time].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_leans_on_witnesses_and_witnesses_on_the_log()
    {
        (string Name, SigningKey Key)[] all = [("w1", TestIssuer.Key("w1"))];
        var text = TestIssuer.LogPolicy("quorum w1", all);
        var policy = TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
        var report = Verifier.Verify((Honest with { Witnesses = [.. all], PromiseSigner = TestIssuer.OtherKey }).IssueBytes(), policy);
        Assert.Equal(("depends-on-log", "depends-on-witnesses"), (report[Axis.Witnesses].Reason, report[Axis.Time].Reason));
    }

    [Fact]
    public void What_is_read_first_decides_between_malformed_and_unsupported()
    {
        var bundle = Honest.Issue();
        // The statement is of another version, and the promise is none: the statement is read first.
        var payload = Encoding.UTF8.GetString(bundle.Envelope.Payload.Span);
        var later = bundle with
        {
            Envelope = bundle.Envelope with { Payload = Encoding.UTF8.GetBytes(payload.Replace("urn:assay:inference:v1", "")) },
        };
        var noPromise = new SignedNote("x\n", bundle.Promise.Note.Signatures);
        Assert.Equal(Verdict.Unsupported, Verify(later with { Promise = bundle.Promise with { Note = noPromise } }));
        Assert.Equal(Verdict.Malformed, Verify(bundle with { Promise = bundle.Promise with { Note = noPromise } }));
        // The checkpoint is read before both.
        Assert.Equal(Verdict.Malformed, Verify(later with { LogProof = bundle.LogProof with { Note = noPromise } }));
        // An event of a later version, behind one that is none.
        var unknown = bundle.ModelEntry with { Entry = OpenEntry.Sign("""{"predicateType":"urn:assay:inference:v1"}"""u8.ToArray(), TestIssuer.RootKey).ToBytes() };
        Assert.Equal(Verdict.Unsupported, Verify(bundle with { ModelEntry = unknown }));
        Assert.Equal(Verdict.Malformed, Verify(bundle with { ModelEntry = unknown, KeyHistory = [bundle.KeyHistory[0], bundle.KeyHistory[0]] }));
        Assert.Equal(Verdict.Malformed, Verify(bundle with { KeyHistory = [] }));
        Assert.Equal(Verdict.Malformed, Verify(bundle with { ModelEntry = bundle.KeyHistory[1] }));
    }

    private static Verdict Verify(Bundle bundle) => Verifier.Verify(bundle.ToBytes(), TestIssuer.Policy).Verdict;

    private static TestIssuer With(int index, KeyEvent step) => Honest with { KeyEvents = Honest.KeyEvents.Add(index, step) };
}
