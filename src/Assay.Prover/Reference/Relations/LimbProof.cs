using Assay.Proofs.Models.Layers;
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
        var (point, said) = prover.Entries(new LimbSum(zeta), tau, [], null, [multipliers.Values(shape.Log), .. columns], []);
        prover.Put(said[1..]);
        foreach (var (c, column) in LimbRelation.Columns.ToArray().Index())
            prover.Open(prover.Plan.Sections[section].Places[column]!.Value, columns[c], point);
    }
}
