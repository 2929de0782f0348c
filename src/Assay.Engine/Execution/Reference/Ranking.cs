using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>An order of the elements of a tensor.</summary>
internal interface IOrder
{
    /// <summary>Negative where element <paramref name="i"/> is less than element <paramref name="j"/>, zero where they are equal.</summary>
    int Compare(int i, int j);
}

/// <summary>The order of numbers: -0 and +0 are equal; NaN is equal to NaN, and above or below all else.</summary>
internal readonly ref struct RealOrder<T>(Tensor x, bool nanIsLeast = false) : IOrder where T : unmanaged, IReal<T>
{
    private readonly Reals<T> values = new(x);

    public int Compare(int i, int j)
    {
        T a = values[i], b = values[j];
        if (T.IsNaN(a) || T.IsNaN(b))
            return nanIsLeast ? T.IsNaN(b).CompareTo(T.IsNaN(a)) : T.IsNaN(a).CompareTo(T.IsNaN(b));
        return a < b ? -1 : a > b ? 1 : 0;
    }
}

/// <summary>The order of whole numbers.</summary>
internal readonly struct WholeOrder(Tensor x) : IOrder
{
    public int Compare(int i, int j) => Numbers.LoadWhole(x, i).CompareTo(Numbers.LoadWhole(x, j));
}

/// <summary>The greatest or least elements along an axis, by their places.</summary>
internal static class Ranking
{
    /// <summary>The first place of the extreme, or with <c>select_last_index</c> the last.</summary>
    public static void Arg<TOrder>(TOrder order, bool least, Attributes a, Tensor x, Tensor y) where TOrder : IOrder, allows ref struct
    {
        var (_, extent, inner) = Places.Around(x.Shape, ShapeRules.Axis(a.Int("axis", 0), x.Shape.Rank));
        var wantsLast = a.Int("select_last_index", 0) != 0;
        for (var o = 0; o < y.Count; o++)
        {
            var first = o / inner * extent * inner + o % inner;
            var best = 0;
            Interrupt.Check();
            for (var i = 1; i < extent; i++)
            {
                var sign = order.Compare(first + i * inner, first + best * inner);
                if (sign == 0 ? wantsLast : least == sign < 0)
                    best = i;
            }
            y.MutableSpan<long>()[o] = best;
        }
    }

    /// <summary>The k greatest (or least), in that order, equal ones by ascending place.</summary>
    public static void TopK<TOrder>(TOrder order, Attributes a, Tensor x, Tensor values, Tensor indices) where TOrder : IOrder, allows ref struct
    {
        var axis = ShapeRules.Axis(a.Int("axis", -1), x.Shape.Rank);
        var (outer, extent, inner) = Places.Around(x.Shape, axis);
        var k = values.Shape[axis];
        var size = x.Type.Size();
        var isLargest = a.Int("largest", 1) != 0;
        if (values.Count == 0)
            return;
        int[] ranked = new int[extent], spare = new int[extent];
        for (var o = 0; o < outer * inner; o++)
        {
            var from = o / inner * extent * inner + o % inner;
            var to = o / inner * k * inner + o % inner;
            for (var i = 0; i < extent; i++)
                ranked[i] = i;
            Sort(order, ref ranked, ref spare, from, inner, isLargest);
            for (var i = 0; i < k; i++)
            {
                indices.MutableSpan<long>()[to + i * inner] = ranked[i];
                x.Bytes.Slice((from + ranked[i] * inner) * size, size).CopyTo(values.MutableBytes.Slice((to + i * inner) * size, size));
            }
        }
    }

    /// <summary>Merges runs of twice the length each time; of equal elements the one on the left stays there.</summary>
    private static void Sort<TOrder>(TOrder order, ref int[] ranked, ref int[] spare, int from, int step, bool descending) where TOrder : IOrder, allows ref struct
    {
        for (long run = 1; run < ranked.Length; run *= 2)
        {
            for (long start = 0; start < ranked.Length; start += 2 * run)
            {
                int left = (int)start, middle = (int)Math.Min(start + run, ranked.Length), end = (int)Math.Min(start + 2 * run, ranked.Length), right = middle;
                Interrupt.Check();
                for (var i = left; i < end; i++)
                    spare[i] = right < end && (left == middle || Precedes(order, from + ranked[right] * step, from + ranked[left] * step, descending))
                        ? ranked[right++]
                        : ranked[left++];
            }
            (ranked, spare) = (spare, ranked);
        }
    }

    private static bool Precedes<TOrder>(TOrder order, int i, int j, bool descending) where TOrder : IOrder, allows ref struct =>
        descending ? order.Compare(i, j) > 0 : order.Compare(i, j) < 0;
}
