using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Answers;
using Assay.Verify.Crypto;

namespace Assay.Providers.Language;

/// <summary>Grammars over vocabularies, as they were asked for: what was worked out of one serves whoever asks for it again.</summary>
internal static class GrammarShelf
{
    // Of one vocabulary; a schema that comes after so many others makes room for itself and the next.
    private const int Most = 64;

    private static readonly ConditionalWeakTable<Tokenizer, ConcurrentDictionary<string, Vocabulary>> Vocabularies = [];

    /// <param name="calls">How calls are written where the grammar is of calls: control tokens that mark them then stand for their texts. Else null.</param>
    /// <param name="digest">Names the grammar.</param>
    public static TokenMasks MasksOf(Tokenizer tokenizer, ToolCallFormat? calls, in Hash digest, Func<Grammar> make)
    {
        var vocabulary = Vocabularies.GetOrCreateValue(tokenizer).GetOrAdd(calls?.Name ?? "", _ => new Vocabulary(tokenizer, calls));
        if (vocabulary.Masks.TryGetValue(digest, out var known))
            return known;
        if (vocabulary.Masks.Count >= Most)
            vocabulary.Masks.Clear();
        return vocabulary.Masks[digest] = new TokenMasks(make(), vocabulary.Trie.Value);
    }

    private sealed class Vocabulary(Tokenizer tokenizer, ToolCallFormat? calls)
    {
        public ConcurrentDictionary<Hash, TokenMasks> Masks { get; } = [];

        public Lazy<TokenTrie> Trie { get; } = new(() => new TokenTrie(
            [.. Enumerable.Range(0, tokenizer.Count).Select(id => calls?.MarkOf(tokenizer, id) is { } mark ? Encoding.UTF8.GetBytes(mark) : tokenizer.Bytes(id))], Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsEndOfGeneration)));
    }
}
