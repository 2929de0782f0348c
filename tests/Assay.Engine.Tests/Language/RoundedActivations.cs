using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Language;

/// <summary>The forward pass of a Llama with llama.cpp's roundings of activations: the scale of a block is a float16, and so is what float16 weights are multiplied by.</summary>
internal sealed class RoundedActivations(LanguageModel model)
{
    private readonly LanguageArchitecture a = model.Architecture;
    private readonly LanguageWeights w = model.Weights;

    public float[][] Scores(int[] tokens)
    {
        var states = Array.ConvertAll(tokens, t => RowMath.Widen(w.TokenEmbedding, t));
        foreach (var l in w.Layers)
        {
            var normed = Array.ConvertAll(states, h => Norm(h, l.AttentionNorm));
            var (q, k, v) = (Array.ConvertAll(normed, x => Product(l.Query, x)), Array.ConvertAll(normed, x => Product(l.Key, x)), Array.ConvertAll(normed, x => Product(l.Value, x)));
            for (var p = 0; p < tokens.Length; p++)
                foreach (var x in (float[][])[q[p], k[p]])
                    for (var at = 0; at < x.Length; at += a.HeadSize)
                        Rotation.At(a.Rotary, p).Apply(x.AsSpan(at, a.HeadSize));
            for (var p = 0; p < tokens.Length; p++)
            {
                var y = new float[a.Heads * a.HeadSize];
                for (var head = 0; head < a.Heads; head++)
                {
                    var (at, group) = (head * a.HeadSize, head / (a.Heads / a.KvHeads) * a.HeadSize);
                    var weights = RowMath.Softmax([.. Enumerable.Range(0, p + 1).Select(j => a.AttentionScale * RowMath.Chain(q[p].AsSpan(at, a.HeadSize), k[j].AsSpan(group, a.HeadSize)))]);
                    for (var e = 0; e < a.HeadSize; e++)
                        y[at + e] = Enumerable.Range(0, p + 1).Sum(j => weights[j] * v[j][group + e]);
                }
                states[p] = RowMath.Add(states[p], Product(l.AttentionOutput, y));
                var f = Norm(states[p], l.FfnNorm);
                var gate = RowMath.Each(Product(l.Gate!, f), x => x * ScalarMath.Sigmoid(x));
                states[p] = RowMath.Add(states[p], Product(l.Down!, RowMath.Multiply(gate, Product(l.Up!, f))));
            }
        }
        return Array.ConvertAll(states, h => Product(w.Output, Norm(h, w.OutputNorm)));
    }

    private static float[] Product(WeightMatrix weights, float[] x)
    {
        var rounded = (float[])x.Clone();
        for (var at = 0; at < x.Length && weights.Type != WeightType.F32; at += 32)
        {
            var block = rounded.AsSpan(at, Math.Min(32, x.Length - at));
            var m = 0f;
            foreach (var value in block)
                m = MathF.Max(m, MathF.Abs(value));
            for (var i = 0; i < block.Length; i++)
                block[i] = weights.Type == WeightType.F16 ? Half(block[i]) : m == 0 ? 0 : ScalarMath.Round(block[i] * (127 / m)) * Half(m / 127);
        }
        return [.. Enumerable.Range(0, weights.Rows).Select(r => RowMath.Chain(RowMath.Widen(weights, r), rounded))];
    }

    private float[] Norm(float[] x, WeightMatrix scale)
    {
        var root = ScalarMath.Sqrt((RowMath.Sum(RowMath.Each(x, v => v * v)) / x.Length) + a.Epsilon);
        return RowMath.Multiply(RowMath.Each(x, v => v / root), RowMath.Widen(scale, 0));
    }

    private static float Half(float x) => HalfFloat.ToSingle(HalfFloat.FromSingle(x));
}
