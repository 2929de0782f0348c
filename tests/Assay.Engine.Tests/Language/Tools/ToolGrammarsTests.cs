using System.Text.Json;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models;
using Assay.Engine.Tests.Language.Grammars;

namespace Assay.Engine.Tests.Language.Tools;

public class ToolGrammarsTests
{
    [Theory]
    [InlineData("tags", "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"place\": \"X\"}}\n</tool_call>")]
    [InlineData("list", "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"place\": \"X\"}}]")]
    [InlineData("object", "{\"name\": \"weather\", \"parameters\": {\"place\": \"X\"}}")]
    public void A_required_call_is_written_as_the_family_writes_it(string format, string call)
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}""");
        OfferedTool[] tools = [new("weather", schema.RootElement, true), new("time", null, false)];
        var grammar = ToolGrammars.Of(Syntax(format), tools, allowsSeveral: false);
        GrammarTexts.Whole(grammar, call, call.Replace("weather", "time", StringComparison.Ordinal).Replace("{\"place\": \"X\"}", "{}", StringComparison.Ordinal));
        GrammarTexts.Never(grammar, "text", call + call, call.Replace("place", "spot", StringComparison.Ordinal), call.Replace("weather", "storm", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_calls_are_written_where_they_are_allowed()
    {
        OfferedTool[] tools = [new("time", null, false)];
        const string one = "<tool_call>\n{\"name\":\"time\",\"arguments\":{}}\n</tool_call>";
        GrammarTexts.Whole(ToolGrammars.Of(Syntax("tags"), tools, allowsSeveral: true), one, one + "\n" + one);
        GrammarTexts.Whole(ToolGrammars.Of(Syntax("list"), tools, allowsSeveral: true), "[TOOL_CALLS][{\"name\":\"time\",\"arguments\":{}}, {\"name\":\"time\",\"arguments\":{}}]");
    }

    [Fact]
    public void A_schema_that_cannot_be_followed_is_refused_for_a_strict_tool_only()
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"x":{"type":"string","pattern":"a+"}}}""");
        Assert.Throws<ModelException>(() => ToolGrammars.Of(Syntax("tags"), [new("f", schema.RootElement, true)], false));
        GrammarTexts.Whole(ToolGrammars.Of(Syntax("object"), [new("f", schema.RootElement, false)], false), "{\"name\": \"f\", \"parameters\": {\"y\": 1}}");
        Assert.Throws<ModelException>(() => ToolGrammars.Of(Syntax("tags"), [new("a b", null, false)], false));
        Assert.Throws<ModelException>(() => ToolGrammars.Of(Syntax("tags"), [], false));
    }

    private static CallSyntax Syntax(string name) => name switch
    {
        "tags" => new("<tool_call>", "</tool_call>", "arguments", IsList: false),
        "list" => new("[TOOL_CALLS]", null, "arguments", IsList: true),
        _ => new(null, null, "parameters", IsList: false),
    };
}
