using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Tests.Models.Int8;
using Assay.Proofs.Files;
using Assay.Proofs.Models.Layers;
using Assay.Prover.Models;
using Assay.Prover.Reference;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Prover.Tests.Models;

/// <summary>A file of assay-int8-v1 from the engine's graph to a proof that a receipt's verifier accepts.</summary>
public class ModelProverTests
{
    private static readonly Hash Manifest = Sha256.Of("the model's files"u8);
    private static readonly ModelProver Prover = new();
    private static readonly EvidenceVerifier Verifier = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_proved_is_what_the_engine_computes(int seed)
    {
        var graph = OnnxModel.Read(TinyInt8.Classifier(seed));
        var provable = ProvableModel.Of(graph);
        var (chosen, _) = ProofSizes.Choose(provable);
        Assert.Contains(chosen.Layers, l => l is AddLayer);
        var (input, output) = Run(graph, TinyInt8.Picture(seed));
        var plan = new Assay.Proofs.Protocol.ProofPlan(chosen, 1);
        var run = ReferenceRun.Of(plan, provable.Weights, provable.Input.Quantize(input)!.Value.Values);
        Assert.Equal(provable.Output.Invert(output)!.Value.Values, run.OutputOf(plan));
    }

    [Fact]
    public void A_run_is_proved_and_nothing_else_is()
    {
        var graph = OnnxModel.Read(TinyInt8.Classifier());
        var commitment = Prover.Commit(graph, Manifest);
        Assert.True(commitment.Bits >= 100);
        Assert.Equal(commitment.Id, Hash.From(CommittedModel.Read(commitment.File).Id));
        var (input, output) = Run(graph, TinyInt8.Picture(1));
        var run = new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), input, output);
        var proof = Prover.Prove(graph, commitment.File, run);
        Assert.InRange(proof.Length, 1, commitment.ProofBytes);
        var evidence = new ProofEvidence(proof, commitment.File);
        var verdict = Verifier.Verify(evidence, run);
        Assert.True(verdict.Holds, verdict.Detail);

        var (otherInput, otherOutput) = Run(graph, TinyInt8.Picture(2));
        Assert.False(Verifier.Verify(evidence, run with { Input = otherInput }).Holds);
        Assert.False(Verifier.Verify(evidence, run with { Output = otherOutput }).Holds);
        Assert.False(Verifier.Verify(evidence, run with { ProofModel = Manifest }).Holds);
        Assert.False(Verifier.Verify(evidence, run with { Receipt = ReceiptOf(Manifest, "another nonce") }).Holds);
        Assert.False(Verifier.Verify(evidence, run with { Receipt = ReceiptOf(commitment.Id, "a nonce") }).Holds);
        var wrong = proof.ToArray();
        wrong[^1] ^= 1;
        Assert.False(Verifier.Verify(evidence with { Proof = wrong }, run).Holds);
        Assert.False(Verifier.Verify(evidence with { Commitment = commitment.File.AsMemory(1) }, run).Holds);
        Assert.False(Verifier.Verify(evidence with { Commitment = Prover.Commit(OnnxModel.Read(TinyInt8.Classifier(5)), Manifest).File }, run).Holds);
        Assert.Throws<ModelException>(() => new ModelProver().Prove(OnnxModel.Read(TinyInt8.Classifier(5)), commitment.File, run));
        Assert.Throws<ModelException>(() => Prover.Prove(graph, commitment.File, run with { ProofModel = Manifest }));
    }

    [Fact]
    public void Of_the_weights_a_proof_is_asked_or_the_log_s_word_is_named()
    {
        var graph = OnnxModel.Read(TinyInt8.Classifier());
        var commitment = Prover.Commit(graph, Manifest);
        var doing = new List<string>();
        var weights = Prover.ProveWeights(graph, commitment.File, doing.Add);
        Assert.Contains("proving the weights", doing);
        Assert.Null(WeightProofFile.Verify(weights, CommittedModel.Read(commitment.File)));
        var (input, output) = Run(graph, TinyInt8.Picture(1));
        var run = new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), input, output);
        var evidence = new ProofEvidence(Prover.Prove(graph, commitment.File, run), commitment.File);

        Assert.Equal(WeightsFooting.LogWord, Verdict(evidence, Verifier));
        Assert.Equal(WeightsFooting.Proved, Verdict(evidence with { Weights = weights }, Verifier));
        var given = new EvidenceVerifier(weights);
        Assert.Empty(given.Judged);
        Assert.Equal(WeightsFooting.Proved, Verdict(evidence, given));
        Assert.Equal([commitment.Id], given.Judged);

        // One that does not hold is refused, in a bundle and by itself; what was found once of another file stands for nothing.
        var bad = weights.ToArray();
        bad[^1] ^= 1;
        var other = Prover.Commit(OnnxModel.Read(TinyInt8.Classifier(5)), Manifest).File;
        var ofOther = Prover.ProveWeights(OnnxModel.Read(TinyInt8.Classifier(5)), other);
        Assert.Null(Verdict(evidence with { Weights = bad }, Verifier));
        Assert.Null(Verdict(evidence with { Weights = bad }, given));
        Assert.Null(Verdict(evidence with { Weights = ofOther }, given));
        Assert.Null(Verdict(evidence with { Weights = evidence.Proof }, given));
        Assert.Null(Verdict(evidence, new EvidenceVerifier(bad)));
        // One that is about another model is not asked; a proof that does not hold is not saved by the weights'.
        Assert.Equal(WeightsFooting.LogWord, Verdict(evidence, new EvidenceVerifier(ofOther)));
        Assert.Null(Verdict(evidence with { Proof = weights, Weights = weights }, Verifier));
        Assert.Throws<ModelException>(() => Prover.ProveWeights(OnnxModel.Read(TinyInt8.Classifier(5)), commitment.File));

        // Null where it is refused.
        WeightsFooting? Verdict(ProofEvidence of, EvidenceVerifier by)
        {
            var (first, again) = (by.Verify(of, run), by.Verify(of, run));
            Assert.Equal(first, again);
            Assert.Equal(first.Holds, first.Weights is not null);
            return first.Weights;
        }
    }

    [Fact]
    public void Damaged_evidence_is_refused_and_never_throws_whatever_the_log_names()
    {
        var graph = OnnxModel.Read(TinyInt8.Classifier());
        var commitment = Prover.Commit(graph, Manifest);
        var (input, output) = Run(graph, TinyInt8.Picture(1));
        var run = new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), input, output);
        var good = new ProofEvidence(Prover.Prove(graph, commitment.File, run), commitment.File);
        var read = 0;
        Parallel.For(0, 400, seed =>
        {
            var random = new Random(seed);
            // Of the commitment first the head, where its figures stand.
            var (proof, file) = (good.Proof.ToArray(), good.Commitment.ToArray());
            var (target, most) = seed % 4 == 0 ? (proof, proof.Length) : (file, seed % 4 == 1 ? 200 : file.Length);
            for (var i = random.Next(1, 3); i > 0; i--)
                target[random.Next(most)] = (byte)random.Next(256);
            if (proof.AsSpan().SequenceEqual(good.Proof.Span) && file.AsSpan().SequenceEqual(good.Commitment.Span))
                return;
            // As if whoever made the file had also published it.
            var named = run;
            try
            {
                named = run with { ProofModel = Hash.From(CommittedModel.Read(file).Id) };
                Interlocked.Increment(ref read);
            }
            catch (Assay.Verify.MalformedException)
            {
            }
            Assert.False(Verifier.Verify(new ProofEvidence(proof, file), named).Holds);
        });
        Assert.True(read > 100, $"only {read} damaged files could be read");
    }

    [Fact]
    public void A_transformer_block_is_proved()
    {
        var graph = OnnxModel.Read(TinyInt8.Everything());
        var provable = ProvableModel.Of(graph);
        Assert.Contains(provable.Layers, l => l is SoftmaxLayer);
        var picture = Tensor.From<float>(Shape.Of(1, 6, 8, 8), [.. Enumerable.Range(0, 384).Select(i => (i % 17 - 8) / 8f)]);
        var (chosen, _) = ProofSizes.Choose(provable);
        var (input, output) = Run(graph, picture);
        var plan = new Assay.Proofs.Protocol.ProofPlan(chosen, 1);
        var run = ReferenceRun.Of(plan, provable.Weights, provable.Input.Quantize(input)!.Value.Values);
        Assert.Equal(provable.Output.Invert(output)!.Value.Values, run.OutputOf(plan));
    }

    [Theory]
    [InlineData(5, 2, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(9, 3, 2)]
    [InlineData(2, 1, 0)]
    public void Pools_of_any_window_go_line_by_line(int kernel, int stride, int pad)
    {
        var model = new Int8Writer("pools");
        var x = model.Quantize(model.Input("image", -1, 2, 13, 13), 127, -3);
        x = model.MaxPool(x, [kernel, kernel], [stride, stride], [pad, pad, pad, pad]);
        model.Dequantize(model.Conv(x, TinyInt8.Weights(1, 2, 2, 1, 1), TinyInt8.Biases(1, 2), -3, 1000, Requantisation.Of(300, 15, 3)), 0.5f, 3, "y", -1, 2, (13 + 2 * pad - kernel) / stride + 1, (13 + 2 * pad - kernel) / stride + 1);
        var graph = OnnxModel.Read(model.ToBytes());
        var provable = ProvableModel.Of(graph);
        var picture = Tensor.From<float>(Shape.Of(3, 2, 13, 13), [.. Enumerable.Range(0, 3 * 2 * 169).Select(i => ((i * 7919) % 257 - 128) / 128f)]);
        var (input, output) = Run(graph, picture);
        var plan = new Assay.Proofs.Protocol.ProofPlan(provable.With(new(8, 3, 124, 10)), 3);
        var (batch, values) = provable.Input.Quantize(input)!.Value;
        Assert.Equal(3, batch);
        Assert.Equal(provable.Output.Invert(output)!.Value.Values, ReferenceRun.Of(plan, provable.Weights, values).OutputOf(plan));
    }

    [Fact]
    public void More_inferences_than_one_proof_can_show_are_refused_before_they_are_run()
    {
        var writer = new Int8Writer("many");
        var x = writer.Quantize(writer.Input("image", -1, 4), 127, -3);
        writer.Dequantize(writer.Table(x, [.. TinyInt8.Curve()]), 0.5f, 0, "y", -1, 4);
        var graph = OnnxModel.Read(writer.ToBytes());
        var commitment = Prover.Commit(graph, Manifest);
        // 2^16 inferences of four values are 2^18 lookups, of which the calculator is content; of one more than 2^16 no verifier takes any.
        foreach (var (batch, proved) in ((int, bool)[])[(1, true), (3, true), ((1 << 16) + 1, false)])
        {
            var picture = Tensor.From<float>(Shape.Of(batch, 4), new float[4 * batch]);
            var (input, output) = Run(graph, picture);
            var run = new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), input, output);
            if (proved)
                Assert.True(Verifier.Verify(new ProofEvidence(Prover.Prove(graph, commitment.File, run), commitment.File), run).Holds);
            else
                Assert.Throws<ModelException>(() => Prover.Prove(graph, commitment.File, run));
        }
        var model = new Int8Writer("large");
        x = model.Quantize(model.Input("image", -1, 4096), 127, -3);
        model.Dequantize(model.Table(x, [.. TinyInt8.Curve()]), 0.5f, 0, "y", -1, 4096);
        graph = OnnxModel.Read(model.ToBytes());
        commitment = Prover.Commit(graph, Manifest);
        var (many, outputs) = Run(graph, Tensor.From<float>(Shape.Of(1025, 4096), new float[1025 * 4096]));
        var refused = Assert.Throws<ModelException>(() => Prover.Prove(graph, commitment.File, new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), many, outputs)));
        Assert.Contains("1025 inferences, more than one proof", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_proofs_do_not_know_is_refused_in_one_line()
    {
        var model = new Int8Writer("wide strides");
        var x = model.Quantize(model.Input("image", 1, 2, 8, 8), 127, -3);
        x = model.Conv(x, TinyInt8.Weights(1, 2, 2, 1, 1), TinyInt8.Biases(1, 2), -3, 1000, Requantisation.Of(300, 15, 3), strides: [1, 2]);
        model.Dequantize(x, 0.5f, 3, "y", 1, 2, 8, 4);
        var graph = OnnxModel.Read(model.ToBytes());
        Assert.Contains("strides", Assert.Throws<ModelException>(() => ProvableModel.Of(graph)).Message, StringComparison.Ordinal);

        var open = new Int8Writer("open rows");
        open.Dequantize(open.Table(open.Quantize(open.Input("x", 1, -1), 127, 0), [.. TinyInt8.Curve()]), 0.5f, 0, "y", 1, -1);
        Assert.Contains("only the batch may be open", Assert.Throws<ModelException>(() => ProvableModel.Of(OnnxModel.Read(open.ToBytes()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_inferences_than_a_verifier_takes_are_refused_before_they_are_proved()
    {
        var model = new Int8Writer("open batch");
        var x = model.Quantize(model.Input("image", -1, 64), 127, -3);
        model.Dequantize(model.Dense(x, TinyInt8.Weights(1, 64, 64), TinyInt8.Biases(1, 64), -3, 1000, Requantisation.Of(300, 15, 3)), 0.5f, 3, "y", -1, 64);
        var graph = OnnxModel.Read(model.ToBytes());
        var commitment = Prover.Commit(graph, Manifest);
        var doing = new List<string>();
        foreach (var (batch, holds) in new[] { (3, true), (1 << 15, false), (1 << 16, false) })
        {
            var (input, output) = Run(graph, Tensor.From<float>(Shape.Of(batch, 64), new float[batch * 64]));
            var run = new ProvedRun(commitment.Id, ReceiptOf(Manifest, "a nonce"), input, output);
            doing.Clear();
            if (holds)
                Assert.True(Verifier.Verify(new ProofEvidence(Prover.Prove(graph, commitment.File, run, doing.Add), commitment.File), run).Holds);
            else
                Assert.Contains($"{batch} inferences, more than", Assert.Throws<ModelException>(() => Prover.Prove(graph, commitment.File, run, doing.Add)).Message, StringComparison.Ordinal);
            Assert.Equal(holds, doing.Count > 0);
        }
    }

    private static (byte[] Input, byte[] Output) Run(Graph graph, Tensor picture)
    {
        using var session = new Session(graph);
        var input = graph.Values[graph.Inputs[0]].Name;
        var outputs = session.Run(new Dictionary<string, Tensor> { [input] = picture });
        return (TensorEncoding.Encode([new NamedTensor(input, picture)]), TensorEncoding.Encode(outputs));
    }

    private static Receipt ReceiptOf(Hash manifest, string nonce) => new()
    {
        RecordId = new string('0', 32), Sequence = 0, ClientNonce = nonce,
        Issuer = new Issuer(Manifest, "tester"), Model = new ModelClaim("digits", "1", manifest, "onnx"),
        Input = new ContentClaim(Receipt.Tensors, 1, Sha256.Of("input"u8)), WireInput = null,
        Output = new OutputClaim(1, Sha256.Of("output"u8)), Execution = new ExecutionClaim("assay-int8-v1", new EngineClaim("assay", "0", "0"), Manifest),
        RequestedAt = DateTimeOffset.UnixEpoch, CompletedAt = DateTimeOffset.UnixEpoch, NotBefore = Receipt.NoCheckpoint("assay.test/log"),
        Auditable = false, Venue = [],
    };
}
