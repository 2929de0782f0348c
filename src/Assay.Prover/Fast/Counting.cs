using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>How often each row of each table is looked up: what <see cref="Reference.Multiplicities"/> counts.</summary>
internal sealed class Counting
{
    // Places whose rows are computed together.
    private const int Block = 128;

    private readonly LookupPlan plan;
    private readonly (int Tag, TableRow Row, int Table, int Number)[] slots;

    /// <param name="plan">Its tables' rows are hashed, once for many proofs.</param>
    public Counting(LookupPlan plan)
    {
        this.plan = plan;
        slots = new (int, TableRow, int, int)[(int)System.Numerics.BitOperations.RoundUpToPowerOf2(2 + 2 * (uint)plan.Tables.Sum(t => t.Rows.Length))];
        foreach (var (t, table) in plan.Tables.Index())
            for (var number = 0; number < table.Rows.Length; number++)
            {
                var at = Slot(table.Tag, table.Rows[number]);
                // Of a row that is there more than once, the first.
                if (slots[at].Tag == 0)
                    slots[at] = (table.Tag, table.Rows[number], t, number);
            }
    }

    public int[][] Of(Team team, ImmutableArray<ImmutableArray<int[]>> columns)
    {
        var counts = NewCounts();
        var (gate, pieces) = (new Lock(), team.Threads);
        team.Run(pieces, piece =>
        {
            var own = NewCounts();
            foreach (var (i, section) in plan.Sections.Index())
                foreach (var lookup in section.Section.Lookups)
                    Count(lookup, columns[i], section.Section.Log, (int)((long)piece << section.Section.Log) / pieces, (int)((long)(piece + 1) << section.Section.Log) / pieces, own);
            lock (gate)
                foreach (var (all, some) in counts.Zip(own))
                    for (var i = 0; i < all.Length; i++)
                        all[i] += some[i];
        });
        return counts;
    }

    private int[][] NewCounts() => [.. plan.Tables.Select(t => new int[1 << t.Log])];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(Lookup lookup, ImmutableArray<int[]> columns, int log, int from, int to, int[][] counts)
    {
        var where = lookup.Where?.Values(log);
        var isRange = lookup.Tag.Terms.Count == 0 && lookup.Tag.Constant == 0 && lookup.TagBy is null;
        var by = lookup.TagBy?.Values(log);
        Span<long> forms = stackalloc long[4 * Block];
        var (range, tags, a, b, c) = (counts[0], 0, Block, 2 * Block, 3 * Block);
        for (var first = from; first < to; first += Block)
        {
            var size = Math.Min(Block, to - first);
            Fill(lookup.A, columns, first, forms.Slice(a, size));
            if (!isRange)
            {
                Fill(lookup.Tag, columns, first, forms.Slice(tags, size));
                Fill(lookup.B, columns, first, forms.Slice(b, size));
                Fill(lookup.C, columns, first, forms.Slice(c, size));
            }
            for (var i = 0; i < size; i++)
            {
                if (where is not null && where[first + i] == 0)
                    continue;
                var tag = isRange ? 0 : forms[tags + i] + (by is null ? 0 : by[first + i]);
                var row = (A: forms[a + i], B: forms[b + i], C: forms[c + i]);
                if (tag == 0)
                {
                    if ((ulong)row.A < (ulong)range.Length)
                        range[row.A]++;
                    continue;
                }
                if (tag != (int)tag || row.A != (int)row.A || row.B != (int)row.B || row.C != (int)row.C)
                    continue;
                ref readonly var slot = ref slots[Slot((int)tag, new TableRow((int)row.A, (int)row.B, (int)row.C))];
                if (slot.Tag != 0)
                    counts[slot.Table][slot.Number]++;
            }
        }
    }

    // A linear form at places that follow one another.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(Linear form, ImmutableArray<int[]> columns, int first, Span<long> values)
    {
        values.Fill(form.Constant);
        foreach (var (column, factor) in form.Terms)
        {
            var of = columns[column].AsSpan(first, values.Length);
            for (var i = 0; i < of.Length; i++)
                values[i] += (long)factor * of[i];
        }
    }

    // Where a row is, or would be. Tags of rows are not 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(int tag, TableRow row)
    {
        var hash = ((uint)tag * 0x9e37_79b1 ^ (uint)row.A) * 0x85eb_ca6b ^ (uint)row.B;
        hash = (hash ^ hash >> 15) * 0xc2b2_ae35 ^ (uint)row.C;
        hash = (hash ^ hash >> 13) * 0x27d4_eb2f;
        for (var at = (int)((hash ^ hash >> 16) & (uint)(slots.Length - 1)); ; at = (at + 1) & (slots.Length - 1))
            if (slots[at].Tag == 0 || (slots[at].Tag == tag && slots[at].Row == row))
                return at;
    }
}
