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
    internal static ImmutableArray<ImmutableArray<int[]>> Columns(ProofModel model, WeightPlan plan, EncodedMatrix committed) =>
    [
        .. plan.Pieces.Select(piece =>
        {
            var columns = model.Parameters.LogColumns;
            var start = ((long)piece.Place.Row << columns) + ((long)piece.Place.Slot << piece.Log);
            int[] values = [.. Enumerable.Range(0, 1 << piece.Log).Select(i => Signed(committed.Rows[(int)(start + i >> columns)][(int)(start + i & (1L << columns) - 1)]))];
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
    internal static byte[] Prove(ProofModel model, WeightPlan plan, ReadOnlyMemory<byte> modelId, int part, EncodedMatrix committed, ImmutableArray<ImmutableArray<int[]>> columns)
    {
        var size = model.Parameters.Size;
        var values = new Felt[(long)plan.Witness.Rows << size.LogColumns];
        var counts = Multiplicities.Of(plan.Lookups, columns);
        foreach (var (table, of) in plan.Lookups.Tables.Zip(counts))
            Put(table.Multiplicities, of);
        foreach (var (i, section) in plan.Lookups.Sections.Index())
            foreach (var (c, place) in section.Places.Index().Skip(1))
                Put(place!.Value, columns[i][c]);
        var witness = new EncodedMatrix([.. values.Chunk(1 << size.LogColumns)], 1 << size.LogLength);
        var proof = new ProofWriter(WeightVerifier.Begin(model, modelId.Span, part));
        proof.PutRoot(Tags.Root, witness.Root);
        var claims = new List<Claim>();
        LookupProver.Prove(proof, plan.Lookups, columns, counts, claims);
        OpeningProver.Prove(proof, size, [committed, witness], claims);
        return proof.ToArray();

        void Put(BlockPlace place, int[] column)
        {
            var at = ((long)place.Row << size.LogColumns) + ((long)place.Slot << place.Log);
            for (var i = 0; i < column.Length; i++)
                values[at + i] = Felt.From((long)column[i]);
        }
    }

    private static int Signed(Felt value) => value.Value > Felt.Modulus / 2 ? (int)(value.Value - Felt.Modulus) : (int)value.Value;
}
