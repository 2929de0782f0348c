using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Reference;

/// <summary>2.5 of docs/spec/assay-llm-v1.md: what one head of queries makes of the keys and values that it sees.</summary>
internal static class AttentionHead
{
    /// <param name="query">The head's query, rotated.</param>
    /// <param name="keys">By position, of all heads one after another, rotated.</param>
    /// <param name="values">Likewise.</param>
    /// <param name="first">The first position that is seen; the last is the last there is.</param>
    /// <param name="group">Where the head's elements of a key begin.</param>
    /// <param name="softcap">0 for none.</param>
    /// <param name="y">As many as the query has.</param>
    public static void Attend(ReadOnlySpan<float> query, List<float[]> keys, List<float[]> values, int first, int group, float scale, float softcap, Span<float> y)
    {
        var s = new float[keys.Count - first];
        for (var j = 0; j < s.Length; j++)
        {
            s[j] = RowMath.Chain(query, keys[first + j].AsSpan(group, query.Length)) * scale;
            if (softcap > 0)
                s[j] = softcap * ScalarMath.Tanh(s[j] / softcap);
        }
        var weights = RowMath.Softmax(s);
        for (var e = 0; e < y.Length; e++)
        {
            var acc = 0f;
            for (var j = 0; j < s.Length; j++)
                // A key of score -infinity takes no part.
                if (!float.IsNegativeInfinity(s[j]))
                    acc = ScalarMath.Fma(weights[j], values[first + j][group + e], acc);
            y[e] = ScalarMath.Canonical(acc);
        }
    }
}
