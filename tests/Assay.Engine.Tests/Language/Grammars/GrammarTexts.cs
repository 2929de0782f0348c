using System.Text;
using Assay.Engine.Language.Grammars;

namespace Assay.Engine.Tests.Language.Grammars;

/// <summary>Small vocabularies, and grammars tried byte by byte.</summary>
internal static class GrammarTexts
{
    /// <summary>A token for each byte; token 256 ends the answer.</summary>
    public static readonly TokenTrie Bytes = Trie([]);

    /// <summary>All bytes, then these pieces, then a token that ends the answer and one that is empty.</summary>
    public static TokenTrie Trie(IEnumerable<string> pieces)
    {
        var texts = Enumerable.Range(0, 256).Select(b => new ReadOnlyMemory<byte>([(byte)b])).ToList();
        texts.Add(default);
        texts.AddRange(pieces.Select(p => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(p))));
        texts.Add(default);
        return new(texts, [256]);
    }

    /// <summary>Whether the text is one of the grammar's, as far as it goes, or not even the beginning of one.</summary>
    public static bool? Accepts(Grammar grammar, ReadOnlySpan<byte> text)
    {
        var matcher = new GrammarMatcher(new(grammar, Bytes));
        foreach (var b in text)
        {
            if ((matcher.Allowed[b / 64] >> (b % 64) & 1) == 0)
                return false;
            matcher.Accept(b);
        }
        return matcher.IsComplete ? true : null;
    }

    public static void Whole(Grammar grammar, params string[] texts)
    {
        foreach (var text in texts)
            Assert.True(Accepts(grammar, Encoding.UTF8.GetBytes(text)) == true, $"{text} is not accepted");
    }

    public static void Never(Grammar grammar, params string[] texts)
    {
        foreach (var text in texts)
            Assert.False(Accepts(grammar, Encoding.UTF8.GetBytes(text)) == true, $"{text} is accepted");
    }

    public static IEnumerable<int> Tokens(ulong[] mask) => Enumerable.Range(0, mask.Length * 64).Where(i => (mask[i / 64] >> (i % 64) & 1) != 0);
}
