using System.Collections.Immutable;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>An answer whose tokens are known is made again in a prompt's time.</summary>
public class TeacherForcingTests
{
    private static readonly FakeTokenizer Tokenizer = new();

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 40)]
    [InlineData(1, 150)]
    public async Task Every_token_is_chosen_again_and_few_calls_are_needed(int choices, int length)
    {
        var request = GeneratorTests.Request(6, choices) with
        {
            MaxTokens = length, Alternatives = 2, Sampler = new SamplerOptions { Temperature = 0.8f, LogitBias = GeneratorTests.Never(0) },
        };
        var answer = await AnswerAsync(request);
        var fake = new FakeEvaluator(pages: 1000);
        var seen = new List<GeneratedToken>();
        TeacherForcing.Run(fake, Tokenizer, request, Ids(answer, choices), token =>
        {
            Assert.Equal((token.Theirs, token.TheirScore), (token.Ours.Id, token.OurScore));
            seen.Add(token.Ours);
            return true;
        }, default);
        Assert.Equal(answer.Count, seen.Count);
        foreach (var (a, b) in answer.OrderBy(t => (t.Choice, t.Position)).Zip(seen.OrderBy(t => (t.Choice, t.Position))))
        {
            Assert.Equal((a.Id, a.Choice, a.Position, a.LogProbability, a.Finish), (b.Id, b.Choice, b.Position, b.LogProbability, b.Finish));
            Assert.Equal(a.Text.ToArray(), b.Text.ToArray());
        }
        Assert.InRange(fake.Calls.Count, 2, 4);
        Assert.Equal(fake.Pages, fake.FreePages);
    }

    [Fact]
    public async Task First_token_that_was_changed_is_the_first_that_differs()
    {
        var request = GeneratorTests.Request(6) with { MaxTokens = 60, Sampler = new SamplerOptions { Temperature = 0, LogitBias = GeneratorTests.Never(0) } };
        var ids = Ids(await AnswerAsync(request), 1)[0];
        foreach (var at in (int[])[0, 1, 17, 59])
        {
            var changed = ids.SetItem(at, ids[at] == 5 ? 6 : 5);
            var differs = new List<int>();
            TeacherForcing.Run(new FakeEvaluator(pages: 1000), Tokenizer, request, [changed], token =>
            {
                if (token.Ours.Id == token.Theirs)
                    return true;
                Assert.True(token.OurScore > token.TheirScore);
                differs.Add(token.Ours.Position);
                return false;
            }, default);
            Assert.Equal([at], differs);
        }
    }

    private static async Task<List<GeneratedToken>> AnswerAsync(GenerationRequest request)
    {
        using var generator = new Generator(new FakeEvaluator(pages: 1000), Tokenizer);
        return await GeneratorTests.ReadAsync(generator.Start(request));
    }

    private static ImmutableArray<int>[] Ids(List<GeneratedToken> answer, int choices) =>
        [.. Enumerable.Range(0, choices).Select(c => answer.Where(t => t.Choice == c).Select(t => t.Id).ToImmutableArray())];
}
