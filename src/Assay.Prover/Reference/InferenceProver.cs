using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference.Relations;

namespace Assay.Prover.Reference;

/// <summary>Proves a run, plainly: the prover's side of docs/spec/proofs.md in the order in which the verifier reads it. What is fast is held to this, byte for byte.</summary>
public sealed class InferenceProver
{
    private readonly ProofPlan plan;
    private readonly ProofOperations operations;
    private readonly ProofWriter proof;
    private readonly RelationProver relations;

    private InferenceProver(Statement statement, ProofOperations operations, Func<byte, byte[], byte[]>? instead)
    {
        (plan, this.operations) = (operations.Plan, operations);
        proof = new ProofWriter(statement.Begin(plan.Model)) { Instead = instead };
        relations = new RelationProver(proof, operations);
    }

    /// <summary>The model's matrix, which is committed to once.</summary>
    public static EncodedMatrix Commit(ProofModel model, ImmutableArray<LayerWeights?> weights) => ProofOperations.Commit(new ProofPlan(model, 1), weights);

    /// <summary>The proof that a run's output is the statement's.</summary>
    public static byte[] Prove(ProofModel model, ImmutableArray<LayerWeights?> weights, EncodedMatrix committed, Statement statement)
    {
        var plan = new ProofPlan(model, statement.Batch);
        return Prove(plan, weights, committed, statement, ReferenceRun.Of(plan, weights, statement.Input));
    }

    /// <summary>Of any values: what a prover could say that does not run the model. For tests of the verifier.</summary>
    internal static byte[] Prove(ProofPlan plan, ImmutableArray<LayerWeights?> weights, EncodedMatrix committed, Statement statement, ReferenceRun run) =>
        Prove(statement, new ProofOperations(plan, weights, run, committed));

    /// <summary>With operations of any kind.</summary>
    /// <param name="instead">What a prover that lies says instead of a message: for tests of the verifier.</param>
    internal static byte[] Prove(Statement statement, ProofOperations operations, Func<byte, byte[], byte[]>? instead = null) => new InferenceProver(statement, operations, instead).Run();

    private byte[] Run()
    {
        proof.PutRoot(Tags.Root, operations.CommitWitness());
        var point = operations.Tree(proof, LookupChallenges.Of(proof.Transcript));
        var points = LookupProver.Say(proof, plan.Lookups, operations.Run.Columns, operations.Counts, relations.Claims, point, operations.At);
        for (var i = 0; i < plan.Model.Layers.Length; i++)
            if (!plan.Model.Layers[i].IsView)
                relations.Layer(i, points.AsSpan(plan.SectionOf(i)));
        Output();
        operations.Open(proof, relations.Claims);
        return proof.ToArray();
    }

    private void Output()
    {
        var shape = plan.Shapes[^1];
        var tau = proof.Transcript.Challenges(Tags.Challenge, shape.Log);
        var real = new Felt4[1 << shape.Log];
        var eq = Multilinear.EqTable(tau);
        foreach (var place in shape.Places())
            real[place] = eq[place];
        Felt4[][] tables = [real, ProofOperations.Elements(operations.Run.Tensors[^1])];
        var at = operations.Products(proof, tables);
        proof.Put(Tags.Evaluations, tables[1][0]);
        relations.Tensor(plan.Model.Layers.Length, at);
    }
}
