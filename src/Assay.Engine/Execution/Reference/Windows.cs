using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Pooling: one window at a time. Padding is never an operand.</summary>
internal static class Windows
{
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
        var window = Window.Of(a, spatial, ShapeRules.PoolKernel(a));
        var taps = Taps.Of(window, spatial);
        var plane = Shape.Of(spatial).Count;
        var counted = Counted(window, spatial);
        var values = Numbers.Load(x);
        for (var channel = 0; channel < x.Shape[0] * x.Shape[1]; channel++)
            for (var place = 0; place < taps.Length; place++)
            {
                var inside = new List<float>();
                foreach (var tap in taps[place])
                    if (tap != Taps.Padding)
                        inside.Add(values[channel * plane + tap]);
                Numbers.Store(y, channel * taps.Length + place, fold(inside, counted[place]));
            }
    }

    /// <summary>For each window, its taps that lie in the input or in its padding: with ceil_mode the last ones may reach beyond both.</summary>
    private static int[] Counted(Window window, ReadOnlySpan<int> spatial)
    {
        var outputs = Shape.Of(window.Output.AsSpan());
        var counted = new int[outputs.Count];
        var at = new int[spatial.Length];
        for (var w = 0; w < counted.Length; w++)
        {
            Places.Coordinates(outputs, w, at);
            counted[w] = 1;
            for (var axis = 0; axis < at.Length; axis++)
            {
                var within = 0;
                for (var k = 0; k < window.Kernel[axis]; k++)
                    if ((long)at[axis] * window.Strides[axis] + (long)k * window.Dilations[axis] < (long)spatial[axis] + window.PadBegin[axis] + window.PadEnd[axis])
                        within++;
                counted[w] *= within;
            }
        }
        return counted;
    }
}
