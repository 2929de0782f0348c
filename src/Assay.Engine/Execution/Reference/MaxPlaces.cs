using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>MaxPool of whole numbers, and the places of maxima (7.1).</summary>
internal static class MaxPlaces
{
    public static void Real<T>(Attributes a, Tensor x, Tensor y, Tensor? places) where T : unmanaged, IReal<T>
    {
        var values = new Reals<T>(x);
        var finder = new Finder(a, x);
        for (var i = 0; i < y.Count; i++)
        {
            var best = -1;
            for (var t = 0; t < finder.Count; t++)
                if (finder.At(i, t) is var at && at >= 0 && (best < 0 || IsAbove(values[at], values[best])))
                    best = at;
            T.Store(y, i, best < 0 ? T.Of(double.NegativeInfinity) : values[best]);
            finder.Put(places, i, best);
        }

        // A number that is none is above all numbers, and +0 above -0.
        static bool IsAbove(T v, T best) => !T.IsNaN(best) && (T.IsNaN(v) || v > best || T.Equal(v, best) && T.IsNegative(best) && !T.IsNegative(v));
    }

    public static void Whole(Attributes a, Tensor x, Tensor y, Tensor? places)
    {
        var finder = new Finder(a, x);
        for (var i = 0; i < y.Count; i++)
        {
            var best = -1;
            for (var t = 0; t < finder.Count; t++)
                if (finder.At(i, t) is var at && at >= 0 && (best < 0 || Numbers.LoadWhole(x, at) > Numbers.LoadWhole(x, best)))
                    best = at;
            Numbers.StoreWhole(y, i, best < 0 ? Numbers.Range(x.Type).Least : Numbers.LoadWhole(x, best));
            finder.Put(places, i, best);
        }
    }

    private sealed class Finder
    {
        private readonly Taps taps;
        private readonly Shape spatial;
        private readonly int[] at;
        private readonly bool isColumnMajor;

        public Finder(Attributes a, Tensor x)
        {
            spatial = Shape.Of(x.Shape.Dims[2..].AsSpan());
            taps = new(Window.Of(a, spatial.Dims.AsSpan(), ShapeRules.PoolKernel(a)), spatial.Dims.AsSpan());
            at = new int[spatial.Rank];
            isColumnMajor = a.Int("storage_order", 0) != 0;
        }

        public int Count => taps.Count;

        /// <summary>The element of the whole input that a tap of output i reads, or -1.</summary>
        public int At(int i, int tap) => taps.At(i % taps.Windows, tap) is var place && place < 0 ? -1 : i / taps.Windows * spatial.Count + place;

        /// <summary>Counts the element in the order of storage asked for: within a channel the first axis may run fastest.</summary>
        public void Put(Tensor? places, int i, int best)
        {
            if (places is null)
                return;
            long place = best;
            if (isColumnMajor && best >= 0)
            {
                Places.Coordinates(spatial, best % spatial.Count, at);
                place = 0;
                for (var axis = at.Length - 1; axis >= 0; axis--)
                    place = place * spatial[axis] + at[axis];
                place += best / spatial.Count * spatial.Count;
            }
            places.MutableSpan<long>()[i] = place;
        }
    }
}
