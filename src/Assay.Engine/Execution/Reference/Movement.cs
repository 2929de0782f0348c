using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Primitives that move elements: bytes are copied as they are, NaN payloads too.</summary>
internal static class Movement
{
    public static void Transpose(int[] perm, Tensor x, Tensor y)
    {
        var strides = Places.Strides(x.Shape);
        var at = new int[perm.Length];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var from = 0;
            for (var axis = 0; axis < perm.Length; axis++)
                from += at[axis] * strides[perm[axis]];
            Copy(x, from, y, i);
        }
    }

    public static void Concat(int axis, Tensor?[] parts, Tensor y)
    {
        var (outer, _, inner) = Places.Around(y.Shape, axis);
        var to = 0;
        for (var o = 0; o < outer; o++)
            foreach (var part in parts)
            {
                var run = part!.Shape[axis] * inner;
                Copy(part, o * run, y, to, run);
                to += run;
            }
    }

    public static void Slice(SliceRange[] ranges, Tensor x, Tensor y)
    {
        var strides = Places.Strides(x.Shape);
        var at = new int[ranges.Length];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            long from = 0;
            for (var axis = 0; axis < at.Length; axis++)
                from += (ranges[axis].Start + at[axis] * ranges[axis].Step) * strides[axis];
            Copy(x, (int)from, y, i);
        }
    }

    /// <exception cref="ModelException">An index is out of range.</exception>
    public static void Gather(int axis, Tensor x, Tensor indices, Tensor y)
    {
        var (outer, extent, inner) = Places.Around(x.Shape, axis);
        var to = 0;
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < indices.Count; i++)
            {
                var index = indices.Type == DType.Int64 ? indices.Span<long>()[i] : indices.Span<int>()[i];
                if (index < -extent || index >= extent)
                    throw new ModelException($"index {index} into an extent of {extent}");
                var from = (o * extent + (int)(index < 0 ? index + extent : index)) * inner;
                Copy(x, from, y, to, inner);
                to += inner;
            }
    }

    public static void Pad(string mode, long[] before, Tensor x, Tensor? fill, Tensor y)
    {
        var strides = Places.Strides(x.Shape);
        var at = new int[before.Length];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var from = 0;
            var inside = true;
            for (var axis = 0; axis < at.Length; axis++)
            {
                var extent = x.Shape[axis];
                var place = at[axis] - before[axis];
                if (place < 0 || place >= extent)
                {
                    inside = mode != "constant";
                    if (!inside)
                        break;
                    place = mode switch
                    {
                        "edge" => Math.Clamp(place, 0, extent - 1),
                        "wrap" => (place % extent + extent) % extent,
                        _ => place < 0 ? -place : 2L * (extent - 1) - place,    // reflect
                    };
                }
                from += (int)place * strides[axis];
            }
            if (inside)
                Copy(x, from, y, i);
            else if (fill is not null)
                Copy(fill, 0, y, i);
        }
    }

    public static void Expand(Tensor x, Tensor y)
    {
        var from = IndexMap.Broadcast(x.Shape, y.Shape);
        for (var i = 0; i < y.Count; i++)
            Copy(x, from[i], y, i);
    }

    /// <summary>Copies so many elements that stand side by side.</summary>
    public static void Copy(Tensor from, int i, Tensor to, int j, int count = 1)
    {
        Interrupt.Check();
        var size = from.Type.Size();
        from.Bytes.Slice(i * size, count * size).CopyTo(to.MutableBytes.Slice(j * size, count * size));
    }
}
