using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>How often each row of each table is looked up: what <see cref="Reference.Multiplicities"/> counts.</summary>
internal sealed class Counting
{
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
        var a = new Form(lookup.A, columns);
        if (lookup.Tag.Terms.Count == 0 && lookup.Tag.Constant == 0 && lookup.TagBy is null)
        {
            var range = counts[0];
            for (var at = from; at < to; at++)
                if (where is null || where[at] != 0)
                    if (a.At(at) is var value && (ulong)value < (ulong)range.Length)
                        range[value]++;
            return;
        }
        var (tag, b, c, by) = (new Form(lookup.Tag, columns), new Form(lookup.B, columns), new Form(lookup.C, columns), lookup.TagBy?.Values(log));
        for (var at = from; at < to; at++)
        {
            if (where is not null && where[at] == 0)
                continue;
            var (t, first) = (tag.At(at) + (by is null ? 0 : by[at]), a.At(at));
            if (t == 0)
            {
                if ((ulong)first < (ulong)counts[0].Length)
                    counts[0][first]++;
                continue;
            }
            var (second, third) = (b.At(at), c.At(at));
            if (t != (int)t || first != (int)first || second != (int)second || third != (int)third)
                continue;
            ref readonly var slot = ref slots[Slot((int)t, new TableRow((int)first, (int)second, (int)third))];
            if (slot.Tag != 0)
                counts[slot.Table][slot.Number]++;
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

    /// <summary>A linear form with its columns at hand.</summary>
    private readonly struct Form(Linear form, ImmutableArray<int[]> columns)
    {
        private readonly int constant = form.Constant;
        private readonly (int[] Values, int Factor)[] terms = [.. form.Terms.Select(t => (columns[t.Column], t.Factor))];

        public long At(int place)
        {
            long sum = constant;
            foreach (var (values, factor) in terms)
                sum += (long)factor * values[place];
            return sum;
        }
    }
}
