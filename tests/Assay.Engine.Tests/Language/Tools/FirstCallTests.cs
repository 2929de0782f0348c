using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Language.Tools;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models.Tokenizers;

namespace Assay.Engine.Tests.Language.Tools;

/// <summary>An answer that is free to hold one call ends with the token that completes it.</summary>
public class FirstCallTests
{
    [Theory]
    [InlineData("tags", "once <tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"}\"}}", "</tool_call><tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>")]
    [InlineData("list", "[TOOL_CALLS] [{\"name\":\"f\",\"arguments\":{\"a\":[{}]}}", ", {\"name\":\"f\",\"arguments\":{}}]")]
    [InlineData("object", "{\"name\":\"f\",\"parameters\":{}}", "; {\"name\":\"f\",\"parameters\":{}}")]
    public void Nothing_follows_the_first_call(string format, string call, string rest)
    {
        var (tokenizer, tools) = (TokenizerTests.Tiny("qwen2"), new FirstCall(Format(format), new HashSet<string> { "f" }));
        var free = Said(tokenizer, call + rest, null);
        Assert.Equal(tokenizer.Encode(call + rest, special: false).Length, free.Count);
        var ended = Said(tokenizer, call + rest, tools);
        Assert.Equal((call, FinishReason.Stop), (TextOf(ended), ended[^1].Finish));
        var parser = new ToolCallParser(tools.Format, tools.Names, one: true);
        Assert.Equal("f", Assert.Single(parser.Append(call + rest).Calls).Name);
        Assert.Empty(parser.Finish().Calls);
    }

    [Theory]
    [InlineData("tags", "<tool_call>{\"name\":\"other\",\"arguments\":{}}</tool_call> {} ")]
    [InlineData("list", "[TOOL_CALLS] [{\"nome\":\"f\"}, 1]")]
    [InlineData("object", "{\"parameters\":{}} and so on")]
    public void What_is_no_call_ends_nothing(string format, string text)
    {
        var tokenizer = TokenizerTests.Tiny("qwen2");
        Assert.Equal(text, TextOf(Said(tokenizer, text, new FirstCall(Format(format), new HashSet<string> { "f" }))));
    }

    [Fact]
    public void A_mark_that_is_a_control_token_counts_as_its_text()
    {
        var vocabulary = new Vocabulary(
            ["<tool_call>", .. Enumerable.Range(0, 256).Select(b => ByteCharacters.Of((byte)b).ToString())], [Assay.Engine.Models.Tokenizers.TokenKind.Control, .. Enumerable.Repeat(Assay.Engine.Models.Tokenizers.TokenKind.Normal, 256)], []);
        var tokenizer = new ByteLevelBpe(vocabulary, new MergeTable(vocabulary, []), PreTokenizer.Named("gpt-2")!.Value.Words, wholeWords: false);
        var ids = tokenizer.Encode("<tool_call>{\"name\":\"f\",\"arguments\":{}}.", special: true);
        Assert.Equal(0, ids[0]);
        var said = Said(tokenizer, ids, new FirstCall(ToolCallFormat.Tags, new HashSet<string> { "f" }));
        Assert.Equal(ids.Length - 1, said.Count);
        Assert.Equal("<tool_call>", ToolCallFormat.Tags.MarkOf(tokenizer, 0));
        Assert.Null(ToolCallFormat.Tags.MarkOf(tokenizer, 1));
    }

    private static ToolCallFormat Format(string name) => new[] { ToolCallFormat.Tags, ToolCallFormat.List, ToolCallFormat.Object }.Single(f => f.Name == name);

    private static List<GeneratedToken> Said(Tokenizer tokenizer, string text, FirstCall? first) => Said(tokenizer, tokenizer.Encode(text, special: false), first);

    // A model that says these tokens, whatever happens.
    private static List<GeneratedToken> Said(Tokenizer tokenizer, int[] ids, FirstCall? first)
    {
        var request = new GenerationRequest
        {
            Prompt = [1], Seed = [.. new byte[GenerationRequest.SeedSize]], MaxTokens = ids.Length, FirstCall = first, Sampler = new SamplerOptions { Temperature = 0 },
        };
        var decoder = new ChoiceDecoder(request, tokenizer, new TokenSampler(tokenizer.Count), new StopTexts([]), 0);
        var said = new List<GeneratedToken>();
        foreach (var id in ids)
        {
            var scores = new float[tokenizer.Count];
            scores[id] = 9;
            said.Add(decoder.Next(scores));
            if (decoder.IsFinished)
                break;
        }
        return said;
    }

    private static string TextOf(IEnumerable<GeneratedToken> tokens) => Encoding.UTF8.GetString([.. tokens.SelectMany(t => t.Text.ToArray())]);
}
