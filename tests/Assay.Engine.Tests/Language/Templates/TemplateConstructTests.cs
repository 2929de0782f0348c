using System.Text.Json;
using Assay.Engine.Language.Templates;

namespace Assay.Engine.Tests.Language.Templates;

/// <summary>One construct after another. What is expected is what Jinja 3.1.6 gives, set up as transformers does.</summary>
public class TemplateConstructTests
{
    private const string Variables = """
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Hi <b> "}, {"role": "assistant", "content": "Yo", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1, "b": [true, null, 1.5]}}}]}], "n": 3, "x": -7, "f": 2.5, "s": "Hello, wörld", "e": "", "l": [3, 1, 2], "m": {"b": 1, "a": "two", "items": 3}, "t": true, "z": null, "q": "it's \"q\"\n\\", "deep": {"a": {"b": [{"c": "d"}]}}, "big": 1e+22, "small": 1e-05, "u": ["b", "A", "b"], "people": [{"n": "x", "age": 3, "r": "user"}, {"n": "y", "age": 1}, {"n": "z", "age": 2, "r": "user"}]}
        """;

    [Theory]
    [InlineData("{{ s }}|{{ n }}|{{ f }}|{{ t }}|{{ z }}|{{ nothing }}|{{ l }}|{{ m }}|{{ q }}|{{ [q] }}|{{ big }}|{{ small }}", "Hello, wörld|3|2.5|True|None||[3, 1, 2]|{'b': 1, 'a': 'two', 'items': 3}|it's \"q\"\n\\|['it\\'s \"q\"\\n\\\\']|1e+22|1e-05")]
    [InlineData("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ x // 2 }} {{ x % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ -x }} {{ 1.0 }} {{ 4 / 2 }} {{ 5 % 3 }} {{ 5.5 // 2 }}", "7 9 3 -4 2 3.5 1024 7 1.0 2.0 2 2.0")]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true }} {{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ [1] + [2] }}", "a1NoneTrue ab abab [1, 2]")]
    [InlineData("{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ 'a' in 'cat' }} {{ 5 not in l }} {{ 'b' in m }} {{ not t }} {{ not t or true and false }}", "True True False True True True True True False False")]
    [InlineData("{{ true and 'x' }} {{ e or 'y' }} {{ z and 1 }} {{ 'a' if t else 'b' }} {{ 'a' if e }}| {{ 'a' if e else 'b' if t else 'c' }}", "x y None a | b")]
    [InlineData("{{ l[0] }} {{ l[-1] }} {{ l[5] }}| {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ s[1:4] }} {{ s[-3:] }} {{ s[::-1] }} {{ s[0] }} {{ l[10:] }} {{ l[-10:2] }}", "3 2 | [1, 2] [3, 1] [2, 1, 3] [3, 2] ell rld dlröw ,olleH H [] [3, 1]")]
    [InlineData("{{ m.b }} {{ m['a'] }} {{ m.missing }}| {{ m['items'] }} {{ deep.a.b[0].c }} {{ deep['a']['b'][-1]['c'] }} {{ m.get('b') }} {{ m.get('no') }} {{ m.get('no', 5) }}", "1 two | 3 d d 1 None 5")]
    [InlineData("{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}{% for k in m %}{{ k }},{% endfor %}{{ m.keys() | list }}{{ m.values() | list }}", "b=1;a=two;items=3;b,a,items,['b', 'a', 'items'][1, 'two', 3]")]
    [InlineData("{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('o', 'e') }} {% endfor %}", "1032TrueFalse31o 2121FalseFalse332e 3210FalseTrue31o ")]
    [InlineData("{% for i in l if i > 1 %}{{ i }}-{{ loop.index }}{% if not loop.last %},{% endif %}{% else %}none{% endfor %}{% for i in [] %}x{% else %}empty{% endfor %}", "3-1,2-2empty")]
    [InlineData("{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %} {{ range(2, 9, 3) | list }} {{ range(3, 0, -1) | list }}", "02 [2, 5, 8] [3, 2, 1]")]
    [InlineData("{% set a = 1 %}{% for i in l %}{% set a = i %}{% endfor %}{{ a }}{% set ns = namespace(a=1, b='x') %}{% for i in l %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}", "17x")]
    [InlineData("{% if n > 5 %}a{% elif n > 2 %}b{% else %}c{% endif %}{% if e %}d{% endif %}{% set p, r = 1, 'two' %}{{ p }}{{ r }}{% set w %}in {{ n }} block{% endset %}{{ w }}", "b1twoin 3 block")]
    [InlineData("{% macro g(a, b='B', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ g(1) }}{{ g(1, 2) }}{{ g(1, c=3) }}{{ g('x', b='y') | upper }}{{ g() }}", "[1BNone][12None][1B3][XYNONE][BNone]")]
    [InlineData("{% macro fact(k) %}{% if k < 2 %}1{% else %}{{ k }}*{{ fact(k - 1) }}{% endif %}{% endmacro %}{{ fact(5) }}", "5*4*3*2*1")]
    [InlineData("{{ m | tojson }} {{ messages[2].tool_calls | tojson }} {{ q | tojson }} {{ [] | tojson }} {{ {} | tojson }} {{ f | tojson }} {{ '<é>&' | tojson }}", "{\"b\": 1, \"a\": \"two\", \"items\": 3} [{\"function\": {\"name\": \"f\", \"arguments\": {\"a\": 1, \"b\": [true, null, 1.5]}}}] \"it's \\\"q\\\"\\n\\\\\" [] {} 2.5 \"<é>&\"")]
    [InlineData("{{ m | tojson(indent=2) }} {{ [1, {}, []] | tojson(indent=4) }} {{ s | tojson(ensure_ascii=true) }} {{ z | selectattr(\"x\") | list }}", "{\n  \"b\": 1,\n  \"a\": \"two\",\n  \"items\": 3\n} [\n    1,\n    {},\n    []\n] \"Hello, w\\u00f6rld\" []")]
    [InlineData("{{ ' a b ' | trim }}| {{ s | upper }} {{ s | lower }} {{ s | length }} {{ l | length }} {{ m | count }} {{ 'hELLO wORLD' | capitalize }} {{ 'hello wORLD-x' | title }} {{ l | first }} {{ l | last }} {{ l | join(', ') }} {{ u | join }}", "a b| HELLO, WÖRLD hello, wörld 12 3 3 Hello world Hello World-X 3 2 3, 1, 2 bAb")]
    [InlineData("{{ nothing | default('d') }} {{ e | default('d') }}| {{ e | default('d', true) }} {{ z | default('d') }} {{ nothing | d }}| {{ 3.7 | int }} {{ '42' | int + 1 }} {{ 'x' | int }} {{ '2.5' | float }} {{ x | abs }} {{ 2.567 | round(2) }} {{ 2.5 | round }} {{ n | string + '!' }}", "d | d None | 3 43 0 2.5 7 2.57 2.0 3!")]
    [InlineData("{{ people | map(attribute='n') | list }} {{ people | selectattr('r', 'equalto', 'user') | map(attribute='age') | list }} {{ people | rejectattr('r', 'defined') | list | length }} {{ people | selectattr('r') | list | length }} {{ u | map('upper') | list }} {{ l | select('gt', 1) | list }} {{ l | reject('odd') | list }} {{ people | map(attribute='r', default='-') | join(' ') }}", "['x', 'y', 'z'] [3, 2] 1 2 ['B', 'A', 'B'] [3, 2] [2] user - user")]
    [InlineData("{{ l | sort }} {{ l | sort(reverse=true) }} {{ u | sort }} {{ u | unique | list }} {{ people | sort(attribute='age') | map(attribute='n') | join }} {{ l | reverse | list }} {{ 'abc' | reverse }} {{ l | min }} {{ l | max }} {{ l | sum }} {% for k, v in m | dictsort %}{{ k }}{{ v }}{% endfor %}{{ (m | items | list)[0][1] }}", "[1, 2, 3] [3, 2, 1] ['A', 'b', 'b'] ['b', 'A'] yzx [2, 1, 3] cba 1 3 6 atwob1items31")]
    [InlineData("{{ 'a-b-c' | replace('-', '+') }} {{ 'a-b-c' | replace('-', '+', 1) }} {{ \"a\\nb\\n\\nc\" | indent(2) }} {{ \"a\\nb\" | indent(2, true) }} {{ 'x' | list }} {{ m | list }}", "a+b+c a+b-c a\n  b\n\n  c   a\n  b ['x'] ['b', 'a', 'items']")]
    [InlineData("{{ n is defined }} {{ nothing is defined }} {{ nothing is undefined }} {{ z is none }} {{ z is not none }} {{ s is string }} {{ m is mapping }} {{ l is iterable }} {{ s is sequence }} {{ n is number }} {{ t is boolean }} {{ t is number }} {{ f is float }} {{ n is integer }} {{ t is true }} {{ t is false }} {{ 4 is even }} {{ 4 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is in l }} {{ n is eq 3 }} {{ n is equalto 4 }} {{ z is not string and t }}", "True False True True False True True True True True True True True True True False True False True False True True False True")]
    [InlineData("{{ ' x '.strip() }}| {{ 'xxaxx'.strip('x') }} {{ '\\n\\na'.lstrip('\\n') }} {{ 'a  '.rstrip() }}| {{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'abc'.startswith('ab') }} {{ 'abc'.endswith('bc') }} {{ 'aXbX'.replace('X', '') }} {{ 'Ab'.upper() }}{{ 'Ab'.lower() }} {{ 'hello world'.title() }} {{ 'hELLO'.capitalize() }} {{ 'abcabc'.find('c') }} {{ 'abc'.find('z') }} {{ 'aab'.count('a') }} {{ '-'.join(['a', 'b']) }} {{ \"a\\nb\\r\\nc\\n\".splitlines() }} {{ '12'.isdigit() }}", "x| a a a| ['a', 'b', '', 'c'] ['a', 'b'] ['a', 'b,c'] True True ab ABab Hello World Hello 2 -1 2 a-b ['a', 'b', 'c'] True")]
    [InlineData("{{ '</think>' in 'a</think>b' }} {{ 'a</think>b'.split('</think>')[-1] }} {{ 'a<t>b</t>c'.split('</t>')[0].split('<t>')[-1].strip('\\n') }}", "True b b")]
    [InlineData("{{ \"tab\\t|nl\\n|quote\\\"|back\\\\|\\x41\\u00e9|\\q\" }} {{ 'single \\'x\\'' }}", "tab\t|nl\n|quote\"|back\\|Aé|\\q single 'x'")]
    [InlineData("a  {%- if t -%}  b  {%- endif -%}  c {{- 'd' -}} e", "abcde")]
    [InlineData("x{# comment #}y {#- stripped -#} z", "xyz")]
    [InlineData("{% raw %}{{ not }} {% x %}{% endraw %} after", "{{ not }} {% x %} after")]
    [InlineData("{{ raise }}{{ {'a': 1, 'b': [1, 2]}['b'][1] }} {{ (1, 2)[0] }} {{ [1, 2,] }} {{ {'k': {'n': none}} }}", "2 1 [1, 2] {'k': {'n': None}}")]
    [InlineData("{{ strftime_now('%d %b %Y') }} {{ strftime_now('%Y-%m-%d %H:%M:%S %A %B %j %p %I %y') }}", "26 Jul 2024 2024-07-26 13:05:09 Friday July 208 PM 01 24")]
    [InlineData("{{ 1 if false }}|{{ (nothing.x is defined) if false else 'lazy' }} {{ (m.x.y is defined) if (m.x is defined) else 'no' }}", "|lazy no")]
    [InlineData("{{ -1 | abs }} {{ 'a' 'b' }} {{ 'x' ~ 1 ~ 2 }} {{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }} {{ not 1 == 2 }} {{ 1 == 1 and 2 == 2 }}", "1 ab x12 5 2 True True")]
    [InlineData("{{ messages | selectattr('role', 'ne', 'system') | map(attribute='content') | list }} {{ (messages | last).role }} {{ messages[1:] | length }} {{ messages[0].role == 'system' }}", "[' Hi <b> ', 'Yo'] assistant 2 True")]
    [InlineData("{{ 123456789.123 }} {{ 1e3 if false else 0.1 }} {{ 100000.0 }} {{ 0.1 + 0.2 }} {{ 1 / 3 }} {{ 1e-7 if false else 12345678901234567.0 }}", "123456789.123 0.1 100000.0 0.30000000000000004 0.3333333333333333 1.2345678901234568e+16")]
    [InlineData("{{ nothing | length }} {{ nothing == none }} {{ nothing in l }} {{ [] == [] }} {{ {'a': 1} == {'a': 1.0} }} {{ none == none }} {{ true == 1 }} {{ 'a' == ['a'] }}", "0 False False True True True True False")]
    [InlineData("{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}{% for (k, v) in {'x': 1}.items() %}{{ k }}{{ v }}{% endfor %}{% for c in 'añ' %}{{ c }}.{% endfor %}", "3 7 x1a.ñ.")]
    [InlineData("{{ dict(a=1, b=2) | tojson }} {{ namespace(a=3).a }} {{ 'a'.upper().lower() }} {{ ('x' ~ 'y').upper() }} {{ s.split(', ')[0] | lower }}", "{\"a\": 1, \"b\": 2} 3 a XY hello")]
    [InlineData("  {% if t %}\n  yes\n  {% endif %}\nend\n", "  yes\nend")]
    [InlineData("{% if t %}\n\n  a {% if t %}b{% endif %}\n{% endif %}\n\n", "\n  a b")]
    [InlineData("a\n    {%- if t %}\n    b\n    {%- endif %}\nc", "a    bc")]
    [InlineData("a\n  {{ 'v' }}\n  {# c #}\n  b\n", "a\n  v\n  b")]
    [InlineData("{%+ if t %}x{% endif %}\n  {%+ if t +%}\n y{% endif %}", "x  \n y")]
    [InlineData("{{ 'a' }}\n{{ 'b' }}\n", "a\nb")]
    [InlineData("{% for i in l %}\n  {{ i }}\n{% endfor %}\n", "  3\n  1\n  2\n")]
    [InlineData("x\r\n  {% if t %}\r\ny{% endif %}\r\n", "x\ny")]
    [InlineData("  {%- set a = 1 %}\n\n{{ a }}\n  {%- set b = 2 -%}\n\n  {{ b }}", "\n12")]
    [InlineData("{% if t %}a{% endif %}  {% if t %}\nb{% endif %}", "a  b")]
    [InlineData("{#- a -#}\n\n{% set x = 1 -%}\n   z", "z")]
    [InlineData("{{- 'a' }}  \n  {{ 'b' -}}  \n c", "a  \n  bc")]
    [InlineData("{% raw -%}\n  {{ x }}\n{%- endraw %}\nq", "{{ x }}q")]
    [InlineData("a {% set x %}\n  b\n{% endset %}c{{ x }}", "a c  b\n")]
    [InlineData("    {% set x = 1 %}  \n    y", "  \n    y")]
    public void A_construct_gives_what_Jinja_gives(string template, string expected)
    {
        Assert.Equal(expected, Render(template).Text);
    }

    [Fact]
    public void A_generation_block_is_its_body() => Assert.Equal("a gen b", Render("a {% generation %}gen{% endgeneration %} b").Text);

    [Fact]
    public void What_is_read_from_the_clock_is_told()
    {
        var rendered = Render("{{ strftime_now('%d %b') }} {{ strftime_now('%Y') }}");
        Assert.Equal([new("%d %b", "26 Jul"), new("%Y", "2024")], rendered.Clock);
        Assert.Empty(Render("no clock").Clock);
    }

    private static RenderedPrompt Render(string template)
    {
        using var variables = JsonDocument.Parse(Variables);
        return ChatTemplate.Parse(template).Render(variables.RootElement, new(2024, 7, 26, 13, 5, 9, TimeSpan.Zero));
    }
}
