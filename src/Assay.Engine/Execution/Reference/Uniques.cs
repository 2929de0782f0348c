using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Unique elements, or unique slices along an axis (10.4).</summary>
internal static class Uniques
{
    /// <summary>The unique slices, the first place of each, the unique slice that each slice is, and how often each occurs.</summary>
    public static Tensor[] Find(Attributes a, Tensor x, Func<DType, Shape, Tensor> allocate)
    {
        var isFlat = !a.Has("axis");
        var axis = isFlat ? 0 : ShapeRules.Axis(a.Int("axis"), x.Shape.Rank);
        var slices = new Slices(x, isFlat ? (1, x.Count, 1) : Places.Around(x.Shape, axis));
        var order = new int[slices.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Sorting.Sort(order, (i, j) => slices.Compare(i, j) is var c && c != 0 ? c : i.CompareTo(j));

        // Runs of equal slices; each stands for its first member, which the order puts in front.
        var firsts = new List<int>();
        var rank = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            if (i == 0 || slices.Compare(order[i - 1], order[i]) != 0)
                firsts.Add(order[i]);
            rank[order[i]] = firsts.Count - 1;
        }
        var place = new int[firsts.Count];
        for (var i = 0; i < place.Length; i++)
            place[i] = i;
        if (a.Int("sorted", 1) == 0)
            Array.Sort(firsts.ToArray(), place);
        var newRank = new int[place.Length];
        for (var i = 0; i < place.Length; i++)
            newRank[place[i]] = i;

        var y = allocate(x.Type, isFlat ? Shape.Of(place.Length) : Shape.Of([.. x.Shape.Dims.SetItem(axis, place.Length)]));
        Tensor first = allocate(DType.Int64, Shape.Of(place.Length)), inverse = allocate(DType.Int64, Shape.Of(order.Length)), counts = allocate(DType.Int64, Shape.Of(place.Length));
        for (var i = 0; i < place.Length; i++)
        {
            first.MutableSpan<long>()[i] = firsts[place[i]];
            slices.Copy(firsts[place[i]], y, i, place.Length);
        }
        for (var i = 0; i < order.Length; i++)
        {
            inverse.MutableSpan<long>()[i] = newRank[rank[i]];
            counts.MutableSpan<long>()[newRank[rank[i]]]++;
        }
        return [y, first, inverse, counts];
    }

    /// <summary>Slices of a tensor along one axis, compared element by element; NaNs are equal and above all numbers, the zeros equal.</summary>
    private sealed class Slices(Tensor x, (int Outer, int Extent, int Inner) around)
    {
        public int Count => around.Extent;

        public int Compare(int i, int j)
        {
            for (var o = 0; o < around.Outer; o++)
            {
                Interrupt.Check(o);
                for (var k = 0; k < around.Inner; k++)
                {
                    Interrupt.Check(k);
                    if (CompareElements(Place(o, i, k), Place(o, j, k)) is var c && c != 0)
                        return c;
                }
            }
            return 0;
        }

        public void Copy(int slice, Tensor y, int to, int count)
        {
            for (var o = 0; o < around.Outer; o++)
                for (var k = 0; k < around.Inner; k++)
                    Movement.Copy(x, Place(o, slice, k), y, (o * count + to) * around.Inner + k);
        }

        private int Place(int o, int i, int k) => (o * around.Extent + i) * around.Inner + k;

        private int CompareElements(int i, int j)
        {
            if (!x.Type.IsFloat())
                return Numbers.LoadWhole(x, i).CompareTo(Numbers.LoadWhole(x, j));
            double p = Real(i), q = Real(j);
            if (double.IsNaN(p) || double.IsNaN(q))
                return double.IsNaN(p).CompareTo(double.IsNaN(q));
            return p < q ? -1 : p > q ? 1 : 0;
        }

        private double Real(int i) => x.Type == DType.Float64 ? x.Span<double>()[i] : new Reals<Real32>(x)[i].V;
    }
}
