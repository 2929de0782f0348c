using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>Limbs of an accumulator times its multiplier, place by place (C13).</summary>
internal static class LimbRelation
{
    /// <summary>The columns that are claimed at the zerocheck's point.</summary>
    public static ReadOnlySpan<int> Columns => [LimbColumns.Low, LimbColumns.High, LimbColumns.Quotient, LimbColumns.Rest, LimbColumns.Scaled];

    public static void Read(RelationReader reader, int i, ScaledLayer layer)
    {
        var (shape, places) = (reader.Plan.Shapes[i + 1], reader.Plan.Sections[reader.Plan.SectionOf(i)].Places);
        // That the accumulator is a sum of limbs is seen at the section's point alone.
        reader.Compared(shape.Log);
        var zeta = reader.Challenges(1)[0];
        var tau = reader.Challenges(shape.Log);
        var (point, final) = reader.Sumcheck(Felt4.Zero, tau.Length, degree: 3);
        var said = reader.Take(Columns.Length);
        var relation = LimbColumns.Relation(LimbColumns.Multipliers(layer, shape).Evaluate(point), zeta, said[0], said[1], said[2], said[3], said[4]);
        reader.Require(final == Multilinear.Eq(tau, point) * relation, ProofCheck.Zerocheck);
        for (var c = 0; c < Columns.Length; c++)
            reader.Open(places[Columns[c]]!.Value, point, said[c]);
    }
}
