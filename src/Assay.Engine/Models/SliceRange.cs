namespace Assay.Engine.Models;

/// <summary>What a Slice takes along one axis: <paramref name="Count"/> elements from <paramref name="Start"/>, <paramref name="Step"/> apart.</summary>
public readonly record struct SliceRange(int Start, long Step, int Count)
{
    /// <summary>One range per axis of <paramref name="dims"/> (all known). Negative bounds count from the end; bounds beyond the ends are clamped.</summary>
    /// <remarks>Source: ONNX Slice, version 13.</remarks>
    /// <exception cref="ModelException">The lists differ in length, an axis is out of range or given twice, a step is 0.</exception>
    public static SliceRange[] Of(ReadOnlySpan<int> dims, long[] starts, long[] ends, long[]? axes, long[]? steps)
    {
        var ranges = new SliceRange[dims.Length];
        for (var i = 0; i < dims.Length; i++)
            ranges[i] = new(0, 1, dims[i]);
        var taken = Axes(starts, ends, axes, steps, dims.Length);
        for (var i = 0; i < taken.Length; i++)
            ranges[taken[i]] = One(dims[taken[i]], starts[i], ends[i], steps is null ? 1 : steps[i]);
        return ranges;
    }

    /// <summary>The axes that a Slice touches, none negative; also checks that the lists are of one length.</summary>
    public static int[] Axes(long[] starts, long[] ends, long[]? axes, long[]? steps, int rank)
    {
        if (ends.Length != starts.Length || (axes?.Length ?? starts.Length) != starts.Length || (steps?.Length ?? starts.Length) != starts.Length)
            throw new ModelException("starts, ends, axes and steps are not of one length");
        if (starts.Length > rank)
            throw new ModelException($"{starts.Length} ranges for {rank} axes");
        var taken = new int[starts.Length];
        for (var i = 0; i < taken.Length; i++)
        {
            taken[i] = axes is null ? i : ShapeRules.Axis(axes[i], rank);
            if (taken.AsSpan(0, i).Contains(taken[i]))
                throw new ModelException($"axis {taken[i]} is given twice");
        }
        return taken;
    }

    private static SliceRange One(int extent, long start, long end, long step)
    {
        if (step == 0)
            throw new ModelException("a step is 0");
        if (extent == 0)
            return new(0, step, 0);
        start = Clamp(start < 0 ? start + extent : start, 0, step > 0 ? extent : extent - 1);
        end = Clamp(end < 0 ? end + extent : end, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
        var span = step > 0 ? (UInt128)Math.Max(end - start, 0) : (UInt128)Math.Max(start - end, 0);
        var stride = step > 0 ? (UInt128)step : (UInt128)(-(Int128)step);
        var count = (int)((span + stride - 1) / stride);
        return new((int)Math.Max(start, 0), step, count);
    }

    private static long Clamp(long value, long low, long high) => value < low ? low : value > high ? Math.Max(high, low) : value;
}
