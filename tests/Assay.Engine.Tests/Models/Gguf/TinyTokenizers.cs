using System.Text;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>Vocabularies of a few hundred tokens that can write every text.</summary>
internal static class TinyTokenizers
{
    // The kinds of tokens, by their numbers in the format.
    private const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;

    private static readonly string[] Words = ["the", "and", "once", "upon", "time", "little", "girl", "said", "day", "happy", "was", "to", "in", "ing"];

    /// <summary>SentencePiece's kind: unknown, beginning, end, 256 bytes, and what makes the words above.</summary>
    public static GgufWriter WriteSentencePiece(GgufWriter writer, bool gemma, out int count)
    {
        var tokens = new List<(string Text, float Score, int Kind)>
        {
            ("<unk>", 0, Unknown), ("<s>", 0, Control), ("</s>", 0, Control),
        };
        for (var b = 0; b < 256; b++)
            tokens.Add(($"<0x{b:X2}>", 0, Byte));
        foreach (var piece in Pieces("\u2581"))
            tokens.Add((piece, -tokens.Count, Normal));
        string[] special = gemma ? ["<start_of_turn>", "<end_of_turn>"] : ["<|im_start|>", "<|im_end|>"];
        tokens.AddRange(special.Select(s => (s, 0f, Control)));
        count = tokens.Count;
        writer.Key("tokenizer.ggml.model", "llama")
            .Key("tokenizer.ggml.tokens", [.. tokens.Select(t => t.Text)])
            .Key("tokenizer.ggml.scores", [.. tokens.Select(t => t.Score)])
            .Key("tokenizer.ggml.token_type", (int[])[.. tokens.Select(t => t.Kind)])
            .Key("tokenizer.ggml.bos_token_id", 1u).Key("tokenizer.ggml.eos_token_id", 2u).Key("tokenizer.ggml.unknown_token_id", 0u);
        return gemma ? writer.Key("tokenizer.ggml.add_space_prefix", value: false) : writer;
    }

    /// <summary>Byte-level BPE: 256 bytes, merges that make the words above, and three control tokens.</summary>
    public static GgufWriter WriteByteLevel(GgufWriter writer, string pre, out int count)
    {
        var tokens = new List<string>();
        for (var b = 0; b < 256; b++)
            tokens.Add(Character(b).ToString());
        var merges = new List<string>();
        foreach (var word in Words.SelectMany(w => (string[])[w, " " + w]))
        {
            var written = word.Replace(' ', Character(' '));
            for (var end = 2; end <= written.Length; end++)
                if (!tokens.Contains(written[..end]))
                {
                    tokens.Add(written[..end]);
                    merges.Add($"{written[..(end - 1)]} {written[end - 1]}");
                }
        }
        var normal = tokens.Count;
        tokens.AddRange(["<|endoftext|>", "<|im_start|>", "<|im_end|>"]);
        count = tokens.Count;
        return writer.Key("tokenizer.ggml.model", "gpt2").Key("tokenizer.ggml.pre", pre)
            .Key("tokenizer.ggml.tokens", tokens)
            .Key("tokenizer.ggml.token_type", (int[])[.. tokens.Select((_, i) => i < normal ? Normal : Control)])
            .Key("tokenizer.ggml.merges", merges)
            .Key("tokenizer.ggml.bos_token_id", (uint)normal).Key("tokenizer.ggml.eos_token_id", (uint)(normal + 2));
    }

    // How byte-level vocabularies write a byte (GPT-2, bytes_to_unicode).
    private static char Character(int value)
    {
        static bool Prints(int b) => b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
        return Prints(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(b => !Prints(b)));
    }

    private static IEnumerable<string> Pieces(string space)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pieces = new List<string>();
        foreach (var word in Words.SelectMany(w => (string[])[w, space + w]))
            for (var end = 2; end <= word.Length; end++)
                if (seen.Add(word[..end]))
                    pieces.Add(word[..end]);
        for (var c = (char)32; c < 127; c++)
            if (seen.Add(c == ' ' ? space : c.ToString()))
                pieces.Add(c == ' ' ? space : c.ToString());
        return pieces;
    }

    /// <summary>The text that tokens spell.</summary>
    public static string Spell(Tokenizer tokenizer, IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.Bytes(id).ToArray())]);
}
