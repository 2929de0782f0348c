using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Axis = Assay.Verify.Reports.Axis;

namespace Assay.Prover.Tests.Files;

/// <summary>
/// Real proofs under receipts that they do not belong to (C3, C5, C6), as evidence in whole bundles. What opens a commitment is checked before anyone
/// looks at the proof, and what is no tensor of the model becomes no statement at all: there the half that is accepted asks for the proof of the
/// statement that a verifier without the check would make.
/// </summary>
public sealed class BindingForgeryTests
{
    private static readonly ImmutableArray<sbyte> X = [-128, 5, 77, -3, 127, 40];

    private static readonly EvidenceVerifier Verifier = new();

    private readonly ProvedModel proved;
    private readonly CommittedModel model;
    private readonly TestIssuer issuer;

    public BindingForgeryTests()
    {
        var network = new ProofModel([2, 3], -3,
            [new ReshapeLayer(0, [6]), new DenseLayer(1, 8, -3, 500, [new(20011, 17, 3, -128, 127, [])], [0])], ProvedModel.Small);
        proved = new ProvedModel(new Random(61), network, 1);
        model = proved.Commitment with
        {
            Input = new("image", true, [0, 2, 3], 4f, -3), Output = new("scores", true, [0, 8], 0.25f, 3), Manifest = TestIssuer.Model.Manifest,
        };
        var run = Run(X);
        Assert.Contains((sbyte)127, run);
        issuer = Of(Input(X), Output(run));
    }

    [Fact]
    public void A_bundle_with_a_proof_of_its_receipt_is_proved()
    {
        var evidence = Evidence(issuer, X, Run(X));
        Assert.Equal((Reasons.Proved, ""), Asked(issuer.Issue(), evidence));
        Assert.Null(Checked(evidence, RunOf(issuer)));
    }

    [Fact]
    public void C3_another_model_than_the_log_and_the_receipt_name()
    {
        // The weights are the same; the manifest that the commitment names is another's.
        var other = model with { Manifest = Sha256.Of("another model"u8) };
        var statement = StatementOf(issuer, X, Run(X));
        var evidence = new ProofEvidence(ProofFile.Of(other, proved.Prove(statement, Statement(X))), other.ToBytes());
        Refused(issuer, evidence, ProofCheck.Model);
        // As if the log named it too: it is not the receipt's.
        var named = issuer with { EditModel = m => m with { ProofModel = Hash.From(other.Id) } };
        evidence = new ProofEvidence(ProofFile.Of(other, proved.Prove(StatementOf(named, X, Run(X)) with { ModelId = other.Id }, Statement(X))), other.ToBytes());
        Refused(named, evidence, ProofCheck.Model);
    }

    [Fact]
    public void C5_another_input_than_the_committed_one()
    {
        // Proved is a run of other bytes than those that the receipt commits to, whose output it has.
        var other = X.SetItem(2, 12);
        Assert.NotEqual(Run(X).AsEnumerable(), Run(other));
        var lying = Of(Input(X), Output(Run(other)));
        var evidence = Evidence(lying, other, Run(other));
        // Shown as the committed input, they do not open it; nobody looks at the proof.
        var bundle = lying.Issue();
        var shown = bundle with { Disclosures = bundle.Disclosures with { Input = new Disclosure(TestIssuer.Salt("input"), Input(other)) } };
        Assert.Equal(("depends-on-input", ""), Asked(shown, evidence));
        Assert.Null(Checked(evidence, RunOf(lying) with { Input = Input(other) }));
        // And held against those that open it, the proof is of another run.
        Assert.Equal(Reasons.BadProof, Asked(bundle, evidence).Reason);
    }

    [Fact]
    public void C5_a_salt_that_does_not_open_the_commitment()
    {
        var evidence = Evidence(issuer, X, Run(X));
        var bundle = issuer.Issue();
        var salted = bundle with { Disclosures = bundle.Disclosures with { Input = new Disclosure(TestIssuer.Salt("another"), Input(X)) } };
        Assert.Equal(("depends-on-input", ""), Asked(salted, evidence));
        Assert.Null(Checked(evidence, RunOf(issuer)));
    }

    [Theory]
    [InlineData("dimensions permuted")]
    [InlineData("dimensions joined")]
    [InlineData("another name")]
    [InlineData("another tensor beside it")]
    [InlineData("an axis more")]
    public void C5_an_input_that_is_not_the_model_s_tensor(string lie)
    {
        float[] values = [.. X.Select(q => (q + 3) / 4f)];
        NamedTensor Shaped(string name, params int[] extents) => new(name, Tensor.From<float>(Shape.Of(extents), values));
        var input = TensorEncoding.Encode(lie switch
        {
            "dimensions permuted" => [Shaped("image", 1, 3, 2)],
            "dimensions joined" => [Shaped("image", 1, 6)],
            "another name" => [Shaped("images", 1, 2, 3)],
            "another tensor beside it" => [Shaped("image", 1, 2, 3), new("mask", Tensor.From<float>(Shape.Of(1), [1f]))],
            _ => (NamedTensor[])[Shaped("image", 1, 1, 2, 3)],
        });
        // Of the same elements: of what a verifier would see that did not look at their form, there is a proof.
        Refused(Of(input, Output(Run(X))), X, Run(X), ProofCheck.InputBinding);
    }

