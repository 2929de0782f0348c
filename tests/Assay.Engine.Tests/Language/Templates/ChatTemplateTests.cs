using System.Text.Json;
using Assay.Engine.Language.Templates;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Templates;

public class ChatTemplateTests
{
    private const string Plain = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "messages": [{"role": "user", "content": " Hello! "}]}
        """;

    private const string Talk = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "messages": [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "One?"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes."}, {"role": "user", "content": "Two?"}]}
        """;

    private const string Tools = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "tools": [{"type": "function", "function": {"name": "weather", "description": "The weather of a place.", "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}}}], "messages": [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "weather", "arguments": {"place": "Zürich"}}}]}, {"role": "tool", "content": "{\"sky\": \"clear\"}", "tool_call_id": "abcdefghi"}]}
        """;

    private const string Parts = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": false, "messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What? "}]}, {"role": "assistant", "content": "A cat."}]}
        """;

    private const string Wrong = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}
        """;

    private const string Silent = """
        {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "enable_thinking": false, "messages": [{"role": "user", "content": "x"}]}
        """;

    [Theory]
    [InlineData(FamilyTemplates.ChatMl, Plain, "<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(FamilyTemplates.ChatMl, Talk, "<|im_start|>system\nYou are terse.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\nYes.<|im_end|>\n<|im_start|>user\nTwo?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(FamilyTemplates.LlamaTwo, Plain, "<s>[INST] Hello! [/INST]")]
    [InlineData(FamilyTemplates.LlamaTwo, Talk, "<s>[INST] <<SYS>>\nYou are terse.\n<</SYS>>\n\nOne? [/INST] <think>\nhm\n</think>\n\nYes. </s><s>[INST] Two? [/INST]")]
    [InlineData(FamilyTemplates.LlamaThree, Plain, "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(FamilyTemplates.LlamaThree, Talk, "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\nYou are terse.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nOne?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n<think>\nhm\n</think>\n\nYes.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nTwo?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(FamilyTemplates.LlamaThree, Tools, "<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\nAnswer with a call, as {\"name\": ..., \"parameters\": ...}, of one of these:\n\n{\n    \"type\": \"function\",\n    \"function\": {\n        \"name\": \"weather\",\n        \"description\": \"The weather of a place.\",\n        \"parameters\": {\n            \"type\": \"object\",\n            \"properties\": {\n                \"place\": {\n                    \"type\": \"string\"\n                }\n            },\n            \"required\": [\n                \"place\"\n            ]\n        }\n    }\n}\n\nYou are terse.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWeather?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n{\"name\": \"weather\", \"parameters\": {\"place\": \"Zürich\"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\n{\"sky\": \"clear\"}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData(FamilyTemplates.Mistral, Plain, "<s>[INST]  Hello! [/INST]")]
    [InlineData(FamilyTemplates.Mistral, Talk, "<s>[INST] One?[/INST] <think>\nhm\n</think>\n\nYes.</s>[INST] You are terse.\n\nTwo?[/INST]")]
    [InlineData(FamilyTemplates.Mistral, Tools, "<s>[AVAILABLE_TOOLS] [{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"The weather of a place.\", \"parameters\": {\"type\": \"object\", \"properties\": {\"place\": {\"type\": \"string\"}}, \"required\": [\"place\"]}}}][/AVAILABLE_TOOLS][INST] Weather?[/INST][TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"place\": \"Zürich\"}, \"id\": \"abcdefghi\"}]</s>[TOOL_RESULTS] {\"content\": {\"sky\": \"clear\"}, \"call_id\": \"abcdefghi\"}[/TOOL_RESULTS]")]
    [InlineData(FamilyTemplates.QwenThree, Plain, "<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(FamilyTemplates.QwenThree, Talk, "<|im_start|>system\nYou are terse.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n<|im_start|>user\nTwo?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(FamilyTemplates.QwenThree, Tools, "<|im_start|>system\nYou are terse.\n\n# Tools\n\n<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"The weather of a place.\", \"parameters\": {\"type\": \"object\", \"properties\": {\"place\": {\"type\": \"string\"}}, \"required\": [\"place\"]}}}\n</tools>\n\nCall as <tool_call>\n{\"name\": <name>, \"arguments\": <object>}\n</tool_call><|im_end|>\n<|im_start|>user\nWeather?<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"place\": \"Zürich\"}}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n{\"sky\": \"clear\"}\n</tool_response><|im_end|>\n<|im_start|>assistant\n")]
    [InlineData(FamilyTemplates.QwenThree, Silent, "<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n")]
    [InlineData(FamilyTemplates.Gemma, Plain, "<s><start_of_turn>user\nHello!<end_of_turn>\n<start_of_turn>model\n")]
    [InlineData(FamilyTemplates.Gemma, Talk, "<s><start_of_turn>user\nYou are terse.\n\nOne?<end_of_turn>\n<start_of_turn>model\n<think>\nhm\n</think>\n\nYes.<end_of_turn>\n<start_of_turn>user\nTwo?<end_of_turn>\n<start_of_turn>model\n")]
    [InlineData(FamilyTemplates.Gemma, Parts, "<s><start_of_turn>user\n<start_of_image>What?<end_of_turn>\n<start_of_turn>model\nA cat.<end_of_turn>\n")]
    [InlineData(FamilyTemplates.PhiThree, Plain, "<|user|>\n Hello! <|end|>\n<|assistant|>\n")]
    [InlineData(FamilyTemplates.PhiThree, Talk, "<|system|>\nYou are terse.<|end|>\n<|user|>\nOne?<|end|>\n<|assistant|>\n<think>\nhm\n</think>\n\nYes.<|end|>\n<|user|>\nTwo?<|end|>\n<|assistant|>\n")]
    public void A_conversation_becomes_the_prompt_that_the_family_wants(string template, string variables, string expected)
    {
        Assert.Equal(expected, Render(template, variables).Text);
    }

    [Theory]
    [InlineData(FamilyTemplates.LlamaTwo, Wrong, "Roles must alternate: user, assistant, user ...")]
    [InlineData(FamilyTemplates.Mistral, Wrong, "After the system message, roles must alternate.")]
    [InlineData(FamilyTemplates.Gemma, Wrong, "Roles must alternate user/model")]
    public void What_the_template_refuses_is_said_in_its_words(string template, string variables, string message)
    {
        Assert.Contains(message, Assert.Throws<ModelException>(() => Render(template, variables)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_template_that_asks_reads_the_clock()
    {
        Assert.Equal([new("%d %b %Y", "26 Jul 2024")], Render(FamilyTemplates.LlamaThree, Plain).Clock);
        Assert.Empty(Render(FamilyTemplates.QwenThree, Plain).Clock);
    }

    [Fact]
    public void Messages_that_are_no_Unicode_are_refused()
    {
        Assert.Contains("not valid Unicode", Assert.Throws<ModelException>(() => Render("x", """{"messages":["\ud800"]}""")).Message, StringComparison.Ordinal);
    }

    private static RenderedPrompt Render(string template, string variables)
    {
        using var json = JsonDocument.Parse(variables);
        return ChatTemplate.Parse(template).Render(json.RootElement, new(2024, 7, 26, 13, 5, 9, TimeSpan.Zero));
    }
}
