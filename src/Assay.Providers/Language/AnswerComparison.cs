using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Answers;
using Assay.Verify.Audits;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Providers.Language;

/// <summary>Holds an answer that is made again against the one that was committed to, and says where they first differ.</summary>
internal sealed class AnswerComparison
{
    private readonly AnswerParameters parameters;
    private readonly Tokenizer tokenizer;
    private readonly ImmutableArray<OutputToken[]> theirs;
    private readonly TokenDifference?[] differences;
    private readonly List<float>[] logits;

    /// <param name="tokens">Of all choices, as many as <paramref name="parameters"/> say each has.</param>
    public AnswerComparison(AnswerParameters parameters, List<OutputToken> tokens, Tokenizer tokenizer)
    {
        (this.parameters, this.tokenizer) = (parameters, tokenizer);
        var (choices, first) = (ImmutableArray.CreateBuilder<OutputToken[]>(), 0);
        foreach (var choice in parameters.Choices)
        {
            choices.Add([.. tokens.Skip(first).Take((int)choice.Tokens)]);
            first += (int)choice.Tokens;
        }
        theirs = choices.ToImmutable();
        differences = new TokenDifference?[theirs.Length];
        logits = [.. theirs.Select(_ => new List<float>())];
    }

    /// <summary>The ids of each choice's tokens, up to the first that is none of the vocabulary's: there it differs, and what follows cannot be evaluated.</summary>
    public IReadOnlyList<ImmutableArray<int>> Choices(int vocabulary) =>
        [.. theirs.Select(c => c.Take(Array.FindIndex(c, t => t.Id >= (uint)vocabulary) is var first and >= 0 ? first + 1 : c.Length).Select(t => (int)t.Id).ToImmutableArray())];

    /// <summary>Where the first choice that differs does, and by how much; null where all that were looked at are the same.</summary>
    public TokenDifference? Difference => Array.Find(differences, d => d is not null);

    /// <summary>Of all that was looked at (docs/spec/audits.md section 4, Trace).</summary>
    public Hash Trace => AuditTrace.OfLogits([.. logits.SelectMany(l => l)]);

    /// <summary>A whole answer's choice that has no token at all, which none has.</summary>
    public string? EmptyChoice => parameters.Void is null && theirs.IndexOf(theirs.FirstOrDefault(t => t.Length == 0)!) is var i and >= 0
        ? $"choice {i} has no token, and every answer has one"
        : null;

    /// <summary>Where a choice does not hold as many calls of tools as the receipt says.</summary>
    /// <param name="tools">Those that the request's body offers; null where it is not shown or offers none.</param>
    public string? CallsDifference(OfferedTools? tools)
    {
        if (parameters is { Tools: null, Void: null } && parameters.Choices.IndexOf(parameters.Choices.FirstOrDefault(c => c.ToolCalls > 0)!) is var at and >= 0)
            return $"{Choice(at)}the receipt counts {parameters.Choices[at].ToolCalls} calls of tools, and offers none";
        for (var i = 0; i < theirs.Length && tools is not null && parameters.Void is null; i++)
            if (tools.CountIn(theirs[i], tokenizer) is var calls && calls != parameters.Choices[i].ToolCalls)
                return $"{Choice(i)}the receipt counts {parameters.Choices[i].ToolCalls} calls of tools, and the answer holds {calls}";
        return null;
    }

    /// <summary>Whether the receipt says of the tokens in its log-probabilities what the vocabulary says; to be asked where the tokens are the same.</summary>
    public string? WordsDifference() =>
        parameters.Void is not null || (parameters.Alternatives is null ? null : TokenWords.Of(theirs.SelectMany(c => c), id => ModelDigests.WordOf(tokenizer, id)).Digest()) == parameters.Words
            ? null
            : "the receipt has other texts for the tokens of its log-probabilities than the model's vocabulary";

