using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>Primitives that move elements, on the float32 form where that moves the very bits.</summary>
internal static unsafe class Moves
{
    public static Value[]? Transpose(in Call call)
    {
        var x = call.Operand(0)!;
        if (!IsMovable(x))
            return null;
        var strides = Strides(x.Shape);
        return Strided(call, 0, Array.ConvertAll(ShapeRules.Permutation(call.Attributes, x.Shape.Rank), axis => strides[axis]));
    }

    public static Value[]? Slice(in Call call)
    {
        var x = call.Operand(0)!;
        if (!IsMovable(x))
            return null;
        var ranges = SliceRange.Of(x.Shape.Dims.AsSpan(), call.Tensor(1)!.ToInts("starts"), call.Tensor(2)!.ToInts("ends"), call.Tensor(3)?.ToInts("axes"), call.Tensor(4)?.ToInts("steps"));
        var strides = Strides(x.Shape);
        long start = 0;
        for (var axis = 0; axis < ranges.Length; axis++)
        {
            start += ranges[axis].Start * strides[axis];
            // A step beyond the array is never taken: one element is all there is.
            strides[axis] = ranges[axis].Count > 1 ? strides[axis] * ranges[axis].Step : 0;
        }
        return Strided(call, start, strides);
    }

    public static Value[]? Expand(in Call call)
    {
        var x = call.Operand(0)!;
        if (!IsMovable(x))
            return null;
        var strides = Strides(x.Shape);
        var steps = new long[call.OutputShape().Rank];
        for (var i = 1; i <= strides.Length; i++)
            steps[^i] = x.Shape.Dims[^i] == 1 ? 0 : strides[^i];
        return Strided(call, 0, steps);
    }

    public static Value[]? Concat(in Call call)
    {
        for (var i = 0; i < call.Operands; i++)
            if (!IsMovable(call.Operand(i)!))
                return null;
        var shape = call.OutputShape();
        var axis = ShapeRules.Axis(call.Attributes.Int("axis"), shape.Rank);
        var y = call.Rent();
        long outer = 1, row = shape.Count == 0 ? 0 : 1, at = 0;
        for (var i = 0; i < shape.Rank; i++)
            if (i < axis)
                outer *= shape[i];
            else
                row *= shape[i];
        for (var i = 0; i < call.Operands && row > 0; i++)
        {
            var run = call.ShapeOf(i).Count / outer;
            if (outer == 1)
            {
                call.Context.Arena?.Join(y, at, call.Dying(i), run);
                CopyKernel.Run(call.Launcher, call.Isa, call.Input(i), y.Pointer + at, run);
            }
            else if (run > 0)
                call.Launcher.Run(call.Isa, (int)outer, new RunsKernel { From = call.Input(i), To = y.Pointer + at, Run = run, Step = row }, Cost.Of(run, perNanosecond: 5, start: 2));
            at += run;
        }
        return [call.Moved(y)];
    }

    /// <summary>Padding by a constant is to fill, then to copy into the middle; all other padding goes by a table for each axis.</summary>
    public static Value[]? Pad(in Call call)
    {
        var x = call.Operand(0)!;
        if (!IsMovable(x) || x.Shape.Rank == 0 || x.Shape.Count == 0 || call.OutputShape().Count == 0 || (call.Operand(2) is { } fill && !IsMovable(fill)))
            return null;
        var (before, after) = ShapeRules.Pads(call.Tensor(1)!, call.Tensor(3), x.Shape.Rank);
        var mode = call.Attributes.Text("mode", "constant");
        var y = call.Rent();
        if (mode != "constant" || before.Concat(after).Any(p => p < 0))
        {
            PadKernel.Run(call.Launcher, call.Isa, call.Input(0), Strides(x.Shape), y.Pointer, call.OutputShape().Dims.AsSpan(), Places(call, mode, before), call.Input(2));
            return [call.Moved(y)];
        }
        FillKernel.Run(call.Launcher, call.Isa, call.Input(2), y.Pointer, call.OutputShape().Count);
        var steps = Strides(call.OutputShape());
        long start = 0;
        for (var axis = 0; axis < steps.Length; axis++)
            start += before[axis] * steps[axis];
        StridedKernel.Run(call.Launcher, call.Isa, call.Input(0), Strides(x.Shape), y.Pointer + start, steps, x.Shape.Dims.AsSpan());
        return [call.Moved(y)];
    }

    /// <summary>Each axis as two: the repeats, which stand still in the input, and the elements.</summary>
    public static Value[]? Tile(in Call call)
    {
        var x = call.Operand(0)!;
        var rank = x.Shape.Rank;
        if (!IsMovable(x) || 2 * rank > Shape.MaxRank || call.OutputShape().Count == 0)
            return null;
        var strides = Strides(x.Shape);
        var extents = new int[2 * rank];
        var steps = new long[2 * rank];
        for (var axis = 0; axis < rank; axis++)
        {
            (extents[2 * axis], extents[(2 * axis) + 1]) = (call.OutputShape()[axis] / x.Shape[axis], x.Shape[axis]);
            steps[(2 * axis) + 1] = strides[axis];
        }
        var y = call.Rent();
        StridedKernel.Run(call.Launcher, call.Isa, call.Input(0), steps, y.Pointer, Strides(Shape.Of(extents)), extents);
        return [call.Moved(y)];
    }

    /// <summary>Where each coordinate of each axis comes from (10.2 of the profile).</summary>
    private static int* Places(in Call call, string mode, long[] before)
    {
        var (from, to) = (call.ShapeOf(0), call.OutputShape());
        var places = (int*)call.Scratch.Counts(to.Dims.Sum(d => (long)d));
        var next = places;
        for (var axis = 0; axis < to.Rank; axis++)
            for (var i = 0; i < to[axis]; i++)
            {
                var extent = from[axis];
                var place = i - before[axis];
                *next++ = (int)(place >= 0 && place < extent ? place : mode switch
                {
                    "constant" => -1,
                    "edge" => Math.Clamp(place, 0, extent - 1),
                    "wrap" => ((place % extent) + extent) % extent,
                    _ => place < 0 ? -place : (2L * (extent - 1)) - place,
                });
            }
        return places;
    }

    private static bool IsMovable(Value x) => x is { IsWide: true, IsWideExact: true };

    private static Value[] Strided(in Call call, long start, ReadOnlySpan<long> steps)
    {
        var y = call.Rent();
        StridedKernel.Run(call.Launcher, call.Isa, call.Input(0) + start, steps, y.Pointer, Strides(call.OutputShape()), call.OutputShape().Dims.AsSpan());
        return [call.Moved(y)];
    }

    private static long[] Strides(Shape shape)
    {
        var strides = new long[shape.Rank];
        long step = 1;
        for (var axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= shape[axis];
        }
        return strides;
    }
}
