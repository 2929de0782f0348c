using Assay.Engine.Language.Generation;

namespace Assay.Audit.Oracles;

/// <summary>The scores of a local model where an endpoint's answer has tokens. Not for several threads.</summary>
internal sealed class ForcedScores(ILanguageEvaluator evaluator) : IDisposable
{
    // Tokens of a call; each scored one makes a row as long as the vocabulary.
    private const int Chunk = 128;

    private ILanguageSequence? growing;

    public int Vocabulary => evaluator.VocabularySize;

    public int ContextLength => evaluator.ContextLength;

    /// <summary>Calls <paramref name="look"/> with the scores after the prompt and each of the tokens but the last, and with its place.</summary>
    public void Run(ReadOnlySpan<int> prompt, IReadOnlyList<int> tokens, Action<int, ReadOnlyMemory<float>> look, CancellationToken cancel)
    {
        using var sequence = evaluator.NewSequence();
        var all = new int[prompt.Length + tokens.Count];
        prompt.CopyTo(all);
        for (var i = 0; i < tokens.Count; i++)
            all[prompt.Length + i] = tokens[i];
        var first = prompt.Length - 1;
        var inputs = all.AsMemory(0, all.Length - (tokens.Count > 0 ? 1 : 0));
        var row = new float[evaluator.VocabularySize];
        for (var at = 0; at < inputs.Length;)
        {
            var count = Math.Min(Chunk, inputs.Length - at);
            if (at < first)
                count = Math.Min(count, first - at);
            var step = new EvaluationStep(sequence, inputs.Slice(at, count), at < first ? 0 : count);
            evaluator.Evaluate([step], cancel);
            for (var i = 0; i < step.Scored; i++)
            {
                step.Scores(i).CopyTo(row);
                look(at + i - first, row);
            }
            at += count;
        }
    }

    /// <summary>As <see cref="Run"/>, of the position after the last token alone, for an answer that grows: what was evaluated stays until <see cref="Forget"/>.</summary>
    public void RunLast(ReadOnlySpan<int> prompt, IReadOnlyList<int> tokens, Action<ReadOnlyMemory<float>> look, CancellationToken cancel)
    {
        growing ??= evaluator.NewSequence();
        int[] all = [.. prompt, .. tokens];
        var row = new float[evaluator.VocabularySize];
        while (growing.Length < all.Length)
        {
            var count = Math.Min(Chunk, all.Length - growing.Length);
            var isLast = growing.Length + count == all.Length;
            var step = new EvaluationStep(growing, all.AsMemory(growing.Length, count), isLast ? 1 : 0);
            evaluator.Evaluate([step], cancel);
            if (!isLast)
                continue;
            step.Scores(0).CopyTo(row);
            look(row);
        }
    }

    public void Forget()
    {
        growing?.Dispose();
        growing = null;
    }

    public void Dispose()
    {
        Forget();
        evaluator.Dispose();
    }
}
