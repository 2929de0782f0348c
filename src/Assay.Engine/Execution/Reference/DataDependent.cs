using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// Kernels whose outputs are as large as their operands' elements make them. They count first, ask for outputs of that shape
/// (which refuses what passes a limit), and then fill them.
/// </summary>
internal static class DataDependent
{
    /// <param name="node">A node of which <see cref="ShapeRules.IsDataDependent"/> is true.</param>
    /// <param name="x">Its operands, checked by the shape rule.</param>
    /// <param name="allocate">Makes an output of zeros, within the run's limits.</param>
    public static Tensor[] Run(Node node, Tensor?[] x, Func<DType, Shape, Tensor> allocate) => node.Op switch
    {
        Primitive.NonZero => [NonZero(x[0]!, allocate)],
        Primitive.Unique => Uniques.Find(node.Attributes, x[0]!, allocate),
        Primitive.NonMaxSuppression => [Suppression.Choose(node.Attributes, x, allocate)],
        Primitive.DecodeImage => [Pictures.Decode(node.Attributes.Text("pixel_format", "RGB"), x[0]!, allocate)],
        _ => throw new ModelException($"{node.Op} cannot be run"),
    };

    /// <summary>The coordinates of the elements that are true, in row-major order, one column each (10.4).</summary>
    private static Tensor NonZero(Tensor x, Func<DType, Shape, Tensor> allocate)
    {
        var count = x.Count - x.Bytes.Count((byte)0);
        var y = allocate(DType.Int64, Shape.Of(x.Shape.Rank, count));
        var at = new int[x.Shape.Rank];
        for (int i = 0, column = 0; i < x.Count; i++)
            if (x.Bytes[i] != 0)
            {
                Places.Coordinates(x.Shape, i, at);
                for (var axis = 0; axis < at.Length; axis++)
                    y.MutableSpan<long>()[axis * count + column] = at[axis];
                column++;
            }
        return y;
    }
}
