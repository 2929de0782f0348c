using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Grammars;

public class TokenMaskTests
{
    private static readonly string[] Schemas =
    [
        "true",
        """{"type":"object"}""",
        """{"type":"object","properties":{"name":{"type":"string"},"n":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","ab","b\"c"]},"maxItems":3}},"required":["name"]}""",
        """{"type":"array","items":{"anyOf":[{"type":"array","items":{"type":"string","maxLength":2}},{"type":"array","items":{"type":"number"}}]}}""",
        """{"$ref":"#/$defs/t","$defs":{"t":{"type":"object","properties":{"l":{"$ref":"#/$defs/u"},"r":{"$ref":"#/$defs/u"}},"required":["l","r"]},"u":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}}}""",
        """{"type":"string","minLength":3,"maxLength":5}""",
        """{"type":"number"}""",
        """{"type":"string","minLength":4}""",
        """{"type":"string","maxLength":300}""",
        """{"type":"array","items":{"anyOf":[{"type":"string","minLength":2,"maxLength":3},{"type":"string","maxLength":1},{"type":"object","properties":{"ab":{"type":"string","minLength":1,"maxLength":40}}}]}}""",
    ];

    private static readonly string[] Pieces =
    [
        "{\"", "\":", "\": ", "\",", "\", \"", "\"}", "\"}]", "}}", "}]}", "[[", "]]", "],", "[]", "{}", "name", "\"name", "\"name\":", "{\"name\": \"", "nam", "e\"", "ab", "\"ab\"",
        "null", "nul", "true", "12", "1.", ".5", "e1", "e+", "\n  ", "\n    ", " ", "  ", "é", "\\n", "\\u", "\\ud83d", "\\ude00", "a\"", "b\\\"c", "\"l\":{", "\"r\":null}", "null,\"r\"",
        "l\":null,\"r\":null}", "[[[[", "\"\"", ",", "abc", "x\":[1,2],\"y\":{", new string('[', 40),
    ];

    [Fact]
    public void The_allowed_tokens_are_those_whose_bytes_fit()
    {
        var trie = GrammarTexts.Trie(Pieces);
        var text = Pieces.Select(Encoding.UTF8.GetBytes).ToList();
        foreach (var schema in Schemas)
        {
            var random = new Dice(schema);
            var masks = new TokenMasks(JsonGrammars.Of(schema), trie);
            for (var round = 0; round < 12; round++)
            {
                var matcher = new GrammarMatcher(masks);
                var so_far = masks.Start;
                for (var step = 0; step < 60; step++)
                {
                    var allowed = GrammarTexts.Tokens([.. matcher.Allowed]).ToList();
                    var expected = Enumerable.Range(0, trie.Count).Where(t => t == 256 ? matcher.IsComplete : Fits(t)).ToList();
                    Assert.Equal(expected, allowed);
                    Assert.NotEmpty(allowed);
                    var token = allowed[random.Below(allowed.Count)];
                    if (token == 256)
                        break;
                    matcher.Accept(token);
                    so_far = masks.Follow(so_far, trie.Text(token));
                }

                // From the text alone, without what masks keep of it.
                bool Fits(int token) => trie.Text(token).Length > 0 && trie.Text(token).Count((byte)'[') <= TokenTrie.MostOpenings
                    && !ReferenceEquals(GrammarState.Dead, masks.Follow(so_far, trie.Text(token)));
            }
        }
    }

