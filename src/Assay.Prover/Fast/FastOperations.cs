using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;

namespace Assay.Prover.Fast;

/// <summary>What a proof computes on many values, in lanes and by several threads; the same as <see cref="ProofOperations"/>.</summary>
internal class FastOperations(ProofPlan plan, CommittedWeights committed, ReferenceRun run, Counting counting, Team team, Arrays arrays)
    : ProofOperations(plan, committed.Weights, run, null)
{
    private readonly Dictionary<int, (Felt4[] Channel, uint[] Combined)> combined = [];
    private int[] values = [];
    private EncodedRows? witness;

    protected override int[][] Count() => counting.Of(team, Run.Columns);

    public override byte[] CommitWitness()
    {
        var size = Plan.Model.Parameters.Size;
        values = new int[Plan.Witness.Rows << size.LogColumns];
        foreach (var (place, column) in Committed())
            column.CopyTo(values.AsSpan((int)Offset(Plan, place)));
        witness = new EncodedRows(team, size, Plan.Witness.Rows, (row, to) =>
        {
            var from = values.AsSpan(row << size.LogColumns, to.Length);
            for (var k = 0; k < to.Length; k++)
                to[k] = from[k] < 0 ? (uint)from[k] + Felt.Modulus : (uint)from[k];
        }, byColumn: false);
        return witness.Root;
    }

    public override Felt4[] Tree(ProofWriter proof, LookupChallenges challenges)
    {
        var (numerators, denominators) = LookupLeaves.Of(team, arrays, Plan.Lookups, Run.Columns, Counts, challenges);
        var point = FractionTree.Prove(proof, team, arrays, numerators, denominators, Plan.Depth);
        arrays.Return(numerators);
        arrays.Return(denominators);
        return point;
    }

    public override Felt4 At(int[] values, Felt4[] point) => IntColumns.At(values, point);

    public override Felt4[] Shifted(int[] values, Felt4[] before, Felt4[] behind, int shift)
    {
        var width = values.Length >> before.Length;
        if (behind.Length > 0 || width < Packed.Group)
            return base.Shifted(values, before, behind, shift);
        var rows = new Combination { Constant = -Felt4.From(shift) };
        foreach (var (r, factor) in Multilinear.EqTable(before).Index())
            rows.Add(values, r * width, factor);
        var sums = new uint[Packed.WordsOf(width)];
        rows.Fill(team, sums, 0, width);
        return Packed.ToArray(sums, width);
    }

    public override Felt4[] Row(int i, WeightLayer layer, Felt4[] channel)
    {
        var (log, columns) = (Axis.LogOf(layer.Inner(Plan.Shapes[layer.Input])), Plan.Model.Parameters.LogColumns);
        var padded = committed.Padded(i);
        // As wide as a row of the matrix, or of the layer's weights where those are longer: both come of it.
        var wide = Math.Min(channel.Length + log, Math.Max(log, columns));
        var before = channel.Length + log - wide;
        var sums = ByteRows.Combine(team, padded, 1 << wide, Multilinear.EqTable(channel.AsSpan(0, before)));
        combined[i] = (channel, sums);
        var row = Packed.ToArray(sums, 1 << wide);
        if (wide == log)
            return row;
        var (eq, narrow) = (Multilinear.EqTable(channel.AsSpan(before)), new Felt4[1 << log]);
        for (var j = 0; j < eq.Length; j++)
            for (var k = 0; k < narrow.Length; k++)
                narrow[k] += eq[j] * row[j << log | k];
        return narrow;
    }

    public override Felt4[] Gathered(ConvLayer layer, TensorShape source, Felt4[] x, Felt4[] behind) => Windows.Gathered(layer, source, x, behind);

    public override Felt4[] Products(ProofWriter proof, Felt4[][] tables)
    {
        if (tables.Length != 2)
            return base.Products(proof, tables);
        var (a, b, log) = (Packed.Of(tables[0]), Packed.Of(tables[1]), int.Log2(tables[0].Length));
        var point = Sumchecks.Pairs(proof, team, Tags.Sumcheck, Sumchecks.Inner(a, b, 1 << log), [(a, b)], log);
        (tables[0][0], tables[1][0]) = (Packed.Get(a, 0), Packed.Get(b, 0));
        return point;
    }

    public override Felt4[] Sumcheck(ProofWriter proof, Felt4[][] tables, int degree, Func<ReadOnlySpan<Felt4>, Felt4> of) =>
        TableSumcheck.Prove(proof, team, Tags.Sumcheck, tables, degree, of);

    public override Felt4[] Differences(ProofWriter proof, Felt4[] tau, ImmutableArray<int[]> columns) => DifferenceSumcheck.Prove(proof, team, tau, columns);

    public override void Open(ProofWriter proof, IReadOnlyList<Claim> claims) =>
        new FastOpening(team, Plan.Model.Parameters.Size, committed, witness!, values, claims, WeightRows).Prove(proof);

    // u of a claim about a layer's weights, packed: what Row combined, with the variables before the last c set.
    private uint[]? WeightRows(Claim claim)
    {
        foreach (var (i, (channel, sums)) in combined)
            if (Plan.Weights(i) == claim.Place && claim.Point.AsSpan(0, channel.Length).SequenceEqual(channel))
            {
                var (row, columns) = ((uint[])sums.Clone(), Plan.Model.Parameters.LogColumns);
                var wide = int.Log2(row.Length / Felt4.Degree);
                for (var at = claim.Point.Length - wide; wide > columns; at++, wide--)
                    Sumchecks.Bind(row, 1 << wide, claim.Point[at]);
                return row.AsSpan(0, Packed.WordsOf(1 << columns)).ToArray();
            }
        return null;
    }
}
