using System.Text;
using Assay.Engine.Tests.Language.Templates;
using Assay.Verify.Answers;

namespace Assay.Verify.Tests.Answers;

public class ToolCallParserTests
{
    private static readonly HashSet<string> Names = ["weather", "time"];

    [Theory]
    [InlineData("tags", "Just text.", "Just text.", "")]
    [InlineData("tags", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"a\": \"}<\"}}\n</tool_call>", "", "weather{\"a\": \"}<\"}")]
    [InlineData("tags", "Let me see.\n<tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"weather\",\"arguments\":{\"b\":[1]}}</tool_call>\n", "Let me see.", "time{}|weather{\"b\":[1]}")]
    [InlineData("tags", "a <tool b <tool_call>oops</tool_call> c", "a <tool b <tool_call>oops</tool_call> c", "")]
    [InlineData("tags", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call>", "")]
    [InlineData("tags", "<tool_call>{\"name\":\"time\",\"arguments\":{}}", "", "time{}")]
    [InlineData("tags", "<tool_call>{\"name\":\"time\",\"argum", "<tool_call>{\"name\":\"time\",\"argum", "")]
    [InlineData("tags", "<<tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call>after", "<after", "time{}")]
    [InlineData("tags", " x \n", " x \n", "")]
    [InlineData("tags", "<tool_call>{\"name\":\"time\",\"arguments\":\"{}\"}</tool_call>", "<tool_call>{\"name\":\"time\",\"arguments\":\"{}\"}</tool_call>", "")]
    [InlineData("list", "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"a\": 1}, \"id\": \"abcdefghi\"}, {\"name\": \"time\", \"arguments\": {}}]", "", "weather{\"a\": 1}|time{}")]
    [InlineData("list", "Fine. [1] [TOOL_CALLS", "Fine. [1] [TOOL_CALLS", "")]
    [InlineData("list", "[TOOL_CALLS] []", "[TOOL_CALLS] []", "")]
    [InlineData("object", "{\"name\": \"weather\", \"parameters\": {\"a\": \"é\"}}", "", "weather{\"a\": \"é\"}")]
    [InlineData("object", "<|python_tag|>{\"name\": \"time\", \"parameters\": {}}; {\"name\": \"weather\", \"parameters\": {\"x\": null}}", "", "time{}|weather{\"x\": null}")]
    [InlineData("object", "{\"name\": \"Bob\", \"age\": 3}", "{\"name\": \"Bob\", \"age\": 3}", "")]
    [InlineData("object", "Say {\"name\": \"time\", \"parameters\": {}}", "Say {\"name\": \"time\", \"parameters\": {}}", "")]
    [InlineData("object", "  plain", "  plain", "")]
    public void An_answer_is_parted_into_text_and_calls_however_it_is_cut(string format, string text, string content, string calls)
    {
        for (var size = 1; size <= text.Length; size += size < 8 ? 1 : 7)
        {
            var parser = new ToolCallParser(Format(format), Names);
            var (said, called) = (new StringBuilder(), new List<ToolCall>());
            for (var at = 0; at < text.Length; at += size)
                Take(parser.Append(text[at..Math.Min(text.Length, at + size)]));
            Take(parser.Finish());
            Assert.Equal(content, said.ToString());
            Assert.Equal(calls, string.Join('|', called.Select(c => c.Name + c.Arguments)));

            void Take(ToolOutput output)
            {
                said.Append(output.Content);
                called.AddRange(output.Calls);
            }
        }
    }

    [Fact]
    public void Text_is_told_as_soon_as_it_cannot_begin_a_call()
    {
        var parser = new ToolCallParser(ToolCallFormat.Tags, Names);
        Assert.Equal("Hi", parser.Append("Hi <").Content);
        Assert.Equal(" <b", parser.Append("b").Content);
        Assert.Equal("", parser.Append("<tool_").Content);
        Assert.Equal("<tool_x", parser.Append("x").Content);
        var plain = new ToolCallParser(ToolCallFormat.Object, Names);
        Assert.Equal("O", plain.Append("O").Content);
        Assert.Equal("K {", plain.Append("K {").Content);
    }

    [Fact]
    public void White_space_without_end_is_text_and_does_not_wait()
    {
        foreach (var format in new[] { ToolCallFormat.Tags, ToolCallFormat.List, ToolCallFormat.Object })
        {
            var parser = new ToolCallParser(format, Names);
            var blanks = new string(' ', 200_000);
            Assert.Equal(blanks + "x", parser.Append(blanks).Content + parser.Append("x").Content + parser.Finish().Content);
        }
    }

    [Fact]
    public void The_format_is_the_one_that_the_template_shows()
    {
        Assert.Equal(ToolCallFormat.Tags, ToolCallFormat.Of(FamilyTemplates.QwenThree));
        Assert.Equal(ToolCallFormat.List, ToolCallFormat.Of(FamilyTemplates.Mistral));
        Assert.Equal(ToolCallFormat.Object, ToolCallFormat.Of(FamilyTemplates.LlamaThree));
        Assert.Null(ToolCallFormat.Of(FamilyTemplates.Gemma));
        Assert.Null(ToolCallFormat.Of(null));
    }

    private static ToolCallFormat Format(string name) => ToolCallFormat.Named(name)!;
}
