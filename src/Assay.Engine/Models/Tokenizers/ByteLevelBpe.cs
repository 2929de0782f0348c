using System.Buffers;
using System.Text;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>Byte-pair encoding of the bytes of words: GPT-2's kind, which Llama 3, Qwen, Mistral's newer and Phi's newer models use.</summary>
/// <remarks>Source: Radford and others 2019, Language Models are Unsupervised Multitask Learners, 2.2; Sennrich and others 2016.</remarks>
internal sealed class ByteLevelBpe : VocabularyTokenizer
{
    private readonly MergeTable merges;
    private readonly PreTokenizer words;
    private readonly bool wholeWords;
    private readonly int[] byteTokens;
    private readonly byte[][] bytes;
    private readonly int longest;

    /// <param name="wholeWords">Whether a word that is a token is that token, whatever the merges make of it.</param>
    public ByteLevelBpe(Vocabulary vocabulary, MergeTable merges, PreTokenizer words, bool wholeWords) : base(vocabulary)
    {
        (this.merges, this.words, this.wholeWords) = (merges, words, wholeWords);
        byteTokens = vocabulary.ByteTokens(b => ByteCharacters.Of(b).ToString());
        longest = Enumerable.Range(0, vocabulary.Count).Max(id => vocabulary.Text(id).Length);
        bytes = new byte[vocabulary.Count][];
        for (var id = 0; id < bytes.Length; id++)
            bytes[id] = vocabulary.Kind(id) switch
            {
                TokenKind.Normal => ByteCharacters.Decode(vocabulary.Text(id)) ?? Encoding.UTF8.GetBytes(vocabulary.Text(id)),
                TokenKind.UserDefined => Encoding.UTF8.GetBytes(vocabulary.Text(id)),
                TokenKind.Byte => Vocabulary.ByteOf(vocabulary.Text(id)) is { } b ? [b] : [],
                _ => [],
            };
    }

    public override ReadOnlyMemory<byte> Bytes(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, bytes.Length);
        return bytes[id];
    }

    protected override void EncodePlain(ReadOnlySpan<char> text, bool first, Merger merger, List<int> tokens)
    {
        while (!text.IsEmpty)
        {
            var length = words.Next(text);
            Word(text[..length], merger, tokens);
            text = text[length..];
        }
    }

    private void Word(ReadOnlySpan<char> word, Merger merger, List<int> tokens)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        var utf8 = rented.AsSpan(0, Encoding.UTF8.GetBytes(word, rented));
        var written = wholeWords && utf8.Length <= longest ? new char[utf8.Length] : [];
        if (written.Length > 0 && Vocabulary.Find(written.AsSpan(0, ByteCharacters.Encode(utf8, written))) is { } whole && Vocabulary.Kind(whole) == TokenKind.Normal)
            tokens.Add(whole);
        else
        {
            merger.Clear();
            for (var i = 0; i < utf8.Length; i++)
                merger.Add(i, i + 1, byteTokens[utf8[i]]);
            foreach (var symbol in merger.Merge(merges.ByIds))
                tokens.Add(symbol.Id);
        }
        ArrayPool<byte>.Shared.Return(rented);
    }
}
