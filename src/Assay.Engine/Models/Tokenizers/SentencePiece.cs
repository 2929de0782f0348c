using System.Text;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>Where a space is put that the text does not have.</summary>
internal enum SpacePrefix
{
    None,

    /// <summary>Before a text that does not begin with a special token.</summary>
    First,

    /// <summary>Before a text, and before what follows a special token.</summary>
    EachPart,
}

/// <summary>
/// Byte-pair encoding of the characters of a whole text, spaces written as U+2581, bytes for characters without a token: SentencePiece's
/// kind, which Llama 2, Mistral, Gemma and Phi-3 use.
/// </summary>
/// <remarks>
/// Source: Kudo and Richardson 2018, SentencePiece. Which pair is merged first says either a score of each token (GGUF,
/// tokenizer.model) or a list of merges (tokenizer.json).
/// </remarks>
internal sealed class SentencePiece : VocabularyTokenizer
{
    private const char Space = '\u2581';

    private readonly Scores scores;
    private readonly MergeTable? merges;
    private readonly SpacePrefix spacePrefix;
    private readonly int[] byteTokens;
    private readonly byte[][] bytes;

    /// <param name="scores">Of each token; unused where there are merges.</param>
    public SentencePiece(Vocabulary vocabulary, float[] scores, MergeTable? merges, SpacePrefix spacePrefix) : base(vocabulary)
    {
        (this.merges, this.spacePrefix) = (merges, spacePrefix);
        byteTokens = vocabulary.ByteTokens(b => $"<0x{b:X2}>");
        var longest = 0;
        bytes = new byte[vocabulary.Count][];
        for (var id = 0; id < bytes.Length; id++)
        {
            var text = vocabulary.Text(id);
            if (vocabulary.Kind(id) == TokenKind.Normal)
                longest = Math.Max(longest, text.Length);
            bytes[id] = vocabulary.Kind(id) switch
            {
                TokenKind.Normal or TokenKind.UserDefined => Encoding.UTF8.GetBytes(text.Replace(Space, ' ')),
                TokenKind.Byte => Vocabulary.ByteOf(text) is { } b ? [b] : [],
                _ => [],
            };
        }
        this.scores = new Scores(vocabulary, scores, longest);
    }

    public override ReadOnlyMemory<byte> Bytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, bytes.Length);
        return bytes[id];
    }

    protected override void EncodePlain(ReadOnlySpan<char> text, bool first, Merger merger, List<int> tokens)
    {
        var written = string.Concat(spacePrefix == SpacePrefix.EachPart && first || spacePrefix == SpacePrefix.First && tokens.Count == 0 ? " " : "", text).Replace(' ', Space);
        merger.Clear();
        for (var at = 0; at < written.Length;)
        {
            var length = char.IsHighSurrogate(written[at]) ? 2 : 1;
            merger.Add(at, at + length, scores.Token(written.AsSpan(at, length)));
            at += length;
        }
        var remaining = merges is null ? merger.Merge(new ByScore(scores, written)) : merger.Merge(merges.ByIds);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var symbol in remaining)
            if (symbol.Id >= 0)
                tokens.Add(symbol.Id);
            else
                foreach (var b in utf8[..Encoding.UTF8.GetBytes(written.AsSpan(symbol.Start, symbol.End - symbol.Start), utf8)])
                    tokens.Add(byteTokens[b]);
    }

    /// <summary>Tokens by their texts, as far as texts can be them: control tokens and bytes cannot.</summary>
    private sealed class Scores(Vocabulary vocabulary, float[] scores, int longest)
    {
        public int Token(ReadOnlySpan<char> text) =>
            text.Length <= longest && vocabulary.Find(text) is { } id && vocabulary.Kind(id) == TokenKind.Normal ? id : -1;

        /// <summary>Greater scores come first: the bits of a float32, in an order that whole numbers have.</summary>
        public uint Order(int id)
        {
            var bits = BitConverter.SingleToUInt32Bits(scores[id] + 0f);
            return (bits & 0x80000000) != 0 ? bits : ~(bits | 0x80000000);
        }
    }

    private readonly struct ByScore(Scores scores, string text) : IPairs
    {
        public bool Find(Symbol left, Symbol right, out uint order, out int id)
        {
            id = scores.Token(text.AsSpan(left.Start, right.End - left.Start));
            order = id < 0 ? 0 : scores.Order(id);
            return id >= 0;
        }
    }
}
