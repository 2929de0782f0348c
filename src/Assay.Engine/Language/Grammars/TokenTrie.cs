using System.Collections.Concurrent;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// The bytes of a vocabulary as a tree: a node for each beginning of a token, in the order of a walk that visits a node before what is below it and bytes in
/// ascending order. Made once for a model, shared, immutable.
/// </summary>
public sealed class TokenTrie
{
    /// <summary>A token that is longer in bytes, or has more opening brackets, is never allowed by a grammar.</summary>
    public const int MostBytes = 256, MostOpenings = 32;

    private readonly byte[][] texts;

    /// <param name="texts">What each token adds to the text; empty for control tokens, which no grammar allows but at its end.</param>
    /// <param name="endOfGeneration">The tokens that end an answer.</param>
    public TokenTrie(IReadOnlyList<ReadOnlyMemory<byte>> texts, IEnumerable<int> endOfGeneration)
    {
        this.texts = [.. texts.Select(t => t.ToArray())];
        EndOfGeneration = [.. endOfGeneration];
        var usable = Enumerable.Range(0, texts.Count).Except(EndOfGeneration).Where(i => IsUsable(this.texts[i])).ToArray();
        Array.Sort(usable, (a, b) => this.texts[a].AsSpan().SequenceCompareTo(this.texts[b]) is var order && order != 0 ? order : a - b);

        var (bytes, skip, depth, first) = (new List<byte> { 0 }, new List<int> { 0 }, new List<int> { 0 }, new List<int> { 0 });
        // The path of the token before: its nodes, of which the next token shares the first ones.
        var path = new List<int> { 0 };
        ReadOnlySpan<byte> before = [];
        for (var i = 0; i < usable.Length; i++)
        {
            var text = this.texts[usable[i]];
            var common = before.CommonPrefixLength(text);
            Close(common + 1);
            for (var j = common; j < text.Length; j++)
            {
                path.Add(bytes.Count);
                bytes.Add(text[j]);
                depth.Add(j + 1);
                skip.Add(0);
                first.Add(i);
            }
            before = text;
        }
        Close(0);
        first.Add(usable.Length);
        LongestToken = depth.Max();
        (Bytes, Depths, Skips, FirstTokens, Tokens) = ([.. bytes], [.. depth], [.. skip], [.. first], usable);

        void Close(int count)
        {
            for (var i = count; i < path.Count; i++)
                skip[path[i]] = bytes.Count;
            path.RemoveRange(Math.Min(count, path.Count), Math.Max(0, path.Count - count));
        }
    }

    /// <summary>Tokens of the vocabulary.</summary>
    public int Count => texts.Length;

    /// <summary>The tokens that end an answer.</summary>
    public IReadOnlyList<int> EndOfGeneration { get; }

    internal int LongestToken { get; }

    /// <summary>The last byte of each node.</summary>
    internal byte[] Bytes { get; }

    /// <summary>Bytes from the root to each node.</summary>
    internal int[] Depths { get; }

    /// <summary>Of each node the first one that is not below it.</summary>
    internal int[] Skips { get; }

    /// <summary>The tokens whose bytes end at node i are <see cref="Tokens"/> FirstTokens[i] to FirstTokens[i + 1] - 1.</summary>
    internal int[] FirstTokens { get; }

    internal int[] Tokens { get; }

    /// <summary>What tokens do inside a JSON string, whatever the grammar: by the node's place in the string's rule.</summary>
    internal ConcurrentDictionary<int, InnerMask> Strings { get; } = new();

    /// <summary>What tokens do from the beginning of a character of a JSON string on, whatever the grammar. Made when it is first needed, under <see cref="CharactersGate"/>.</summary>
    internal TokenCharacters? Characters { get; set; }

    internal Lock CharactersGate { get; } = new();

    internal ReadOnlySpan<byte> Text(int token) => texts[token];

    private static bool IsUsable(byte[] text)
    {
        if (text.Length is 0 or > MostBytes)
            return false;
        return text.Count(b => b is (byte)'[' or (byte)'{') <= MostOpenings;
    }
}
