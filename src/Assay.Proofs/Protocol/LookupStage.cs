using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol;

/// <summary>α and the βs: a row (tag, a, b, c) has the denominator α − tag − β₁ a − β₂ b − β₃ c.</summary>
public readonly record struct LookupChallenges(Felt4 Alpha, Felt4 Beta1, Felt4 Beta2, Felt4 Beta3)
{
    public static LookupChallenges Of(Hashing.Transcript transcript)
    {
        var values = transcript.Challenges(Tags.Challenge, 4);
        return new LookupChallenges(values[0], values[1], values[2], values[3]);
    }

    public Felt4 Denominator(Felt4 tag, Felt4 a, Felt4 b, Felt4 c) => Alpha - tag - Beta1 * a - Beta2 * b - Beta3 * c;
}

/// <summary>The columns of a section at its point: what the layer's relation has to show, or that they are committed to.</summary>
internal readonly record struct SectionEvaluations(ImmutableArray<Felt4> Point, ImmutableArray<Felt4> Columns);

/// <summary>The verifier's side of all lookups: the tree, and what its leaves are made of (C8 to C12).</summary>
internal static class LookupStage
{
    // Rows of a table that are read together.
    private const int LogBlock = 8;

    public static SectionEvaluations[] Read(ProofReader proof, LookupPlan plan, List<Claim> claims) => Read(proof, plan, LookupChallenges.Of(proof.Transcript), claims);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SectionEvaluations[] Read(ProofReader proof, LookupPlan plan, LookupChallenges challenges, List<Claim> claims)
    {
        var leaves = LogUpTree.Read(proof, plan.Depth);
        var said = proof.Take(Tags.Evaluations, plan.Tables.Length + plan.Sections.Sum(s => s.Section.Columns.Length));
        var multiplicities = said.AsSpan(0, plan.Tables.Length);
        var at = plan.Tables.Length;
        var sections = new SectionEvaluations[plan.Sections.Length];
        foreach (var (i, placed) in plan.Sections.Index())
        {
            sections[i] = new SectionEvaluations([.. leaves.Point[^placed.Section.Log..]], [.. said.AsSpan(at, placed.Section.Columns.Length)]);
            at += placed.Section.Columns.Length;
            foreach (var (c, place) in placed.Places.Index())
                if (place is { } committed)
                    claims.Add(new Claim(committed, sections[i].Point, sections[i].Columns[c]));
        }
        foreach (var (i, table) in plan.Tables.Index())
            claims.Add(new Claim(table.Multiplicities, [.. leaves.Point[^table.Log..]], multiplicities[i]));

        var (numerator, denominator) = (Felt4.Zero, Felt4.One);
        foreach (var (i, leaf) in plan.Leaves.Index())
        {
            var prefix = Prefix(leaves.Point, plan, i);
            var point = leaves.Point.AsSpan()[^leaf.Log..];
            if (leaf.Table >= 0)
            {
                numerator -= prefix * multiplicities[leaf.Table];
                denominator += prefix * (TableAt(plan.Tables[leaf.Table], point, challenges) - Felt4.One);
                continue;
            }
            var lookup = plan.Sections[leaf.Section].Section.Lookups[leaf.Lookup];
            var columns = sections[leaf.Section].Columns.AsSpan();
            numerator += prefix * (lookup.Where?.Evaluate(point) ?? Felt4.One);
            var tag = lookup.Tag.At(columns) + (lookup.TagBy?.Evaluate(point) ?? Felt4.Zero);
            denominator += prefix * (challenges.Denominator(tag, lookup.A.At(columns), lookup.B.At(columns), lookup.C.At(columns)) - Felt4.One);
        }
        proof.Require(numerator == leaves.Numerator, ProofCheck.LeafNumerator);
        proof.Require(denominator == leaves.Denominator, ProofCheck.LeafDenominator);
        return sections;
    }

    // eq of the coordinates before a block's own with the block's place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4 Prefix(Felt4[] point, LookupPlan plan, int leaf)
    {
        var bits = plan.Depth - plan.Leaves[leaf].Log;
        var place = plan.Tree.Offset(leaf) >> plan.Leaves[leaf].Log;
        var product = Felt4.One;
        for (var i = 0; i < bits; i++)
            product *= (place >> (bits - 1 - i) & 1) == 1 ? point[i] : Felt4.One - point[i];
        return product;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4 TableAt(PlacedTable table, ReadOnlySpan<Felt4> point, LookupChallenges challenges)
    {
        // The extension of 0 … 2^κ − 1 is linear in each coordinate: the bits' own weights.
        if (table.Layer < 0)
        {
            var value = Felt4.Zero;
            foreach (var coordinate in point)
                value = value + value + coordinate;
            return challenges.Denominator(Felt4.Zero, value, Felt4.Zero, Felt4.Zero);
        }
        // Rows column by column, some at a time: eq of the last coordinates serves them all.
        var log = Math.Min(point.Length, LogBlock);
        var (eq, weights, size) = (Multilinear.EqTable(point[^log..]), Multilinear.EqTable(point[..^log]), 1 << log);
        var (first, second, third) = (new int[size], new int[size], new int[size]);
        var (a, b, c) = (Felt4.Zero, Felt4.Zero, Felt4.Zero);
        for (var block = 0; block < weights.Length; block++)
        {
            var rows = table.Rows.AsSpan(block << log, size);
            for (var i = 0; i < size; i++)
                (first[i], second[i], third[i]) = (rows[i].A, rows[i].B, rows[i].C);
            var weight = weights[block];
            (a, b, c) = (a + weight * InnerProducts.Of(eq, first), b + weight * InnerProducts.Of(eq, second), c + weight * InnerProducts.Of(eq, third));
        }
        return challenges.Denominator(Felt4.From(table.Tag), a, b, c);
    }
}
