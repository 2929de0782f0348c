using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Elements taken from, or put at, the places that indices name (10.2).</summary>
internal static class Indexing
{
    /// <exception cref="ModelException">An index is out of range.</exception>
    public static void GatherElements(int axis, Tensor x, Tensor indices, Tensor y)
    {
        var strides = Places.Strides(x.Shape);
        var at = new int[x.Shape.Rank];
        for (var i = 0; i < y.Count; i++)
            Movement.Copy(x, Along(axis, x, indices, i, strides, at), y, i);
    }

    /// <inheritdoc cref="GatherElements"/>
    public static void ScatterElements<T>(int axis, string reduction, Tensor x, Tensor indices, Tensor updates, Tensor y) where T : unmanaged, IReal<T>
    {
        x.Bytes.CopyTo(y.MutableBytes);
        var strides = Places.Strides(x.Shape);
        var at = new int[x.Shape.Rank];
        for (var i = 0; i < indices.Count; i++)
            Put<T>(reduction, updates, i, y, Along(axis, x, indices, i, strides, at));
    }

    /// <inheritdoc cref="GatherElements"/>
    public static void GatherNd(int batch, Tensor x, Tensor indices, Tensor y)
    {
        var depth = indices.Shape[indices.Shape.Rank - 1];
        var run = 1;
        for (var axis = batch + depth; axis < x.Shape.Rank; axis++)
            run *= x.Shape[axis];
        int batches = 1, tuples = indices.Count / depth;
        for (var axis = 0; axis < batch; axis++)
            batches *= x.Shape[axis];
        for (var i = 0; i < tuples && run > 0; i++)
        {
            var from = Place(x, batch, indices, i, depth, i / (tuples / batches));
            Movement.Copy(x, from * run, y, i * run, run);
        }
    }

    /// <inheritdoc cref="GatherElements"/>
    public static void ScatterNd<T>(string reduction, Tensor x, Tensor indices, Tensor updates, Tensor y) where T : unmanaged, IReal<T>
    {
        x.Bytes.CopyTo(y.MutableBytes);
        var depth = indices.Shape[indices.Shape.Rank - 1];
        var run = 1;
        for (var axis = depth; axis < x.Shape.Rank; axis++)
            run *= x.Shape[axis];
        for (var i = 0; i < indices.Count / depth; i++)
        {
            var to = Place(x, 0, indices, i, depth, 0);
            for (var j = 0; j < run; j++)
                Put<T>(reduction, updates, i * run + j, y, to * run + j);
        }
    }

    /// <summary>A run of steps written into a cache, from a place of its own for each of the batch.</summary>
    /// <exception cref="ModelException">A step falls outside the cache.</exception>
    public static void TensorScatter(int axis, bool circular, Tensor cache, Tensor update, Tensor? places, Tensor y)
    {
        cache.Bytes.CopyTo(y.MutableBytes);
        var (outer, extent, inner) = Places.Around(cache.Shape, axis);
        var steps = update.Shape[axis];
        for (var o = 0; o < outer; o++)
        {
            var first = places is null ? 0 : places.Span<long>()[o / (outer / cache.Shape[0])];
            if (first < 0 || steps > 0 && (circular ? first >= extent : first > extent - steps))
                throw new ModelException($"{steps} steps from place {first} of a cache of {extent}");
            for (var s = 0; s < steps; s++)
                Movement.Copy(update, (o * steps + s) * inner, y, (o * extent + (int)((first + s) % extent)) * inner, inner);
        }
    }

    /// <summary>An index, negative ones counted from the end.</summary>
    /// <exception cref="ModelException">It is out of range.</exception>
    public static int Within(Tensor indices, int i, int extent)
    {
        var index = indices.Type == DType.Int64 ? indices.Span<long>()[i] : indices.Span<int>()[i];
        if (index < -extent || index >= extent)
            throw new ModelException($"index {index} into an extent of {extent}");
        return (int)(index < 0 ? index + extent : index);
    }

    /// <summary>The place in <paramref name="x"/> at the coordinates of index i, the one along the axis being the index itself.</summary>
    private static int Along(int axis, Tensor x, Tensor indices, int i, int[] strides, int[] at)
    {
        Places.Coordinates(indices.Shape, i, at);
        at[axis] = Within(indices, i, x.Shape[axis]);
        var place = 0;
        for (var a = 0; a < at.Length; a++)
            place += at[a] * strides[a];
        return place;
    }

    /// <summary>The number of the run of elements that a tuple of indices names, after <paramref name="batch"/> axes shared with the data.</summary>
    private static int Place(Tensor x, int batch, Tensor indices, int tuple, int depth, int start)
    {
        var place = start;
        for (var d = 0; d < depth; d++)
            place = place * x.Shape[batch + d] + Within(indices, tuple * depth + d, x.Shape[batch + d]);
        return place;
    }

    /// <summary>One update: the element replaced, or combined with what stands there, rounded each time.</summary>
    private static void Put<T>(string reduction, Tensor updates, int i, Tensor y, int place) where T : unmanaged, IReal<T>
    {
        if (reduction == "none")
            Movement.Copy(updates, i, y, place);
        else if (y.Type.IsFloat())
        {
            T old = new Reals<T>(y)[place], value = new Reals<T>(updates)[i];
            T.Store(y, place, reduction switch
            {
                "add" => old + value,
                "mul" => old * value,
                "min" => T.Min(old, value),
                _ => T.Max(old, value),
            });
        }
        else
        {
            Int128 old = Numbers.LoadWhole(y, place), value = Numbers.LoadWhole(updates, i);
            Numbers.StoreWhole(y, place, reduction switch
            {
                "add" => old + value,
                "mul" => unchecked(old * value),
                "min" => Int128.Min(old, value),
                _ => Int128.Max(old, value),
            });
        }
    }
}
