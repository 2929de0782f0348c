using Assay.Engine.Language;
using Assay.Engine.Language.Fast;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Conformance.Language;

/// <summary>The kernels, the sampler and the session that answers are made with.</summary>
internal sealed class FastExecutor(Isa isa, int threads) : LanguageExecutor
{
    // Calls of a few tokens, so that what a prompt's prefill computes is cut, too.
    private const int Chunk = 7;

    private readonly SingleOperations operations = new(isa, threads);

    public override string Name => $"{isa.Name()}, {threads} thread{(threads == 1 ? "" : "s")}";

    public override float[] Product(WeightType type, byte[] data, int rows, int columns, float[] x, float[] bias) => operations.Product(type, data, rows, columns, x, bias);

    public override float[] Norm(float[] x, float[] scale, float epsilon) => operations.Norm(x, scale, epsilon);

    public override float[] Rotate(RotaryEmbedding rotary, int position, float[] x) => operations.Rotate(rotary, position, x);

    public override float[] Attend(int heads, int groups, int window, float scale, float softcap, float[] q, float[] keys, float[] values) =>
        operations.Attend(heads, groups, window, scale, softcap, q, keys, values);

    public override float[] Gate(GateFunction function, float[] gate, float[] up) => operations.Gate(function, gate, up);

    public override float[] Cap(float[] x, float softcap) => operations.Cap(x, softcap);

    public override (TokenLogProbability Chosen, TokenLogProbability[] Top) LogProbabilities(float[] scores, int token, int top) =>
        new TokenSampler(scores.Length, isa).LogProbabilities(scores, token, top);

    public override int Pick(float[] scores, SamplerOptions options, byte[] seed, int choice, int position, TokenCounts counts, ulong[] allowed) =>
        new TokenSampler(scores.Length, isa).Pick(scores, options, seed, choice, position, counts, allowed);

    public override float[][] Scores(LanguageModel model, int[] tokens)
    {
        var scores = new List<float[]>();
        Evaluate(model, tokens, (count, _) => (count, 0), step =>
        {
            for (var i = 0; i < step.Scored; i++)
                scores.Add(step.Scores(i).ToArray());
        });
        return [.. scores];
    }

    public override float[] Embedding(LanguageModel model, int[] tokens, Pooling pooling, int dimensions)
    {
        var text = new TextPooling(pooling);
        Evaluate(model, tokens, (count, after) => (0, text.Needed(count, after)), step =>
        {
            for (var i = 0; i < step.Stated; i++)
                text.Add(step.State(i));
        });
        return text.Finish(dimensions);
    }

    public override void Dispose() => operations.Dispose();

    private void Evaluate(LanguageModel model, int[] tokens, Func<int, int, (int Scored, int Stated)> wanted, Action<LanguageStep> look)
    {
        var cache = LanguageSession.CacheBytesFor(model.Architecture, tokens.Length);
        using var session = new LanguageSession(model, new() { Isa = isa, Threads = threads, ContextLength = tokens.Length, CacheBytes = cache, BatchTokens = 2 * Chunk });
        using var sequence = session.NewSequence();
        var step = new LanguageStep(sequence);
        for (var from = 0; from < tokens.Length; from += step.Tokens.Length)
        {
            // The last one by itself, as decode has it.
            var left = tokens.Length - 1 - from;
            step.Tokens = tokens.AsMemory(from, Math.Clamp(left, 1, Chunk));
            (step.Scored, step.Stated) = wanted(step.Tokens.Length, tokens.Length - from - step.Tokens.Length);
            session.Evaluate([step]);
            look(step);
        }
    }
}
