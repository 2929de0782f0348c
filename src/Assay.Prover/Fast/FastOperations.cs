using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
        values = arrays.TakeIntegers(Plan.Witness.Rows << size.LogColumns);
        // Blocks fill all but the last row.
        values.AsSpan(values.Length - Math.Min(values.Length, 1 << size.LogColumns)).Clear();
        foreach (var (place, column) in Committed())
            column.CopyTo(values.AsSpan((int)Offset(Plan, place)));
        witness = new EncodedRows(team, arrays, size, Plan.Witness.Rows, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (row, to) =>
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

    public override Felt4 At(int[] values, Felt4[] point) => IntColumns.At(team, values, point);

    public override Felt4[] Shifted(int[] values, Felt4[] before, Felt4[] behind, int shift)
    {
        var width = values.Length >> before.Length;
        if (behind.Length > 0 || width < Packed.Group)
            return base.Shifted(values, before, behind, shift);
        var rows = new Combination { Constant = -Felt4.From(shift) };
        foreach (var (r, factor) in Multilinear.EqTable(before).Index())
            rows.Add(values, r * width, factor);
        var sums = rows.ToWords(team, arrays, width);
        var shifted = Packed.ToArray(sums, width);
        arrays.Return(sums);
        return shifted;
    }

    public override Felt4[] Row(int i, WeightLayer layer, Felt4[] channel)
    {
        var (log, columns) = (Axis.LogOf(layer.Inner(Plan.Shapes[layer.Input])), Plan.Model.Parameters.LogColumns);
        var padded = committed.Padded(i);
        // As wide as a row of the matrix, or of the layer's weights where those are longer: both come of it.
        var wide = Math.Min(channel.Length + log, Math.Max(log, columns));
        var before = channel.Length + log - wide;
        var sums = ByteRows.Combine(team, arrays, padded, 1 << wide, Multilinear.EqTable(channel.AsSpan(0, before)));
        combined[i] = (channel, sums);
        if (wide == log)
            return Packed.ToArray(sums, 1 << wide);
        var narrow = Copied(sums);
        for (; wide > log; wide--)
            Sumchecks.Bind(narrow, 1 << wide, channel[^(wide - log)]);
        var row = Packed.ToArray(narrow, 1 << log);
        arrays.Return(narrow);
        return row;
    }

    public override Felt4[] Gathered(ConvLayer layer, TensorShape source, Felt4[] x, Felt4[] behind) => Windows.Gathered(team, layer, source, x, behind);

    public override Felt4[] Products(ProofWriter proof, Felt4[][] tables)
    {
        if (tables.Length is not (2 or 3))
            return base.Products(proof, tables);
        uint[][] packed = [.. tables.Select(t => Packed.Of(arrays, t))];
        var log = int.Log2(tables[0].Length);
        Felt4[] point, said;
        if (tables.Length == 2)
        {
            point = Sumchecks.Pairs(proof, team, Tags.Sumcheck, Sumchecks.Inner(packed[0], packed[1], 1 << log), [(packed[0], packed[1])], log);
            said = [Packed.Get(packed[0], 0), Packed.Get(packed[1], 0)];
        }
        else
            (point, said, _) = EntrySumcheck.Prove(proof, team, new ThreeKernel(), packed, [], log);
        for (var t = 0; t < tables.Length; t++)
            tables[t][0] = said[t];
        Return(packed);
        return point;
    }

    public override (Felt4[] Point, Felt4[] Values) Entries(
        ProofWriter proof, EntrySum of, Felt4[] tau, Felt4[] window, PublicColumn? inside, ImmutableArray<int[]> entries, ImmutableArray<int[]> windows)
    {
        var log = tau.Length;
        // Entries of a window fill groups.
        if (windows.Length > 0 && 1 << log - window.Length < Packed.Group || 1 << log < Packed.Group)
            return base.Entries(proof, of, tau, window, inside, entries, windows);
        int[][] columns = [.. inside is null ? [] : (int[][])[inside.Values(log)], .. entries];
        uint[][] tables = [EqTables.Of(arrays, tau), .. columns.Select(Widened)];
        Felt4[][] narrow = windows.Length == 0 ? [] : [Multilinear.EqTable(window), .. windows.Select(Elements)];
        var (point, said, ofWindow) = of switch
        {
            SoftmaxSum softmax => EntrySumcheck.Prove(proof, team, new SoftmaxKernel(softmax), tables, narrow, log),
            NormalizeSum normalize => EntrySumcheck.Prove(proof, team, new NormalizeKernel(normalize), tables, narrow, log),
            LimbSum limbs => EntrySumcheck.Prove(proof, team, new LimbKernel(limbs), tables, narrow, log),
            _ => throw new InvalidOperationException("a sum over entries that has no kernel"),
        };
        Return(tables);
        return (point, [.. said[^entries.Length..], .. ofWindow.Skip(1)]);
    }

    public override Felt4[] Differences(ProofWriter proof, Felt4[] tau, ImmutableArray<int[]> columns) => DifferenceSumcheck.Prove(proof, team, arrays, tau, columns);

    public override void Open(ProofWriter proof, IReadOnlyList<Claim> claims)
    {
        new FastOpening(team, arrays, Plan.Model.Parameters.Size, committed, witness!, values, claims, WeightRows).Prove(proof);
        witness!.Return();
        arrays.Return(values);
        Return(combined.Values.Select(c => c.Combined));
    }

    private uint[] Widened(int[] column)
    {
        var table = new Combination();
        table.Add(column, 0, Felt4.One);
        return table.ToWords(team, arrays, column.Length);
    }

    private uint[] Copied(uint[] words)
    {
        var copy = arrays.Take(words.Length);
        words.CopyTo(copy, 0);
        return copy;
    }

    private void Return(IEnumerable<uint[]> taken)
    {
        foreach (var array in taken)
            arrays.Return(array);
    }

    // u of a claim about a layer's weights, packed: what Row combined, with the variables before the last c set.
    private uint[]? WeightRows(Claim claim)
    {
        foreach (var (i, (channel, sums)) in combined)
            if (Plan.Weights(i) == claim.Place && claim.Point.AsSpan(0, channel.Length).SequenceEqual(channel))
            {
                var (row, columns) = (Copied(sums), Plan.Model.Parameters.LogColumns);
                var wide = int.Log2(row.Length / Felt4.Degree);
                for (var at = claim.Point.Length - wide; wide > columns; at++, wide--)
                    Sumchecks.Bind(row, 1 << wide, claim.Point[at]);
                if (row.Length == Packed.WordsOf(1 << columns))
                    return row;
                var first = arrays.Take(Packed.WordsOf(1 << columns));
                row.AsSpan(0, first.Length).CopyTo(first);
                arrays.Return(row);
                return first;
            }
        return null;
    }
}
