using System.Text;
using Assay.Verify.Answers;

namespace Assay.Client.Language;

/// <summary>A token as log-probabilities name it.</summary>
/// <param name="Bytes">That it adds; null in the completions API, which does not show them.</param>
internal readonly record struct NamedToken(string Text, float LogProbability, byte[]? Bytes)
{
    public bool Is(NamedToken other) =>
        Text == other.Text && LogProbability.Equals(other.LogProbability) && float.IsNegative(LogProbability) == float.IsNegative(other.LogProbability)
        && (Bytes is null) == (other.Bytes is null) && Bytes.AsSpan().SequenceEqual(other.Bytes);
}

/// <summary>The log-probabilities at one place of an answer.</summary>
/// <param name="Others">The likeliest tokens there.</param>
/// <param name="Offset">Where its text begins; null in the chat API, which does not say it.</param>
internal sealed record TokenLog(NamedToken Token, IReadOnlyList<NamedToken> Others, int? Offset)
{
    public bool Is(TokenLog other) =>
        Token.Is(other.Token) && Offset == other.Offset && Others.Count == other.Others.Count && Others.Zip(other.Others).All(pair => pair.First.Is(pair.Second));
}

/// <summary>All that an answer shows of one choice: of what was handed on, or of what the receipt commits to.</summary>
internal sealed class ChoiceParts
{
    public StringBuilder Content { get; } = new();

    public List<ToolCall> Calls { get; } = [];

    /// <summary>Ids of the calls that were seen.</summary>
    public List<string> CallIds { get; } = [];

    public List<TokenLog> Logs { get; } = [];

    /// <summary>Null while it goes on.</summary>
    public string? Finish { get; set; }

    /// <summary>What of these parts is not the same in the other ones, or null.</summary>
    public string? Difference(ChoiceParts other)
    {
        if (!Content.Equals(other.Content))
            return "text";
        if (!Calls.SequenceEqual(other.Calls))
            return "calls of tools";
        if (Finish != other.Finish)
            return "finish_reason";
        if (Logs.Count != other.Logs.Count)
            return "number of log-probabilities";
        for (var i = 0; i < Logs.Count; i++)
            if (!Logs[i].Is(other.Logs[i]))
                return $"log-probabilities of token {i}";
        return null;
    }
}

/// <summary>How many tokens an answer says it took.</summary>
internal readonly record struct TokenUsage(ulong Prompt, ulong Completion);
