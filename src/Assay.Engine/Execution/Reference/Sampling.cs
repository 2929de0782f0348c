using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Images read at places that a grid names (7.5, 7.6).</summary>
internal static class Sampling
{
    /// <summary>Places beyond this are as far out as any.</summary>
    private const double Far = 1 << 20;

    /// <summary>X [N, C, in...], grid [N, out..., axes] whose last coordinate is of the first spatial axis.</summary>
    public static void GridSample<T>(Attributes a, Tensor x, Tensor grid, Tensor y) where T : unmanaged, IReal<T>
    {
        string mode = a.Text("mode", "linear"), padding = a.Text("padding_mode", "zeros");
        var isAligned = a.Int("align_corners", 0) != 0;
        var spatial = x.Shape.Dims[2..];
        int axes = spatial.Length, plane = Shape.Of(spatial.AsSpan()).Count, points = y.Count == 0 ? 0 : grid.Count / axes / x.Shape[0];
        Reals<T> values = new(x), places = new(grid);
        var at = new T[axes];
        var frame = Array.ConvertAll<int, Frame<T>>([.. spatial], extent => Frame<T>.Of(extent, isAligned, padding));
        for (var n = 0; n < x.Shape[0]; n++)
            for (var p = 0; p < points; p++)
            {
                for (var axis = 0; axis < axes; axis++)
                    at[axis] = frame[axis].Place(places[((n * points) + p) * axes + axes - 1 - axis], mode == "nearest");
                for (var c = 0; c < x.Shape[1]; c++)
                    T.Store(y, (n * x.Shape[1] + c) * points + p, Chain(values, frame, at, mode, 0, (n * x.Shape[1] + c) * plane, plane));
            }
    }

    private static T Chain<T>(Reals<T> x, Frame<T>[] frame, T[] at, string mode, int axis, int from, int size) where T : unmanaged, IReal<T>
    {
        if (axis == at.Length)
            return x[from];
        Interrupt.Check();
        size /= frame[axis].Extent;
        var whole = Whole.Floor(at[axis]);
        var first = (long)T.ToDouble(whole);
        var t = at[axis] - whole;
        if (mode == "nearest")
            return Element(x, frame, at, mode, axis, from, size, first);
        var acc = T.Zero;
        for (var i = 0; i < (mode == "linear" ? 2 : 4); i++)
        {
            var weight = mode == "linear" ? i == 0 ? T.One - t : t : Cubic(t, i);
            acc = T.Fma(weight, Element(x, frame, at, mode, axis, from, size, mode == "linear" ? first + i : first + i - 1), acc);
        }
        return acc;
    }

    private static T Element<T>(Reals<T> x, Frame<T>[] frame, T[] at, string mode, int axis, int from, int size, long place) where T : unmanaged, IReal<T> =>
        frame[axis].Inside(place) is var i && i >= 0 ? Chain(x, frame, at, mode, axis + 1, from + i * size, size) : T.Zero;

    /// <summary>R. Keys' cubic convolution with the slope -0.75: the weight of the element that is 1 - i away from the one before the place.</summary>
    private static T Cubic<T>(T t, int i) where T : unmanaged, IReal<T>
    {
        T a = T.Of(-0.75), d = i switch { 0 => t + T.One, 1 => t, 2 => T.One - t, _ => T.Of(2) - t };
        return i is 1 or 2
            ? ((a + T.Of(2)) * d - (a + T.Of(3))) * d * d + T.One
            : ((a * d - T.Of(-3.75)) * d + T.Of(-6)) * d - T.Of(-3);
    }

    /// <summary>Theta [N, k, k+1] applied to the centres (or corners) of a grid of places between -1 and 1.</summary>
    public static void AffineGrid<T>(bool isAligned, Tensor theta, Tensor y) where T : unmanaged, IReal<T>
    {
        var axes = y.Shape.Rank - 2;
        var values = new Reals<T>(theta);
        var at = new int[y.Shape.Rank];
        for (var i = 0; i < y.Count; i++)
        {
            Places.Coordinates(y.Shape, i, at);
            var row = (at[0] * axes + at[^1]) * (axes + 1);
            var acc = T.Zero;
            // Columns of theta: the last spatial axis first.
            for (var k = 0; k < axes; k++)
            {
                var axis = axes - k;
                T extent = T.Of(y.Shape[axis]), place = T.Of(at[axis]);
                var base_ = isAligned
                    ? y.Shape[axis] == 1 ? T.Zero : T.Of(2) * place / (extent - T.One) - T.One
                    : (T.Of(2) * place + T.One) / extent - T.One;
                acc = T.Fma(values[row + k], base_, acc);
            }
            T.Store(y, i, acc + values[row + axes]);
        }
    }

    /// <summary>One axis of an image under a grid: its extent, and the borders that places beyond are drawn back to.</summary>
    private readonly record struct Frame<T>(int Extent, T Least, T Most, bool IsAligned, string Padding) where T : unmanaged, IReal<T>
    {
        public static Frame<T> Of(int extent, bool isAligned, string padding) => isAligned
            ? new(extent, T.Zero, T.Of(extent - 1.0), true, padding)
            : new(extent, T.Of(-0.5), T.Of(extent - 0.5), false, padding);

        /// <summary>From -1 to 1 to places in the input; then rounded where asked for, ties to even, then drawn back.</summary>
        public T Place(T v, bool isNearest)
        {
            var place = IsAligned
                ? (v + T.One) / T.Of(2) * T.Of(Extent - 1.0)
                : ((v + T.One) * T.Of(Extent) - T.One) / T.Of(2);
            place = T.IsNaN(place) ? T.Of(-1) : T.Min(T.Max(place, T.Of(-Far)), T.Of(Extent + Far));
            if (isNearest)
                place = Whole.RoundEven(place);
            if (!(place < Least) && !(place > Most))
                return place;
            return Padding switch
            {
                "border" => T.Min(T.Max(place, T.Zero), T.Of(Extent - 1.0)),
                "reflection" => Reflect(place),
                _ => place,
            };
        }

        /// <summary>The element that place <paramref name="i"/> stands for, or -1 where it is 0.</summary>
        public int Inside(long i)
        {
            if (i >= 0 && i < Extent)
                return (int)i;
            return Padding switch
            {
                "border" => (int)Math.Clamp(i, 0, Extent - 1),
                "reflection" => (int)Math.Clamp((long)T.ToDouble(Reflect(T.Of(i))), 0, Extent - 1),
                _ => -1,
            };
        }

        private T Reflect(T place)
        {
            var range = Most - Least;
            if (!(range > T.Zero))
                return Least;
            var isBelow = place < Least;
            if (!isBelow && !(place > Most))
                return place;
            var beyond = isBelow ? Least - place : place - Most;
            var times = Whole.Truncate(beyond / range);
            var rest = beyond - times * range;
            var isEven = (long)T.ToDouble(times) % 2 == 0;
            return isBelow == isEven ? Least + rest : Most - rest;
        }
    }
}
