using System.Collections.Immutable;
using Assay.Engine.Language.Sampling;

namespace Assay.Engine.Language.Generation;

/// <summary>One token of an answer.</summary>
/// <param name="Choice">From 0.</param>
/// <param name="Position">In its choice, from 0.</param>
/// <param name="Text">The UTF-8 bytes emitted with it: possibly none, possibly part of a character, possibly held back from tokens before.</param>
/// <param name="LogProbability">Of the token, by the scores as they are; null where none were asked for.</param>
/// <param name="Alternatives">The most likely tokens, best first, as many as were asked for.</param>
/// <param name="Finish">Why the choice ends with this token, <c>Stop</c> or <c>Length</c>; null where it goes on.</param>
public sealed record GeneratedToken(
    int Choice, int Position, int Id, ReadOnlyMemory<byte> Text, float? LogProbability, ImmutableArray<TokenLogProbability> Alternatives, FinishReason? Finish);
