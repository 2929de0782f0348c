using System.Text;
using System.Text.Json;
using Assay.Engine.Language.Templates;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Tokenizers;

using TokenKind = Assay.Engine.Models.Tokenizers.TokenKind;

namespace Assay.Engine.Tests.Language.Templates;

/// <summary>Whatever a message says, the control tokens of a prompt are those that the template wrote, and its text is the one that the template made.</summary>
public class PromptGuardTests
{
    private static readonly string[] Kinds = ["llama", "gemma", "qwen2", "llama-bpe", "gpt-2", "tekken"];

    // Our own, with what templates do to texts: trim, cut, replace, join, slice, change case, write JSON, put texts side by side.
    private static readonly string[] Templates =
    [
        FamilyTemplates.ChatMl, FamilyTemplates.QwenThree,
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{{ m.name }}{{ m.content }}{{ m.name }}{{ m.content.strip() }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{{ m.content.split('</think>')[0] + m.content.split('</think>')[-1] }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{{ m.content | replace('<image>', '') }}{{ m.content.split('\\n') | join }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{{ m.content[1:] }}{{ m.content | lower }}{{ m | tojson }}{{ '<' + m.name }}<|{{ m.name }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{% for k, v in m.items() %}{{ k }}{{ v }}{% endfor %}<{{ m.name ~ '>' }}<|im_end|>{% endfor %}",
        "{% for m in messages %}<|im_start|>{{ 'once<' in m.content }}{{ m.content }}|im_end|>{{ m.name }}im_end|><|im_end|>{% endfor %}",
    ];

    private static readonly string[] Pieces =
    [
        "<|im_end|>", "<|im_start|>", "<s>", "</s>", "<unk>", "<|im_", "end|>", "<", "|", "<|", "|>", ">", "s", "<|IM_END|>", "im_start", "</think>", "<think>", "<image>", "\n", " ",
        "once", "user", "\uFDD0", "\uFDD1", "🦙", "é", "<|endoftext|>", "<start_of_turn>", "<end_of_turn>", "start_of_turn>", "<end_of_",
    ];

    [Fact]
    public void No_text_of_a_request_becomes_a_control_token_whatever_a_template_does_to_it()
    {
        var noise = new Noise(20261121);
        foreach (var kind in Kinds)
        {
            var tokenizer = TokenizerTests.Tiny(kind);
            foreach (var source in Templates)
            {
                var text = kind == "gemma" ? source.Replace("<|im_start|>", "<start_of_turn>", StringComparison.Ordinal).Replace("<|im_end|>", "<end_of_turn>", StringComparison.Ordinal) : source;
                var (template, guard) = (ChatTemplate.Parse(text), default(PromptGuard));
                guard = new PromptGuard(tokenizer, template);
                for (var n = 0; n < 150; n++)
                {
                    var (said, name) = (Said(noise, 6), Said(noise, 2));
                    var asked = Variables(said, name);
                    var (variables, mark) = guard.Guard(asked);
                    var ids = tokenizer.EncodeMarked(template.Render(variables, default).Text, mark);
                    // Templates look at texts, never at what could be a control token in them: the turns are those of harmless texts.
                    var harmless = tokenizer.Encode(template.Render(Variables(Harmless(said), Harmless(name)), default).Text, special: true);
                    Assert.True(Controls(tokenizer, ids).SequenceEqual(Controls(tokenizer, harmless)), $"{kind}: {text}\n{JsonSerializer.Serialize(said)} {JsonSerializer.Serialize(name)}");
                    // The marks change what they must and leave the text alone, but for the pieces that are counted.
                    if (!text.Contains("[1:]", StringComparison.Ordinal) && kind is not ("llama" or "gemma"))
                        Assert.Equal(template.Render(asked, default).Text, Spelled(tokenizer, ids));
                }
            }
        }
    }

    [Fact]
    public void Ordinary_texts_give_the_tokens_that_they_gave_without_a_guard()
    {
        foreach (var kind in Kinds)
        {
            var tokenizer = TokenizerTests.Tiny(kind);
            foreach (var source in Templates)
            {
                var template = ChatTemplate.Parse(source);
                var variables = Variables("once upon\n a time <b>1 < 2</b> <think>hm</think> x", "little girl");
                var (guarded, mark) = new PromptGuard(tokenizer, template).Guard(variables);
                if (!source.Contains("[1:]", StringComparison.Ordinal))
                    Assert.Equal(tokenizer.Encode(template.Render(variables, default).Text, special: true), tokenizer.EncodeMarked(template.Render(guarded, default).Text, mark));
            }
        }
    }

    [Fact]
    public void What_a_template_looks_for_it_finds_and_roles_and_the_tokens_that_begin_a_text_are_its_own()
    {
        var tokenizer = TokenizerTests.Tiny("llama");
        var template = ChatTemplate.Parse(
            "{{ bos_token }}{% for m in messages %}{{ '<|' + m.role + '|>' }}{% if m.content.startswith('<tool_response>') %}yes{% endif %}{{ m.kind == 'im_end' }}{{ m['end|>'] }}{% endfor %}");
        var variables = Json("""{"bos_token":"<s>","messages":[{"role":"im_end","content":"<tool_response>x","kind":"im_end","end|>":1}]}""");
        var (guarded, mark) = new PromptGuard(tokenizer, template).Guard(variables);
        var rendered = template.Render(guarded, default).Text;
        Assert.Equal("<s><|im_end|>yesTrue1", rendered);
        Assert.Equal([1, tokenizer.Find("<|im_end|>")!.Value], Controls(tokenizer, tokenizer.EncodeMarked(rendered, mark)));
    }

    [Fact]
    public void A_token_that_the_file_calls_a_text_stays_one_and_white_space_is_swallowed_as_before()
    {
        var vocabulary = new Vocabulary(
            ["<think>", "<|end|>", "§", .. Enumerable.Range(0, 256).Select(b => ByteCharacters.Of((byte)b).ToString()).Where(t => t != "§"), "@"[..0]],
            [TokenKind.UserDefined, TokenKind.Control, TokenKind.Control, .. Enumerable.Repeat(TokenKind.Normal, 255), TokenKind.Normal], []);
        var bytes = Enumerable.Range(0, 256).Count(b => ByteCharacters.Of((byte)b) == '§');
        Assert.Equal(1, bytes);
        var tokenizer = new ByteLevelBpe(vocabulary, new MergeTable(vocabulary, []), PreTokenizer.Named("gpt-2")!.Value.Words, wholeWords: false) { TakesSpaceAfter = id => id == 1, TakesSpaceBefore = id => id == 1 };
        string[] Shown(string text) => [.. tokenizer.EncodeMarked(text, '\uFDD0').Select(tokenizer.Text)];
        Assert.Equal(["<think>", "a"], Shown("<\uFDD0think>a"));
        Assert.Equal(["a", "<|end|>", "b"], Shown("a \uFDD0 <|end|> \uFDD0 b"));
        Assert.Equal("<|end|>", string.Concat(Shown("<\uFDD0|end|>")));
        Assert.Equal(7, Shown("<\uFDD0|end|>").Length);
    }

    [Fact]
    public void A_request_that_leaves_no_mark_is_refused()
    {
        var template = ChatTemplate.Parse("{{ messages }}");
        var guard = new PromptGuard(TokenizerTests.Tiny("llama"), template);
        var all = string.Concat(Enumerable.Range(0xFDD0, 32).Select(c => (char)c));
        Assert.Contains("every noncharacter", Assert.Throws<ModelException>(() => guard.Guard(Variables(all, "x"))).Message, StringComparison.Ordinal);
        Assert.Equal('\uFDEF', guard.Guard(Variables(all[..^1], "x")).Mark);
        Assert.Contains("not valid Unicode", Assert.Throws<ModelException>(() => guard.Guard(Json("""{"messages":["\ud800"]}"""))).Message, StringComparison.Ordinal);
    }

    private static string Said(Noise noise, int most) => string.Concat(Enumerable.Range(0, noise.Below(most + 1)).Select(_ => Pieces[noise.Below(Pieces.Length)]));

    private static string Harmless(string text) => string.Concat(text.Select(c => c is '<' or '>' or '|' ? '.' : c is 's' ? 'z' : c));

    private static JsonElement Variables(string said, string name) => Json(JsonSerializer.Serialize(new
    {
        bos_token = "<s>",
        eos_token = "</s>",
        add_generation_prompt = true,
        messages = (object[])[new { role = "user", content = said, name }, new { role = "assistant", content = said, name }, new { role = "user", content = name, name = said }],
    }));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static IEnumerable<int> Controls(Tokenizer tokenizer, IEnumerable<int> ids) => ids.Where(tokenizer.IsControl);

    private static string Spelled(Tokenizer tokenizer, IEnumerable<int> ids) =>
        Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.IsControl(id) ? Encoding.UTF8.GetBytes(tokenizer.Text(id)) : tokenizer.Bytes(id).ToArray())]);
}
