using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Windows and filter banks, computed in binary64 and rounded at the end (7.12, 7.13).</summary>
internal static class SignalKernels
{
    /// <summary>False, with nothing done, where the node is none of these.</summary>
    public static bool Run(Node node, Tensor?[] x, Tensor[] y)
    {
        if (node.Op == Primitive.CosineWindow)
            Window(node.Attributes.Text("kind", "hann"), node.Attributes.Int("periodic", 1) != 0, y[0]);
        else if (node.Op == Primitive.MelWeightMatrix)
            MelWeights(x[2]!.ToInts("the sample rate")[0], x[1]!.ToInts("the length")[0], x[3]!.Span<float>()[0], x[4]!.Span<float>()[0], y[0]);
        else
            return false;
        return true;
    }

    private static void Window(string kind, bool isPeriodic, Tensor y)
    {
        var turn = Math.Max(isPeriodic ? y.Count : y.Count - 1, 1);
        for (var i = 0; i < y.Count; i++)
        {
            var cos = Twiddle.At(i % turn, turn).Cos;
            Store(y, i, kind switch
            {
                "hann" => 0.5 - 0.5 * cos,
                "hamming" => 25.0 / 46 - 21.0 / 46 * cos,
                _ => 0.42 - 0.5 * cos + 0.08 * Twiddle.At(2L * i % turn, turn).Cos,
            });
        }
    }

    /// <summary>Triangles over the bins of a spectrum whose corners stand evenly on the mel scale between two edges.</summary>
    /// <exception cref="ModelException">The edges are no ascending frequencies.</exception>
    private static void MelWeights(long rate, long points, float lower, float upper, Tensor y)
    {
        if (!(lower >= 0) || !(upper > lower) || float.IsInfinity(upper))
            throw new ModelException($"edges of {lower} and {upper} hertz");
        int bins = y.Shape[0], bands = y.Shape[1];
        double low = 1 + lower / 700.0, span = Power.Log2((1 + upper / 700.0) / low);
        for (var band = 0; band < bands; band++)
        {
            long left = Corner(band), centre = Corner(band + 1), right = Corner(band + 2);
            if (left == centre && centre < bins)
                Store(y, (int)centre * bands + band, 1);
            for (var j = left; j <= Math.Min(centre, bins - 1) && left < centre; j++)
                Store(y, (int)j * bands + band, (double)(j - left) / (centre - left));
            for (var j = centre; j < Math.Min(right, bins); j++)
                Store(y, (int)j * bands + band, (double)(right - j) / (right - centre));
        }

        long Corner(int i)
        {
            var frequency = 700 * (low * Power.Exp2(i * (span / (bands + 2.0))) - 1);
            return (long)Math.Min(Math.Floor((points + 1.0) * frequency / rate), int.MaxValue);
        }
    }

    private static void Store(Tensor y, int i, double value)
    {
        if (y.Type == DType.Float64)
            Real64.Store(y, i, new(value));
        else if (y.Type.IsFloat())
            Real32.Store(y, i, Real32.Of(value));
        else
            Numbers.StoreWhole(y, i, (Int128)Math.Truncate(value));
    }
}
