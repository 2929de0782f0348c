using Assay.Engine.Language.Grammars;
using Assay.Engine.Models.Gguf;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Tests.Language.Grammars;

public class RealVocabularyTests
{
    [Theory]
    [InlineData("ggml-vocab-llama-bpe.gguf")]
    [InlineData("ggml-vocab-phi-3.gguf")]
    public void Masks_of_a_real_vocabulary_are_exact_and_let_its_own_JSON_through(string file)
    {
        using var gguf = GgufFile.Open(SharedData.Require("llm", "tokenizers", file));
        var tokenizer = GgufTokenizer.Read(gguf.Metadata);
        var trie = new TokenTrie([.. Enumerable.Range(0, tokenizer.Count).Select(tokenizer.Bytes)], Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsEndOfGeneration));
        var masks = new TokenMasks(JsonGrammars.Of("""{"type":"object","properties":{"name":{"type":"string"},"n":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","b"]}}},"required":["name"]}"""), trie);
        var matcher = new GrammarMatcher(masks);
        var state = masks.Start;
        var tokens = tokenizer.Encode("""{"name": "Zoë \"Z\" ✓", "n": 12, "tags": ["a", "b"]}""", special: false);
        // SentencePiece puts a blank before a text; an answer begins without.
        if (tokenizer.Bytes(tokens[0]).Span is [(byte)' ', ..] first)
        {
            var bare = first[1..].ToArray();
            tokens[0] = Enumerable.Range(0, tokenizer.Count).First(t => tokenizer.Bytes(t).Span.SequenceEqual(bare));
        }
        foreach (var (token, i) in tokens.Select((t, i) => (t, i)))
        {
            if (i is 0 or 3 or 8)
            {
                var expected = Enumerable.Range(0, trie.Count).Where(t => !tokenizer.IsEndOfGeneration(t) && trie.Text(t).Length > 0
                    && !ReferenceEquals(GrammarState.Dead, masks.Follow(state, trie.Text(t))));
                Assert.Equal(expected, GrammarTexts.Tokens([.. matcher.Allowed]));
            }
            Assert.True((matcher.Allowed[token / 64] >> (token % 64) & 1) != 0, $"token {i}, {token}, is not allowed");
            matcher.Accept(token);
            state = masks.Follow(state, trie.Text(token));
        }
        Assert.True(matcher.MustEnd);
        Assert.All(GrammarTexts.Tokens([.. matcher.Allowed]), t => Assert.True(tokenizer.IsEndOfGeneration(t)));
    }
}
