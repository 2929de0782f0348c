using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>A figure of each place's scale group: constant along all axes but those that choose it.</summary>
/// <param name="figures">Of each group.</param>
public sealed class GroupColumn(ScaledLayer layer, TensorShape output, ImmutableArray<int> figures) : PublicColumn
{
    public override int At(int place) => figures[layer.GroupAt(output, place)];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int[] Values(int log)
    {
        var (first, count) = layer.GroupOf.Length == 1 ? (0, 0) : layer.GroupAxes(output);
        var behind = 0;
        for (var axis = first + count; axis < output.Axes.Length; axis++)
            behind += output.Axes[axis].Log;
        var values = new int[1 << log];
        if (count == 0)
            Array.Fill(values, At(0));
        else
            for (var at = 0; at < values.Length; at += 1 << behind)
                Array.Fill(values, At(at), at, 1 << behind);
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Felt4 Evaluate(ReadOnlySpan<Felt4> point)
    {
        if (figures.All(f => f == figures[0]) || layer.GroupOf.Length == 1)
            return Felt4.From(figures[layer.GroupOf[0]]);
        var (first, count) = layer.GroupAxes(output);
        var log = output.Axes.AsSpan().Slice(first, count).ToArray().Sum(a => a.Log);
        var eq = Multilinear.EqTable(point.Slice(output.Before(first), log));
        var behind = output.Log - output.Before(first) - log;
        var sum = Felt4.Zero;
        for (var i = 0; i < eq.Length; i++)
            sum += eq[i] * Felt.From((long)At(i << behind));
        return sum;
    }
}
