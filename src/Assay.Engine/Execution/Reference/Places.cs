using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Row-major positions.</summary>
internal static class Places
{
    /// <summary>Elements between neighbours along each axis.</summary>
    public static int[] Strides(Shape shape)
    {
        var strides = new int[shape.Rank];
        var step = 1;
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(shape[axis], 1);
        }
        return strides;
    }

    /// <summary>The coordinates of element <paramref name="index"/>.</summary>
    public static void Coordinates(Shape shape, int index, Span<int> at)
    {
        Interrupt.Check();
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            at[axis] = index % shape[axis];
            index /= shape[axis];
        }
    }

    /// <summary>The shape as (outer, extent of the axis, inner).</summary>
    public static (int Outer, int Extent, int Inner) Around(Shape shape, int axis)
    {
        int outer = 1, inner = 1;
        for (var i = 0; i < axis; i++)
            outer *= shape[i];
        for (var i = axis + 1; i < shape.Rank; i++)
            inner *= shape[i];
        return (outer, shape[axis], inner);
    }
}
