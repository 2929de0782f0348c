using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>Tensors that are others' values in other places: nothing of them is committed to.</summary>
internal static class ViewRelation
{
    public static void Read(RelationReader reader, int i, Felt4[] point, Felt4 value)
    {
        var (inputs, output) = (reader.Plan.InputsOf(i), reader.Plan.Shapes[i + 1]);
        var batch = output.Axes[0].Log;
        switch (reader.Plan.Model.Layers[i])
        {
            case TransposeLayer transpose:
                reader.Tensor(transpose.Input, Before(transpose, inputs[0], output, point), value);
                break;
            case ReshapeLayer reshape when ReshapeLayer.IsAligned(inputs[0], output):
                reader.Tensor(reshape.Input, point, value);
                break;
            case ReshapeLayer reshape:
                reader.Gather(reshape.Input, point.AsSpan(0, batch), [], 0, Moving(inputs[0], output, point), value, ProofCheck.Gather);
                break;
            case ConcatLayer concat:
                var parts = reader.Take(inputs.Length);
                reader.Require(parts.Aggregate(Felt4.Zero, (sum, part) => sum + part) == value, ProofCheck.Gather);
                for (var p = 0; p < parts.Length; p++)
                    reader.Gather(concat.Parts[p], point.AsSpan(0, batch), [], 0, Part(concat, inputs, output, p, point), parts[p], ProofCheck.Gather);
                break;
        }
    }

    /// <summary>A point of a transposed tensor, in what it was before.</summary>
    public static Felt4[] Before(TransposeLayer transpose, TensorShape input, TensorShape output, Felt4[] point)
    {
        var before = new Felt4[point.Length];
        output.Of(point, 0).CopyTo(before);
        for (var axis = 1; axis < output.Axes.Length; axis++)
            output.Of(point, axis).CopyTo(before.AsSpan(input.Before(transpose.Order[axis - 1])));
        return before;
    }

    /// <summary>Of a reshape that is not aligned.</summary>
    public static MovingMatrix Moving(TensorShape input, TensorShape output, Felt4[] point) => new(input.Inner, output.Inner.Places(), point.AsSpan(output.Axes[0].Log));

    /// <summary>Of one of the tensors that are joined.</summary>
    public static MovingMatrix Part(ConcatLayer concat, IReadOnlyList<TensorShape> inputs, TensorShape output, int part, Felt4[] point)
    {
        var (inner, before) = (inputs[part].Inner, inputs.Take(part).Sum(p => p.Axes[concat.Along].Size));
        return new(inner, inner.Places().Select(place => Joined(inner, output.Inner, place, concat.Along - 1, before)), point.AsSpan(output.Axes[0].Log));
    }

    /// <summary>Where a place of a part stands in the whole.</summary>
    public static int Joined(TensorShape part, TensorShape whole, int place, int along, int before)
    {
        var at = 0;
        for (var axis = 0; axis < whole.Axes.Length; axis++)
            at = at << whole.Axes[axis].Log | part.Index(place, axis) + (axis == along ? before : 0);
        return at;
    }
}
