using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Reference;

/// <summary>
/// The forward pass of a language model as docs/spec/assay-llm-v1.md, section 2, defines it: one token after another, one number after
/// another. What the fast session computes is equal to this bit for bit.
/// </summary>
/// <param name="a">What the model computes.</param>
/// <param name="w">Its weights.</param>
public sealed class ReferenceLanguage(LanguageArchitecture a, LanguageWeights w)
{
    // Of each layer, by position: the keys of all heads one after another, rotated, and the values.
    private readonly List<float[]>[] keys = Lists(a.Layers), values = Lists(a.Layers);

    /// <summary>The scores after each token of a sequence: a row of the vocabulary for each.</summary>
    /// <exception cref="ModelException">A token is not in the vocabulary.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public static float[][] Scores(LanguageArchitecture architecture, LanguageWeights weights, ReadOnlySpan<int> tokens, CancellationToken cancel = default)
    {
        var sequence = new ReferenceLanguage(architecture, weights);
        var scores = new float[tokens.Length][];
        for (var i = 0; i < tokens.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            scores[i] = sequence.Scores(sequence.Next(tokens[i]));
        }
        return scores;
    }

    /// <summary>Takes the next token of the sequence: its state behind the last layer, <c>width</c> numbers (2.1, 2.2).</summary>
    /// <exception cref="ModelException">The token is not in the vocabulary.</exception>
    public float[] Next(int token)
    {
        if (token < 0 || token >= a.VocabularySize)
            throw new ModelException($"token {token} is not one of the vocabulary's {a.VocabularySize}");
        var h = RowMath.Widen(w.TokenEmbedding, token);
        if (a.EmbeddingScale != 1)
            h = RowMath.Each(h, x => x * a.EmbeddingScale);
        for (var layer = 0; layer < a.Layers; layer++)
        {
            var l = w.Layers[layer];
            var attended = RowMath.Product(l.AttentionOutput, Attention(layer, Norm(h, l.AttentionNorm)), l.AttentionOutputBias);
            h = RowMath.Add(h, l.PostAttentionNorm is null ? attended : Norm(attended, l.PostAttentionNorm));
            var fed = FeedForward(l, Norm(h, l.FfnNorm));
            h = RowMath.Add(h, l.PostFfnNorm is null ? fed : Norm(fed, l.PostFfnNorm));
        }
        return h;
    }

    /// <summary>2.9: what stands for a text, <paramref name="dimensions"/> numbers of length 1.</summary>
    /// <param name="tokens">The text's, at least one.</param>
    /// <param name="dimensions">1 to the model's width.</param>
    /// <exception cref="ModelException">A token is not in the vocabulary.</exception>
    public static float[] Embedding(LanguageArchitecture architecture, LanguageWeights weights, ReadOnlySpan<int> tokens, Pooling pooling, int dimensions)
    {
        var sequence = new ReferenceLanguage(architecture, weights);
        var states = new List<float[]>();
        foreach (var token in tokens)
            states.Add(sequence.Final(sequence.Next(token)));
        var pooled = pooling switch
        {
            Pooling.Last => states[^1],
            Pooling.Cls => states[0],
            Pooling.Mean => RowMath.Each(states.Aggregate(new float[architecture.Width], RowMath.Add), s => s / states.Count),
            _ => throw new ArgumentOutOfRangeException(nameof(pooling)),
        };
        return RowMath.UnitLength(pooled[..dimensions]);
    }

    /// <summary>2.7: the final state.</summary>
    public float[] Final(float[] h) => Norm(h, w.OutputNorm);

    /// <summary>2.7: the score of each token of the vocabulary.</summary>
    public float[] Scores(float[] h)
    {
        var scores = RowMath.Product(w.Output, Final(h));
        return a.ScoreSoftcap > 0 ? RowMath.Each(scores, x => a.ScoreSoftcap * ScalarMath.Tanh(x / a.ScoreSoftcap)) : scores;
    }

    /// <summary>2.2 to 2.5: queries, keys and values of one position, and what each head of queries makes of the keys so far.</summary>
    private float[] Attention(int layer, float[] x)
    {
        var l = w.Layers[layer];
        var q = RowMath.Product(l.Query, x, l.QueryBias);
        var k = RowMath.Product(l.Key, x, l.KeyBias);
        var v = RowMath.Product(l.Value, x, l.ValueBias);
        var position = keys[layer].Count;
        var rotation = Rotation.At(a.RotaryOf(layer), position);
        for (var head = 0; head < a.Heads; head++)
            Prepare(q.AsSpan(head * a.HeadSize, a.HeadSize), l.QueryNorm, rotation);
        for (var head = 0; head < a.KvHeads; head++)
            Prepare(k.AsSpan(head * a.HeadSize, a.HeadSize), l.KeyNorm, rotation);
        keys[layer].Add(k);
        values[layer].Add(v);

        var y = new float[q.Length];
        var first = a.Windows[layer] > 0 ? Math.Max(0, position - a.Windows[layer] + 1) : 0;
        for (var head = 0; head < a.Heads; head++)
        {
            var group = head / (a.Heads / a.KvHeads) * a.HeadSize;
            AttentionHead.Attend(
                q.AsSpan(head * a.HeadSize, a.HeadSize), keys[layer], values[layer], first, group, a.AttentionScale, a.AttentionSoftcap, y.AsSpan(head * a.HeadSize, a.HeadSize));
        }
        return y;
    }

    /// <summary>One head's query or key: normed where the model has norms for them, and rotated.</summary>
    private void Prepare(Span<float> x, WeightMatrix? norm, Rotation rotation)
    {
        if (norm is not null)
            Norm(x.ToArray(), norm).CopyTo(x);
        rotation.Apply(x);
    }

    /// <summary>2.6.</summary>
    private float[] FeedForward(LayerWeights l, float[] x)
    {
        if (a.Experts is not { } experts)
            return FeedForward(x, l.Gate!, l.Up!, l.Down!);
        var y = new float[a.Width];
        foreach (var (e, weight) in RowMath.Experts(RowMath.Softmax(RowMath.Product(l.Router!, x)), experts))
        {
            var output = FeedForward(x, l.ExpertGates[e], l.ExpertUps[e], l.ExpertDowns[e]);
            for (var i = 0; i < y.Length; i++)
                y[i] = ScalarMath.Fma(weight, output[i], y[i]);
        }
        return RowMath.Each(y, v => v);
    }

    private float[] FeedForward(float[] x, WeightMatrix gate, WeightMatrix up, WeightMatrix down)
    {
        var g = RowMath.Each(RowMath.Product(gate, x), a.Gate == GateFunction.Silu ? v => v * ScalarMath.Sigmoid(v) : RowMath.Gelu);
        return RowMath.Product(down, RowMath.Multiply(g, RowMath.Product(up, x)));
    }

    /// <summary>2.3.</summary>
    private float[] Norm(float[] x, WeightMatrix scale)
    {
        var root = ScalarMath.Sqrt((RowMath.Sum(RowMath.Each(x, v => v * v)) / x.Length) + a.Epsilon);
        return RowMath.Multiply(RowMath.Each(x, v => v / root), RowMath.Widen(scale, 0));
    }

    private static List<float[]>[] Lists(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<float[]>())];
}
