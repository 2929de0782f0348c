using Assay.Engine.Execution.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Reference;

/// <summary>What the forward pass does with rows of numbers. A NaN that leaves any of these is the canonical one.</summary>
internal static class RowMath
{
    /// <summary>1.1: row <paramref name="r"/> of a matrix as numbers.</summary>
    public static float[] Widen(WeightMatrix w, int r)
    {
        var x = new float[w.Columns];
        var bytes = (int)w.Type.RowBytes(w.Columns);
        QuantizedRows.Widen(w.Type, w.Data.Span.Slice(r * bytes, bytes), x);
        return x;
    }

    /// <summary>1.3: y[r] for each row r of a matrix, then + bias[r].</summary>
    public static float[] Product(WeightMatrix w, float[] x, WeightMatrix? bias = null)
    {
        var y = new float[w.Rows];
        QuantizedRows.Product(w.Type, w.Data.Span, x, bias is null ? [] : Widen(bias, 0), y);
        return y;
    }

    /// <summary>Section 2 of assay-f32-v1.</summary>
    public static float Chain(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var acc = 0f;
        for (var i = 0; i < a.Length; i++)
            acc = ScalarMath.Fma(a[i], b[i], acc);
        return acc;
    }

    /// <summary>Section 3 of assay-f32-v1.</summary>
    public static float Sum(float[] x)
    {
        var sum = new LaneSum<Real32>();
        foreach (var v in x)
            sum.Add(new Real32(v));
        return sum.Total().V;
    }

    /// <summary>8.2 and 8.11 of assay-f32-v1: where the score is -infinity the weight is +0; all are +0 where all are.</summary>
    public static float[] Softmax(float[] s)
    {
        var max = Greatest(s);
        if (float.IsNegativeInfinity(max))
            return new float[s.Length];
        var e = Each(s, v => float.IsNegativeInfinity(v) ? 0 : ScalarMath.Exp(v - max));
        var sum = Sum(e);
        return Each(e, v => v / sum);
    }

    /// <summary>1.5 of assay-f32-v1: NaN where there is one.</summary>
    public static float Greatest(float[] x)
    {
        var max = float.NegativeInfinity;
        foreach (var v in x)
            max = float.IsNaN(max) || max > v ? max : v;
        return max;
    }

    /// <summary>The numbers of the <paramref name="count"/> greatest, ascending; of equal ones the first are taken.</summary>
    public static int[] Greatest(float[] p, int count)
    {
        var taken = new SortedSet<int>();
        while (taken.Count < count)
        {
            var best = -1;
            for (var i = 0; i < p.Length; i++)
                if (!taken.Contains(i) && (best < 0 || p[i] > p[best]))
                    best = i;
            taken.Add(best);
        }
        return [.. taken];
    }

    /// <summary>2.6: the experts that are taken, ascending, and by what their outputs are weighted.</summary>
    public static (int Expert, float Weight)[] Experts(float[] p, ExpertLayout layout)
    {
        var taken = Greatest(p, layout.Used);
        var sum = layout.Normalized ? Sum(Array.ConvertAll(taken, e => p[e])) : 1;
        return Array.ConvertAll(taken, e => (e, layout.Normalized ? ScalarMath.Canonical(p[e] / sum) : p[e]));
    }

    /// <summary>2.6: half of x times 1 + tanh of a cubic.</summary>
    public static float Gelu(float x)
    {
        var c = x * x;
        c *= x;
        var u = ScalarMath.Fma(0.044715f, c, x);
        u = 0.7978846f * u;
        return 0.5f * x * (1 + ScalarMath.Tanh(u));
    }

    public static float[] Add(float[] a, float[] b) => [.. a.Zip(b, (x, y) => ScalarMath.Canonical(x + y))];

    public static float[] Multiply(float[] a, float[] b) => [.. a.Zip(b, (x, y) => ScalarMath.Canonical(x * y))];

    /// <summary>2.9: x divided by its length.</summary>
    public static float[] UnitLength(float[] x)
    {
        var length = ScalarMath.Sqrt(Sum(Each(x, v => v * v)));
        return Each(x, v => v / length);
    }

    public static float[] Each(float[] x, Func<float, float> function) => Array.ConvertAll(x, v => ScalarMath.Canonical(function(v)));
}
