using System.Globalization;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>The tokens of a model: how each is written and what it is for.</summary>
internal sealed class Vocabulary
{
    private const int MaxTokens = 1 << 24;

    // Source: llama.cpp, src/llama-vocab.cpp: models' files seldom say which tokens end an answer, so their texts do.
    private static readonly HashSet<string> Ends = new(StringComparer.Ordinal)
    {
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "<|end_of_text|>", "<eos>",
        "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    };

    private readonly string[] texts;
    private readonly TokenKind[] kinds;
    private readonly bool[] ends;
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> spans;

    /// <param name="ending">Ids that the file names as ends of a text; those outside the vocabulary are passed over.</param>
    /// <exception cref="ModelException">A token is there twice, or there are too many.</exception>
    public Vocabulary(string[] texts, TokenKind[] kinds, IEnumerable<int> ending)
    {
        if (texts.Length is 0 or > MaxTokens || kinds.Length != texts.Length)
            throw new ModelException($"the tokenizer has {texts.Length} tokens and {kinds.Length} kinds of tokens, where 1 to {MaxTokens} are allowed, one kind each");
        (this.texts, this.kinds) = (texts, kinds);
        ids = new Dictionary<string, int>(texts.Length, StringComparer.Ordinal);
        spans = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        ends = new bool[texts.Length];
        for (var id = 0; id < texts.Length; id++)
        {
            if (texts[id].Length == 0)
                kinds[id] = TokenKind.Unused;
            else if (!ids.TryAdd(texts[id], id))
                throw new ModelException($"the tokenizer has the token '{ShownName.Of(texts[id])}' twice, as {ids[texts[id]]} and {id}");
            if (Ends.Contains(texts[id]))
            {
                ends[id] = true;
                kinds[id] = TokenKind.Control;
            }
        }
        foreach (var id in ending)
            if (id >= 0 && id < ends.Length)
                ends[id] = true;
    }

    public int Count => texts.Length;

    public string Text(int id) => texts[id];

    public TokenKind Kind(int id) => kinds[id];

    public bool IsEnd(int id) => ends[id];

    public int? Find(ReadOnlySpan<char> text) => spans.TryGetValue(text, out var id) ? id : null;

    /// <summary>The byte that a token such as <c>&lt;0x0A&gt;</c> stands for.</summary>
    public static byte? ByteOf(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>' && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b) ? b : null;

    /// <summary>The token of each byte value, by how a vocabulary writes bytes.</summary>
    /// <exception cref="ModelException">A byte has no token: some texts could not be written.</exception>
    public int[] ByteTokens(Func<byte, string> written)
    {
        var tokens = new int[256];
        for (var b = 0; b < 256; b++)
            tokens[b] = Find(written((byte)b)) ?? throw new ModelException($"the tokenizer has no token for the byte 0x{b:X2}");
        return tokens;
    }
}
