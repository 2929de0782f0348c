using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;
using Assay.Engine.Tests.Models.Tokenizers;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>An answer ends with the token with which its end is there.</summary>
public class AnswerEndTests
{
    [Fact]
    public void Answer_ends_where_its_end_says_and_is_told_every_token_with_what_goes_out()
    {
        var tokenizer = TokenizerTests.Tiny("qwen2");
        var ids = tokenizer.Encode("once upon a time.", special: false);
        Assert.Equal(ids.Length, Said(tokenizer, ids, null).Count);
        var told = new StringBuilder();
        var ended = Said(tokenizer, ids, () => (id, text) => told.Append(Encoding.UTF8.GetString(text)).ToString().Contains(" a", StringComparison.Ordinal));
        Assert.Equal((told.ToString(), FinishReason.Stop), (TextOf(ended), ended[^1].Finish));
        Assert.InRange(ended.Count, 2, ids.Length - 1);
    }

    // A model that says these tokens, whatever happens.
    private static List<GeneratedToken> Said(Tokenizer tokenizer, int[] ids, Func<AnswerEnd>? end)
    {
        var request = new GenerationRequest
        {
            Prompt = [1], Seed = [.. new byte[GenerationRequest.SeedSize]], MaxTokens = ids.Length, End = end, Sampler = new SamplerOptions { Temperature = 0 },
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
