namespace Assay.Engine.Models.Tokenizers;

/// <summary>Finds tokens that are one whole whatever stands around them: the leftmost, of several there the longest.</summary>
/// <remarks>A trie over UTF-16 units. The work for a text is at most its length times that of the longest token.</remarks>
internal sealed class SpecialTokens
{
    private readonly Dictionary<(int Node, char Unit), int> edges = [];
    private readonly List<int> tokens = [-1];

    public SpecialTokens(Vocabulary vocabulary, Func<TokenKind, bool> which)
        : this(Enumerable.Range(0, vocabulary.Count).Where(id => which(vocabulary.Kind(id))).Select(id => (vocabulary.Text(id), id)))
    {
    }

    /// <param name="texts">Empty ones are passed over.</param>
    public SpecialTokens(IEnumerable<(string Text, int Id)> texts)
    {
        foreach (var (text, id) in texts)
            if (text.Length > 0)
                Add(text, id);
    }

    /// <summary>The first token in the text, or null where there is none.</summary>
    public (int Start, int Length, int Id)? Next(ReadOnlySpan<char> text)
    {
        for (var start = 0; start < text.Length; start++)
            if (At(text[start..]) is { Length: > 0 } found)
                return (start, found.Length, found.Id);
        return null;
    }

    /// <summary>How much of the text's beginning is that of some token, and the longest token that it begins with: of length 0 where there is none.</summary>
    public (int Begun, int Length, int Id) At(ReadOnlySpan<char> text)
    {
        int node = 0, at = 0, length = 0, id = -1;
        for (; at < text.Length && edges.TryGetValue((node, text[at]), out node); at++)
            if (tokens[node] >= 0)
                (length, id) = (at + 1, tokens[node]);
        return (at, length, id);
    }

    private void Add(string text, int id)
    {
        var node = 0;
        foreach (var unit in text)
        {
            if (!edges.TryGetValue((node, unit), out var next))
            {
                next = tokens.Count;
                tokens.Add(-1);
                edges.Add((node, unit), next);
            }
            node = next;
        }
        tokens[node] = id;
    }
}
