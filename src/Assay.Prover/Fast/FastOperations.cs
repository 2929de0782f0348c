using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;
using Assay.Prover.Reference;
using Assay.Prover.Reference.Relations;

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
        uint[][] packed = [.. tables.Select(t => Packed.Of(t))];
        var log = int.Log2(tables[0].Length);
        switch (tables.Length)
        {
            case 2:
                var point = Sumchecks.Pairs(proof, team, Tags.Sumcheck, Sumchecks.Inner(packed[0], packed[1], 1 << log), [(packed[0], packed[1])], log);
                (tables[0][0], tables[1][0]) = (Packed.Get(packed[0], 0), Packed.Get(packed[1], 0));
                return point;
            case 3:
                (point, var said, _) = EntrySumcheck.Prove(proof, team, new ThreeKernel(), packed, [], log);
                (tables[0][0], tables[1][0], tables[2][0]) = (said[0], said[1], said[2]);
                return point;
            default:
                return base.Products(proof, tables);
        }
    }

    public override (Felt4[] Point, Felt4[] Values) Entries(
        ProofWriter proof, EntrySum of, Felt4[] tau, Felt4[] window, PublicColumn? inside, ImmutableArray<int[]> entries, ImmutableArray<int[]> windows)
    {
        var log = tau.Length;
        // Entries of a window fill groups.
        if (windows.Length > 0 && 1 << log - window.Length < Packed.Group || 1 << log < Packed.Group)
            return base.Entries(proof, of, tau, window, inside, entries, windows);
        int[][] columns = [.. inside is null ? [] : (int[][])[inside.Values(log)], .. entries];
        uint[][] tables = [EqTables.Of(tau), .. columns.Select(column => Widened(column))];
        Felt4[][] narrow = windows.Length == 0 ? [] : [Multilinear.EqTable(window), .. windows.Select(Elements)];
        var (point, said, ofWindow) = of switch
        {
            SoftmaxSum softmax => EntrySumcheck.Prove(proof, team, new SoftmaxKernel(softmax), tables, narrow, log),
            NormalizeSum normalize => EntrySumcheck.Prove(proof, team, new NormalizeKernel(normalize), tables, narrow, log),
            LimbSum limbs => EntrySumcheck.Prove(proof, team, new LimbKernel(limbs), tables, narrow, log),
            _ => throw new InvalidOperationException("a sum over entries that has no kernel"),
        };
        return (point, [.. said[^entries.Length..], .. ofWindow.Skip(1)]);
    }

    public override Felt4[] Differences(ProofWriter proof, Felt4[] tau, ImmutableArray<int[]> columns) => DifferenceSumcheck.Prove(proof, team, tau, columns);

    public override void Open(ProofWriter proof, IReadOnlyList<Claim> claims) =>
        new FastOpening(team, Plan.Model.Parameters.Size, committed, witness!, values, claims, WeightRows).Prove(proof);

    private uint[] Widened(int[] column)
    {
        var table = new Combination();
        table.Add(column, 0, Felt4.One);
        var words = new uint[Packed.WordsOf(column.Length)];
        table.Fill(team, words, 0, column.Length);
        return words;
    }

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
