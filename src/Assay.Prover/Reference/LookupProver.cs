using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>The prover's side of all lookups, plain: the tree, and every column's value at its section's point (docs/spec/proofs.md section 5).</summary>
internal static class LookupProver
{
    /// <param name="columns">Of each section, each column's values.</param>
    /// <param name="counts">Of each table, how often each row is looked up.</param>
    /// <returns>The point of each section.</returns>
    public static Felt4[][] Prove(ProofWriter proof, LookupPlan plan, ImmutableArray<ImmutableArray<int[]>> columns, int[][] counts, List<Claim> claims)
    {
        var point = Tree(proof, plan, columns, counts, LookupChallenges.Of(proof.Transcript));
        return Say(proof, plan, columns, counts, claims, point, (values, at) => Multilinear.Evaluate(ProofOperations.Elements(values), at));
    }

    /// <param name="lie">What becomes of the leaves: for tests of the verifier.</param>
    /// <returns>The point at which the verifier wants the leaves' extensions.</returns>
    public static Felt4[] Tree(
        ProofWriter proof, LookupPlan plan, ImmutableArray<ImmutableArray<int[]>> columns, int[][] counts, LookupChallenges challenges, Action<LookupPlan, Felt4[], Felt4[]>? lie = null)
    {
        var (p, q) = (new Felt4[1 << plan.Depth], new Felt4[1 << plan.Depth]);
        Array.Fill(q, Felt4.One);
        foreach (var (i, leaf) in plan.Leaves.Index())
            for (var at = 0; at < 1 << leaf.Log; at++)
                (p[plan.Tree.Offset(i) + at], q[plan.Tree.Offset(i) + at]) = leaf.Table >= 0
                    ? Row(plan.Tables[leaf.Table], counts[leaf.Table], at, challenges)
                    : Place(plan.Sections[leaf.Section].Section.Lookups[leaf.Lookup], columns[leaf.Section], at, challenges);
        lie?.Invoke(plan, p, q);
        return LogUpProver.Prove(proof, p, q);
    }

    /// <summary>Says every column's value at its section's point.</summary>
    /// <param name="point">The tree's.</param>
    /// <param name="at">The extension of values at a point.</param>
    public static Felt4[][] Say(
        ProofWriter proof, LookupPlan plan, ImmutableArray<ImmutableArray<int[]>> columns, int[][] counts, List<Claim> claims, Felt4[] point, Func<int[], Felt4[], Felt4> at)
    {
        var (said, ofTables) = (new List<Felt4>(), new List<Claim>());
        foreach (var (t, table) in plan.Tables.Index())
        {
            said.Add(at(counts[t], point[^table.Log..]));
            ofTables.Add(new Claim(table.Multiplicities, [.. point[^table.Log..]], said[^1]));
        }
        Felt4[][] points = [.. plan.Sections.Select(s => point[^s.Section.Log..])];
        foreach (var (i, section) in plan.Sections.Index())
            foreach (var (c, place) in section.Places.Index())
            {
                said.Add(at(columns[i][c], points[i]));
                if (place is { } committed)
                    claims.Add(new Claim(committed, [.. points[i]], said[^1]));
            }
        // The verifier makes claims about tables after those about sections.
        claims.AddRange(ofTables);
        proof.Put(Tags.Evaluations, [.. said]);
        return points;
    }

    private static (Felt4 Numerator, Felt4 Denominator) Row(PlacedTable table, int[] counts, int at, LookupChallenges challenges)
    {
        var row = table.Layer < 0 ? new TableRow(at, 0, 0) : table.Rows[at];
        return (-Felt4.From(counts[at]), challenges.Denominator(Felt4.From(table.Tag), Felt4.From(row.A), Felt4.From(row.B), Felt4.From(row.C)));
    }

    private static (Felt4 Numerator, Felt4 Denominator) Place(Lookup lookup, ImmutableArray<int[]> columns, int at, LookupChallenges challenges)
    {
        var numerator = Felt4.From(lookup.Where?.At(at) ?? 1);
        var tag = lookup.Tag.At(columns, at) + (lookup.TagBy?.At(at) ?? 0);
        return (numerator, challenges.Denominator(Felt4.From(tag), Felt4.From(lookup.A.At(columns, at)), Felt4.From(lookup.B.At(columns, at)), Felt4.From(lookup.C.At(columns, at))));
    }
}
