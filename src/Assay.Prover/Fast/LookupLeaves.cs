using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>The leaves of the tree of lookups: numerators and, packed, denominators. A denominator is a constant and multiples of columns.</summary>
internal static class LookupLeaves
{
    public static (uint[] Numerators, uint[] Denominators) Of(
        Team team, Arrays arrays, LookupPlan plan, ImmutableArray<ImmutableArray<int[]>> columns, int[][] counts, LookupChallenges challenges)
    {
        var size = Math.Max(Packed.Group, 1 << plan.Depth);
        var (p, q) = (arrays.Take(size), arrays.Take(Packed.WordsOf(size)));
        var used = (int)plan.LeafCount;
        p.AsSpan(used).Clear();
        foreach (var (i, leaf) in plan.Leaves.Index())
        {
            var (at, count) = ((int)plan.Tree.Offset(i), 1 << leaf.Log);
            var of = leaf.Table >= 0
                ? Table(plan.Tables[leaf.Table], counts[leaf.Table], challenges, p.AsSpan(at, count))
                : Lookup(plan.Sections[leaf.Section].Section.Lookups[leaf.Lookup], columns[leaf.Section], leaf.Log, challenges, p.AsSpan(at, count));
            Fill(team, of, q, at, count);
        }
        var rest = (used + Packed.Group - 1) / Packed.Group * Packed.Group;
        for (var i = used; i < rest; i++)
            Packed.Set(q, i, Felt4.One);
        var one = new Combination { Constant = Felt4.One };
        one.Fill(team, q, rest, size - rest);
        return (p, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Combination Table(PlacedTable table, int[] counts, LookupChallenges challenges, Span<uint> numerators)
    {
        for (var i = 0; i < counts.Length; i++)
            numerators[i] = (-Felt.From((uint)counts[i])).Form;
        var of = new Combination { Constant = challenges.Alpha - Felt4.From(table.Tag) };
        if (table.Layer < 0)
        {
            of.Add([.. Enumerable.Range(0, counts.Length)], 0, -challenges.Beta1);
            return of;
        }
        var (a, b, c) = (new int[counts.Length], new int[counts.Length], new int[counts.Length]);
        for (var i = 0; i < counts.Length; i++)
            (a[i], b[i], c[i]) = (table.Rows[i].A, table.Rows[i].B, table.Rows[i].C);
        of.Add(a, 0, -challenges.Beta1);
        of.Add(b, 0, -challenges.Beta2);
        of.Add(c, 0, -challenges.Beta3);
        return of;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Combination Lookup(Lookup lookup, ImmutableArray<int[]> columns, int log, LookupChallenges challenges, Span<uint> numerators)
    {
        if (lookup.Where is { } where)
            for (var (i, of01) = (0, where.Values(log)); i < numerators.Length; i++)
                numerators[i] = Felt.From((long)of01[i]).Form;
        else
            numerators.Fill(Felt.One.Form);
        var factors = new Felt4[columns.Length];
        var of = new Combination { Constant = challenges.Alpha };
        foreach (var (form, factor) in (IEnumerable<(Linear, Felt4)>)[(lookup.Tag, Felt4.One), (lookup.A, challenges.Beta1), (lookup.B, challenges.Beta2), (lookup.C, challenges.Beta3)])
        {
            of.Constant -= factor * Felt4.From(form.Constant);
            foreach (var (column, times) in form.Terms)
                factors[column] -= factor * Felt4.From(times);
        }
        for (var c = 0; c < factors.Length; c++)
            of.Add(columns[c], 0, factors[c]);
        if (lookup.TagBy is { } tags)
            if (tags.Values(log) is var values && values.All(v => v == values[0]))
                of.Constant -= Felt4.From(values[0]);
            else
                of.Add(values, 0, -Felt4.One);
        return of;
    }

    // Blocks of fewer than sixteen leaves stand after all others, and not where groups begin.
    private static void Fill(Team team, Combination of, uint[] q, int at, int count)
    {
        if (count >= Packed.Group)
        {
            of.Fill(team, q, at, count);
            return;
        }
        for (var i = 0; i < count; i++)
            Packed.Set(q, at + i, of.At(i));
    }
}
