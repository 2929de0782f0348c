using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Sums and products of the elements so far along an axis: from +0 or 1, one element after the other.</summary>
internal static class Cumulative
{
    public static void Run<T>(Primitive op, Attributes a, Tensor axis, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var values = new Reals<T>(x);
        foreach (var (first, step, extent) in Lines(a, axis, x.Shape))
        {
            var acc = op == Primitive.CumSum ? T.Zero : T.One;
            for (int i = 0, at = first; i < extent; i++, at += step)
            {
                if (a.Int("exclusive", 0) != 0)
                    T.Store(y, at, acc);
                acc = op == Primitive.CumSum ? acc + values[at] : acc * values[at];
                if (a.Int("exclusive", 0) == 0)
                    T.Store(y, at, acc);
            }
        }
    }

    /// <summary>Whole numbers: the low bits.</summary>
    public static void Run(Primitive op, Attributes a, Tensor axis, Tensor x, Tensor y)
    {
        foreach (var (first, step, extent) in Lines(a, axis, x.Shape))
        {
            Int128 acc = op == Primitive.CumSum ? 0 : 1;
            for (int i = 0, at = first; i < extent; i++, at += step)
            {
                if (a.Int("exclusive", 0) != 0)
                    Numbers.StoreWhole(y, at, acc);
                acc = unchecked(op == Primitive.CumSum ? acc + Numbers.LoadWhole(x, at) : acc * Numbers.LoadWhole(x, at));
                if (a.Int("exclusive", 0) == 0)
                    Numbers.StoreWhole(y, at, acc);
            }
        }
    }

    /// <summary>Every line along the axis: its first place, the places between neighbours, and how many there are.</summary>
    private static IEnumerable<(int First, int Step, int Extent)> Lines(Attributes a, Tensor axis, Shape shape)
    {
        var (outer, extent, inner) = Places.Around(shape, ShapeRules.Axis(axis.ToInts("the axis")[0], shape.Rank));
        var reverse = a.Int("reverse", 0) != 0;
        for (var o = 0; o < outer * inner && extent > 0; o++)
        {
            var first = o / inner * extent * inner + o % inner;
            yield return reverse ? (first + (extent - 1) * inner, -inner, extent) : (first, inner, extent);
        }
    }
}
