using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>
/// Quotients of a softmax (C13; docs/spec/proofs-attention.md section 2): one sumcheck of degree 3 for what holds at each entry, and for the sums
/// over windows at the lookups' point.
/// </summary>
internal static class SoftmaxRelation
{
    public static void Read(RelationReader reader, int i, SoftmaxLayer layer, in SectionEvaluations at)
    {
        var shape = reader.Plan.Shapes[i + 1];
        var (wide, rows) = (layer.IsWide(shape, reader.Plan.Model.Parameters.LogRange), shape.Before(shape.Axes.Length - 1));
        var (x, max, sum) = (at.Columns[^3], at.Columns[^2], at.Columns[^1]);
        var window = at.Point.AsSpan(0, rows);
        reader.Tensor(layer.Input, [.. at.Point], x);
        Open(window, max, sum);

        // The sums over windows are seen at the lookups' point alone.
        reader.Compared(rows);
        var tau = reader.Challenges(shape.Log);
        var mix = Mix.Of(reader.Challenges(3));
        var (point, final) = reader.Sumcheck(mix.Windows * (sum + mix.Columns), shape.Log, degree: 3);
        // The limb above the opposite has nothing to do with this relation.
        var said = reader.Take(at.Columns.Length - (wide ? 1 : 0));
        var value = mix.At(wide, said, new WindowColumn(shape, layer.Causal).Evaluate(point), Multilinear.Eq(tau, point), Multilinear.Eq(window, point.AsSpan(0, rows)));
        reader.Require(final == value, ProofCheck.Zerocheck);
        for (var c = 0; c < said.Length - 3; c++)
            reader.Open(reader.Plan.Column(i, 0, c), point, said[c]);
        reader.Tensor(layer.Input, point, said[^3]);
        Open(point.AsSpan(0, rows), said[^2], said[^1]);

        void Open(ReadOnlySpan<Felt4> window, Felt4 max, Felt4 sum)
        {
            reader.Open(reader.Plan.Column(i, 1, 0), window, max);
            reader.Open(reader.Plan.Column(i, 1, 1), window, sum);
        }
    }

    /// <summary>What weighs the parts of the sum.</summary>
    /// <param name="Places">Of the selector's relation beside the division's.</param>
    /// <param name="Windows">Of the windows' sums beside what is zero at every place.</param>
    /// <param name="Columns">Of the selector's sum beside that of e.</param>
    internal readonly record struct Mix(Felt4 Places, Felt4 Windows, Felt4 Columns)
    {
        public static Mix Of(ReadOnlySpan<Felt4> challenges) => new(challenges[0], challenges[1], challenges[2]);

        /// <summary>What is summed over all entries.</summary>
        /// <param name="columns">y, e, selector, what remains, x, maximum, sum.</param>
        /// <param name="inside">1 in a window.</param>
        /// <param name="eq">With τ; <paramref name="eqWindow"/>: with the lookups' point of windows.</param>
        public Felt4 At(bool wide, ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow)
        {
            var (y, e, selector, x, max, sum) = (columns[0], columns[1], columns[2], columns[^3], columns[^2], columns[^1]);
            var quotient = y - Felt4.From(sbyte.MinValue);
            var division = inside * e * Felt.From((long)SoftmaxLayer.Scale) + sum - (quotient + quotient) * sum - Remainder.Of(wide, columns[SoftmaxLayer.Rest..]);
            return eq * (division + Places * selector * (max - x)) + Windows * eqWindow * inside * (e + Columns * selector);
        }
    }
}
