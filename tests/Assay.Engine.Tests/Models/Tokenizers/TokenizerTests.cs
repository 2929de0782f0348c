using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Models.Tokenizers;

public sealed class TokenizerTests
{
    private static readonly string[] Kinds = ["llama", "gemma", "qwen2", "llama-bpe", "gpt-2", "gpt-4o", "tekken", "smollm"];

    internal static Tokenizer Tiny(string kind, Action<GgufWriter>? more = null)
    {
        var writer = new GgufWriter();
        more?.Invoke(writer);
        if (kind is "llama" or "gemma")
            TinyTokenizers.WriteSentencePiece(writer, kind == "gemma", out _);
        else
            TinyTokenizers.WriteByteLevel(writer, kind, out _);
        return GgufTokenizer.Read(GgufFile.Read(writer.ToBytes()).Metadata);
    }

    private static string[] Spelled(Tokenizer tokenizer, string text, bool special = false) => [.. tokenizer.Encode(text, special).Select(tokenizer.Text)];

    [Fact]
    public void Every_text_comes_back_from_its_tokens()
    {
        string[] texts = ["", " ", "once upon a time", "  two  spaces\n\n\tand lines\r\n", "naïve 日本語 🦙‍🦙 e\u0301", "<|im_end|><s>", "\0\u0001\uFFFD", "1234567 it's IT'S", "▁under▁"];
        foreach (var kind in Kinds)
        {
            var tokenizer = Tiny(kind);
            foreach (var text in texts)
            {
                var expected = kind == "llama" && text.Length > 0 ? " " + text : text;
                // Kinds that write spaces as U+2581 cannot tell the two apart.
                if (kind is "llama" or "gemma")
                    expected = expected.Replace('\u2581', ' ');
                Assert.Equal(expected, TinyTokenizers.Spell(tokenizer, tokenizer.Encode(text, special: false)));
            }
        }
    }

    [Fact]
    public void Random_texts_come_back_and_half_of_a_pair_of_surrogates_becomes_the_replacement_character()
    {
        var noise = new Noise(3);
        foreach (var tokenizer in Kinds.Where(k => k != "llama").Select(k => Tiny(k)))
        {
            for (var n = 0; n < 300; n++)
            {
                var text = string.Concat(Enumerable.Range(0, noise.Below(40)).Select(_ => (noise.Below(4), noise.Below(0xD800)) switch
                {
                    (0, var c) => ((char)c).ToString(),
                    (1, var c) => char.ConvertFromUtf32(0x10000 + c),
                    (_, var c) => ((char)(32 + c % 90)).ToString(),
                })).Replace('\u2581', ' ');
                Assert.Equal(text, TinyTokenizers.Spell(tokenizer, tokenizer.Encode(text, special: false)));
            }
            Assert.Equal("a\uFFFDb\uFFFD", TinyTokenizers.Spell(tokenizer, tokenizer.Encode("a\uD83Eb\uDD99", special: false)));
        }
    }

    [Fact]
    public void Control_tokens_are_recognised_on_request_only()
    {
        foreach (var kind in Kinds)
        {
            var tokenizer = Tiny(kind);
            var name = kind == "gemma" ? "<end_of_turn>" : "<|im_end|>";
            var id = tokenizer.Find(name)!.Value;
            Assert.DoesNotContain(id, tokenizer.Encode("the" + name + "day", special: false));
            Assert.Single(tokenizer.Encode("the" + name + "day", special: true), t => t == id);
            Assert.True(tokenizer.IsControl(id) && tokenizer.IsEndOfGeneration(id) && tokenizer.Bytes(id).IsEmpty);
        }
    }

    [Fact]
    public void Of_special_tokens_the_leftmost_and_then_the_longest_is_taken()
    {
        var vocabulary = new Vocabulary(["<a>", "<a><b>", "b><", "x"], [TokenKind.Control, TokenKind.Control, TokenKind.Control, TokenKind.Normal], []);
        var special = new SpecialTokens(vocabulary, k => k == TokenKind.Control);
        Assert.Equal((2, 6, 1), special.Next("..<a><b><"));
        Assert.Equal((1, 3, 0), special.Next(".<a><c>"));
        Assert.Equal((1, 3, 2), special.Next("<b><a>"));
        Assert.Null(special.Next("x<a"));
    }

    [Fact]
    public void A_space_stands_before_a_text_and_after_special_tokens_where_the_kind_has_it()
    {
        Assert.Equal(["\u2581the", "<|im_end|>", "\u2581day"], Spelled(Tiny("llama"), "the<|im_end|>day", special: true));
        Assert.Equal(["the", "<end_of_turn>", "day"], Spelled(Tiny("gemma"), "the<end_of_turn>day", special: true));
        Assert.Equal(["the", "<|im_end|>", "day"], Spelled(Tiny("qwen2"), "the<|im_end|>day", special: true));
    }

