using System.Collections.Immutable;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;

namespace Assay.Providers.Language;

/// <summary>What receipts commit to of an answer.</summary>
/// <param name="Bytes">All tokens: those of choice 0, then those of choice 1, ...</param>
/// <param name="Texts">The UTF-8 bytes of each choice.</param>
public sealed record RecordedAnswer(byte[] Bytes, ulong Tokens, Hash Commitment, ImmutableArray<ChoiceClaim> Choices, ImmutableArray<byte[]> Texts);

/// <summary>
/// Commits to an answer's tokens when all have come: 1.5 us a token then, and 7 between tokens, where caches and processors are the
/// model's (docs/performance.md).
/// </summary>
/// <param name="salt">Of the output, 32 random bytes.</param>
public sealed class AnswerRecorder(int choices, byte[] salt)
{
    private readonly List<GeneratedToken>[] made = [.. Enumerable.Range(0, choices).Select(_ => new List<GeneratedToken>())];

    public IReadOnlyList<GeneratedToken> Of(int choice) => made[choice];

    public void Add(GeneratedToken token) => made[token.Choice].Add(token);

    /// <param name="toolCalls">Of each choice how many calls of tools its text holds; null for none.</param>
    public RecordedAnswer Finish(IReadOnlyList<ulong>? toolCalls = null)
    {
        var tree = new OutputBuilder(salt);
        foreach (var token in made.SelectMany(tokens => tokens))
            tree.Append(Encode(token));
        return new RecordedAnswer(tree.ToBytes(), tree.Count, tree.Commitment(), [.. made.Select((t, i) => Claim(t, toolCalls?[i] ?? 0))], [.. made.Select(TextOf)]);
    }

    /// <summary>A token as receipts commit to it.</summary>
    public static OutputToken Encode(GeneratedToken token) => new((uint)token.Id, token.Text, token.LogProbability is not { } log ? [] :
    [
        BitConverter.SingleToUInt32Bits(log),
        .. token.Alternatives.SelectMany(a => (uint[])[(uint)a.Token, BitConverter.SingleToUInt32Bits(a.LogProbability)]),
    ]);

    private static ChoiceClaim Claim(List<GeneratedToken> tokens, ulong toolCalls) => new(
        (ulong)tokens.Count,
        tokens is not [.., { Finish: { } finish }] ? "none" : toolCalls > 0 && finish == FinishReason.Stop ? FinishReason.ToolCalls.Name() : finish.Name(),
        toolCalls);

    private static byte[] TextOf(List<GeneratedToken> tokens)
    {
        using var text = new MemoryStream();
        foreach (var token in tokens)
            text.Write(token.Text.Span);
        return text.ToArray();
    }
}
