using Assay.Engine.Models;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers;

public enum ReplayStatus
{
    /// <summary>Our own computation gives the very bytes that the receipt commits to.</summary>
    Reproduced,

    /// <summary>It gives others; or it was made with another model than the receipt names, whatever it gave.</summary>
    Diverged,

    /// <summary>It cannot be told: the model, the profile, the input or the salts are not at hand.</summary>
    Unverifiable,
}

/// <summary>What a replay found.</summary>
/// <param name="Detail">One sentence for people.</param>
/// <param name="Receipt">The statement that was replayed.</param>
/// <param name="Outputs">What our own run gave, where there was one.</param>
public sealed record ReplayResult(ReplayStatus Status, string Detail, Receipt Receipt, IReadOnlyList<NamedTensor>? Outputs)
{
    /// <summary>Digest of the model that was run, where that is not the one that the receipt names: the result then says nothing about who made the answer. Else null.</summary>
    public Hash? OtherModel { get; init; }

    /// <summary>What only who runs the record has (docs/spec/audits.md section 4, Trace): there wherever the record reproduced or diverged.</summary>
    public Hash? Trace { get; init; }

    /// <summary>The first token of a language model's answer that differs, where one does.</summary>
    public TokenDifference? Token { get; init; }
}

/// <summary>Where an answer of a language model first differs.</summary>
/// <param name="Choice">Its number, from 0.</param>
/// <param name="Position">The token's number in the choice, from 0.</param>
/// <param name="What">One sentence for people.</param>
/// <param name="Theirs">What the receipt has, with the scores that it has here.</param>
/// <param name="Ours">What is chosen here.</param>
public sealed record TokenDifference(int Choice, int Position, string What, TokenHere Theirs, TokenHere Ours);

/// <summary>A token and what our own computation makes of it.</summary>
/// <param name="Text">As the vocabulary has it; null where it has no such token.</param>
/// <param name="Score">Not a number where the vocabulary has no such token.</param>
/// <param name="LogProbability">Before any parameter of the request; likewise.</param>
/// <param name="Recorded">The log-probability that the receipt's token carries; null where there is none, and of our own token.</param>
public sealed record TokenHere(long Id, string? Text, float Score, float LogProbability, float? Recorded = null);
