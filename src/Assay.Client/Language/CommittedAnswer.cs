using System.Collections.Immutable;
using Assay.Verify;
using Assay.Verify.Answers;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Client.Language;

/// <summary>What an answer must show, worked out of what its receipt commits to: the tokens, their texts and log-probabilities (docs/spec/receipt.md, Language models).</summary>
internal sealed record CommittedAnswer(ImmutableArray<ChoiceParts> Choices, TokenUsage Usage, string Fingerprint)
{
    // The least that the API writes for a logarithm, JSON having no infinity.
    private const float Least = -9999;

    /// <param name="words">What the token ids in log-probabilities stand for, as it came with the answer.</param>
    /// <exception cref="MalformedException">What the receipt says does not hang together, or is not what was asked for.</exception>
    public static CommittedAnswer Of(LanguageQuestion question, Receipt receipt, Disclosures shown, TokenWords? words)
    {
        if (receipt.Output.Kind != OutputKind.Tokens || receipt.Input.MediaType != PromptTokens.MediaType)
            throw new MalformedException("the receipt is not that of a language model");
        if (shown.Input is not { } input || shown.Output is not { } output)
            throw new MalformedException("the bundle does not open its prompt and its tokens");
        var signed = new JsonAt(receipt.Parameters, "predicate.parameters");
        if (signed["outcome"].Text() != "answer")
            throw new MalformedException("the record is void: its answer was broken off");
        if (question.Difference(signed) is { } asked)
            throw new MalformedException($"the receipt says another {asked} than was asked for");

        var tokens = OutputCommitment.Pieces(OutputKind.Tokens, output.Bytes.Span).Select(range => OutputToken.Parse(output.Bytes.Span[range])).ToList();
        var usage = new TokenUsage((ulong)PromptTokens.Decode(input.Bytes.Span).Length, (ulong)tokens.Count);
        if (usage != new TokenUsage(signed["usage"]["promptTokens"].Integer(), signed["usage"]["completionTokens"].Integer()))
            throw new MalformedException("the receipt counts other tokens than it commits to");
        var claims = signed["choices"].Items(question.Choices);
        var reading = signed.Optional("tools") is { } tools ? ToolReading.Read(tools) : null;
        if (claims.Length != question.Choices || reading is not null != question.Tools is not null)
            throw new MalformedException("the receipt has other choices or tools than were asked for");
        if (reading is { EndsWithFirst: true } && !question.WantsOneCall)
            throw new MalformedException("the receipt ends answers with their first call, which was not asked for");
        RequireWords(signed, question, tokens, words);

        var choices = ImmutableArray.CreateBuilder<ChoiceParts>();
        var first = 0;
        foreach (var claim in claims)
        {
            var count = claim["tokens"].Integer();
            if (count == 0 || count > (ulong)(tokens.Count - first))
                throw claim["tokens"].Wrong("as many tokens as there are");
            choices.Add(Read(question, claim, signed["maxTokens"].Integer(), tokens.GetRange(first, (int)count), reading, words));
            first += (int)count;
        }
        return first == tokens.Count ? new CommittedAnswer(choices.ToImmutable(), usage, signed["systemFingerprint"].Text()) : throw new MalformedException("there are tokens of no choice");
    }

    private static ChoiceParts Read(LanguageQuestion question, JsonAt claim, ulong most, List<OutputToken> tokens, ToolReading? reading, TokenWords? words)
    {
        var (parts, reader, offsets) = (new ChoiceParts(), new AnswerReader(reading, question.Tools), new TextOffsets());
        foreach (var (i, token) in tokens.Index())
        {
            var output = reader.Append(token.Id, token.Text.Span, isLast: i == tokens.Count - 1);
            parts.Content.Append(output.Content);
            parts.Calls.AddRange(output.Calls);
            if (words is not null)
                parts.Logs.Add(LogOf(question, token, words, offsets));
        }
        parts.Finish = claim["finishReason"].Text();
        // An answer that holds a call ends with it, unless the limit cut it.
        var isPossible = parts.Finish switch
        {
            "length" => (ulong)tokens.Count == most,
            "stop" => parts.Calls.Count == 0,
            "tool_calls" => parts.Calls.Count > 0,
            _ => false,
        };
        return isPossible && claim["toolCalls"].Integer() == (ulong)parts.Calls.Count ? parts : throw claim.Wrong("an end that the tokens can have, and their calls");
    }

    private static TokenLog LogOf(LanguageQuestion question, OutputToken token, TokenWords words, TextOffsets offsets)
    {
        var bits = token.LogProbabilities;
        var others = Enumerable.Range(0, bits.Length / 2).Select(i => Name(bits[1 + 2 * i], bits[2 + 2 * i]));
        var own = Name(token.Id, bits[0]);
        // By its text, two tokens may be one member: the likelier one.
        return question.IsChat
            ? new TokenLog(own, [.. others], null)
            : new TokenLog(own, [.. others.DistinctBy(o => o.Text)], offsets.Next(token.Text.Span));

        NamedToken Name(uint id, uint number)
        {
            var (word, log) = (words.Find(id)!, BitConverter.UInt32BitsToSingle(number));
            return new NamedToken(word.Shown, float.IsFinite(log) ? Math.Max(log, Least) : Least, question.IsChat ? word.Bytes.ToArray() : null);
        }
    }

    // The node's word for what a token is counts only where it signed it.
    private static void RequireWords(JsonAt signed, LanguageQuestion question, List<OutputToken> tokens, TokenWords? words)
    {
        if (question.Alternatives is not { } most)
        {
            if (words is not null || tokens.Any(t => !t.LogProbabilities.IsEmpty))
                throw new MalformedException("there are log-probabilities that were not asked for");
            return;
        }
        if (words is null || signed["words"].HexHash() != words.Digest())
            throw new MalformedException("what the tokens are called is not what the receipt commits to");
        if (tokens.Any(t => t.LogProbabilities.Length % 2 == 0 || t.LogProbabilities.Length > 1 + 2 * most || TokenWords.NamedIn(t).Any(id => words.Find(id) is null)))
            throw new MalformedException("the log-probabilities are not those that were asked for");
    }
}
