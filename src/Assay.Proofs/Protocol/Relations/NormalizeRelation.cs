using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>
/// Layer normalisation (C13; docs/spec/proofs-attention.md section 3): one sumcheck of degree 3 for the division at each entry, for the root of
/// each window, and for the sums over windows at the lookups' point.
/// </summary>
internal static class NormalizeRelation
{
    public static void Read(RelationReader reader, int i, NormalizeLayer layer, in SectionEvaluations at)
    {
        var (plan, shape) = (reader.Plan, reader.Plan.Shapes[i + 1]);
        var (wide, rows) = (NormalizeLayer.IsWide(plan.Model.Parameters.LogRange), shape.Before(shape.Axes.Length - 1));
        var window = at.Point.AsSpan(0, rows);
        var (root, mean, meanRest, squares) = (at.Columns[^4], at.Columns[^3], at.Columns[^2], at.Columns[^1]);
        foreach (var (column, value) in (ReadOnlySpan<(int, Felt4)>)[(NormalizeLayer.Root, root), (NormalizeLayer.Mean, mean), (NormalizeLayer.MeanRest, meanRest), (NormalizeLayer.Squares, squares)])
            reader.Open(plan.Column(i, 1, column), window, value);

        // The sums over windows are seen at the lookups' point alone.
        reader.Compared(rows);
        var tau = reader.Challenges(shape.Log);
        var mix = new Mix(layer, shape.Axes[^1].Size, reader.Challenges(3));
        var (point, final) = reader.Sumcheck(mix.Sums(mean, meanRest, squares), shape.Log, degree: 3);
        var said = reader.Take(Mix.Columns(wide));
        reader.Require(
            final == mix.At(wide, said, new WindowColumn(shape, causal: false).Evaluate(point), Multilinear.Eq(tau, point), Multilinear.Eq(window, point.AsSpan(0, rows))),
            ProofCheck.Zerocheck);
        reader.Tensor(layer.Input, point, said[0]);
        for (var c = 1; c < said.Length - Mix.OfWindows.Length; c++)
            reader.Open(plan.Column(i, 0, NormalizeLayer.Quotient + c - 1), point, said[c]);
        foreach (var (c, column) in Mix.OfWindows.Index())
            reader.Open(plan.Column(i, 1, column), point.AsSpan(0, rows), said[said.Length - Mix.OfWindows.Length + c]);
    }

    /// <summary>What is summed: with what weighs its parts.</summary>
    internal sealed class Mix(NormalizeLayer layer, int entries, Felt4[] challenges)
    {
        /// <summary>The columns of windows that it takes, behind those of entries: x, the quotient and what remains of it.</summary>
        public static readonly int[] OfWindows =
            [NormalizeLayer.Mean, NormalizeLayer.MeanRest, NormalizeLayer.Root, NormalizeLayer.Squares, NormalizeLayer.Excess, NormalizeLayer.ExcessAbove];

        private readonly Felt4 half = Felt4.From(entries / 2), n = Felt4.From(entries), epsilon = Felt4.From(layer.Epsilon - 1);

        /// <summary>f.</summary>
        public Felt Factor { get; } = Felt.From((long)NormalizeLayer.FactorOf(entries));

        /// <summary>2 G.</summary>
        public Felt TwiceGain { get; } = Felt.From(2L * layer.Gain);

        /// <summary>Of the windows' sums beside what is zero at every place; <see cref="Squares"/>: of the squares among them.</summary>
        public Felt4 Windows => challenges[1];

        public Felt4 Squares => challenges[2];

        public static int Columns(bool wide) => (wide ? 4 : 3) + OfWindows.Length;

        /// <summary>What the sums over windows are.</summary>
        public Felt4 Sums(Felt4 mean, Felt4 meanRest, Felt4 squares) => challenges[1] * (n * mean + meanRest - half + challenges[2] * squares);

        /// <summary>At a place.</summary>
        /// <param name="inside">1 in a window.</param>
        /// <param name="eq">With τ; <paramref name="eqWindow"/>: with the lookups' point of windows.</param>
        public Felt4 At(bool wide, ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow)
        {
            var windows = columns[^OfWindows.Length..];
            var (x, quotient, rest, mean, root) = (columns[0], columns[1], Remainder.Of(wide, columns[2..]), windows[0], windows[2]);
            var scaled = x * Factor;
            var division = inside * (scaled - mean) * TwiceGain - (root + root) * quotient - rest;
            return eq * (division + OfWindow(windows)) + Windows * eqWindow * inside * (scaled + Squares * x * x);
        }

        /// <summary>What the relations have of a window's columns alone.</summary>
        public Felt4 OfWindow(ReadOnlySpan<Felt4> windows)
        {
            var (mean, meanRest, root, squares, excess) = (windows[0], windows[1], windows[2], windows[3], Remainder.Of(wide: true, windows[4..]));
            // V − s² + s − 1, V = f² Σ x² − 2 μ f Σ x + n μ² + ε.
            var shifted = meanRest - half;
            var variance = squares * (Factor * Factor) - mean * (n * mean + shifted + shifted) + epsilon;
            return root + challenges[0] * (variance - root * root + root - excess);
        }
    }
}
