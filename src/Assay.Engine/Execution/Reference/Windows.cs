using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Pooling: one window at a time. Padding is never an operand.</summary>
internal static class Windows
{
    /// <summary>The maximum of the window's elements in the input (7.1).</summary>
    public static void MaxPool<T>(Attributes a, Tensor x, Tensor y) where T : unmanaged, IReal<T> =>
        Pool(a, x, y, T.Of(double.NegativeInfinity), (p, q) => T.Max(p, q), (acc, _, _) => acc);

    /// <summary>The plain sum, in row-major order, of the taps inside the input, over their number or that of all taps in the input or its padding (7.2).</summary>
    public static void AveragePool<T>(Attributes a, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var padded = a.Int("count_include_pad", 0) != 0;
        Pool(a, x, y, T.Zero, (acc, v) => acc + v, (acc, inside, taps) => acc / T.Of(padded ? taps : inside));
    }

    /// <summary>The plain sum, in row-major order, of the elements' magnitudes to the power p; then its root of order p (7.3).</summary>
    public static void LpPool<T>(Attributes a, Tensor x, Tensor y) where T : unmanaged, IReal<T>
    {
        var p = a.Int("p", 2);
        T power = T.Of(p), root = T.One / T.Of(p);
        Pool(a, x, y, T.Zero,
            (acc, v) => acc + (p == 1 ? T.Abs(v) : p == 2 ? v * v : T.Pow(T.Abs(v), power)),
            (acc, _, _) => p == 1 ? acc : p == 2 ? T.Sqrt(acc) : T.Pow(acc, root));
    }

    private static void Pool<T>(Attributes a, Tensor x, Tensor y, T start, Func<T, T, T> step, Func<T, int, int, T> finish) where T : unmanaged, IReal<T>
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, ShapeRules.PoolKernel(a)), spatial);
        var plane = Shape.Of(spatial).Count;
        var values = new Reals<T>(x);
        for (var place = 0; place < taps.Windows; place++)
            for (var channel = 0; channel < x.Shape[0] * x.Shape[1]; channel++)
            {
                var acc = start;
                var inside = 0;
                for (var t = 0; t < taps.Count; t++)
                    if (taps.At(place, t) is var tap && tap != Taps.Padding)
                    {
                        acc = step(acc, values[channel * plane + tap]);
                        inside++;
                    }
                T.Store(y, channel * taps.Windows + place, finish(acc, inside, taps.WithinPadding(place)));
            }
    }
}
