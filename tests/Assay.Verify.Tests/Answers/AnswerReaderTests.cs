using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Answers;

namespace Assay.Verify.Tests.Answers;

/// <summary>Tokens are read as text and calls, marks that are control tokens among them.</summary>
public class AnswerReaderTests
{
    private static readonly HashSet<string> Names = ["f"];

    [Theory]
    [InlineData("tags", "once <tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"}\"}}", "</tool_call><tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>")]
    [InlineData("list", "[TOOL_CALLS] [{\"name\":\"f\",\"arguments\":{\"a\":[{}]}}", ", {\"name\":\"f\",\"arguments\":{}}]")]
    [InlineData("object", "{\"name\":\"f\",\"parameters\":{}}", "; {\"name\":\"f\",\"parameters\":{}}")]
    public void Nothing_follows_the_first_call_where_it_ends_the_answer(string format, string call, string rest)
    {
        foreach (var first in (bool[])[false, true])
        {
            var reader = new AnswerReader(new ToolReading(ToolCallFormat.Named(format)!, first, ImmutableSortedDictionary<uint, string>.Empty), Names);
            var calls = Encoding.UTF8.GetBytes(call + rest).Select((b, i) => reader.Append(1, [b], isLast: i == call.Length + rest.Length - 1).Calls.Count).ToList();
            Assert.Equal(first ? 1 : 2, calls.Sum());
            Assert.True(!first || calls.IndexOf(1) == call.Length - 1);
        }
    }

    [Theory]
    [InlineData("tags", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call> {} ")]
    [InlineData("list", "[TOOL_CALLS] [{\"nome\":\"f\"}, 1]")]
    [InlineData("object", "{\"parameters\":{}} and so on")]
    public void What_is_no_call_ends_nothing(string format, string text)
    {
        var reader = new AnswerReader(new ToolReading(ToolCallFormat.Named(format)!, true, ImmutableSortedDictionary<uint, string>.Empty), Names);
        var read = reader.Append(1, Encoding.UTF8.GetBytes(text), isLast: true);
        Assert.Equal((text, 0), (read.Content, read.Calls.Count));
    }

    [Fact]
    public void A_mark_that_is_a_control_token_counts_as_its_text()
    {
        var reader = new AnswerReader(new ToolReading(ToolCallFormat.Tags, true, ImmutableSortedDictionary<uint, string>.Empty.Add(7, "<tool_call>")), Names);
        Assert.Empty(reader.Append(7, [], isLast: false).Calls);
        Assert.Equal("f", Assert.Single(reader.Append(8, "{\"name\":\"f\",\"arguments\":{}}"u8, isLast: false).Calls).Name);
    }
}
