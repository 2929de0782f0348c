using Assay.Engine.Language.Grammars;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Grammars;

public class JsonGrammarTests
{
    [Fact]
    public void Any_object_is_an_object_and_nothing_else()
    {
        var grammar = JsonGrammars.AnyObject();
        GrammarTexts.Whole(grammar, "{}", "{ }", """{"a":1}""", """{"a": [1, 2.5e-3, -0, true, false, null, "x", {}, []]}""", "{\n  \"a\": {\n    \"b\": []\n  }\n}", """{"é😀":"\u00e9\ud83d\ude00\n"}""");
        GrammarTexts.Never(grammar, "", "{", "[]", "1", "{}{}", "{} ", " {}", "{,}", """{"a":1,}""", """{"a"}""", """{"a":01}""", """{"a":.5}""", """{"a":1.}""", """{"a":+1}""",
            """{"a":tru}""", """{'a':1}""", "{\"a\":\"\n\"}", """{"a":"\x"}""", """{"a":"\ud800"}""", """{"a":"\udc00"}""", "{  }", "{\t}", """{"a" :1}""", """{"a":1 }x""");
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE0, 0x9F, 0xBF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x1F })]
    public void Strings_hold_no_bytes_that_are_no_characters(byte[] bytes)
    {
        Assert.False(GrammarTexts.Accepts(JsonGrammars.Of("""{"type":"string"}"""), [(byte)'"', .. bytes, (byte)'"']) == true);
    }

    [Fact]
    public void Properties_come_in_their_order_and_only_optional_ones_may_be_missing()
    {
        var grammar = JsonGrammars.Of("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"boolean"}},"required":["b"],"additionalProperties":false}""");
        GrammarTexts.Whole(grammar, """{"a":1,"b":"x","c":true}""", """{"b":"x"}""", """{"b": "x", "c": false}""", """{"a":-12,"b":""}""");
        GrammarTexts.Never(grammar, "{}", """{"a":1}""", """{"b":"x","a":1}""", """{"b":"x","d":1}""", """{"b":1}""", """{"b":"x","b":"x"}""", """{"a":1.5,"b":"x"}""", """{,"b":"x"}""");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"object","properties":{"a":{},"b":{}}}"""), "{}", """{"a":null}""", """{"b":[1]}""", """{"a":{},"b":{}}""");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"object","properties":{},"additionalProperties":false}"""), """{"a":1}""");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"object","properties":{},"additionalProperties":false}"""), "{}");
    }

    [Fact]
    public void Maps_have_any_names_and_one_kind_of_value()
    {
        var grammar = JsonGrammars.Of("""{"type":"object","additionalProperties":{"type":"integer"}}""");
        GrammarTexts.Whole(grammar, "{}", """{"x":1,"y":2}""");
        GrammarTexts.Never(grammar, """{"x":"1"}""", """{"x":1,}""");
    }

    [Fact]
    public void Arrays_have_the_items_they_may_have()
    {
        var grammar = JsonGrammars.Of("""{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}""");
        GrammarTexts.Whole(grammar, "[1]", "[1,2]", "[1, 2, 3]", "[\n  1,\n  2\n]");
        GrammarTexts.Never(grammar, "[]", "[1,2,3,4]", "[1,]", "[\"a\"]");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"array","minItems":2}"""), "[1,2]", "[1,[],{}]");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"array","minItems":2}"""), "[1]", "[]");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"array","maxItems":0}"""), "[]");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"array","maxItems":0}"""), "[1]");
    }

    [Fact]
    public void Enumerations_constants_and_types_are_exact()
    {
        GrammarTexts.Whole(JsonGrammars.Of("""{"enum":["on","once","off",1,12,null,{"a":[1,"é"]}]}"""), "\"on\"", "\"once\"", "\"off\"", "1", "12", "null", """{"a":[1,"é"]}""");
        GrammarTexts.Never(JsonGrammars.Of("""{"enum":["on","once","off",1]}"""), "\"onc\"", "\"o\"", "2", "11", "true");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"string","enum":["a",1]}"""), "\"a\"");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"string","enum":["a",1]}"""), "1");
        GrammarTexts.Whole(JsonGrammars.Of("""{"const":"a\"b\n"}"""), """ "a\"b\n" """.Trim());
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":["string","null"]}"""), "null", "\"\"");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"integer","nullable":true}"""), "null", "0", "-5", "10");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"integer"}"""), "00", "1.0", "-", "1e3", "null");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"number"}"""), "0", "-0.5", "1e9", "1.5E+02", "123456789.25");
        GrammarTexts.Never(JsonGrammars.Of("""{"type":"number"}"""), "1e999", "NaN", "0x1", "1e", "--1");
        GrammarTexts.Whole(JsonGrammars.Of("""{"anyOf":[{"type":"integer"},{"type":"object","properties":{"a":{"type":"null"}}}]}"""), "7", """{"a":null}""");
        GrammarTexts.Whole(JsonGrammars.Of("true"), "7", "[]");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-3, 12)]
    [InlineData(7, 1234)]
    [InlineData(-999, -10)]
    [InlineData(95, 105)]
    [InlineData(0, 999)]
    public void Integers_keep_their_bounds(int least, int most)
    {
        var grammar = JsonGrammars.Of($$"""{"type":"integer","minimum":{{least}},"exclusiveMaximum":{{most + 1}}}""");
        for (var i = -1300; i <= 1300; i++)
            Assert.Equal(i >= least && i <= most, GrammarTexts.Accepts(grammar, System.Text.Encoding.UTF8.GetBytes(i.ToString())) == true);
    }

    [Fact]
    public void Lengths_of_strings_are_counted_in_characters()
    {
        var grammar = JsonGrammars.Of("""{"type":"string","minLength":2,"maxLength":3}""");
        GrammarTexts.Whole(grammar, "\"ab\"", "\"é😀\"", """ "\n\ud83d\ude00€" """.Trim());
        GrammarTexts.Never(grammar, "\"a\"", "\"abcd\"", "\"\"", "\"é😀éé\"");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"string","minLength":1}"""), "\"a\"", "\"abcdef\"");
    }

    [Fact]
    public void References_may_be_recursive()
    {
        var grammar = JsonGrammars.Of("""
            {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value","next"]}}}
            """);
        GrammarTexts.Whole(grammar, """{"value":1,"next":null}""", """{"value":1,"next":{"value":2,"next":{"value":3,"next":null}}}""");
        GrammarTexts.Never(grammar, """{"value":1}""", """{"value":1,"next":{}}""", "null");
        GrammarTexts.Whole(JsonGrammars.Of("""{"type":"array","items":{"$ref":"#"}}"""), "[]", "[[],[[]]]");
        GrammarTexts.Whole(JsonGrammars.Of("""{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{"type":"null"}}}"""), "null");
    }

    [Fact]
    public void Nesting_is_bounded_and_a_text_is_never_stuck()
    {
        var grammar = JsonGrammars.Of("""{"type":"array","items":{"$ref":"#"}}""");
        GrammarTexts.Whole(grammar, new string('[', 64) + new string(']', 64));
        GrammarTexts.Never(grammar, new string('[', 65) + new string(']', 65));

        // The other way needs two more levels: at the bound only the one that needs none is left.
        var deep = JsonGrammars.Of("""{"anyOf":[{"type":"null"},{"type":"array","minItems":1,"maxItems":1,"items":{"type":"array","minItems":1,"maxItems":1,"items":{"$ref":"#"}}}]}""");
        GrammarTexts.Whole(deep, new string('[', 64) + "null" + new string(']', 64));
        Assert.False(GrammarTexts.Accepts(deep, System.Text.Encoding.UTF8.GetBytes(new string('[', 65))));
    }

    [Theory]
    [InlineData("""{"type":"string","pattern":"^a"}""", "'pattern' is not supported")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"number","minimum":1}}}""", "#/properties/x: 'minimum' of a number")]
    [InlineData("""{"allOf":[{},{}]}""", "'allOf' of several")]
    [InlineData("""{"not":{}}""", "'not' is not supported")]
    [InlineData("""{"type":"text"}""", "type 'text' is none of")]
    [InlineData("""{"$ref":"other.json"}""", "only references within")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "which the schema does not have")]
    [InlineData("""{"$ref":"#"}""", "refers to itself")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"type":"null"}]}""", "refers to itself")]
    [InlineData("""{"type":"array","minItems":1,"items":{"$ref":"#"}}""", "met by no value")]
    [InlineData("""{"type":"object","required":["a"]}""", "'required' names 'a'")]
    [InlineData("""{"type":"array","maxItems":5000}""", "up to 1024")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""", "'minItems' is above")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "no integer is within")]
    [InlineData("""{"enum":[]}""", "no list of at least one")]
    [InlineData("""{"type":"object","anyOf":[{}]}""", "'type' beside 'anyOf'")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "'uniqueItems'")]
    [InlineData("""{"type":"object","properties":{"a":{},"a":{}}}""", "listed twice")]
    [InlineData("false", "not boolean")]
    [InlineData("{", "not JSON")]
    [InlineData("""{"const":"\ud800"}""", "not valid Unicode")]
    public void What_is_not_supported_is_refused_by_its_name(string schema, string message)
    {
        Assert.Contains(message, Assert.Throws<ModelException>(() => JsonGrammars.Of(schema)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schemas_that_would_grow_without_end_are_refused()
    {
        Assert.Throws<ModelException>(() => JsonGrammars.Of(Chain(40, next =>
            "{'type':'array','minItems':1000,'maxItems':1024,'items':{'type':'array','minItems':1000,'items':" + next + "}}")));
        Assert.Throws<ModelException>(() => JsonGrammars.Of(Chain(2000, next => next)));
        Assert.Throws<ModelException>(() => JsonGrammars.Of(new string(' ', JsonGrammars.MostSchemaBytes + 1)));
    }

    // A schema that refers to d0, which holds a reference to d1, and so on.
    private static string Chain(int length, Func<string, string> definition)
    {
        var definitions = Enumerable.Range(0, length).Select(i => $"'d{i}':" + definition("{'$ref':'#/$defs/d" + (i + 1) + "'}"));
        return ("{'$ref':'#/$defs/d0','$defs':{" + string.Join(',', definitions) + ",'d" + length + "':{'type':'null'}}}").Replace('\'', '"');
    }
}
