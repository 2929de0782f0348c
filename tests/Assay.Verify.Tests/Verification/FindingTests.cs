using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Verify.Tests.Verification;

/// <summary>Findings that need more than one lie against one policy: thresholds, witnesses, outputs, findings about the run, completeness.</summary>
public class FindingTests
{
    private static readonly Hash Wrong = Sha256.Of([1, 2, 3]);
    private static readonly TestIssuer Honest = new();
    private static readonly TestIssuer Several = new() { Roots = [TestIssuer.RootKey, TestIssuer.Key("root 2"), TestIssuer.P256Key], Threshold = 2 };
    private static readonly TestIssuer Indexed = new() { EpochSize = 25 };
    private static readonly TestIssuer Cosigned = new() { Witnesses = [("w1", TestIssuer.Key("w1"))] };
    private static readonly TestIssuer Relaying = new() { IsRelayed = true };
    private static readonly TestIssuer Speaking = new() { Tokens = Tokens(5) };

    internal static readonly Dictionary<string, (Axis Axis, AxisStatus Status, string Reason, Func<(Bundle, Policy)> Make)> Cases = new()
    {
        // integrity, signature, log, model, venue: as they should be
        ["everything agrees"] = (Axis.Integrity, AxisStatus.Verified, Reasons.Agrees, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the receipt is signed"] = (Axis.Signature, AxisStatus.Verified, Reasons.Signed, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the receipt is signed by a key of P-256"] = (Axis.Signature, AxisStatus.Verified, Reasons.Signed, () => Own(Honest.WithP256())),
        ["nobody introduced the serving key"] = (Axis.Signature, AxisStatus.Unverifiable, Reasons.NoKey, () =>
            Own(Honest with { KeyEvents = ImmutableSortedDictionary<int, KeyEvent>.Empty })),
        ["the receipt is in the log"] = (Axis.Log, AxisStatus.Verified, Reasons.Included, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the receipt of a key of P-256 is in the log"] = (Axis.Log, AxisStatus.Verified, Reasons.Included, () => Own(Honest.WithP256())),
        ["the model is published"] = (Axis.Model, AxisStatus.Verified, Reasons.Published, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the operator says where"] = (Axis.Venue, AxisStatus.NotChecked, Reasons.OperatorWord, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["nobody says where"] = (Axis.Venue, AxisStatus.NotChecked, Reasons.NoClaim, () => Own(Honest with { EditReceipt = r => r with { Venue = [] } })),

        // key: thresholds
        ["the key is leased"] = (Axis.Key, AxisStatus.Verified, Reasons.Leased, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["two of three roots signed"] = (Axis.Key, AxisStatus.Verified, Reasons.Leased, () => Own(Several)),
        ["all three roots signed"] = (Axis.Key, AxisStatus.Verified, Reasons.Leased, () => Own(Several with { EventSigners = Several.Roots })),
        ["the policy asks for more roots than genesis"] = (Axis.Key, AxisStatus.Refuted, Reasons.EventProof, () =>
            (Several.Issue(), Several.OwnPolicy with { RootThreshold = 3 })),
        ["the policy knows too few of genesis's roots"] = (Axis.Key, AxisStatus.Refuted, Reasons.UnknownRoot, () =>
            (Several.Issue(), Several.OwnPolicy with { Roots = [TestIssuer.RootKey.PublicKey, TestIssuer.OtherKey.PublicKey] })),
        ["the signers are not those that the policy knows"] = (Axis.Key, AxisStatus.Refuted, Reasons.EventProof, () =>
            ((Several with { EventSigners = Several.Roots[1..] }).Issue(),
                Several.OwnPolicy with { Roots = [Several.Roots[0].PublicKey], RootThreshold = 1 })),
        ["one root signed alone"] = (Axis.Key, AxisStatus.Refuted, Reasons.EventProof, () => Own(Several with { EventSigners = [TestIssuer.RootKey] })),
        ["a stranger signed beside enough roots"] = (Axis.Key, AxisStatus.Refuted, Reasons.EventProof, () =>
            Own(Several with { EventSigners = [.. Several.Roots[..2], TestIssuer.OtherKey] })),
        ["one bad signature stands beside enough good ones"] = (Axis.Key, AxisStatus.Refuted, Reasons.EventProof, () => Own(Several with
        {
            EventSigners = Several.Roots,
            EditEntry = (said, e) => said is KeyEvent ? e with { Signatures = e.Signatures.SetItem(1, e.Signatures[1] with { Bytes = new byte[64] }) } : e,
        })),

        // witnesses and time
        ["no witness is asked for"] = (Axis.Witnesses, AxisStatus.NotChecked, Reasons.NoneAsked, () => Own(Cosigned)),
        ["a quorum cosigned"] = (Axis.Witnesses, AxisStatus.Verified, Reasons.Quorum, () => (Cosigned.Issue(), Witnessed("w1"))),
        ["no quorum cosigned"] = (Axis.Witnesses, AxisStatus.Refuted, Reasons.NoQuorum, () => (Honest.Issue(), Witnessed("w1"))),
        ["a witness's line is of another text"] = (Axis.Witnesses, AxisStatus.Refuted, Reasons.Cosignature, () =>
            (Cosigned.Issue() with { LogProof = Garbled(Cosigned.Issue().LogProof, 1) }, Witnessed("w1"))),
        ["the time is the node's word"] = (Axis.Time, AxisStatus.Unverifiable, Reasons.Claimed, () => Own(Cosigned)),
        ["witnesses had seen it"] = (Axis.Time, AxisStatus.Verified, Reasons.Witnessed, () => (Cosigned.Issue(), Witnessed("w1"))),

        // input and output
        ["the input is opened"] = (Axis.Input, AxisStatus.Verified, Reasons.Opened, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the input is withheld"] = (Axis.Input, AxisStatus.NotChecked, Reasons.Withheld, () => Shown(Honest, d => d with { Input = null })),
        ["the wire input alone is withheld"] = (Axis.Input, AxisStatus.NotChecked, Reasons.Withheld, () => Shown(Honest, d => d with { WireInput = null })),
        ["the output is withheld"] = (Axis.Output, AxisStatus.NotChecked, Reasons.Withheld, () => Shown(Honest, d => d with { Output = null })),
        ["the output is opened"] = (Axis.Output, AxisStatus.Verified, Reasons.Opened, () => (Honest.Issue(), Honest.OwnPolicy)),
        ["the tokens are opened"] = (Axis.Output, AxisStatus.Verified, Reasons.Opened, () => Own(Speaking)),
        ["all pieces of the output are opened one by one"] = (Axis.Output, AxisStatus.Verified, Reasons.Opened, () => Span(Honest, 0, 1)),
        ["all tokens are opened one by one"] = (Axis.Output, AxisStatus.Verified, Reasons.Opened, () => Span(Speaking, 0, 5)),
        ["a span of tokens is opened"] = (Axis.Output, AxisStatus.Unverifiable, Reasons.Span, () => Span(Speaking, 1, 3)),
        ["fewer tokens are shown as if they were all"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Shown(Speaking, d => d with { Output = d.Output! with { Bytes = OutputToken.Encode(Tokens(4)) } })),
        ["as many bytes are shown that are fewer tokens"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Shown(Speaking, d => d with { Output = d.Output! with { Bytes = new OutputToken(7, new byte[d.Output.Bytes.Length - 12], []).ToBytes() } })),
        ["as many bytes are shown that are no tokens"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Shown(Speaking, d => d with { Output = d.Output! with { Bytes = Enumerable.Repeat((byte)255, d.Output.Bytes.Length).ToArray() } })),
        ["the span goes beyond the last token"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () => Span(Speaking, 2, 3, s => s with { First = 3 })),
        ["the span begins beyond the last token"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Span(Speaking, 2, 3, s => s with { First = (1UL << 53) - 1 })),
        ["a piece of a span of tokens is two of them"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Span(Speaking, 1, 2, s => s with { Pieces = [new(s.Pieces[0].Salt, (byte[])[.. s.Pieces[0].Bytes.Span, .. s.Pieces[1].Bytes.Span])] })),
        ["a piece of tensors is shorter than its place demands"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Span(Honest, 0, 1, s => s with { Pieces = [s.Pieces[0] with { Bytes = s.Pieces[0].Bytes[1..] }] })),
        ["the token shown is another"] = (Axis.Output, AxisStatus.Refuted, Reasons.Commitment, () =>
            Span(Speaking, 1, 1, s => s with { Pieces = [s.Pieces[0] with { Bytes = Tokens(5)[2].ToBytes() }] })),
        ["the span stands elsewhere"] = (Axis.Output, AxisStatus.Refuted, Reasons.Commitment, () => Span(Speaking, 1, 2, s => s with { First = 2 })),
        ["the span's path is too long"] = (Axis.Output, AxisStatus.Refuted, Reasons.Commitment, () => Span(Speaking, 1, 2, s => s with { Path = s.Path.Add(Wrong) })),
        ["the span's path is too short"] = (Axis.Output, AxisStatus.Refuted, Reasons.Commitment, () => Span(Speaking, 1, 2, s => s with { Path = s.Path[..^1] })),
        ["all tokens are right and the statement's length is not their sum"] = (Axis.Output, AxisStatus.Refuted, Reasons.Length, () =>
            Span(Speaking with { EditReceipt = r => r with { Output = r.Output with { Length = r.Output.Length + 1 } } }, 0, 5)),

        // execution
        ["the answer came from an upstream"] = (Axis.Execution, AxisStatus.Unverifiable, Reasons.Relayed, () => Own(Relaying)),
        ["what came from an upstream is shown"] = (Axis.Output, AxisStatus.Verified, Reasons.Opened, () => Own(Relaying)),
        ["nobody looked at the run"] = (Axis.Execution, AxisStatus.NotChecked, Reasons.NoReplay, () => (Honest.Issue(), Honest.OwnPolicy)),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    /// <summary>What the cases find, with the four findings about a run that <see cref="Findings_about_a_run"/> makes.</summary>
    public static IEnumerable<(Axis, AxisStatus, string)> Found =>
    [
        .. Cases.Values.Select(c => (c.Axis, c.Status, c.Reason)), .. CompletenessTests.Found,
        (Axis.Execution, AxisStatus.Verified, Reasons.Reproduced), (Axis.Execution, AxisStatus.Verified, Reasons.Proved),
        (Axis.Execution, AxisStatus.Refuted, Reasons.Diverged), (Axis.Execution, AxisStatus.Unverifiable, Reasons.OtherStatement),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_case_is_found_for_its_own_reason(string name)
    {
        var (axis, status, reason, make) = Cases[name];
        var (bundle, policy) = make();
        var report = Verifier.Verify(bundle.ToBytes(), policy);
        Assert.Equal((axis, status, reason), (axis, report[axis].Status, report[axis].Reason));
        Assert.Equal(status == AxisStatus.Refuted || policy.Require.Contains(axis) && status != AxisStatus.Verified, !report.Accepted);
    }

    [Theory]
    [InlineData(ExecutionOutcome.Reproduced, AxisStatus.Verified, Reasons.Reproduced)]
    [InlineData(ExecutionOutcome.Proved, AxisStatus.Verified, Reasons.Proved)]
    [InlineData(ExecutionOutcome.Diverged, AxisStatus.Refuted, Reasons.Diverged)]
    public void Findings_about_a_run(ExecutionOutcome outcome, AxisStatus status, string reason)
    {
        var bundle = Honest.Issue();
        var check = Verifier.Verify(bundle.ToBytes(), Honest.OwnPolicy, new ExecutionFinding(Sha256.Of(bundle.Envelope.Pae()), outcome, ""))[Axis.Execution];
        Assert.Equal((status, reason), (check.Status, check.Reason));
        check = Verifier.Verify(bundle.ToBytes(), Honest.OwnPolicy, new ExecutionFinding(Wrong, outcome, ""))[Axis.Execution];
        Assert.Equal((AxisStatus.Unverifiable, Reasons.OtherStatement), (check.Status, check.Reason));
    }

    internal static ImmutableArray<OutputToken> Tokens(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new OutputToken((uint)(1000 + i), Encoding.UTF8.GetBytes(new string('t', i)), i % 2 == 0 ? [] : [1, (uint)i]))];

    private static (Bundle, Policy) Own(TestIssuer issuer) => (issuer.Issue(), issuer.OwnPolicy);

    private static (Bundle, Policy) Shown(TestIssuer issuer, Func<Disclosures, Disclosures> edit)
    {
        var bundle = issuer.Issue();
        return (bundle with { Disclosures = edit(bundle.Disclosures) }, issuer.OwnPolicy);
    }

    private static (Bundle, Policy) Span(TestIssuer issuer, int first, int count, Func<OutputSpan, OutputSpan>? edit = null)
    {
        var bundle = (issuer with { EditReceipt = r => r }).Issue().DiscloseOutputSpan(first, count, showInput: true);
        var shown = bundle.Disclosures with { Span = edit is null ? bundle.Disclosures.Span : edit(bundle.Disclosures.Span!) };
        return (issuer.Issue() with { Disclosures = shown }, issuer.OwnPolicy);
    }

    private static Policy Witnessed(string quorum)
    {
        var text = TestIssuer.LogPolicy($"quorum {quorum}", ("w1", TestIssuer.Key("w1")));
        return TestIssuer.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };
    }

    private static TlogProof Garbled(TlogProof proof, int line)
    {
        var bytes = proof.Note.Signatures[line].Bytes.ToArray();
        bytes[^1] ^= 1;
        return proof with { Note = proof.Note with { Signatures = proof.Note.Signatures.SetItem(line, proof.Note.Signatures[line] with { Bytes = bytes }) } };
    }
}
