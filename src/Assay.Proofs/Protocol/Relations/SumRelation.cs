using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>Accumulators that are sums of activations (C14).</summary>
internal static class SumRelation
{
    public static void Read(RelationReader reader, AddLayer layer, in SectionEvaluations at)
    {
        var said = reader.Take(2);
        var sum = (said[0] - Felt4.From(layer.ZeroPointA)) * Felt.From((long)layer.MultiplierA) + (said[1] - Felt4.From(layer.ZeroPointB)) * Felt.From((long)layer.MultiplierB);
        reader.Require(layer.AccumulatorOf(at.Columns) == sum, ProofCheck.Linear);
        reader.Tensor(layer.A, [.. at.Point], said[0]);
        reader.Tensor(layer.B, [.. at.Point], said[1]);
    }

    public static void Read(RelationReader reader, int i, AveragePoolLayer layer, in SectionEvaluations at)
    {
        var behind = reader.Plan.Shapes[i + 1].Before(2);
        var point = at.Point.AsSpan();
        reader.Gather(
            layer.Input, point[..behind], [], layer.ZeroPoint, WindowMatrix.Of(layer, reader.Plan.Shapes[layer.Input], point[behind..]), layer.AccumulatorOf(at.Columns), ProofCheck.Linear);
    }
}
