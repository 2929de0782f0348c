using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Templates;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Templates;

public class TemplateLimitTests
{
    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "longer than")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(22) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}{{ ns.s }}{{ ns.s }}", "output is longer")]
    [InlineData("{% set ns = namespace(l=['x']) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "longer than|steps|deep as this")]
    [InlineData("{{ 'x' * 1000000000 }}", "longer than")]
    [InlineData("{% set s = 'x' * 1000000 %}{{ [s, s, s, s, s, s, s, s, s, s] }}", "too large|longer than")]
    [InlineData("{% set s = 'x' * 1000000 %}{{ [s, s, s, s, s, s, s, s, s, s] | tojson }}", "too large|longer than")]
    [InlineData("{% set s = 'x' * 1000000 %}{{ [s, s, s, s, s, s, s, s, s, s] | join(s) }}", "too long|longer than")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "macros call each other|too deeply")]
    [InlineData("{% set l = range(100000) | list %}{% for i in l %}{% if l == l %}{% endif %}{% endfor %}", "steps")]
    [InlineData("{% set l = range(100000) | list %}{% for i in l %}{{ l | sort }}{% endfor %}", "steps|longer than")]
    [InlineData("{{ range(1000000000) | list }}", "range is longer")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns.a }}", "namespace can hold")]
    public void What_would_not_end_or_would_grow_without_end_is_ended(string template, string messages)
    {
        var message = Assert.Throws<ModelException>(() => Render(template)).Message;
        Assert.Contains(messages.Split('|'), m => message.Contains(m, StringComparison.Ordinal));
    }

    /// <summary>Each goes through a long text, over and over.</summary>
    [Theory]
    [InlineData("s.isdigit()")]
    [InlineData("s.isalpha()")]
    [InlineData("s.isupper()")]
    [InlineData("s.islower()")]
    [InlineData("s.removeprefix('1')")]
    [InlineData("s.removesuffix('1')")]
    [InlineData("s.startswith(s)")]
    [InlineData("s.endswith([s, s])")]
    [InlineData("'1'.strip(s)")]
    [InlineData("'1' | trim(s)")]
    [InlineData("s in m")]
    [InlineData("m[s]")]
    [InlineData("m.get(s)")]
    [InlineData("m == m")]
    [InlineData("m | dictsort")]
    [InlineData("{s: 1}")]
    [InlineData("dict(m)")]
    [InlineData("[s] | sort")]
    [InlineData("[{}] | map(attribute=s)")]
    public void Work_with_a_long_text_is_counted(string work)
    {
        var template = "{% set s = '1' * 8000000 %}{% set m = {s: 1} %}{% for i in range(100) %}{% if " + work + " %}{% endif %}{% endfor %}";
        Assert.Contains("steps", Assert.Throws<ModelException>(() => Render(template)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ (-9223372036854775807 - 1) is divisibleby(-1) }}", "True")]
    [InlineData("{{ 'aa'.replace('a', 'b', 9223372036854775807) }}", "bb")]
    [InlineData("{{ 'a b'.split(' ', 9223372036854775807) | length }}", "2")]
    public void Numbers_at_the_end_of_the_range_are_numbers(string template, string text) => Assert.Equal(text, Render(template).Text);

    [Theory]
    [InlineData("a\n{{ x | frobnicate }}", "line 2: filter 'frobnicate' is not supported")]
    [InlineData("{{ x is odder }}", "line 1: test 'odder' is not supported")]
    [InlineData("\n\n{% include 'x' %}", "line 3: the statement 'include' is not supported")]
    [InlineData("{% for x in y recursive %}{% endfor %}", "recursive loops are not supported")]
    [InlineData("{% call x() %}{% endcall %}", "the statement 'call' is not supported")]
    [InlineData("{{ x", "a tag has no }}")]
    [InlineData("{# x", "a comment has no end")]
    [InlineData("{{ 'x }}", "a string has no end")]
    [InlineData("{% if x %}", "'endif' is missing")]
    [InlineData("{% endif %}", "'endif' ends nothing here")]
    [InlineData("{% for x in y %}{% endif %}", "'endif' ends nothing here")]
    [InlineData("{{ 1 + }}", "a value is expected, not the tag's end")]
    [InlineData("{{ a b }}", "the tag's end is expected, not 'b'")]
    [InlineData("{{ x.y.z }}", "'y' is undefined, so it has no 'z'|'x' is undefined")]
    [InlineData("{{ nothing() }}", "there is no function 'nothing'")]
    [InlineData("{{ 's'.frob() }}", "a string has no method 'frob'")]
    [InlineData("{{ 'a' + 1 }}", "+ is not for a string and a number")]
    [InlineData("{{ 1 // 0 }}", "division by zero")]
    [InlineData("{{ strftime_now('%Q') }}", "directive that is not supported")]
    [InlineData("{{ raise_exception('line one\nline two') }}", "refuses these messages: line one line two")]
    [InlineData("{% break %}", "for loops")]
    [InlineData("{{ '%s' % x }}", "formatting by % is not supported")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    public void What_is_not_supported_or_wrong_is_named_with_its_line(string template, string messages)
    {
        var message = Assert.Throws<ModelException>(() => Render(template)).Message;
        Assert.Contains(messages.Split('|'), m => message.Contains(m, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("x.y", "")]
    [InlineData("x | trim | ", "")]
    [InlineData("1 if 1 else ", "")]
    [InlineData("1 if 0 else 1 ~ ", "")]
    [InlineData("{% if 1 %}", "{% endif %}")]
    public void Deep_templates_are_refused_or_rendered_and_never_end_the_process(string open, string close)
    {
        foreach (var depth in new[] { 50, 5_000, 60_000 })
        {
            var inner = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
            try
            {
                Render(open.StartsWith("{%", StringComparison.Ordinal) ? inner : $"{{{{ {inner} }}}}");
            }
            catch (ModelException)
            {
            }
        }
    }

    [Fact]
    public void Mutated_templates_give_a_text_or_one_clear_line()
    {
        string[] families = [FamilyTemplates.LlamaThree, FamilyTemplates.Mistral, FamilyTemplates.QwenThree, FamilyTemplates.Gemma, FamilyTemplates.PhiThree];
        string[] pieces = ["{%", "%}", "{{", "}}", "-", "'", "\"", "(", ")", "[", "]", "|", ".", "for ", "if ", "endif", "set ", " in ", "not ", "is ", "none", "1", ":", "{#", "\\", "x", "macro f(", "loop", "\n"];
        for (var round = 0; round < 2000; round++)
        {
            var random = new Random(SHA256.HashData(BitConverter.GetBytes(round)));
            var template = new StringBuilder(families[random.Below(families.Length)]);
            for (var i = 1 + random.Below(4); i > 0; i--)
                if (random.Below(2) == 0)
                    template.Remove(random.Below(template.Length - 10), 1 + random.Below(9));
                else
                    template.Insert(random.Below(template.Length), pieces[random.Below(pieces.Length)]);
            try
            {
                Render(template.ToString());
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private static RenderedPrompt Render(string template)
    {
        using var json = JsonDocument.Parse("""
            {"bos_token":"<s>","eos_token":"</s>","add_generation_prompt":true,"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}]}
            """);
        return ChatTemplate.Parse(template).Render(json.RootElement, DateTimeOffset.UnixEpoch);
    }

    private sealed class Random(byte[] seed)
    {
        private int at;

        public int Below(int n) => (seed[at++ % seed.Length] + (256 * seed[at++ % seed.Length]) + (65536 * (seed[at++ % seed.Length] & 0x3F))) % n;
    }
}