    [Fact]
    public void Whatever_the_model_says_the_answer_is_JSON_of_the_schema()
    {
        var trie = GrammarTexts.Trie(Pieces);
        foreach (var schema in Schemas)
        {
            var random = new Dice(schema + " whole");
            var masks = new TokenMasks(JsonGrammars.Of(schema), trie);
            for (var round = 0; round < 40; round++)
            {
                var (matcher, output) = (new GrammarMatcher(masks), new List<byte>());
                while (!matcher.MustEnd)
                {
                    var allowed = GrammarTexts.Tokens([.. matcher.Allowed]).ToList();
                    // After a while it ends whatever can be ended: closing bytes first.
                    var closing = output.Count < 300 ? [] : allowed.FindAll(t => t == 256 || (t < 256 && "\"}]".Contains((char)t, StringComparison.Ordinal)));
                    var token = closing.Count > 0 ? closing[random.Below(closing.Count)] : allowed[random.Below(allowed.Count)];
                    if (token == 256)
                        break;
                    matcher.Accept(token);
                    output.AddRange(trie.Text(token));
                    Assert.True(output.Count < 20_000, $"{schema} does not end");
                }
                Assert.True(matcher.IsComplete);
                using var document = JsonDocument.Parse(output.ToArray(), new() { MaxDepth = 64 });
                Assert.True(document.RootElement.ValueKind != JsonValueKind.Undefined);
                _ = Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString([.. output]);
            }
        }
    }

    [Fact]
    public void Masks_do_not_depend_on_what_was_asked_before()
    {
        var trie = GrammarTexts.Trie(Pieces);
        var grammar = JsonGrammars.Of(Schemas[2]);
        var used = new TokenMasks(grammar, trie);
        var tokens = new List<int> { 256 + 1 + Array.IndexOf(Pieces, "{\"name\": \""), 'x', 256 + 1 + Array.IndexOf(Pieces, "\", \""), 'n' };
        var first = Run(used);
        Assert.Equal(first, Run(used));
        Assert.Equal(first, Run(new(grammar, trie)));

        List<string> Run(TokenMasks masks)
        {
            var matcher = new GrammarMatcher(masks);
            var seen = new List<string>();
            foreach (var token in tokens)
            {
                matcher.Accept(token);
                seen.Add(string.Join(' ', GrammarTexts.Tokens([.. matcher.Allowed])));
            }
            return seen;
        }
    }

    [Fact]
    public void A_token_that_is_not_allowed_is_an_error_of_the_caller()
    {
        var matcher = new GrammarMatcher(new(JsonGrammars.AnyObject(), GrammarTexts.Bytes));
        Assert.Throws<InvalidOperationException>(() => matcher.Accept('['));
        Assert.Throws<InvalidOperationException>(() => matcher.Accept(256));
        matcher.Accept('{');
        matcher.Accept('}');
        Assert.True(matcher.MustEnd);
        Assert.Equal([256], GrammarTexts.Tokens([.. matcher.Allowed]));
    }

    [Fact]
    public void A_schema_of_endless_ambiguity_is_refused_and_not_followed()
    {
        var many = string.Join(',', Enumerable.Repeat("""{"type":"array","items":{"$ref":"#"}}""", 40));
        var matcher = new GrammarMatcher(new(JsonGrammars.Of($$"""{"anyOf":[{{many}},{"type":"null"}]}"""), GrammarTexts.Bytes));
        Assert.Throws<ModelException>(() =>
        {
            for (var i = 0; i < 10; i++)
                matcher.Accept('[');
        });
    }

    [Fact]
    public void Mutated_schemas_give_a_grammar_or_one_clear_line()
    {
        var random = new Dice("fuzz");
        for (var round = 0; round < 3000; round++)
        {
            var schema = new StringBuilder(Schemas[random.Below(Schemas.Length)]);
            for (var i = random.Below(4); i >= 0; i--)
                _ = random.Below(3) switch
                {
                    0 => schema.Remove(random.Below(schema.Length), 1),
                    1 => schema.Insert(random.Below(schema.Length), "{}[],:\"a1-"[random.Below(10)]),
                    _ => schema.Replace(new[] { "string", "array", "items", "true", "#/$defs/t", "3" }[random.Below(6)], new[] { "object", "integer", "enum", "-1", "#", "null" }[random.Below(6)]),
                };
            try
            {
                var matcher = new GrammarMatcher(new(JsonGrammars.Of(schema.ToString()), GrammarTexts.Bytes));
                Assert.NotEmpty(GrammarTexts.Tokens([.. matcher.Allowed]));
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private sealed class Dice(string name)
    {
        private int count;

        public int Below(int n) => (int)(BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{name} {count++}"))) % (uint)n);
    }
}
