using System.Collections.Immutable;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>What we would have made where an answer has a token.</summary>
/// <param name="Ours">Chosen from our own scores, after the answer's tokens before it.</param>
/// <param name="Theirs">The answer's.</param>
/// <param name="OurScore">Our score of our token.</param>
/// <param name="TheirScore">Our score of theirs; not a number where the vocabulary has no such token.</param>
/// <param name="OurLogProbability">By our scores, of our token; looked at only where the tokens differ, else not a number.</param>
/// <param name="TheirLogProbability">The same of theirs.</param>
public readonly record struct ForcedToken(GeneratedToken Ours, int Theirs, float OurScore, float TheirScore, float OurLogProbability, float TheirLogProbability);

/// <summary>
/// Makes an answer again whose tokens are known: they are evaluated many at a time, as a prompt is, and from each position's scores
/// the next token is chosen as the generator chose it. The scores are the generator's bit for bit, since they depend on the tokens
/// before them alone, and it takes a fraction of the time.
/// </summary>
public static class TeacherForcing
{
    // Tokens of a call: each of an answer's makes a row of scores as long as the vocabulary.
    private const int Chunk = 128;

    /// <summary>Goes through the choices at the same time, each until <paramref name="look"/> says it is enough or its tokens end.</summary>
    /// <param name="choices">Of each choice its tokens; none for a choice of which none are known.</param>
    /// <param name="look">Called for each token in order, the choices interleaved; false ends the choice.</param>
    public static void Run(
        ILanguageEvaluator evaluator, Tokenizer tokenizer, GenerationRequest request, IReadOnlyList<ImmutableArray<int>> choices,
        Func<ForcedToken, bool> look, CancellationToken cancel)
    {
        var (sampler, stops) = (new TokenSampler(evaluator.VocabularySize), new StopTexts(request.Stop));
        using var prompt = evaluator.NewSequence();
        var walks = choices.Select((tokens, i) => (Tokens: tokens, Number: i)).Where(c => c.Tokens.Length > 0)
            .Select(c => new Walk(c.Tokens, new ChoiceDecoder(request, tokenizer, sampler, stops, c.Number))).ToList();
        if (walks.Count == 0)
            return;
        try
        {
            Evaluate(evaluator, prompt, request.Prompt.AsMemory(), cancel);
            foreach (var walk in walks)
                walk.Sequence = prompt.Fork(prompt.Length);
            while (walks.Where(w => !w.IsOver).ToList() is { Count: > 0 } left)
            {
                var steps = left.Select(w => w.NextStep(request.Prompt[^1], Math.Max(1, Chunk / left.Count))).ToList();
                evaluator.Evaluate(steps, cancel);
                for (var i = 0; i < left.Count; i++)
                    left[i].Look(steps[i], look);
            }
        }
        finally
        {
            foreach (var walk in walks)
                walk.Sequence?.Dispose();
        }
    }

    // All but the last token, which every choice evaluates before its own: its scores are the first that are looked at.
    private static void Evaluate(ILanguageEvaluator evaluator, ILanguageSequence sequence, ReadOnlyMemory<int> prompt, CancellationToken cancel)
    {
        for (var rest = prompt[..^1]; rest.Length > 0;)
        {
            var chunk = rest[..Math.Min(2 * Chunk, rest.Length)];
            evaluator.Evaluate([new EvaluationStep(sequence, chunk, 0)], cancel);
            rest = rest[chunk.Length..];
        }
    }

    private sealed class Walk(ImmutableArray<int> tokens, ChoiceDecoder decoder)
    {
        private int looked;

        public ILanguageSequence? Sequence { get; set; }

        public bool IsOver { get; private set; }

        // The token before each that is looked at next: of the prompt first, then of the answer.
        public EvaluationStep NextStep(int lastOfPrompt, int most)
        {
            var count = Math.Min(most, tokens.Length - looked);
            var inputs = new int[count];
            for (var i = 0; i < count; i++)
                inputs[i] = looked + i == 0 ? lastOfPrompt : tokens[looked + i - 1];
            return new EvaluationStep(Sequence!, inputs, count);
        }

        public void Look(EvaluationStep step, Func<ForcedToken, bool> look)
        {
            for (var i = 0; i < step.Scored && !IsOver; i++)
            {
                var scores = step.Scores(i);
                var theirs = tokens[looked++];
                var ours = decoder.Next(scores);
                var isKnown = (uint)theirs < (uint)scores.Length;
                var differ = ours.Id != theirs;
                var goOn = look(new ForcedToken(
                    ours, theirs, scores[ours.Id], isKnown ? scores[theirs] : float.NaN,
                    differ ? decoder.LogProbability(scores, ours.Id) : float.NaN, differ && isKnown ? decoder.LogProbability(scores, theirs) : float.NaN));
                IsOver = !goOn || decoder.IsFinished || looked == tokens.Length;
            }
        }
    }
}
