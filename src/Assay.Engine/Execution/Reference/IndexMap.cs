using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// From the elements of one shape, in row-major order, to places in a tensor: so many places further for each step along an
/// axis. Places are computed when they are asked for, so a map takes no memory worth counting.
/// </summary>
internal readonly struct IndexMap(Shape shape, int[] steps)
{
    /// <summary>Number of elements.</summary>
    public int Count => shape.Count;

    /// <summary>The place of element <paramref name="index"/>.</summary>
    public int this[int index]
    {
        get
        {
            Interrupt.Check();
            var dims = shape.Dims.AsSpan();
            var place = 0;
            for (var axis = dims.Length - 1; axis >= 0; axis--)
            {
                place += index % dims[axis] * steps[axis];
                index /= dims[axis];
            }
            return place;
        }
    }

    /// <summary>For each element of <paramref name="whole"/>, the element of <paramref name="part"/> that it comes from by broadcasting.</summary>
    public static IndexMap Broadcast(Shape part, Shape whole)
    {
        var strides = Places.Strides(part);
        var steps = new int[whole.Rank];
        for (var i = 1; i <= part.Rank; i++)
            steps[^i] = part.Dims[^i] == 1 ? 0 : strides[^i];
        return new(whole, steps);
    }

    /// <summary>The elements of <paramref name="shape"/> as the given axes alone are walked, all other coordinates being 0.</summary>
    public static IndexMap Along(Shape shape, ReadOnlySpan<int> axes)
    {
        var strides = Places.Strides(shape);
        int[] dims = new int[axes.Length], steps = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++)
            (dims[i], steps[i]) = (shape[axes[i]], strides[axes[i]]);
        return new(Shape.Of(dims), steps);
    }
}