    [Fact]
    public void Tokens_of_phi_3_swallow_the_white_space_after_them()
    {
        var tokenizer = Tiny("llama", writer => writer.Key("general.name", "Phi-3 tiny"));
        Assert.Equal(["<|im_end|>", "\u2581day", "<s>", "\u2581", "\u2581day"], Spelled(tokenizer, "<|im_end|> \nday<s> day", special: true));
    }

    [Fact]
    public void Characters_without_a_token_are_written_as_bytes() =>
        Assert.Equal(["\u2581", "<0xC3>", "<0xA9>"], Spelled(Tiny("llama"), "é"));

    [Theory]
    [InlineData("gpt-2", "I'm 123 it'S\n\n x", "I|'m| 123| it|'|S|\n\n| x")]
    [InlineData("gpt-2", "a  b\t\tc!? d", "a| | b|\t|\t|c|!?| d")]
    [InlineData("llama-bpe", "I'M 12345 x\r\n\r\n y!\n", "I|'M| |123|45| x|\r\n\r\n| y|!\n")]
    [InlineData("llama-bpe", "(word _word  word", "(word| _|word| | word")]
    [InlineData("qwen2", "a12 b", "a|1|2| b")]
    [InlineData("gpt-4o", "helloWorld ABCdef it's123a//\n", "hello|World| ABCdef| it's|123|a|//\n")]
    [InlineData("tekken", "it's HTTPServer12", "it|'s| HTTPServer|1|2")]
    [InlineData("smollm", "a 12 b  1", "a| |1|2| b|  |1")]
    [InlineData("llama-bpe", "e\u0301t 日本 🦙🦙 ½", "e|\u0301t| 日本| 🦙🦙| |½")]
    public void Texts_are_cut_into_words_as_the_kinds_expressions_say(string name, string text, string words)
    {
        var pre = PreTokenizer.Named(name)!.Value.Words;
        var found = new List<string>();
        for (var rest = text; rest.Length > 0; rest = rest[found[^1].Length..])
            found.Add(rest[..pre.Next(rest)]);
        Assert.Equal(words, string.Join('|', found));
    }

