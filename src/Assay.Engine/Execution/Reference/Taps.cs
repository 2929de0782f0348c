using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Where the taps of a window fall.</summary>
internal sealed class Taps(Window window, ReadOnlySpan<int> spatial)
{
    public const int Padding = -1;

    private readonly int[] spatial = spatial.ToArray();
    private readonly int[] strides = Places.Strides(Shape.Of(spatial));
    private readonly Shape outputs = Shape.Of(window.Output.AsSpan());
    private readonly Shape kernel = Shape.Of(window.Kernel.AsSpan());

    /// <summary>Number of windows.</summary>
    public int Windows => outputs.Count;

    /// <summary>Taps of one window.</summary>
    public int Count => kernel.Count;

    /// <summary>
    /// For window <paramref name="place"/>, in row-major order, the place within one channel's plane that tap
    /// <paramref name="tap"/>, in row-major order, reads; <see cref="Padding"/> where it lies beside the input.
    /// </summary>
    public int At(int place, int tap)
    {
        Span<int> o = stackalloc int[spatial.Length], k = stackalloc int[spatial.Length];
        Places.Coordinates(outputs, place, o);
        Places.Coordinates(kernel, tap, k);
        var result = 0;
        for (var axis = 0; axis < spatial.Length; axis++)
        {
            var at = (long)o[axis] * window.Strides[axis] + (long)k[axis] * window.Dilations[axis] - window.PadBegin[axis];
            if (at < 0 || at >= spatial[axis])
                return Padding;
            result += (int)at * strides[axis];
        }
        return result;
    }

    /// <summary>How many taps of the window lie in the input or its padding: with ceil_mode the last ones may reach beyond both.</summary>
    public int WithinPadding(int place)
    {
        Span<int> o = stackalloc int[spatial.Length];
        Places.Coordinates(outputs, place, o);
        var count = 1;
        for (var axis = 0; axis < spatial.Length; axis++)
        {
            var end = (long)spatial[axis] + window.PadBegin[axis] + window.PadEnd[axis] - (long)o[axis] * window.Strides[axis];
            count *= (int)Math.Clamp((end + window.Dilations[axis] - 1) / window.Dilations[axis], 0, window.Kernel[axis]);
        }
        return count;
    }
}
