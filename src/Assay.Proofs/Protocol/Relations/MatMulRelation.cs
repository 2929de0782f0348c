using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>An accumulator is Σ_k (a_ik − z_a)(b_kj − z_b) over real k (C15): neither operand has weights that are 0 in padded places.</summary>
internal static class MatMulRelation
{
    public static void Read(RelationReader reader, int i, MatMulLayer layer, in SectionEvaluations at)
    {
        var (source, output) = (reader.Plan.Shapes[layer.A], reader.Plan.Shapes[i + 1]);
        var leading = output.Before(output.Axes.Length - 2);
        var point = at.Point.AsSpan();
        var lead = point[..leading];
        var row = output.Of(point, output.Axes.Length - 2);
        var column = output.Of(point, output.Axes.Length - 1);
        var (where, final) = reader.Sumcheck(layer.AccumulatorOf(at.Columns), leading + source.Axes[^1].Log, degree: 3);
        var said = reader.Take(2);
        var k = where.AsSpan(leading);
        reader.Require(
            final == Multilinear.Eq(lead, where.AsSpan(0, leading)) * new WindowColumn(source, causal: false).Evaluate(k)
                * (said[0] - Felt4.From(layer.ZeroPointA)) * (said[1] - Felt4.From(layer.ZeroPointB)),
            ProofCheck.Matmul);
        reader.Tensor(layer.A, [.. where[..leading], .. row, .. k], said[0]);
        reader.Tensor(layer.B, [.. where, .. column], said[1]);
    }
}