    [Fact]
    public void C5_an_input_that_is_said_to_be_no_tensors()
    {
        var lying = issuer with { EditReceipt = r => r with { Input = r.Input with { MediaType = "application/json" } } };
        var evidence = Evidence(lying, X, Run(X));
        Refused(lying, evidence, ProofCheck.InputBinding);
        Assert.Null(Checked(evidence, RunOf(lying), ProofChecks.Without(ProofCheck.InputBinding)));
    }

    [Fact]
    public void C6_another_output_than_the_committed_one()
    {
        // The receipt commits to an output that the model does not give; the proof is of the one that it gives.
        var lying = Of(Input(X), Output(Run(X).SetItem(1, 99)));
        var evidence = Evidence(lying, X, Run(X));
        var bundle = lying.Issue();
        var shown = bundle with { Disclosures = bundle.Disclosures with { Output = new Disclosure(TestIssuer.Salt("output"), Output(Run(X))) } };
        Assert.Equal(("depends-on-output", ""), Asked(shown, evidence));
        Assert.Null(Checked(evidence, RunOf(lying) with { Output = Output(Run(X)) }));
        // Said to be the model's, it is the output that does not fit.
        var statement = StatementOf(lying, X, Run(X).SetItem(1, 99));
        Refused(lying, new ProofEvidence(ProofFile.Of(model, proved.Prove(statement, Statement(X))), model.ToBytes()), ProofCheck.Output);
    }

    [Theory]
    [InlineData("128")]
    [InlineData("-129")]
    [InlineData("between two")]
    [InlineData("the next float")]
    [InlineData("NaN")]
    [InlineData("-0")]
    public void C6_an_output_that_no_activation_stands_for(string lie)
    {
        // Where the run clamps to 127 the receipt says 128; the proof is of what is nearest to it.
        var run = Run(X);
        var at = lie switch { "-129" => run.IndexOf((sbyte)-128), "-0" => -1, _ => run.IndexOf((sbyte)127) };
        var (x, values) = (X, run);
        if (at < 0)
            // Another input, of which an output is what is looked for: the zero point of −0, or the lower clamp.
            (x, at) = (from seed in Enumerable.Range(0, 10_000)
                let tried = Inputs(new Random(seed))
                let found = Run(tried).IndexOf((sbyte)(lie == "-0" ? 3 : -128))
                where found >= 0
                select (tried, found)).First();
        values = Run(x);
        var floats = values.Select(y => model.Output.Dequantize(y)).ToArray();
        floats[at] = lie switch
        {
            "128" => (128 - 3) * 0.25f, "-129" => (-129 - 3) * 0.25f, "between two" => (127 - 3) * 0.25f - 0.1f, "the next float" => MathF.BitIncrement((127 - 3) * 0.25f), "NaN" => float.NaN, _ => -0f,
        };
        Refused(Of(Input(x), TensorEncoding.Encode([new NamedTensor("scores", Tensor.From<float>(Shape.Of(1, 8), floats))])), x, values, ProofCheck.OutputBinding);
    }

    [Fact]
    public void C6_an_output_of_another_form_or_batch()
    {
        var run = Run(X);
        float[] values = [.. run.Select(y => model.Output.Dequantize(y))];
        foreach (var output in (NamedTensor[])
            [new("scores", Tensor.From<float>(Shape.Of(8), values)), new("scores", Tensor.From<float>(Shape.Of(1, 2, 4), values)), new("score", Tensor.From<float>(Shape.Of(1, 8), values)),
                new("scores", Tensor.From<double>(Shape.Of(1, 8), [.. values.Select(v => (double)v)])), new("scores", Tensor.From<float>(Shape.Of(2, 8), [.. values, .. values]))])
            Refused(Of(Input(X), TensorEncoding.Encode([output])), X, run, ProofCheck.OutputBinding);
    }

    [Fact]
    public void C6_an_output_of_another_kind_whose_bytes_are_tensors()
    {
        var evidence = Evidence(issuer, X, Run(X));
        var run = RunOf(issuer);
        foreach (var output in (OutputClaim[])[run.Receipt.Output with { Tokens = 3 }, run.Receipt.Output with { IsRelayed = true }])
        {
            Assert.NotEqual(OutputKind.Tensors, output.Kind);
            var claimed = run with { Receipt = run.Receipt with { Output = output } };
            Assert.Equal(ProofCheck.OutputBinding, Checked(evidence, claimed));
            Assert.Null(Checked(evidence, claimed, ProofChecks.Without(ProofCheck.OutputBinding)));
            Assert.Contains("C6", Verifier.Verify(evidence, claimed).Detail, StringComparison.Ordinal);
            Assert.Null(EvidenceVerifier.StatementOf(model, claimed));
        }
    }

