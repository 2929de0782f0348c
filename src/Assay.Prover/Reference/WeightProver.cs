using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;

namespace Assay.Prover.Reference;

/// <summary>Proves of a committed model that its weights are of eight bits, its biases within their bounds and its padding zero (docs/spec/proofs.md section 10).</summary>
public static class WeightProver
{
    /// <summary>A proof of each plan, in order.</summary>
    public static ImmutableArray<byte[]> Prove(ProofModel model, ReadOnlyMemory<byte> modelId, EncodedMatrix committed) =>
        [.. WeightPlan.Of(model).Select((plan, part) => Prove(model, plan, modelId, part, committed, Columns(model, plan, committed)))];

    /// <summary>Of each piece: its values as they are committed, and of biases their limbs.</summary>
    internal static ImmutableArray<ImmutableArray<int[]>> Columns(ProofModel model, WeightPlan plan, EncodedMatrix committed) => Columns(model, plan, piece =>
    {
        var columns = model.Parameters.LogColumns;
        var start = ((long)piece.Place.Row << columns) + ((long)piece.Place.Slot << piece.Log);
        return [.. Enumerable.Range(0, 1 << piece.Log).Select(i => Signed(committed.Rows[(int)(start + i >> columns)][(int)(start + i & (1L << columns) - 1)]))];
    });

    /// <param name="valuesOf">What is committed of a piece.</param>
    internal static ImmutableArray<ImmutableArray<int[]>> Columns(ProofModel model, WeightPlan plan, Func<WeightPiece, int[]> valuesOf) =>
    [
        .. plan.Pieces.Select(piece =>
        {
            var values = valuesOf(piece);
            if (!piece.IsBias)
                return [values];
            var bound = ((WeightLayer)model.Layers[piece.Layer]).BiasBound;
            var mask = (1 << WeightPlan.LogLimb) - 1;
            return (ImmutableArray<int[]>)
            [
                values, [.. values.Select(b => bound + b & mask)], [.. values.Select(b => bound + b >> WeightPlan.LogLimb)],
                [.. values.Select(b => bound - b & mask)], [.. values.Select(b => bound - b >> WeightPlan.LogLimb)],
            ];
        }),
    ];

    /// <summary>Of any columns: what a prover could say of another matrix.</summary>
    internal static byte[] Prove(ProofModel model, WeightPlan plan, ReadOnlyMemory<byte> modelId, int part, EncodedMatrix committed, ImmutableArray<ImmutableArray<int[]>> columns) =>
        Prove(modelId, part, new WeightOperations(model, plan, columns, committed));

    /// <summary>With operations of any kind.</summary>
    internal static byte[] Prove(ReadOnlyMemory<byte> modelId, int part, WeightOperations operations)
    {
        var (lookups, claims) = (operations.Plan.Lookups, new List<Claim>());
        var proof = new ProofWriter(WeightVerifier.Begin(operations.Model, modelId.Span, part));
        proof.PutRoot(Tags.Root, operations.CommitWitness());
        var point = operations.Tree(proof, LookupChallenges.Of(proof.Transcript));
        LookupProver.Say(proof, lookups, operations.Columns, operations.Counts, claims, point, operations.At);
        operations.Open(proof, claims);
        return proof.ToArray();
    }

    private static int Signed(Felt value) => value.Value > Felt.Modulus / 2 ? (int)(value.Value - Felt.Modulus) : (int)value.Value;
}
