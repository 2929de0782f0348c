using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Where the taps of each window fall.</summary>
internal static class Taps
{
    public const int Padding = -1;

    /// <summary>
    /// For each window, in row-major order, the place within one channel's plane that each tap of the kernel, in row-major
    /// order, reads; <see cref="Padding"/> where it lies beside the input.
    /// </summary>
    public static int[][] Of(Window window, ReadOnlySpan<int> spatial)
    {
        var outputs = Shape.Of(window.Output.AsSpan());
        var kernel = Shape.Of(window.Kernel.AsSpan());
        var strides = Places.Strides(Shape.Of(spatial));
        var taps = new int[outputs.Count][];
        int[] o = new int[spatial.Length], k = new int[spatial.Length];
        for (var w = 0; w < taps.Length; w++)
        {
            taps[w] = new int[kernel.Count];
            Places.Coordinates(outputs, w, o);
            for (var t = 0; t < kernel.Count; t++)
            {
                Places.Coordinates(kernel, t, k);
                var from = 0;
                for (var axis = 0; axis < spatial.Length; axis++)
                {
                    var place = (long)o[axis] * window.Strides[axis] + (long)k[axis] * window.Dilations[axis] - window.PadBegin[axis];
                    if (place < 0 || place >= spatial[axis])
                    {
                        from = Padding;
                        break;
                    }
                    from += (int)place * strides[axis];
                }
                taps[w][t] = from;
            }
        }
        return taps;
    }
}
