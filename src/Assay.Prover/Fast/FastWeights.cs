using Assay.Proofs.Field;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;

namespace Assay.Prover.Fast;

/// <summary>What a part of a proof about a model's matrix computes on many values, in lanes and by several threads; the same as <see cref="WeightOperations"/>.</summary>
/// <param name="arrays">A tree of 2^22 leaves takes far more than those of proofs of inference: not to be kept for them.</param>
internal sealed class FastWeights(Team team, CommittedWeights committed, WeightPlan plan, Arrays arrays)
    : WeightOperations(committed.Model, plan, WeightProver.Columns(committed.Model, plan, piece => ValuesOf(committed, piece)), null)
{
    private int[] values = [];
    private EncodedRows? witness;

    public override byte[] CommitWitness()
    {
        var size = Model.Parameters.Size;
        values = new int[Plan.Witness.Rows << size.LogColumns];
        foreach (var (place, column) in Witness())
            column.CopyTo(values.AsSpan((place.Row << size.LogColumns) + (place.Slot << place.Log)));
        witness = new EncodedRows(team, arrays, size, Plan.Witness.Rows, (row, to) =>
        {
            var from = values.AsSpan(row << size.LogColumns, to.Length);
            for (var k = 0; k < to.Length; k++)
                to[k] = from[k] < 0 ? (uint)from[k] + Felt.Modulus : (uint)from[k];
        }, byColumn: false);
        return witness.Root;
    }

    public override Felt4[] Tree(ProofWriter proof, LookupChallenges challenges)
    {
        var (numerators, denominators) = LookupLeaves.Of(team, arrays, Plan.Lookups, Columns, Counts, challenges);
        var point = FractionTree.Prove(proof, team, arrays, numerators, denominators, Plan.Lookups.Depth);
        arrays.Return(numerators);
        arrays.Return(denominators);
        return point;
    }

    public override Felt4 At(int[] values, Felt4[] point) => IntColumns.At(team, values, point);

    public override void Open(ProofWriter proof, IReadOnlyList<Claim> claims)
    {
        new FastOpening(team, arrays, Model.Parameters.Size, committed, witness!, values, claims, Rows).Prove(proof);
        witness!.Return();
    }

    protected override int[][] Count() => new Counting(Plan.Lookups).Of(team, Columns);

    // Of a claim about a piece of weights its combined row, as pieces of a block are none of the model's blocks.
    private uint[]? Rows(Claim claim)
    {
        foreach (var piece in Plan.Pieces)
            if (!piece.IsBias && piece.Place == claim.Place)
                return ByteRows.Combine(
                    team, arrays, committed.Padded(piece.Layer)[(piece.Number << piece.Log)..((piece.Number + 1) << piece.Log)], 1 << Model.Parameters.LogColumns,
                    Opening.Split(claim, Model.Parameters.LogColumns).Rows);
        return null;
    }

    private static int[] ValuesOf(CommittedWeights committed, WeightPiece piece)
    {
        if (piece.IsBias)
            return committed.Biases(piece.Layer);
        var column = new int[1 << piece.Log];
        var from = committed.Padded(piece.Layer).AsSpan(piece.Number << piece.Log, column.Length);
        for (var i = 0; i < column.Length; i++)
            column[i] = from[i];
        return column;
    }
}
