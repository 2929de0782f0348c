using Assay.Engine.Models;

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
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            at[axis] = index % shape[axis];
            index /= shape[axis];
        }
    }

    /// <summary>For each element of <paramref name="whole"/>, the element of <paramref name="part"/> that it comes from by broadcasting.</summary>
    public static int[] Broadcast(Shape part, Shape whole)
    {
        var strides = Strides(part);
        var from = new int[whole.Count];
        Span<int> at = stackalloc int[whole.Rank];
        for (var i = 0; i < from.Length; i++)
        {
            Coordinates(whole, i, at);
            for (var axis = 0; axis < part.Rank; axis++)
                if (part[axis] != 1)
                    from[i] += at[axis + whole.Rank - part.Rank] * strides[axis];
        }
        return from;
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
