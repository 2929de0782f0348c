namespace Assay.Engine.Language.Grammars;

/// <summary>
/// The tokens of a vocabulary as characters of a JSON string, from the beginning of one on: how many each begins, and where one closes the string. With it the mask of a string whose
/// characters are counted is put together from what all such masks share, wherever the count stands.
/// </summary>
/// <param name="within">Of each number of characters the tokens that begin so many and stay within the string.</param>
/// <param name="closings">The nodes of the trie at which the string closes, each with the characters before.</param>
internal sealed class TokenCharacters(TokenTrie trie, List<List<int>> within, List<(int Node, int Characters)> closings)
{
    private readonly ulong[]?[] upTo = new ulong[]?[within.Count];

    public IReadOnlyList<(int Node, int Characters)> Closings => closings;

    /// <summary>Marks the tokens that begin at most so many characters and stay within the string. Called with the trie's gate.</summary>
    public void Mark(int most, ulong[] mask)
    {
        var bits = UpTo(Math.Min(most, within.Count - 1));
        for (var i = 0; i < bits.Length; i++)
            mask[i] |= bits[i];
    }

    private ulong[] UpTo(int count)
    {
        if (upTo[count] is { } known)
            return known;
        var bits = new ulong[(trie.Count + 63) / 64];
        for (var n = 0; n <= count; n++)
            foreach (var token in within[n])
                bits[token / 64] |= 1ul << (token % 64);
        return upTo[count] = bits;
    }
}
