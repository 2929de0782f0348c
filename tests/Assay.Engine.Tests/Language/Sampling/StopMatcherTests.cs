using System.Text;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Sampling;

public class StopMatcherTests
{
    [Theory]
    [InlineData("###", "a|b#|#c##|#d", "a|b|##c|", true)]
    [InlineData("end", "the e|nd| of", "the |", true)]
    [InlineData("end", "the e|n|ormous e", "the |~|enormous |e", false)]
    [InlineData("aab", "aa|aa|b", "~|aa|", true)]
    [InlineData("\n\nUser:", "x\n|\n|\nUser:", "x|~|\n", true)]
    [InlineData("né", "un\u0065|né|", "une|", true)]
    public void Bytes_wait_until_they_cannot_be_the_beginning_of_a_stop_text(string stop, string tokens, string expected, bool stopped)
    {
        var matcher = new StopMatcher(new([stop]));
        var pieces = new List<string>();
        foreach (var token in tokens.Split('|'))
        {
            if (matcher.IsStopped)
                break;
            pieces.Add(Encoding.UTF8.GetString(matcher.Append(Encoding.UTF8.GetBytes(token))));
        }
        if (!matcher.IsStopped)
            pieces.Add(Encoding.UTF8.GetString(matcher.Finish()));
        Assert.Equal(stopped, matcher.IsStopped);
        Assert.Equal(expected.Replace("~", "", StringComparison.Ordinal), string.Join('|', pieces));
    }

    [Fact]
    public void Of_several_the_first_complete_one_counts_and_then_the_longest()
    {
        Assert.Equal("x", Run(["bc", "abc"], "xabcd"));
        Assert.Equal("xa", Run(["bcd", "b", "abcd"], "xabcd"));
        Assert.Equal("", Run(["x", "xy"], "xy"));
    }

    [Fact]
    public void Whatever_the_tokens_the_text_ends_before_the_stop_text()
    {
        // All ways to cut a text into tokens, against a search of the whole text.
        const string text = "abaababaab";
        foreach (var stops in new string[][] { ["abab"], ["baab", "aba"], ["aabab", "bb"], ["c"], ["b"] })
        {
            var end = Enumerable.Range(1, text.Length).FirstOrDefault(e => stops.Any(s => text[..e].EndsWith(s, StringComparison.Ordinal)), -1);
            var expected = end < 0 ? text : text[..(end - stops.Where(s => text[..end].EndsWith(s, StringComparison.Ordinal)).Max(s => s.Length))];
            for (var cuts = 0; cuts < 1 << (text.Length - 1); cuts++)
            {
                var matcher = new StopMatcher(new(stops));
                var output = new List<byte>();
                for (int from = 0, at = 1; at <= text.Length && !matcher.IsStopped; at++)
                    if (at == text.Length || (cuts >> (at - 1) & 1) == 1)
                    {
                        output.AddRange(matcher.Append(Encoding.UTF8.GetBytes(text[from..at])));
                        from = at;
                    }
                output.AddRange(matcher.Finish());
                Assert.Equal(end >= 0, matcher.IsStopped);
                Assert.Equal(expected, Encoding.UTF8.GetString([.. output]));
            }
        }
    }

    [Fact]
    public void Bad_stop_texts_are_refused_in_one_line()
    {
        Assert.Contains("1 to 256", Assert.Throws<ModelException>(() => new StopTexts([""])).Message, StringComparison.Ordinal);
        Assert.Contains("1 to 256", Assert.Throws<ModelException>(() => new StopTexts([new string('x', 257)])).Message, StringComparison.Ordinal);
        Assert.Contains("at most 16", Assert.Throws<ModelException>(() => new StopTexts([.. Enumerable.Repeat("x", 17)])).Message, StringComparison.Ordinal);
    }

    private static string Run(string[] stops, string text)
    {
        var matcher = new StopMatcher(new(stops));
        return Encoding.UTF8.GetString(matcher.Append(Encoding.UTF8.GetBytes(text)));
    }
}
