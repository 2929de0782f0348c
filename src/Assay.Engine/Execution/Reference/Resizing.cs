using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Which inputs make each output of one axis of a Resize, and by how much (7.4).</summary>
/// <param name="Count">Taps of one output.</param>
/// <param name="Places">Input places, Count for each output; -1 in the first where the output lies beyond a cropped region.</param>
/// <param name="Weights">As many weights, in binary64.</param>
internal sealed record AxisTaps(int Count, int[] Places, double[] Weights)
{
    /// <summary>Taps of one output along <paramref name="axis"/>, at most; 0 where the axis stays as it is.</summary>
    public static long CountOf(Attributes a, in ResizeAxis axis)
    {
        if (IsStill(a, axis))
            return 0;
        var reach = a.Text("mode", "nearest") switch { "linear" => 1, "cubic" => 2, _ => 0 };
        if (reach == 0)
            return 1;
        return a.Int("antialias", 0) != 0 && axis.Scale < 1 ? 2 * (long)Math.Min(Math.Ceiling(reach / axis.Scale), 1 << 30) : 2 * reach;
    }

    /// <exception cref="ModelException">A scale so small that one output would have too many taps.</exception>
    public static AxisTaps? Of(Attributes a, in ResizeAxis axis)
    {
        var count = CountOf(a, axis);
        if (count == 0)
            return null;
        if (count * axis.Out > Array.MaxLength / sizeof(double))
            throw new ModelException($"a scale of {axis.Scale} takes {count} elements for each of {axis.Out}");
        var taps = new AxisTaps((int)count, new int[count * axis.Out], new double[count * axis.Out]);
        for (var o = 0; o < axis.Out; o++)
        {
            Interrupt.Check();
            taps.Fill(a, axis, o);
        }
        return taps;
    }

    private void Fill(Attributes a, in ResizeAxis axis, int o)
    {
        var mode = a.Text("coordinate_transformation_mode", "half_pixel");
        var at = Coordinate(mode, axis, o);
        var places = Places.AsSpan(o * Count, Count);
        var weights = Weights.AsSpan(o * Count, Count);
        if (mode == "tf_crop_and_resize" && !(at >= 0 && at <= axis.In - 1))
        {
            places[0] = -1;
            return;
        }
        // Beyond the input by more than its own length nothing changes any more, and what is no number is 0.
        at = double.IsNaN(at) ? 0 : Math.Clamp(at, -4.0 * axis.In - 4, 5.0 * axis.In + 4);
        if (a.Text("mode", "nearest") == "nearest")
        {
            places[0] = (int)Math.Clamp(Nearest(a.Text("nearest_mode", "round_prefer_floor"), at), 0, axis.In - 1);
            weights[0] = 1;
            return;
        }
        var floor = Math.Floor(at);
        var first = (long)floor - Count / 2 + 1;
        Weigh(a, axis, at - floor, weights);
        for (var t = 0; t < Count; t++)
        {
            if (a.Int("exclude_outside", 0) != 0 && (first + t < 0 || first + t >= axis.In))
                weights[t] = 0;
            places[t] = (int)Math.Clamp(first + t, 0, axis.In - 1);
        }
        if (a.Int("exclude_outside", 0) != 0)
            Normalise(weights);
    }

    private static bool IsStill(Attributes a, in ResizeAxis axis)
    {
        if (axis.In != axis.Out)
            return false;
        var mode = a.Text("coordinate_transformation_mode", "half_pixel");
        for (var o = 0; o < axis.Out; o++)
        {
            Interrupt.Check(o);
            if (Coordinate(mode, axis, o) != o)
                return false;
        }
        return true;
    }

    /// <summary>The place in the input that output <paramref name="o"/> is made of.</summary>
    private static double Coordinate(string mode, in ResizeAxis axis, double o)
    {
        var width = axis.Scale * axis.In;
        switch (mode)
        {
            case "align_corners":
                return width == 1 ? 0 : o * (axis.In - 1.0) / (width - 1);
            case "asymmetric":
                return o / axis.Scale;
            case "tf_half_pixel_for_nn":
                return (o + 0.5) / axis.Scale;
            case "tf_crop_and_resize":
                double span = (double)axis.End - axis.Start, last = axis.In - 1.0;
                return (width == 1 ? span * last / 2 : o * span * last / (width - 1)) + axis.Start * last;
            case "pytorch_half_pixel" when axis.Out <= 1:
                return 0;
            case "half_pixel_symmetric":
                return axis.In / 2.0 * (1 - axis.Out / width) + (o + 0.5) / axis.Scale - 0.5;
            default:
                return (o + 0.5) / axis.Scale - 0.5;
        }
    }

