using System.Text;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>What tokenizers of all kinds share: the vocabulary, and cutting a text at its special tokens.</summary>
internal abstract class VocabularyTokenizer(Vocabulary vocabulary) : Tokenizer
{
    private readonly SpecialTokens always = new(vocabulary, kind => kind == TokenKind.UserDefined);
    private readonly SpecialTokens onRequest = new(vocabulary, kind => kind is TokenKind.UserDefined or TokenKind.Control or TokenKind.Unknown);

    public override int Count => vocabulary.Count;

    /// <summary>Special tokens that swallow the white space before them (Phi-4).</summary>
    public Func<int, bool> TakesSpaceBefore { get; init; } = _ => false;

    /// <summary>Special tokens that swallow the white space after them (Phi-3).</summary>
    public Func<int, bool> TakesSpaceAfter { get; init; } = _ => false;

    protected Vocabulary Vocabulary => vocabulary;

    public sealed override int[] Encode(string text, bool special)
    {
        var work = 0L;
        return Encode(text, special, ref work);
    }

    /// <param name="work">Grows by the pairs of symbols looked at: what the time of tokenizing is proportional to.</param>
    internal int[] Encode(string text, bool special, ref long work)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = WellFormed(text).AsSpan();
        var tokens = new List<int>();
        var merger = new Merger();
        var afterSpecial = true;
        while (!rest.IsEmpty)
        {
            var found = (special ? onRequest : always).Next(rest);
            var plain = found is { } f ? rest[..f.Start] : rest;
            if (found is { } ahead && TakesSpaceBefore(ahead.Id))
                plain = plain.TrimEnd();
            if (!plain.IsEmpty)
            {
                EncodePlain(plain, afterSpecial, merger, tokens);
                afterSpecial = false;
            }
            if (found is not { } token)
                break;
            tokens.Add(token.Id);
            afterSpecial = true;
            rest = rest[(token.Start + token.Length)..];
            if (TakesSpaceAfter(token.Id))
                rest = rest.TrimStart();
        }
        work += merger.Work;
        return [.. tokens];
    }

    public override bool IsControl(int id) => vocabulary.Kind(id) is TokenKind.Control or TokenKind.Unknown or TokenKind.Unused;

    public override bool IsEndOfGeneration(int id) => vocabulary.IsEnd(id);

    public override string Text(int id) => vocabulary.Text(id);

    public override int? Find(string text) => vocabulary.Find(text);

    /// <summary>Appends the tokens of a text without special ones.</summary>
    /// <param name="first">Whether nothing, or a special token, stands before it.</param>
    protected abstract void EncodePlain(ReadOnlySpan<char> text, bool first, Merger merger, List<int> tokens);

    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                    return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
                i++;
            }
        return text;
    }
}
