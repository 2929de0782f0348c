using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Normalisation of the elements from an axis on, by their own mean and variance or mean square.</summary>
internal static class RowNormalization
{
    /// <summary>mean; variance as the mean of squared differences; (x - mean) / sqrt(variance + epsilon), then scale, then bias.</summary>
    public static void Layer<T>(Attributes a, Tensor x, Tensor? scale, Tensor? bias, Tensor[] y) where T : unmanaged, IReal<T>
    {
        var (rows, n) = Rows(a, x.Shape);
        Reals<T> values = new(x), s = Or<T>(scale), b = Or<T>(bias);
        var (toScale, toBias) = (Map(scale, x.Shape), Map(bias, x.Shape));
        for (var row = 0; row < rows; row++)
        {
            LaneSum<T> sum = new(), squares = new();
            for (var i = 0; i < n; i++)
                sum.Add(values[row * n + i]);
            var mean = sum.Total() / T.Of(n);
            for (var i = 0; i < n; i++)
            {
                var d = values[row * n + i] - mean;
                squares.Add(d * d);
            }
            var deviation = T.Sqrt(squares.Total() / T.Of(n) + T.Of(a.Float("epsilon", 1e-5f)));
            for (var i = row * n; i < (row + 1) * n; i++)
            {
                var result = (values[i] - mean) / deviation;
                if (scale is not null)
                    result *= s[toScale[i]];
                if (bias is not null)
                    result += b[toBias[i]];
                T.Store(y[0], i, result);
            }
            if (y.Length > 1)
                T.Store(y[1], row, mean);
            if (y.Length > 2)
                T.Store(y[2], row, T.One / deviation);
        }
    }

    /// <summary>x / sqrt(mean of squares + epsilon), then scale.</summary>
    public static void RootMeanSquare<T>(Attributes a, Tensor x, Tensor? scale, Tensor y) where T : unmanaged, IReal<T>
    {
        var (rows, n) = Rows(a, x.Shape);
        Reals<T> values = new(x), s = Or<T>(scale);
        var toScale = Map(scale, x.Shape);
        for (var row = 0; row < rows; row++)
        {
            var squares = new LaneSum<T>();
            for (var i = 0; i < n; i++)
                squares.Add(values[row * n + i] * values[row * n + i]);
            var root = T.Sqrt(squares.Total() / T.Of(n) + T.Of(a.Float("epsilon", 1e-5f)));
            for (var i = row * n; i < (row + 1) * n; i++)
            {
                var result = values[i] / root;
                T.Store(y, i, scale is null ? result : result * s[toScale[i]]);
            }
        }
    }

    private static (int Rows, int Elements) Rows(Attributes a, Shape shape)
    {
        var axis = ShapeRules.Axis(a.Int("axis", -1), shape.Rank);
        return (Shape.Of(shape.Dims.AsSpan()[..axis]).Count, Shape.Of(shape.Dims.AsSpan()[axis..]).Count);
    }

    private static Reals<T> Or<T>(Tensor? x) where T : unmanaged, IReal<T> => x is null ? default : new(x);

    private static IndexMap Map(Tensor? part, Shape whole) => part is null ? default : IndexMap.Broadcast(part.Shape, whole);
}
