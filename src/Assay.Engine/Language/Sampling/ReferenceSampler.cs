using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Sampling;

/// <summary>Section 3 of docs/spec/assay-llm-v1.md, word by word. What <see cref="TokenSampler"/> equals.</summary>
public static class ReferenceSampler
{
    /// <inheritdoc cref="TokenSampler.Pick"/>
    public static int Pick(
        ReadOnlySpan<float> scores, SamplerOptions options, ReadOnlySpan<byte> seed, int choice, int position,
        TokenCounts? counts = null, ReadOnlySpan<ulong> allowed = default)
    {
        // 3.1
        var left = new List<(int Id, float X)>();
        for (var i = 0; i < scores.Length; i++)
        {
            if (allowed.Length > 0 && (allowed[i / 64] >> (i % 64) & 1) == 0)
                continue;
            var x = scores[i] > float.MaxValue ? float.MaxValue : scores[i] >= float.MinValue ? scores[i] : float.MinValue;
            if (options.LogitBias.TryGetValue(i, out var bias))
                x += bias;
            if (options.HasPenalties && counts is not null && counts[i] is var n and > 0)
                x -= options.PresencePenalty + (options.FrequencyPenalty * (float)n);
            left.Add((i, x));
        }

        // 3.2
        var greatest = left.MaxBy(t => t.X);
        if (options.Temperature == 0)
            return greatest.Id;

        // 3.3
        var kept = left.Select(t => (t.Id, Z: (t.X - greatest.X) / options.Temperature)).OrderByDescending(t => t.Z).ThenBy(t => t.Id)
            .Take(options.TopK > 0 ? options.TopK : int.MaxValue)
            .Select(t => (t.Id, t.Z, E: ScalarMath.Exp(t.Z))).ToList();
        var all = kept.Sum(t => Weight(t.E));
        kept = [.. kept.Where(t => !(t.E < options.MinP))];
        if (options.TopP < 1)
        {
            var (share, sum, count) = ((long)(options.TopP * 16777216f), 0L, 0);
            while (count < kept.Count && (count == 0 || (Int128)sum * 16777216 < (Int128)share * all))
                sum += Weight(kept[count++].E);
            kept.RemoveRange(count, kept.Count - count);
        }

        // 3.4
        var key = NoiseKey.Of(seed, choice, position);
        return kept.OrderByDescending(t => t.Z + key.Noise(t.Id)).ThenBy(t => t.Id).First().Id;

        static long Weight(float e) => (long)(e * 1073741824f);
    }

    /// <summary>The log-probabilities of all tokens (2.8).</summary>
    public static float[] LogProbabilities(ReadOnlySpan<float> scores)
    {
        var m = new Lane1(float.NegativeInfinity);
        foreach (var x in scores)
            m = LaneMath.Max(m, new Lane1(x));
        var lanes = new float[16];
        for (var i = 0; i < scores.Length; i++)
            lanes[i % 16] += ScalarMath.Exp(scores[i] - m.V);
        for (var half = 8; half > 0; half /= 2)
            for (var j = 0; j < half; j++)
                lanes[j] += lanes[j + half];
        var result = new float[scores.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = ScalarMath.Canonical((scores[i] - m.V) - ScalarMath.Log(lanes[0]));
        return result;
    }
}
