using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference.Relations;

/// <summary>Maxima of windows.</summary>
internal static class PoolProof
{
    public static void Prove(RelationProver prover, int i, Felt4[] point)
    {
        Merge(prover, i, point);
        var columns = prover.Run.Columns[prover.Plan.SectionOf(i)];
        var tau = prover.Challenges(point.Length);
        var at = prover.Differences(tau, columns);
        prover.Put([.. columns.Select(c => prover.Operations.At(c, at))]);
        prover.Open(prover.Plan.Output(i), columns[0], at);
        Merge(prover, i, at);
    }

    private static void Merge(RelationProver prover, int i, Felt4[] point)
    {
        var low = prover.Challenges(2);
        var shape = prover.Plan.Shapes[i + 1];
        if (prover.Plan.Model.Layers[i] is MaxPoolLayer pool)
        {
            prover.Tensor(pool.Input, PoolRelation.Pooled(shape.Axes[3].Log, point, low));
            return;
        }
        var line = (LinePoolLayer)prover.Plan.Model.Layers[i];
        var (before, behind) = (shape.Before(line.Along), shape.Before(line.Along) + shape.Axes[line.Along].Log);
        prover.Gather(
            line.Input, point[..before], point[behind..], sbyte.MinValue, WindowMatrix.Of(line, prover.Plan.Shapes[line.Input], low, point.AsSpan(before..behind)));
    }
}
