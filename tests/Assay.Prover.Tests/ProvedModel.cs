using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Prover.Fast;
using Assay.Prover.Reference;
using Assay.Verify.Crypto;

namespace Assay.Prover.Tests;

/// <summary>What a prover says that lies beyond the values of its run.</summary>
/// <param name="Message">Instead of a message: its tag, and its bytes as they would be.</param>
/// <param name="Leaves">What becomes of the numerators and denominators of the tree of lookups.</param>
/// <param name="Shown">The run whose columns are looked up, where it is another than the one that is committed to.</param>
/// <param name="Counts">What becomes of the multiplicities.</param>
/// <param name="Products">What becomes of the tables before a sumcheck of their product.</param>
internal sealed record Lie(
    Func<byte, byte[], byte[]>? Message = null, Action<LookupPlan, Felt4[], Felt4[]>? Leaves = null, ReferenceRun? Shown = null, Action<int[][]>? Counts = null, Action<Felt4[][]>? Products = null);

/// <summary>A model with random weights, a random input, and what was proved of it.</summary>
internal sealed class ProvedModel
{
    public static readonly ProofParameters Small = new(LogColumns: 6, LogInverseRate: 3, Queries: 124, LogRange: 8);

    /// <param name="weights">Null: at random.</param>
    /// <param name="valid">Else a figure is out of its range, and only the plain prover is asked.</param>
    public ProvedModel(Random random, ProofModel model, int batch, ImmutableArray<LayerWeights?>? weights = null, bool valid = true)
    {
        (Model, Plan) = (model, new ProofPlan(model, batch));
        Weights = weights ?? [.. model.Layers.Select(layer => layer is WeightLayer of ? Random(random, of, of.Inner(Plan.Shapes[of.Input])) : null)];
        ImmutableArray<sbyte> input = [.. Enumerable.Range(0, (int)Plan.Shapes[0].Count).Select(_ => (sbyte)random.Next(-128, 128))];
        Run = ReferenceRun.Of(Plan, Weights, input);
        Committed = InferenceProver.Commit(model, Weights);
        Commitment = new CommittedModel(
            model, PublicTensor.Int8("x", [0, .. model.InputSizes]), PublicTensor.Int8("y", [0, .. Plan.Shapes[^1].Inner.Axes.Select(a => a.Size)]), Sha256.Of("a model"u8), Hash.From(Committed.Root));
        Statement = new Statement(Commitment.Id, new byte[] { 7, 7 }, batch, input, Run.OutputOf(Plan));
        Proof = Prove(Statement, Run);
        if (!valid)
            return;
        // What is fast says the same, whatever is proved.
        var fast = Fast.Commit(model, Weights);
        Assert.Equal(Committed.Root, fast.Root);
        Assert.Equal(Proof, Fast.Prove(fast, Statement));
    }

    private static FastProver Fast { get; } = new(threads: 2);

    public ProofModel Model { get; }

    public ProofPlan Plan { get; }

    public ImmutableArray<LayerWeights?> Weights { get; }

    public ReferenceRun Run { get; }

    public EncodedMatrix Committed { get; }

    public CommittedModel Commitment { get; }

    public Statement Statement { get; }

    public byte[] Proof { get; }

    /// <param name="statement">Null: with the run's own output.</param>
    public byte[] Prove(Statement? statement, ReferenceRun run, Lie? lie = null) =>
        InferenceProver.Prove(statement ?? Statement with { Output = run.OutputOf(Plan) }, new Lying(Plan, Weights, run, Committed, lie), lie?.Message);

    public ProofCheck? Verify(Statement statement, byte[] proof) => InferenceVerifier.Verify(Model, Committed.Root, statement, proof);

    /// <summary>This check refuses it, and nothing but this check: where it alone is left out, the forgery is accepted.</summary>
    public void RefusedBy(ProofCheck check, Statement statement, byte[] proof)
    {
        Assert.Equal(check, Verify(statement, proof));
        Assert.Null(InferenceVerifier.Verify(Model, Committed.Root, statement, proof, ProofChecks.Without(check)));
    }

    /// <summary>The columns of a layer's first section.</summary>
    public ImmutableArray<int[]> Columns(int layer) => Run.Columns[Plan.SectionOf(layer)];

    /// <summary>One value of a layer's output is another, and all that comes after it is run on that.</summary>
    public ReferenceRun Altered(int layer, int at, Func<int, int> change)
    {
        var tensor = Run.Tensors[layer + 1].ToArray();
        tensor[at] = change(tensor[at]);
        return Run.With(Plan, Weights, layer, tensor, Model.Layers[layer] is ScaledLayer of
            ? ReferenceRun.Scaled(Plan, layer, of, Columns(layer)[ScaledLayer.Accumulator], tensor)
            : [tensor, .. Columns(layer).Skip(1)]);
    }

    /// <summary>Other accumulators, requantised as they should be.</summary>
    public ReferenceRun Again(int layer, int[] sums)
    {
        var columns = ReferenceRun.Scaled(Plan, layer, (ScaledLayer)Model.Layers[layer], sums);
        return Run.With(Plan, Weights, layer, columns[ScaledLayer.Output], columns);
    }

    private static LayerWeights Random(Random random, WeightLayer layer, int inner) => new(
        [.. Enumerable.Range(0, layer.Outputs * inner).Select(_ => (sbyte)random.Next(-127, 128))],
        [.. Enumerable.Range(0, layer.Outputs).Select(_ => random.Next(-layer.BiasBound, layer.BiasBound + 1))]);

    private sealed class Lying(ProofPlan plan, ImmutableArray<LayerWeights?> weights, ReferenceRun run, EncodedMatrix committed, Lie? lie) : ProofOperations(plan, weights, run, committed)
    {
        private ImmutableArray<ImmutableArray<int[]>> Shown => (lie?.Shown ?? Run).Columns;

        public override Felt4[] Tree(ProofWriter proof, LookupChallenges challenges) => LookupProver.Tree(proof, Plan.Lookups, Shown, Counts, challenges, lie?.Leaves);

        public override Felt4[] Products(ProofWriter proof, Felt4[][] tables)
        {
            lie?.Products?.Invoke(tables);
            return base.Products(proof, tables);
        }

        protected override int[][] Count()
        {
            var counts = Multiplicities.Of(Plan.Lookups, Shown);
            lie?.Counts?.Invoke(counts);
            return counts;
        }
    }
}