    private static double Nearest(string mode, double at) => mode switch
    {
        "floor" => Math.Floor(at),
        "ceil" => Math.Ceiling(at),
        "round_prefer_ceil" => Math.Floor(at) is var low && at - low >= 0.5 ? low + 1 : low,
        _ => Math.Floor(at) is var low && at - low > 0.5 ? low + 1 : low,
    };

    /// <summary>Weights of the places around a coordinate whose fraction is <paramref name="t"/>.</summary>
    private void Weigh(Attributes a, in ResizeAxis axis, double t, Span<double> weights)
    {
        var isCubic = a.Text("mode", "nearest") == "cubic";
        double slope = a.Float("cubic_coeff_a", -0.75f);
        var isWide = a.Int("antialias", 0) != 0;
        var scale = isWide ? Math.Min(axis.Scale, 1) : 1;
        for (var i = 0; i < weights.Length; i++)
        {
            var distance = Math.Abs((i - Count / 2 + 1 - t) * scale);
            weights[i] = isCubic ? Cubic(slope, distance) : Math.Max(1 - distance, 0);
        }
        if (isWide)
            Normalise(weights);
    }

    /// <summary>R. Keys' cubic convolution kernel.</summary>
    private static double Cubic(double a, double d) =>
        d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;

    private static void Normalise(Span<double> weights)
    {
        var sum = 0.0;
        foreach (var w in weights)
            sum += w;
        foreach (ref var w in weights)
            w /= sum;
    }
}

/// <summary>Resize: along the last axis first, a chain over the taps for each output (7.4).</summary>
internal static class Resizing
{
    /// <summary>Nearest: bits are copied, of any type.</summary>
    public static void Nearest(Attributes a, ResizeAxis[] axes, Tensor x, Tensor? beyond, Tensor y)
    {
        var taps = Array.ConvertAll(axes, axis => AxisTaps.Of(a, axis));
        var strides = Places.Strides(x.Shape);
        var at = new int[axes.Length];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var from = 0;
            for (var axis = 0; axis < at.Length && from >= 0; axis++)
                from = (taps[axis]?.Places[at[axis]] ?? at[axis]) is var place && place < 0 ? -1 : from + place * strides[axis];
            if (from >= 0)
                Movement.Copy(x, from, y, i);
            else if (beyond is not null)
                Movement.Copy(beyond, 0, y, i);
        }
    }

    public static void Interpolate<T>(Attributes a, ResizeAxis[] axes, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var taps = Array.ConvertAll(axes, axis => AxisTaps.Of(a, axis));
        var strides = Places.Strides(x.Shape);
        var at = new int[axes.Length];
        var values = new Reals<T>(x);
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var isBeyond = false;
            for (var axis = 0; axis < at.Length; axis++)
                isBeyond |= taps[axis] is { } t && t.Places[at[axis] * t.Count] < 0;
            T.Store(y, i, isBeyond ? T.Of(a.Float("extrapolation_value", 0)) : Chain(values, taps, strides, at, 0, 0));
        }
    }

    private static T Chain<T>(Reals<T> x, AxisTaps?[] taps, int[] strides, int[] at, int axis, int from) where T : unmanaged, IReal<T>
    {
        if (axis == at.Length)
            return x[from];
        if (taps[axis] is not { } along)
            return Chain(x, taps, strides, at, axis + 1, from + at[axis] * strides[axis]);
        Interrupt.Check();
        var acc = T.Zero;
        for (int t = at[axis] * along.Count, end = t + along.Count; t < end; t++)
            acc = T.Fma(T.Of(along.Weights[t]), Chain(x, taps, strides, at, axis + 1, from + along.Places[t] * strides[axis]), acc);
        return acc;
    }
}
