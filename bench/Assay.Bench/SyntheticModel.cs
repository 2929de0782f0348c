
namespace Assay.Bench;

/// <summary>The shape of a published language model of the Llama family, whose weights are made up: speed asks for nothing else.</summary>
/// <param name="Tied">Whether the embedding matrix is the output matrix too.</param>
internal sealed record SyntheticModel(string Name, int Width, int Layers, int Heads, int KvHeads, int FeedForward, int Vocabulary, bool Tied)
{
    public const int ContextLength = 2048;

    /// <summary>135 million weights; the shape of SmolLM-135M.</summary>
    public static readonly SyntheticModel Small = new("136m", 576, 30, 9, 3, 1536, 49_152, Tied: true);

    /// <summary>1.1 billion weights; the shape of TinyLlama-1.1B.</summary>
    public static readonly SyntheticModel Large = new("1.1b", 2048, 22, 32, 4, 5632, 32_000, Tied: false);

    public int HeadSize => Width / Heads;

    /// <summary>
    /// How a matrix of so many columns is stored in a file of a type. Where its blocks do not fit, as with the 576 columns of
    /// <see cref="Small"/> and the 256 numbers of Q4_K, it is Q4_0.
    /// </summary>
    public static WeightType Stored(WeightType type, int columns) => columns % type.BlockSize == 0 ? type : WeightType.Q4_0;

    /// <summary>Every matrix: its GGUF name, rows (outputs) and columns (inputs).</summary>
    public IEnumerable<(string Name, int Rows, int Columns)> Matrices()
    {
        var kv = KvHeads * HeadSize;
        yield return ("token_embd", Vocabulary, Width);
        for (var i = 0; i < Layers; i++)
        {
            yield return ($"blk.{i}.attn_q", Width, Width);
            yield return ($"blk.{i}.attn_k", kv, Width);
            yield return ($"blk.{i}.attn_v", kv, Width);
            yield return ($"blk.{i}.attn_output", Width, Width);
            yield return ($"blk.{i}.ffn_gate", FeedForward, Width);
            yield return ($"blk.{i}.ffn_up", FeedForward, Width);
            yield return ($"blk.{i}.ffn_down", Width, FeedForward);
        }
        if (!Tied)
            yield return ("output", Vocabulary, Width);
    }

    /// <summary>The vectors that norms multiply by, all of the model's width and all ones.</summary>
    public IEnumerable<string> Norms() =>
        [.. Enumerable.Range(0, Layers).SelectMany(i => new[] { $"blk.{i}.attn_norm", $"blk.{i}.ffn_norm" }), "output_norm"];

    /// <summary>The token at a place of the text that all sides read. The first 259 are no text.</summary>
    public int Token(int position) => 259 + (int)((position * 7919L + 13) % (Vocabulary - 259));

    public int[] Tokens(int from, int count) => [.. Enumerable.Range(from, count).Select(Token)];
}