    /// <summary>Looks at the next token of a choice; false where the choice differs.</summary>
    public bool Look(ForcedToken token)
    {
        var (ours, other) = (token.Ours, theirs[token.Ours.Choice][token.Ours.Position]);
        logits[ours.Choice].Add(token.TheirScore);
        if ((Compare(token, other) ?? CompareEnd(ours)) is not { } difference)
            return true;
        differences[ours.Choice] = new TokenDifference(
            ours.Choice, ours.Position, $"{Choice(ours.Choice)}token {ours.Position} of {theirs[ours.Choice].Length}: {difference}",
            new TokenHere(other.Id, TextOf(token.Theirs), token.TheirScore, LogOf(token.TheirLogProbability, ours), other.LogProbabilities is [var recorded, ..] ? BitConverter.UInt32BitsToSingle(recorded) : null),
            new TokenHere(ours.Id, TextOf(ours.Id), token.OurScore, LogOf(token.OurLogProbability, ours)));
        return false;
    }

    // Where the tokens are the same, it was computed only if it was asked for.
    private static float LogOf(float logProbability, GeneratedToken ours) => float.IsNaN(logProbability) ? ours.LogProbability ?? float.NaN : logProbability;

    private string? Compare(ForcedToken token, OutputToken other)
    {
        var ours = token.Ours;
        if ((uint)ours.Id != other.Id)
            return $"the receipt has {Shown(token.Theirs)}, our own scores give {Shown(ours.Id)} (our scores: {Apart(token.TheirScore, token.OurScore)}; log-probabilities: {Apart(token.TheirLogProbability, token.OurLogProbability)})";
        var again = AnswerRecorder.Encode(ours);
        if (!again.Text.Span.SequenceEqual(other.Text.Span))
            return $"the receipt emits {Quoted(other.Text.Span)} with it, and it is {Quoted(again.Text.Span)}";
        var (mine, its) = (again.LogProbabilities, other.LogProbabilities);
        if (mine.Length != its.Length)
            return $"the receipt has {its.Length} numbers of log-probabilities, and they are {mine.Length}";
        var at = mine.AsSpan().CommonPrefixLength(its.AsSpan());
        // The token's own, then an id and a log-probability of each alternative.
        return at == mine.Length ? null
            : at == 0 ? $"the receipt's log-probability of {Shown(ours.Id)} and ours: {Apart(Number(its[0]), Number(mine[0]))}"
            : at % 2 == 1 ? $"the receipt's alternative {at / 2} is {Shown((int)its[at])}, ours {Shown((int)mine[at])}"
            : $"the receipt's log-probability of alternative {(at - 1) / 2}, {Shown((int)mine[at - 1])}, and ours: {Apart(Number(its[at]), Number(mine[at]))}";

        static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);
    }

    // The token is the same; whether the choice ends with it, and why, must be too.
    private string? CompareEnd(GeneratedToken ours)
    {
        var (claim, count) = (parameters.Choices[ours.Choice], theirs[ours.Choice].Length);
        var isLast = ours.Position == count - 1;
        if (!isLast)
            return ours.Finish is { } early ? $"the answer ends here ({early.Name()}), and the receipt's goes on" : null;
        if (ours.Finish is null)
            return parameters.Void is not null && claim.FinishReason == "none" ? null : $"the receipt's answer ends here ({StrictJson.Shown(claim.FinishReason)}), ours goes on";
        var expected = claim is { ToolCalls: > 0 } && ours.Finish == FinishReason.Stop ? FinishReason.ToolCalls.Name() : ours.Finish.Value.Name();
        return claim.FinishReason == expected || parameters.Void is not null && claim.FinishReason == "none"
            ? null
            : $"the receipt's answer ends with {StrictJson.Shown(claim.FinishReason)}, ours with {expected}";
    }

    private string Choice(int choice) => parameters.N > 1 ? $"choice {choice}, " : "";

    private string? TextOf(int id) => (uint)id < (uint)tokenizer.Count ? tokenizer.Text(id) : null;

    private string Shown(int id) => TextOf(id) is { } text ? $"{id} {Quoted(Encoding.UTF8.GetBytes(text))}" : $"{(uint)id}";

    private static string Quoted(ReadOnlySpan<byte> utf8) => $"\"{StrictJson.Shown(Encoding.UTF8.GetString(utf8))}\"";

    private static string Apart(float theirs, float ours) => string.Create(CultureInfo.InvariantCulture, $"{theirs:R} and {ours:R}, {MathF.Abs(ours - theirs):R} apart");
}
