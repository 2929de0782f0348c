namespace Assay.Engine.Language.Grammars;

/// <summary>
/// The bytes of a vocabulary as a tree: a node for each beginning of a token, in the order of a walk that visits a node before what is below it and bytes in
/// ascending order. Made once for a model, shared, immutable.
/// </summary>
public sealed class TokenTrie
{
    /// <summary>A token that is longer in bytes, or has more opening brackets, is never allowed by a grammar.</summary>
    public const int MostBytes = 256, MostOpenings = 32;

    private readonly List<byte> bytes = [0];
    private readonly List<int> skip = [0], depth = [0], firstToken = [0];
    private readonly List<int> tokens = [];
    private readonly byte[][] texts;

    /// <param name="texts">What each token adds to the text; empty for control tokens, which no grammar allows but at its end.</param>
    /// <param name="endOfGeneration">The tokens that end an answer.</param>
    public TokenTrie(IReadOnlyList<ReadOnlyMemory<byte>> texts, IEnumerable<int> endOfGeneration)
    {
        this.texts = [.. texts.Select(t => t.ToArray())];
        EndOfGeneration = [.. endOfGeneration];
        var usable = Enumerable.Range(0, texts.Count).Except(EndOfGeneration).Where(i => IsUsable(this.texts[i])).ToArray();
        Array.Sort(usable, (a, b) => this.texts[a].AsSpan().SequenceCompareTo(this.texts[b]) is var order && order != 0 ? order : a - b);

        // The path of the token before: its nodes, of which the next token shares the first ones.
        var path = new List<int> { 0 };
        ReadOnlySpan<byte> before = [];
        foreach (var token in usable)
        {
            var text = this.texts[token];
            var common = before.CommonPrefixLength(text);
            while (path.Count > common + 1)
                Close(path);
            for (var i = common; i < text.Length; i++)
            {
                path.Add(bytes.Count);
                (int At, byte Byte) child = (i + 1, text[i]);
                bytes.Add(child.Byte);
                depth.Add(child.At);
                skip.Add(0);
                firstToken.Add(tokens.Count);
            }
            tokens.Add(token);
            before = text;
        }
        while (path.Count > 0)
            Close(path);
        firstToken.Add(tokens.Count);
        LongestToken = depth.Max();
    }

    /// <summary>Tokens of the vocabulary.</summary>
    public int Count => texts.Length;

    /// <summary>The tokens that end an answer.</summary>
    public IReadOnlyList<int> EndOfGeneration { get; }

    internal int Nodes => bytes.Count;

    internal int LongestToken { get; }

    internal ReadOnlySpan<byte> Text(int token) => texts[token];

    internal byte Byte(int node) => bytes[node];

    /// <summary>Bytes from the root to the node.</summary>
    internal int Depth(int node) => depth[node];

    /// <summary>The first node that is not below this one.</summary>
    internal int Skip(int node) => skip[node];

    /// <summary>The tokens whose bytes end here.</summary>
    internal ReadOnlySpan<int> Tokens(int node) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens)[firstToken[node]..firstToken[node + 1]];

    private void Close(List<int> path)
    {
        skip[path[^1]] = bytes.Count;
        path.RemoveAt(path.Count - 1);
    }

    private static bool IsUsable(byte[] text)
    {
        if (text.Length is 0 or > MostBytes)
            return false;
        return text.Count(b => b is (byte)'[' or (byte)'{') <= MostOpenings;
    }
}
