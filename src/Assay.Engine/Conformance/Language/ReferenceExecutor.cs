using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Conformance.Language;

/// <summary>The text of the profile word by word.</summary>
internal sealed class ReferenceExecutor : LanguageExecutor
{
    public override string Name => "reference";

    public override float[] Product(WeightType type, byte[] data, int rows, int columns, float[] x, float[] bias)
    {
        var y = new float[x.Length / columns * rows];
        for (var t = 0; t < x.Length / columns; t++)
            QuantizedRows.Product(type, data, x.AsSpan(t * columns, columns), bias, y.AsSpan(t * rows, rows));
        return y;
    }

    public override float[] Norm(float[] x, float[] scale, float epsilon) =>
        [.. x.Chunk(scale.Length).SelectMany(row =>
        {
            var root = ScalarMath.Sqrt((RowMath.Sum(RowMath.Each(row, v => v * v)) / row.Length) + epsilon);
            return RowMath.Multiply(RowMath.Each(row, v => v / root), scale);
        })];

    public override float[] Rotate(RotaryEmbedding rotary, int position, float[] x)
    {
        var y = x.ToArray();
        Rotation.At(rotary, position).Apply(y);
        return y;
    }

    public override float[] Attend(int heads, int groups, int window, float scale, float softcap, float[] q, float[] keys, float[] values)
    {
        var (size, y) = (q.Length / heads, new float[q.Length]);
        List<float[]> k = [.. keys.Chunk(groups * size)], v = [.. values.Chunk(groups * size)];
        for (var head = 0; head < heads; head++)
            AttentionHead.Attend(
                q.AsSpan(head * size, size), k, v, window > 0 ? Math.Max(0, k.Count - window) : 0, head / (heads / groups) * size, scale, softcap, y.AsSpan(head * size, size));
        return y;
    }

    public override float[] Gate(GateFunction function, float[] gate, float[] up) =>
        RowMath.Multiply(RowMath.Each(gate, function == GateFunction.Silu ? v => v * ScalarMath.Sigmoid(v) : RowMath.Gelu), up);

    public override float[] Cap(float[] x, float softcap) => RowMath.Each(x, v => softcap * ScalarMath.Tanh(v / softcap));

    public override (TokenLogProbability Chosen, TokenLogProbability[] Top) LogProbabilities(float[] scores, int token, int top)
    {
        var logs = ReferenceSampler.LogProbabilities(scores);
        var order = Enumerable.Range(0, scores.Length).OrderBy(i => float.IsNaN(scores[i])).ThenByDescending(i => scores[i]).ThenBy(i => i);
        return (new(token, logs[token]), [.. order.Take(top).Select(i => new TokenLogProbability(i, logs[i]))]);
    }

    public override int Pick(float[] scores, SamplerOptions options, byte[] seed, int choice, int position, TokenCounts counts, ulong[] allowed) =>
        ReferenceSampler.Pick(scores, options, seed, choice, position, counts, allowed);

    public override float[][] Scores(LanguageModel model, int[] tokens) => ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);

    public override float[] Embedding(LanguageModel model, int[] tokens, Pooling pooling, int dimensions) =>
        ReferenceLanguage.Embedding(model.Architecture, model.Weights, tokens, pooling, dimensions);
}
