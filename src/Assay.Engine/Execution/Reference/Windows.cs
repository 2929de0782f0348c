using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Pooling: one window at a time. Padding is never an operand.</summary>
internal static class Windows
{
    /// <summary>The maximum of the window's elements in the input (7.1).</summary>
    public static void MaxPool(Attributes a, Tensor x, Tensor y) =>
        Pool(a, x, y, (values, _) => values.Aggregate(float.NegativeInfinity, Elementwise.Greatest));

    /// <summary>The plain sum, in row-major order, of the taps inside the input, over their number or that of all taps in the input or its padding (7.2).</summary>
    public static void AveragePool(Attributes a, Tensor x, Tensor y)
    {
        var padded = a.Int("count_include_pad", 0) != 0;
        Pool(a, x, y, (values, taps) => values.Aggregate(0f, (acc, v) => acc + v) / (padded ? taps : values.Count));
    }

    private static void Pool(Attributes a, Tensor x, Tensor y, Func<List<float>, int, float> fold)
    {
        var spatial = x.Shape.Dims[2..].AsSpan();
        var taps = new Taps(Window.Of(a, spatial, ShapeRules.PoolKernel(a)), spatial);
        var plane = Shape.Of(spatial).Count;
        var values = Numbers.Load(x);
        var window = new int[taps.Count];
        var inside = new List<float>();
        for (var place = 0; place < taps.Windows; place++)
        {
            taps.Of(place, window);
            for (var channel = 0; channel < x.Shape[0] * x.Shape[1]; channel++)
            {
                inside.Clear();
                foreach (var tap in window)
                    if (tap != Taps.Padding)
                        inside.Add(values[channel * plane + tap]);
                Numbers.Store(y, channel * taps.Windows + place, fold(inside, taps.WithinPadding(place)));
            }
        }
    }
}
