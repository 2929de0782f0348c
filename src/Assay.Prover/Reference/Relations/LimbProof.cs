using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference.Relations;

/// <summary>Limbs of accumulators times their multipliers.</summary>
internal static class LimbProof
{
    public static void Prove(RelationProver prover, int i, ScaledLayer layer)
    {
        var (shape, section) = (prover.Plan.Shapes[i + 1], prover.Plan.SectionOf(i));
        var zeta = prover.Challenges(1)[0];
        var tau = prover.Challenges(shape.Log);
        var multipliers = LimbColumns.Multipliers(layer, shape);
        int[][] columns = [.. LimbRelation.Columns.ToArray().Select(c => prover.Run.Columns[section][c])];
        Felt4[][] tables =
        [
            Multilinear.EqTable(tau), [.. Enumerable.Range(0, 1 << shape.Log).Select(at => Felt4.From(multipliers.At(at)))],
            .. columns.Select(ProofOperations.Elements),
        ];
        var point = prover.Sumcheck(tables, 3, v => v[0] * LimbColumns.Relation(v[1], zeta, v[2], v[3], v[4], v[5], v[6]));
        prover.Put([.. tables.Skip(2).Select(t => t[0])]);
        foreach (var (c, column) in LimbRelation.Columns.ToArray().Index())
            prover.Open(prover.Plan.Sections[section].Places[column]!.Value, columns[c], point);
    }
}
