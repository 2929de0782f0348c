namespace Assay.Engine.Language.Grammars;

/// <summary>Where one answer stands in a grammar.</summary>
public sealed class GrammarMatcher(TokenMasks masks)
{
    private GrammarState state = masks.Start;

    /// <summary>Whether the text so far is a whole text of the grammar.</summary>
    public bool IsComplete => state.IsEnd;

    /// <summary>Whether nothing may follow the text: it is complete, and only a token that ends the answer is allowed.</summary>
    public bool MustEnd => state.IsEnd && state.Places.Length == 0;

    /// <summary>The tokens that may come next: bit i % 64 of element i / 64 for token i. Those that end the answer are among them only where it is complete.</summary>
    public ReadOnlySpan<ulong> Allowed => masks.Mask(state);

    /// <summary>Takes a token that is allowed and does not end the answer.</summary>
    /// <exception cref="InvalidOperationException">The grammar does not allow it.</exception>
    public void Accept(int token)
    {
        var text = masks.Trie.Text(token);
        var next = masks.Follow(state, text);
        if (text.Length == 0 || ReferenceEquals(next, GrammarState.Dead))
            throw new InvalidOperationException($"the grammar does not allow token {token} here");
        state = next;
    }
}
