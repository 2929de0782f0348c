using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Batch normalisation with stored statistics.</summary>
internal static class Normalization
{
    /// <summary><c>k = scale / sqrt(variance + epsilon)</c>, each step rounded; <c>y = fma(x - mean, k, bias)</c> (8.3).</summary>
    public static void BatchNormalization<T>(float epsilon, Tensor x, Tensor scale, Tensor bias, Tensor mean, Tensor variance, Tensor y) where T : unmanaged, IReal<T>
    {
        Reals<T> s = new(scale), b = new(bias), m = new(mean), v = new(variance), values = new(x);
        var (_, channels, inner) = x.Shape.Rank == 1 ? (1, 1, 1) : Places.Around(x.Shape, 1);
        for (var i = 0; i < values.Length; i++)
        {
            var c = x.Shape.Rank == 1 ? i : i / inner % channels;
            var k = s[c] / T.Sqrt(v[c] + T.Of(epsilon));
            T.Store(y, i, T.Fma(values[i] - m[c], k, b[c]));
        }
    }
}
