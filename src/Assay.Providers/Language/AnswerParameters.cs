using System.Collections.Immutable;
using Assay.Engine.Language.Sampling;
using Assay.Verify.Answers;
using Assay.Verify.Crypto;
using Assay.Verify.Relays;

namespace Assay.Providers.Language;

/// <summary>Why an answer was broken off.</summary>
public enum VoidReason
{
    /// <summary>The caller left, or wanted no more.</summary>
    Cancelled,

    /// <summary>The node could not go on with it.</summary>
    Failed,

    /// <summary>The node ended while it was being made, or had only set its ticket aside.</summary>
    Lost,
}

/// <summary>One choice of an answer; its tokens follow those of the choices before it.</summary>
/// <param name="Tokens">How many of the output's tokens are its own.</param>
/// <param name="FinishReason">As the API says it: <c>stop</c>, <c>length</c>, <c>tool_calls</c>; <c>none</c> where the answer was broken off.</param>
/// <param name="ToolCalls">How many calls of tools its text holds.</param>
public sealed record ChoiceClaim(ulong Tokens, string FinishReason, ulong ToolCalls);

/// <summary>
/// What a receipt of a language model says in <c>parameters</c>: every parameter that changes the answer, and what became of it
/// (docs/spec/receipt.md, Language models).
/// </summary>
public sealed record AnswerParameters
{
    /// <summary><c>chat</c>, <c>completion</c>, or <c>tokens</c> where the prompt came as token ids.</summary>
    public required string Api { get; init; }

    /// <summary>Counts the answers begun under the serving key that signs.</summary>
    public required ulong Ticket { get; init; }

    public required SeedClaim Seed { get; init; }

    public SamplerOptions Sampler { get; init; } = new();

    /// <summary>How many choices were asked for.</summary>
    public int N { get; init; } = 1;

    /// <summary>Of each choice at most.</summary>
    public required int MaxTokens { get; init; }

    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>Null for no log-probabilities, else the alternatives shown with each token.</summary>
    public int? Alternatives { get; init; }

    /// <summary>How calls of tools are read out of the answer; null where none can be made.</summary>
    public ToolReading? Tools { get; init; }

    /// <summary>Digest of what the token ids in the log-probabilities stand for (<see cref="TokenWords"/>); null where none were asked for, and of a void.</summary>
    public Hash? Words { get; init; }

    /// <summary>Digest of the grammar that constrained the answer; the schema it was made of is in the request's body.</summary>
    public Hash? Grammar { get; init; }

    /// <summary>The time that the chat template was told, where it asked.</summary>
    public DateTimeOffset? TemplateClock { get; init; }

    public required ulong PromptTokens { get; init; }

    /// <summary>In their order.</summary>
    public ImmutableArray<ChoiceClaim> Choices { get; init; } = [];

    /// <summary>Names weights, engine and profile: equal seeds give equal answers as long as it stays the same.</summary>
    public required string SystemFingerprint { get; init; }

    /// <inheritdoc cref="LanguageRequest.Route"/>
    public RouteClaim? Route { get; init; }

    /// <summary>Null where the answer is whole.</summary>
    public VoidReason? Void { get; init; }

    public ulong CompletionTokens => Choices.Aggregate(0UL, (sum, c) => sum + c.Tokens);
}