    [Fact]
    public void The_hand_written_cutting_is_what_the_regular_expressions_do()
    {
        // Without surrogates, where .NET's expressions see characters.
        (string Name, string Expression)[] kinds =
        [
            ("gpt-2", @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
            ("llama-bpe", @"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
            ("qwen2", @"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
            ("gpt-4o", @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
            ("tekken", @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
        ];
        var noise = new Noise(17);
        const string alphabet = "aAzZ'sStTrReEvVmMlLdD  \t\n\r/!?.é\u0301日ǅʰ12½\u00A0\u3000_";
        foreach (var (name, expression) in kinds)
        {
            var pre = PreTokenizer.Named(name)!.Value.Words;
            var regex = new System.Text.RegularExpressions.Regex(@"\G(?:" + expression + ")", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10));
            for (var n = 0; n < 4000; n++)
            {
                var text = string.Concat(Enumerable.Range(0, 1 + noise.Below(14)).Select(_ => alphabet[noise.Below(alphabet.Length)]));
                for (var at = 0; at < text.Length; at += pre.Next(text.AsSpan(at)))
                    Assert.True(regex.Match(text, at).Length == pre.Next(text.AsSpan(at)), $"{name}: '{text}' at {at}");
            }
        }
    }

    [Fact]
    public void The_work_for_a_text_grows_with_its_length_and_no_faster()
    {
        string[] hard = [new(' ', 1 << 20), new('a', 1 << 20), string.Concat(Enumerable.Repeat("ab", 1 << 19)), new('\n', 1 << 20), string.Concat(Enumerable.Repeat("once upon a time", 1 << 16))];
        foreach (var kind in (string[])["llama", "gemma", "qwen2", "gpt-2", "gpt-4o"])
        {
            var tokenizer = (VocabularyTokenizer)Tiny(kind);
            foreach (var text in hard)
            {
                long half = 0, whole = 0;
                _ = tokenizer.Encode(text[..(text.Length / 2)], special: true, ref half);
                var ids = tokenizer.Encode(text, special: true, ref whole);
                // Each pair looked at costs a logarithm; there are fewer than three for each byte.
                Assert.InRange(whole, 0, 3L * (text.Length + 1));
                Assert.InRange(whole, half, 2 * half + 64);
                Assert.InRange(ids.Length, 1, text.Length + 1);
            }
        }
    }

    [Theory]
    [InlineData("jais", "the pre-tokenizer 'jais' is not supported")]
    [InlineData("default", "the pre-tokenizer 'default' is not supported")]
    public void Kinds_that_are_not_there_are_refused_by_name(string pre, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModelException>(() => Tiny(pre)).Message, StringComparison.Ordinal);

    [Fact]
    public void Tokens_of_rows_beyond_the_vocabulary_add_nothing()
    {
        var writer = TinyTokenizers.WriteByteLevel(new GgufWriter(), "qwen2", out var count);
        var tokenizer = GgufTokenizer.Read(GgufFile.Read(writer.ToBytes()).Metadata, count + 5);
        Assert.Equal(count + 5, tokenizer.Count);
        Assert.True(tokenizer.IsControl(count + 4) && tokenizer.Bytes(count + 4).IsEmpty && !tokenizer.IsEndOfGeneration(count + 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Bytes(count + 5));
    }

    [Fact]
    public void Whole_words_are_taken_before_merges_where_the_kind_says_so()
    {
        // "dayx" is a token that no merge makes.
        string[] texts = [.. Enumerable.Range(0, 256).Select(b => ByteCharacters.Of((byte)b).ToString()), "dayx"];
        foreach (var whole in (bool[])[true, false])
        {
            var vocabulary = new Vocabulary(texts, [.. texts.Select(_ => TokenKind.Normal)], []);
            var tokenizer = new ByteLevelBpe(vocabulary, new MergeTable(vocabulary, []), new PreTokenizer(), whole);
            Assert.Equal(whole ? 1 : 4, tokenizer.Encode("dayx", special: false).Length);
        }
    }

    [Fact]
    public void Runs_of_spaces_that_are_tokens_of_their_own_come_back_as_spaces()
    {
        // As Gemma has them: in tokenizer.json with U+2581 and made by merges, in GGUF with spaces and found in the text.
        string[] bytes = [.. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        foreach (var written in (string[])["\u2581\u2581", "  "])
        {
            string[] texts = [.. bytes, "\u2581", written, "a"];
            TokenKind[] kinds = [.. Enumerable.Repeat(TokenKind.Byte, 256), TokenKind.Normal, TokenKind.UserDefined, TokenKind.Normal];
            var vocabulary = new Vocabulary(texts, kinds, []);
            var merges = written == "  " ? null : new MergeTable(vocabulary, [("\u2581", "\u2581")]);
            var tokenizer = new SentencePiece(vocabulary, new float[texts.Length], merges, SpacePrefix.None);
            Assert.Equal([258, 257, 257, 256, 258], tokenizer.Encode("a     a", special: false));
            Assert.Equal("a     a", TinyTokenizers.Spell(tokenizer, tokenizer.Encode("a     a", special: false)));
        }
    }

    [Theory]
    [InlineData("""{"type":"Split","pattern":{"Regex":"RE"},"behavior":"Isolated","invert":false}""", true)]
    [InlineData("""{"type":"Split","pattern":{"Regex":"RE"},"behavior":"Removed","invert":true}""", true)]
    [InlineData("""{"type":"Split","pattern":{"Regex":"RE"},"behavior":"Removed","invert":false}""", false)]
    [InlineData("""{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"}""", false)]
    [InlineData("""{"type":"Whitespace"}""", false)]
    public void Expressions_in_tokenizer_json_are_known_or_refused(string split, bool known)
    {
        var expression = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+".Replace("\\", "\\\\", StringComparison.Ordinal);
        var json = """{"pre_tokenizer":{"type":"Sequence","pretokenizers":[SPLIT,{"type":"ByteLevel","use_regex":false}]}}""".Replace("SPLIT", split, StringComparison.Ordinal).Replace("RE", expression, StringComparison.Ordinal);
        PreTokenizer Read() => JsonWords.Read(JsonFile.Parse("tokenizer.json", Encoding.UTF8.GetBytes(json)));
        if (known)
            Assert.Equal(1, Read().Digits);
        else
            Assert.Contains("is not supported in this form", Assert.Throws<ModelException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sentence_piece_merges_by_score_and_of_equal_ones_the_left()
    {
        string[] texts = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), "a", "b", "c", "ab", "bc", "aa"];
        float[] scores = [.. new float[259], -9, -9, -9, -2, -1, -1];
        TokenKind[] kinds = [TokenKind.Unknown, TokenKind.Control, TokenKind.Control, .. Enumerable.Repeat(TokenKind.Byte, 256), .. Enumerable.Repeat(TokenKind.Normal, 6)];
        var tokenizer = new SentencePiece(new Vocabulary(texts, kinds, []), scores, merges: null, SpacePrefix.None);
        Assert.Equal(["a", "bc"], Spelled(tokenizer, "abc"));
        Assert.Equal(["aa", "a"], Spelled(tokenizer, "aaa"));
        Assert.Equal(["ab", "ab"], Spelled(tokenizer, "abab"));
        // The text of a byte's token, or of a control token, is not that token.
        Assert.Equal(6, Spelled(tokenizer, "<0x41>").Length);
        Assert.Equal(Encoding.UTF8.GetBytes("</s>").Select(b => $"<0x{b:X2}>"), Spelled(tokenizer, "</s>"));
    }
}
