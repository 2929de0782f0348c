using System.Text.Json.Nodes;

namespace Assay.Audit.Oracles;

/// <summary>One question to an endpoint.</summary>
/// <param name="Id">Unique in its set.</param>
/// <param name="Prompt">A text to go on from (<c>/completions</c>); or null.</param>
/// <param name="Messages">A conversation (<c>/chat/completions</c>); or null. One of both is there.</param>
/// <param name="MaxTokens">Of the answer, 1 to 4,096.</param>
/// <param name="Temperature">In thousandths, 0 to 2,000.</param>
/// <param name="Key">What is right, for the oracle <c>graded</c>; null where nobody has said.</param>
/// <param name="Schema">Whether an answer must be a JSON value to be of use.</param>
public sealed record Probe(string Id, string? Prompt, JsonArray? Messages, int MaxTokens, int Temperature, AnswerKey? Key, bool Schema)
{
    public bool IsChat => Messages is not null;
}

/// <summary>How an endpoint met a probe.</summary>
public enum ReplyKind
{
    Answered,

    /// <summary>An answer of HTTP that is not what the API says.</summary>
    Malformed,

    /// <summary>No connection, a time-out, or a status that says "not now".</summary>
    None,
}

/// <summary>What an endpoint answered.</summary>
/// <param name="Text">Of the first choice; empty where there is none.</param>
/// <param name="Tokens">What its log-probabilities say that it is made of; null where they do not.</param>
/// <param name="Finish">As the API says it: <c>stop</c>, <c>length</c>, …</param>
/// <param name="FirstToken">From the request to the first content; of an answer that was not streamed the whole time.</param>
/// <param name="Total">From the request to the end.</param>
/// <param name="Detail">What was wrong, in one line; null where nothing was.</param>
public sealed record Reply(ReplyKind Kind, string Text, IReadOnlyList<SpokenToken>? Tokens, string? Finish, TimeSpan FirstToken, TimeSpan Total, string? Detail = null);

/// <summary>A token as an endpoint names it: by its bytes, else by its text.</summary>
public readonly record struct SpokenToken(string Text, byte[]? Bytes);
