using System.Collections.Immutable;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>
/// Makes tokens of one choice from scores, one after another: the grammar's mask, the sampler, the stop texts, the end. What it gives
/// is a function of the request and the scores, so a replay runs the very same.
/// </summary>
/// <param name="sampler">Shared by choices that take turns.</param>
/// <param name="stops">Of the request.</param>
/// <param name="choice">The choice's number.</param>
public sealed class ChoiceDecoder(GenerationRequest request, Tokenizer tokenizer, TokenSampler sampler, StopTexts stops, int choice)
{
    private readonly TokenCounts counts = new();
    private readonly StopMatcher stop = new(stops);
    private readonly GrammarMatcher? grammar = request.Grammar is { } masks ? new(masks) : null;

    private readonly AnswerEnd? end = request.End?.Invoke();

    /// <summary>Tokens made so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the choice has ended.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Chooses the next token.</summary>
    /// <param name="scores">Of the position after the last token, one for each token of the vocabulary.</param>
    public GeneratedToken Next(ReadOnlySpan<float> scores)
    {
        if (IsFinished)
            throw new InvalidOperationException("the choice has ended");
        var id = sampler.Pick(
            scores, request.Sampler, request.Seed.AsSpan(), choice, Count, counts, grammar is null ? [] : grammar.Allowed);
        counts.Add(id);
        Count++;
        var isEnd = tokenizer.IsEndOfGeneration(id);
        if (!isEnd)
            grammar?.Accept(id);
        var text = stop.Append(tokenizer.Bytes(id).Span);
        FinishReason? finish = isEnd || stop.IsStopped || grammar is { MustEnd: true } || end?.Invoke(id, text) == true ? FinishReason.Stop
            : Count == request.MaxTokens ? FinishReason.Length
            : null;
        IsFinished = finish is not null;
        // Nothing follows that could make a stop text of what was held back.
        if (IsFinished)
            text = [.. text, .. stop.Finish()];
        var (log, alternatives) = Logs(scores, id);
        return new GeneratedToken(choice, Count - 1, id, text, log, alternatives, finish);
    }

    /// <summary>The log-probability of a token, of the scores as they are.</summary>
    public float LogProbability(ReadOnlySpan<float> scores, int id) => sampler.LogProbabilities(scores, id, 0).Chosen.LogProbability;

    private (float? Log, ImmutableArray<TokenLogProbability> Alternatives) Logs(ReadOnlySpan<float> scores, int id)
    {
        if (request.Alternatives is not { } most)
            return (null, []);
        var (chosen, top) = sampler.LogProbabilities(scores, id, most);
        return (chosen.LogProbability, [.. top]);
    }
}
