using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Commitments;
using Assay.Verify.Json;

namespace Assay.Providers.Language;

/// <summary>Holds an answer that is made again against the one that was committed to, and says where they first differ.</summary>
internal sealed class AnswerComparison
{
    private readonly AnswerParameters parameters;
    private readonly Tokenizer tokenizer;
    private readonly ImmutableArray<OutputToken[]> theirs;
    private readonly string?[] differences;

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
        differences = new string?[theirs.Length];
        for (var i = 0; i < theirs.Length; i++)
            if (theirs[i].Length == 0 && parameters.Void is null)
                differences[i] = $"choice {i} has no token, and every answer has one";
    }

    /// <summary>The ids of each choice's tokens.</summary>
    public IReadOnlyList<ImmutableArray<int>> Choices => [.. theirs.Select(c => c.Select(t => (int)t.Id).ToImmutableArray())];

    /// <summary>Where the first choice that differs does, and by how much; null where all are the same.</summary>
    public string? Difference => differences.FirstOrDefault(d => d is not null);

    /// <summary>Where a choice does not hold as many calls of tools as the receipt says.</summary>
    /// <param name="tools">Those that the request's body offers; null where it is not shown or offers none.</param>
    public string? CallsDifference(OfferedTools? tools)
    {
        for (var i = 0; i < theirs.Length && tools is not null && parameters.Void is null; i++)
            if (tools.CountIn(theirs[i], tokenizer) is var calls && calls != parameters.Choices[i].ToolCalls)
                return $"{Choice(i)}the receipt counts {parameters.Choices[i].ToolCalls} calls of tools, and the answer holds {calls}";
        return null;
    }

    /// <summary>Looks at the next token of a choice; false where the choice differs.</summary>
    public bool Look(ForcedToken token)
    {
        var ours = token.Ours;
        var difference = Compare(token, theirs[ours.Choice][ours.Position]) ?? CompareEnd(ours);
        if (difference is not null)
            differences[ours.Choice] = $"{Choice(ours.Choice)}token {ours.Position} of {theirs[ours.Choice].Length}: {difference}";
        return difference is null;
    }

    private string? Compare(ForcedToken token, OutputToken other)
    {
        var ours = token.Ours;
        if ((uint)ours.Id != other.Id)
            return $"the receipt has {Shown(token.Theirs)}, our own scores give {Shown(ours.Id)} (our scores: {Number(token.TheirScore)} and {Number(token.OurScore)})";
        var again = AnswerRecorder.Encode(ours);
        if (!again.Text.Span.SequenceEqual(other.Text.Span))
            return $"the receipt emits {Quoted(other.Text.Span)} with it, and it is {Quoted(again.Text.Span)}";
        if (again.LogProbabilities.SequenceEqual(other.LogProbabilities))
            return null;
        return again.LogProbabilities.Length != other.LogProbabilities.Length || again.LogProbabilities.Length == 0
            ? $"the receipt has {other.LogProbabilities.Length} numbers of log-probabilities, and they are {again.LogProbabilities.Length}"
            : $"the receipt's log-probabilities begin with {Number(BitConverter.UInt32BitsToSingle(other.LogProbabilities[0]))}, ours with {Number(ours.LogProbability!.Value)}";
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

    private string Shown(int id) => (uint)id < (uint)tokenizer.Count ? $"{id} {Quoted(Encoding.UTF8.GetBytes(tokenizer.Text(id)))}" : $"{(uint)id}";

    private static string Quoted(ReadOnlySpan<byte> utf8) => $"\"{StrictJson.Shown(Encoding.UTF8.GetString(utf8))}\"";

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
