using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Sampling;

/// <summary>The passes over scores at one instruction set; <see cref="ScoreKernels"/> says what each does.</summary>
internal interface ISamplingPasses
{
    void Limit(ReadOnlySpan<float> x, Span<float> y);

    float Greatest(ReadOnlySpan<float> x);

    int First(ReadOnlySpan<float> x, float value);

    int Near(ReadOnlySpan<float> x, float greatest, float temperature, float least, Span<int> places, Span<float> values);

    void Exp(ReadOnlySpan<float> x, Span<float> y);

    float LogSumExp(ReadOnlySpan<float> x, float greatest, Span<float> scratch);

    /// <summary>The id of greatest z + noise, the first of equal ones.</summary>
    /// <param name="z">At most 0, one of them 0; room for 16 more than <paramref name="count"/>.</param>
    /// <param name="ids">Likewise.</param>
    int Best(Span<float> z, Span<int> ids, int count, in NoiseKey key);
}

/// <inheritdoc cref="ISamplingPasses"/>
internal sealed class SamplingPasses<T> : ISamplingPasses where T : unmanaged, ILanes<T>
{
    public void Limit(ReadOnlySpan<float> x, Span<float> y) => ScoreKernels.Limit<T>(x, y);

    public float Greatest(ReadOnlySpan<float> x) => ScoreKernels.Greatest<T>(x);

    public int First(ReadOnlySpan<float> x, float value) => ScoreKernels.First<T>(x, value);

    public int Near(ReadOnlySpan<float> x, float greatest, float temperature, float least, Span<int> places, Span<float> values) =>
        ScoreKernels.Near<T>(x, greatest, temperature, least, places, values);

    public void Exp(ReadOnlySpan<float> x, Span<float> y) => ScoreKernels.Exp<T>(x, y);

    public float LogSumExp(ReadOnlySpan<float> x, float greatest, Span<float> scratch) => ScoreKernels.LogSumExp<T>(x, greatest, scratch);

    public int Best(Span<float> z, Span<int> ids, int count, in NoiseKey key)
    {
        z.Slice(count, 16).Fill(float.NegativeInfinity);
        ids.Slice(count, 16).Clear();
        Span<uint> words = stackalloc uint[16];
        Span<float> sums = stackalloc float[16];
        var (best, id) = (float.NegativeInfinity, ids[0]);
        for (var i = 0; i < count; i += 16)
        {
            // Noise is drawn for those only that it can lift above the best one; the token with z = 0 ends above the least noise.
            var sixteen = z.Slice(i, 16);
            if (!ScoreKernels.AnyAbove<T>(sixteen, Math.Max(best, NoiseKey.Least) - NoiseKey.Most))
                continue;
            if (T.Width == 16)
                Philox4x32.First16(ids.Slice(i, 16), key, words);
            else if (T.Width == 8)
                Philox4x32.First16OfFours(ids.Slice(i, 16), key, words);
            else
                Philox4x32.First16OfOnes(ids.Slice(i, 16), key, words);
            ScoreKernels.AddNoise<T>(sixteen, words, sums);
            if (!ScoreKernels.AnyAbove<T>(sums, best))
                continue;
            for (var j = 0; j < 16; j++)
                if (sums[j] > best)
                    (best, id) = (sums[j], ids[i + j]);
        }
        return id;
    }
}
