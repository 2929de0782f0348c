using System.Text;
using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>The tokenizer in a GGUF file's metadata.</summary>
/// <remarks>Sources: ggml, docs/gguf.md; llama.cpp, src/llama-vocab.cpp (defaults).</remarks>
public static class GgufTokenizer
{
    /// <param name="least">Tokens that there must be, for a model whose matrices have more rows than its tokenizer has tokens; the rest is never made.</param>
    /// <exception cref="ModelException">There is none, it is of an unknown kind, or it is broken.</exception>
    public static Tokenizer Read(IReadOnlyDictionary<string, GgufValue> metadata, int least = 0)
    {
        var keys = new Keys(metadata);
        var model = keys.Text("model") ?? throw new ModelException("metadata 'tokenizer.ggml.model' is missing");
        RequireKind(model, null);
        var texts = keys.Texts("tokens") ?? throw new ModelException("metadata 'tokenizer.ggml.tokens' is missing");
        var count = texts.Length;
        var kinds = keys.Kinds("token_type", count);
        if (least > count)
        {
            texts = [.. texts, .. Enumerable.Repeat("", least - count)];
            Array.Resize(ref kinds, least);
        }
        var llama = model == "llama";
        var bos = keys.Id("bos_token_id", count) ?? (llama && count > 1 ? 1 : null);
        var eos = keys.Id("eos_token_id", count) ?? (llama && count > 2 ? 2 : null);
        var closing = keys.Bool("add_eos_token") == true ? eos : null;
        int?[] ends = [eos, keys.Id("eot_token_id", count), keys.Id("eom_token_id", count)];
        var vocabulary = new Vocabulary(texts, kinds, ends.OfType<int>());
        var spaced = SpaceTakers(metadata, vocabulary);
        if (llama)
            return new SentencePiece(vocabulary, keys.Scores("scores", vocabulary.Count, count), merges: null, keys.Bool("add_space_prefix") ?? true ? SpacePrefix.EachPart : SpacePrefix.None)
            {
                Bos = bos,
                Eos = eos,
                AddBos = bos is not null && (keys.Bool("add_bos_token") ?? true),
                Closing = closing,
                TakesSpaceAfter = spaced,
            };
        var pre = keys.Text("pre") ?? "default";
        var (words, wholeWords) = PreTokenizer.Named(pre) ?? throw Unsupported(pre);
        return new ByteLevelBpe(vocabulary, new MergeTable(vocabulary, keys.Merges("merges")), words, wholeWords)
        {
            Bos = bos,
            Eos = eos,
            AddBos = bos is not null && (keys.Bool("add_bos_token") ?? pre is "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "tekken"),
            Closing = closing,
            TakesSpaceAfter = spaced,
        };
    }

    /// <param name="model">The kind of tokenizer, where it is known.</param>
    /// <param name="pre">The pre-tokenizer, where it is known.</param>
    /// <exception cref="ModelException">One of them is not supported.</exception>
    internal static void RequireKind(string? model, string? pre)
    {
        if (model is not (null or "gpt2" or "llama"))
            throw new ModelException($"the tokenizer '{ShownName.Of(model)}' is not supported: gpt2 (byte-level BPE) and llama (SentencePiece) are") { IsUnsupported = true };
        if (model == "gpt2" && pre is not null && PreTokenizer.Named(pre) is null)
            throw Unsupported(pre);
    }

    private static ModelException Unsupported(string pre) => new($"the pre-tokenizer '{ShownName.Of(pre)}' is not supported") { IsUnsupported = true };

    // GGUF has no place for this property of tokens; llama.cpp goes by the model's name, and so must whoever wants its tokens.
    private static Func<int, bool> SpaceTakers(IReadOnlyDictionary<string, GgufValue> metadata, Vocabulary vocabulary)
    {
        var name = metadata.TryGetValue("general.name", out var value) ? value.String ?? "" : "";
        if (!name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) && !name.Contains("phi3", StringComparison.OrdinalIgnoreCase))
            return _ => false;
        return id => vocabulary.Text(id) is not ("<unk>" or "<s>" or "<|endoftext|>");
    }

    private sealed class Keys(IReadOnlyDictionary<string, GgufValue> metadata)
    {
        private const string Prefix = "tokenizer.ggml.";

        public string? Text(string key) => Find(key) is { } value ? value.String ?? throw Wrong(key, "a text") : null;

        public bool? Bool(string key) => Find(key) is { } value ? value.Bool ?? throw Wrong(key, "a truth value") : null;

        /// <summary>A token's number; null where the key is absent or names none.</summary>
        public int? Id(string key, int count)
        {
            if (Find(key) is not { } value)
                return null;
            return (value.Whole ?? throw Wrong(key, "a whole number")) is var id and >= 0 && id < count ? (int)id : null;
        }

        public string[]? Texts(string key) =>
            Find(key) is { } value ? [.. (value.Strings() ?? throw Wrong(key, "an array of texts")).Select(s => Encoding.UTF8.GetString(s.Span))] : null;

        public List<(string, string)> Merges(string key)
        {
            var merges = new List<(string, string)>();
            foreach (var text in Texts(key) ?? throw new ModelException($"metadata '{Prefix}{key}' is missing"))
            {
                // The space that parts the two is not the first character: that may be a token by itself.
                var space = text.Length > 1 ? text.IndexOf(' ', 1) : -1;
                if (space < 0)
                    throw new ModelException($"metadata '{Prefix}{key}' holds '{ShownName.Of(text)}', which is not two tokens with a space between");
                merges.Add((text[..space], text[(space + 1)..]));
            }
            return merges;
        }

        public TokenKind[] Kinds(string key, int count)
        {
            var kinds = new TokenKind[count];
            Array.Fill(kinds, TokenKind.Normal);
            if (Find(key) is not { } value)
                return kinds;
            if (value.Count < count || value.Count is null)
                throw Wrong(key, $"an array of {count} whole numbers");
            for (var i = 0; i < count; i++)
                kinds[i] = value.WholeAt(i) switch
                {
                    >= 1 and <= 6 and var kind => (TokenKind)kind,
                    not null => TokenKind.Unused,
                    null => throw Wrong(key, $"an array of {count} whole numbers"),
                };
            return kinds;
        }

        /// <summary>One finite number for each of the first tokens; 0 for the rest.</summary>
        public float[] Scores(string key, int length, int count)
        {
            if (Find(key) is not { Count: { } given } value || given < count)
                throw Wrong(key, $"an array of {count} float32");
            var scores = new float[length];
            for (var i = 0; i < count; i++)
                scores[i] = value.FloatAt(i) is { } score && float.IsFinite(score) ? score : throw Wrong(key, $"an array of {count} float32");
            return scores;
        }

        private GgufValue? Find(string key) => metadata.TryGetValue(Prefix + key, out var value) ? value : null;

        private static ModelException Wrong(string key, string what) => new($"metadata '{Prefix}{key}' is not {what}");
    }
}
