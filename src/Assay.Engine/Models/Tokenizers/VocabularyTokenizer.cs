using System.Text;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>What tokenizers of all kinds share: the vocabulary, and cutting a text at its special tokens.</summary>
internal abstract class VocabularyTokenizer(Vocabulary vocabulary) : Tokenizer
{
    private readonly SpecialTokens always = new(vocabulary, kind => kind == TokenKind.UserDefined);
    private readonly SpecialTokens onRequest = new(vocabulary, kind => kind is TokenKind.UserDefined or TokenKind.Control or TokenKind.Unknown);
    private readonly SpecialTokens marked = new(Enumerable.Range(0, vocabulary.Count)
        .Where(id => vocabulary.Kind(id) is TokenKind.UserDefined || vocabulary.Kind(id) is TokenKind.Control or TokenKind.Unknown && !IsOneCharacter(vocabulary.Text(id)))
        .Select(id => (vocabulary.Text(id), id)));

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

    public sealed override int[] EncodeMarked(string text, char mark)
    {
        var work = 0L;
        return Encode(text, marked, mark, ref work);
    }

    /// <param name="work">Grows by the pairs of symbols looked at: what the time of tokenizing is proportional to.</param>
    internal int[] Encode(string text, bool special, ref long work) => Encode(text, special ? onRequest : always, null, ref work);

    private int[] Encode(string text, SpecialTokens special, char? mark, ref long work)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (tokens, merger, afterSpecial) = (new List<int>(), new Merger(), true);
        Encode(WellFormed(text), special, mark, merger, tokens, ref afterSpecial);
        work += merger.Work;
        return [.. tokens];
    }

    private void Encode(ReadOnlySpan<char> rest, SpecialTokens special, char? mark, Merger merger, List<int> tokens, ref bool afterSpecial)
    {
        while (!rest.IsEmpty)
        {
            var found = special.Next(rest);
            var plain = found is { } f ? rest[..f.Start] : rest;
            var hasMarks = mark is { } m && plain.Contains(m);
            if (hasMarks)
                plain = plain.ToString().Replace(mark!.Value.ToString(), "", StringComparison.Ordinal);
            if (found is { } ahead && TakesSpaceBefore(ahead.Id))
                plain = plain.TrimEnd();
            if (hasMarks)
                // What is one token wherever it stands is so without its marks too; it is no control token.
                Encode(plain, always, null, merger, tokens, ref afterSpecial);
            else if (!plain.IsEmpty)
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
                while (!rest.IsEmpty && (char.IsWhiteSpace(rest[0]) || rest[0] == mark))
                    rest = rest[1..];
        }
    }

    public override bool IsControl(int id) => vocabulary.Kind(id) is TokenKind.Control or TokenKind.Unknown or TokenKind.Unused;

    public override bool IsEndOfGeneration(int id) => vocabulary.IsEnd(id);

    public override string Text(int id) => vocabulary.Text(id);

    public override int? Find(string text) => vocabulary.Find(text);

    /// <summary>Appends the tokens of a text without special ones.</summary>
    /// <param name="first">Whether nothing, or a special token, stands before it.</param>
    protected abstract void EncodePlain(ReadOnlySpan<char> text, bool first, Merger merger, List<int> tokens);

    private static bool IsOneCharacter(string text) => text.Length == 1 || text.Length == 2 && char.IsHighSurrogate(text[0]);

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
