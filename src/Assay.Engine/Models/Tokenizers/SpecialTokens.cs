namespace Assay.Engine.Models.Tokenizers;

/// <summary>Finds tokens that are one whole whatever stands around them: the leftmost, of several there the longest.</summary>
/// <remarks>A trie over UTF-16 units. The work for a text is at most its length times that of the longest token.</remarks>
internal sealed class SpecialTokens
{
    private readonly Dictionary<(int Node, char Unit), int> edges = [];
    private readonly List<int> tokens = [-1];

    public SpecialTokens(Vocabulary vocabulary, Func<TokenKind, bool> which)
    {
        for (var id = 0; id < vocabulary.Count; id++)
            if (which(vocabulary.Kind(id)) && vocabulary.Text(id).Length > 0)
                Add(vocabulary.Text(id), id);
    }

    /// <summary>The first token in the text, or null where there is none.</summary>
    public (int Start, int Length, int Id)? Next(ReadOnlySpan<char> text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            int node = 0, length = 0, id = -1;
            for (var at = start; at < text.Length && edges.TryGetValue((node, text[at]), out node); at++)
                if (tokens[node] >= 0)
                    (length, id) = (at - start + 1, tokens[node]);
            if (id >= 0)
                return (start, length, id);
        }
        return null;
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