    [Fact]
    public void A_proof_of_another_receipt_of_the_same_run_is_refused()
    {
        // Nonce and commitments are in the context: every challenge is another.
        var evidence = Evidence(issuer with { EditReceipt = r => r with { ClientNonce = "another" } }, X, Run(X));
        Assert.Equal(Reasons.BadProof, Asked(issuer.Issue(), evidence).Reason);
        evidence = Evidence(issuer with { EditReceipt = r => r with { Input = r.Input with { Commitment = Sha256.Of("another"u8) } } }, X, Run(X));
        Assert.Equal(Reasons.BadProof, Asked(issuer.Issue(), evidence).Reason);
    }

    // As evidence in the bundle the proof of this statement is refused by the check; the statement by itself it proves.
    private void Refused(TestIssuer of, ImmutableArray<sbyte> input, ImmutableArray<sbyte> output, ProofCheck check)
    {
        var evidence = Evidence(of, input, output);
        Refused(of, evidence, check);
        Assert.True(ProofFile.Verify(evidence.Proof, model, StatementOf(of, input, output)).Holds);
    }

    private static void Refused(TestIssuer of, ProofEvidence evidence, ProofCheck check)
    {
        var (reason, refused) = Asked(of.Issue(), evidence);
        Assert.Equal((Reasons.BadProof, $"C{(int)check}"), (reason, refused));
        Assert.Equal(check, Checked(evidence, RunOf(of)));
        if (check == ProofCheck.Model)
            Assert.Null(Checked(evidence, RunOf(of), ProofChecks.Without(check)));
    }

    private static ProofCheck? Checked(ProofEvidence evidence, ProvedRun run, ProofChecks? checks = null) =>
        EvidenceVerifier.Check(CommittedModel.Read(evidence.Commitment), evidence.Proof, run, checks ?? ProofChecks.All);

    // What the product's verifier finds of the axis, and the check that it names.
    private static (string Reason, string Check) Asked(Bundle bundle, ProofEvidence evidence)
    {
        var asking = TestIssuer.Policy with { Execution = ExecutionDemand.Proved };
        var report = Verify.Verification.Verifier.Verify((bundle with { Evidence = evidence }).ToBytes(), asking, proofs: Verifier);
        var execution = report[Axis.Execution];
        Assert.Equal(execution.Reason == Reasons.Proved, report.Accepted);
        return (execution.Reason, execution.Detail.Split("check ") is [_, var rest] ? rest.Split(' ')[0] : "");
    }

    private TestIssuer Of(byte[] input, byte[] output) => new() { Input = input, Output = output, EditModel = m => m with { ProofModel = Hash.From(model.Id) } };

    private ProofEvidence Evidence(TestIssuer of, ImmutableArray<sbyte> input, ImmutableArray<sbyte> output) =>
        new(ProofFile.Of(model, proved.Prove(StatementOf(of, input, output), Statement(input))), model.ToBytes());

    private Statement StatementOf(TestIssuer of, ImmutableArray<sbyte> input, ImmutableArray<sbyte> output) => new(model.Id, EvidenceVerifier.ContextOf(RunOf(of).Receipt), 1, input, output);

    private static ProvedRun RunOf(TestIssuer of)
    {
        var bundle = of.Issue();
        return new(of.EditModel(TestIssuer.Model).ProofModel!.Value, Receipt.Parse(bundle.Envelope.Payload.Span), of.Input, of.Output);
    }

    private Reference.ReferenceRun Statement(ImmutableArray<sbyte> input) => Reference.ReferenceRun.Of(proved.Plan, proved.Weights, input);

    private ImmutableArray<sbyte> Run(ImmutableArray<sbyte> input) => Statement(input).OutputOf(proved.Plan);

    private static ImmutableArray<sbyte> Inputs(Random random) => [.. X.Select(_ => (sbyte)random.Next(-128, 128))];

    private static byte[] Input(ImmutableArray<sbyte> values) =>
        TensorEncoding.Encode([new NamedTensor("image", Tensor.From<float>(Shape.Of(1, 2, 3), [.. values.Select(q => (q + 3) / 4f)]))]);

    private byte[] Output(ImmutableArray<sbyte> values) =>
        TensorEncoding.Encode([new NamedTensor("scores", Tensor.From<float>(Shape.Of(1, 8), [.. values.Select(y => model.Output.Dequantize(y))]))]);
}
