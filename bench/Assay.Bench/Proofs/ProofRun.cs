using System.Collections.Immutable;
using System.Diagnostics;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Fast;
using Assay.Verify.Crypto;

namespace Assay.Bench.Proofs;

/// <summary>Commits to one network, proves and verifies: every proof that is timed is verified, and is refused for another output.</summary>
internal sealed class ProofRun : IDisposable
{
    private readonly FastProver prover;
    private readonly ProofModel model;
    private readonly ImmutableArray<LayerWeights?> weights;
    private readonly ProofNetwork network;
    private readonly string name;
    private CommittedWeights matrix;
    private CommittedModel committed;

    public ProofRun(ProofCase of)
    {
        (name, network) = (of.Name, of.Network());
        (model, weights) = (network.Model(of.Parameters), network.Weights);
        prover = new FastProver(Threads);
        matrix = prover.Commit(model, weights);
        committed = Published();
    }

    /// <summary>Of the prover; the verifier has one.</summary>
    public int Threads { get; } = Math.Min(2, Environment.ProcessorCount);

    public void Dispose() => prover.Dispose();

    public IEnumerable<(DenseLayer Layer, LayerWeights Weights)> DenseLayers => model.Layers.Zip(weights).Where(l => l.First is DenseLayer).Select(l => ((DenseLayer)l.First, l.Second!));

    /// <summary>Milliseconds from the weights to a commitment and what proofs need of it.</summary>
    public double Commit()
    {
        var start = Stopwatch.GetTimestamp();
        matrix = prover.Commit(model, weights);
        committed = Published();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>A statement about so many inferences, its output from a run of its own.</summary>
    /// <exception cref="BenchException">Nearly all outputs are clamped, or all are one value.</exception>
    public Statement Statement(int batch)
    {
        var input = network.Inputs(batch);
        var plan = new ProofPlan(model, batch);
        var output = prover.Run(matrix, batch, input).OutputOf(plan);
        var clamped = output.Count(y => y is -128 or 127);
        // A rectified output is at its low end half of the time.
        if (clamped > 0.9 * output.Length || output.Distinct().Count() < 2)
            throw new BenchException($"{name}: {clamped} of {output.Length} outputs are at an end of their range: the scales say nothing");
        return new Statement(committed.Id, ReadOnlyMemory<byte>.Empty, batch, input, output);
    }

    /// <summary>From the input to the bytes of a proof file: the run of the model is in it.</summary>
    public (double Milliseconds, byte[] Proof) Prove(Statement statement)
    {
        var start = Stopwatch.GetTimestamp();
        var proof = ProofFile.Of(committed, prover.Prove(matrix, statement));
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, proof);
    }

    /// <summary>From the bytes of the commitment and of the proof to the verdict.</summary>
    /// <exception cref="BenchException">The proof is refused.</exception>
    public double Verify(Statement statement, byte[] proof)
    {
        var published = committed.ToBytes();
        var start = Stopwatch.GetTimestamp();
        var verdict = ProofFile.Verify(proof, CommittedModel.Read(published), statement);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return verdict.Holds ? time : throw new BenchException($"{name}: the proof is refused ({verdict.Refused})");
    }

    /// <summary>The proof about the weights, from the encoded matrix to the bytes of its file, and its check.</summary>
    /// <exception cref="BenchException">It is refused, or accepted of another model.</exception>
    public (double Prove, double Verify, int Bytes) Weights()
    {
        var start = Stopwatch.GetTimestamp();
        var file = WeightProofFile.Of(committed, prover.ProveWeights(matrix, committed.Id));
        var prove = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var published = committed.ToBytes();
        start = Stopwatch.GetTimestamp();
        var refused = WeightProofFile.Verify(file, CommittedModel.Read(published));
        var verify = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return refused is null && WeightProofFile.Verify(file, committed with { Manifest = Sha256.Of("another"u8) }) is not null
            ? (prove, verify, file.Length)
            : throw new BenchException($"{name}: the proof about the weights is refused ({refused}), or accepted of another model");
    }

    /// <exception cref="BenchException">The proof is accepted for another output.</exception>
    public void RefusesAnother(Statement statement, byte[] proof)
    {
        var other = statement with { Output = statement.Output.SetItem(0, (sbyte)(statement.Output[0] ^ 1)) };
        if (ProofFile.Verify(proof, committed, other).Holds)
            throw new BenchException($"{name}: the proof is accepted for another output");
    }

    private CommittedModel Published()
    {
        // 0 is the batch.
        PublicTensor Tensor(string tensor, TensorShape shape) => PublicTensor.Int8(tensor, [0, .. shape.Axes.Skip(1).Select(a => a.Size)]);
        var shapes = model.Shapes(1);
        return new CommittedModel(model, Tensor("x", shapes[0]), Tensor("y", shapes[^1]), Sha256.Of("made up"u8), Hash.From(matrix.Root));
    }
}
