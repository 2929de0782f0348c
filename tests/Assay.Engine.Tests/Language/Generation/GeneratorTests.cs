using System.Collections.Immutable;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>Whatever a generator does with many requests at once, each answer is the one that it would be alone.</summary>
public class GeneratorTests
{
    private static readonly FakeTokenizer Tokenizer = new();

    [Theory]
    [InlineData(1000, 64)]
    [InlineData(60, 64)]
    [InlineData(40, 3)]
    public async Task Answers_are_those_of_each_request_alone_however_many_share_a_batch(int pages, int running)
    {
        var fake = new FakeEvaluator(pages);
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = running, Kept = 8 });
        var requests = Enumerable.Range(0, 40).Select(i => Request(i, choices: i % 3 == 0 ? 3 : 1)).ToList();
        var answers = await Task.WhenAll(requests.Select(r => ReadAsync(generator.Start(r))));
        for (var i = 0; i < requests.Count; i++)
            AssertAlone(requests[i], answers[i]);
        Assert.Contains(fake.Calls, call => call.Length > 1);
        AssertIdle(generator);
    }

    [Fact]
    public async Task Pages_run_out_and_answers_are_parked_and_go_on()
    {
        // Room for two of the longest; all eight are under way at the same time.
        var fake = new FakeEvaluator(pages: 2 * 30);
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { Kept = 0 });
        var requests = Enumerable.Range(0, 8).Select(i => Request(i) with { MaxTokens = 100, Sampler = new SamplerOptions { LogitBias = Never(0) } }).ToList();
        var answers = await Task.WhenAll(requests.Select(r => ReadAsync(generator.Start(r))));
        for (var i = 0; i < requests.Count; i++)
            AssertAlone(requests[i], answers[i]);
        AssertIdle(generator);
        Assert.Equal(fake.Pages, generator.Figures.FreePages);
    }

    [Fact]
    public async Task Prompt_that_begins_like_an_earlier_one_is_not_evaluated_again_but_for_another_caller_it_is()
    {
        var fake = new FakeEvaluator(pages: 400);
        using var generator = new Generator(fake, Tokenizer);
        var first = Request(1) with { Prompt = [.. Enumerable.Range(1, 30)], Caller = "a" };
        await ReadAsync(generator.Start(first));
        var second = first with { Prompt = [.. Enumerable.Range(1, 30), 7, 8], Seed = Seed(2) };
        var stream = generator.Start(second);
        AssertAlone(second, await ReadAsync(stream));
        Assert.Equal(28, stream.ReusedTokens);
        stream = generator.Start(second with { Caller = "b" });
        AssertAlone(second, await ReadAsync(stream));
        Assert.Equal(0, stream.ReusedTokens);
    }

    [Fact]
    public async Task Choices_of_a_request_evaluate_its_prompt_once()
    {
        var fake = new FakeEvaluator(pages: 400);
        using var generator = new Generator(fake, Tokenizer);
        var request = Request(1, choices: 8) with { Prompt = [.. Enumerable.Range(1, 30)] };
        AssertAlone(request, await ReadAsync(generator.Start(request)));
        Assert.Equal(30, fake.Calls.Where(c => c.Any(t => t > 1)).Sum(c => c.Sum()));
    }

    [Fact]
    public async Task Slow_reader_pauses_its_own_answer_and_nobody_elses()
    {
        var fake = new FakeEvaluator(pages: 60);
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { Buffered = 4 });
        var long1 = Request(1) with { MaxTokens = 100, Sampler = new SamplerOptions { LogitBias = Never(0) } };
        var slow = generator.Start(long1);
        foreach (var i in Enumerable.Range(2, 6))
        {
            var other = long1 with { Seed = Seed(i) };
            AssertAlone(other, await ReadAsync(generator.Start(other)));
        }
        AssertAlone(long1, await ReadAsync(slow));
    }

    [Fact]
    public async Task Reader_that_leaves_is_let_go_within_the_step_and_its_pages_come_back()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var began = new SemaphoreSlim(0);
        // A step that takes until it is called off.
        fake.During = (_, cancel) =>
        {
            began.Release();
            cancel.WaitHandle.WaitOne();
        };
        using var generator = new Generator(fake, Tokenizer);
        var stream = generator.Start(Request(1));
        await began.WaitAsync();
        fake.During = null;
        stream.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => ReadAsync(stream));
        var next = Request(2);
        AssertAlone(next, await ReadAsync(generator.Start(next)));
    }

    [Fact]
    public async Task Token_of_the_caller_breaks_off_what_waits_and_what_runs()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 1, Buffered = 2, Kept = 0 });
        using var caller = new CancellationTokenSource();
        var runs = generator.Start(Request(1) with { MaxTokens = 90, Sampler = new SamplerOptions { LogitBias = Never(0) } }, caller.Token);
        var waits = generator.Start(Request(2), caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => ReadAsync(runs));
        await Assert.ThrowsAsync<OperationCanceledException>(() => ReadAsync(waits));
        AssertAlone(Request(3), await ReadAsync(generator.Start(Request(3))));
        AssertIdle(generator);
        Assert.Equal(fake.Pages, generator.Figures.FreePages);
    }

    [Fact]
    public async Task Callers_take_turns_whoever_sent_more()
    {
        // The order is read off the evaluator: readers of ended streams wake in any order on a busy machine.
        var first = new List<int>();
        var seen = new HashSet<ILanguageSequence>();
        var fake = new FakeEvaluator(pages: 400);
        using var gate = new ManualResetEventSlim();
        fake.During = (steps, _) =>
        {
            first.AddRange(steps.Where(s => seen.Add(s.Sequence)).Select(s => s.Tokens.Span[0]));
            gate.Wait();
        };
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 1 });
        var modest = Request(99) with { Caller = "modest" };
        var requests = Enumerable.Range(0, 10).Select(i => Request(i) with { Caller = "greedy" }).Append(modest).ToList();
        Assert.Distinct(requests.Select(r => r.Prompt[0]));
        var readers = requests.Select(r => generator.Start(r)).ToList().Select(s => ReadAsync(s)).ToList();
        gate.Set();
        await Task.WhenAll(readers);
        Assert.Equal(requests.Count, first.Count);
        Assert.InRange(first.IndexOf(modest.Prompt[0]), 0, 3);
    }

    [Fact]
    public void More_than_may_wait_are_refused_by_type()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var gate = new ManualResetEventSlim();
        fake.During = (_, _) => gate.Wait();
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 1, MaxWaiting = 4, MaxWaitingOfOne = 3 });
        var streams = new List<GenerationStream>();
        Assert.Throws<GeneratorBusyException>(() =>
        {
            for (var i = 0; i < 20; i++)
                streams.Add(generator.Start(Request(i) with { Caller = "a" }));
        });
        Assert.InRange(streams.Count, 3, 4);
        gate.Set();
    }

    [Fact]
    public async Task Step_that_fails_ends_its_own_answers_and_no_others()
    {
        var fake = new FakeEvaluator(pages: 100);
        fake.During = (_, _) => throw new ModelException("broken");
        using var generator = new Generator(fake, Tokenizer);
        var failure = await Assert.ThrowsAsync<ModelException>(() => ReadAsync(generator.Start(Request(1))));
        Assert.Equal("broken", failure.Message);
        fake.During = null;
        AssertAlone(Request(2), await ReadAsync(generator.Start(Request(2))));
        AssertIdle(generator);
    }

    [Fact]
    public async Task Generator_that_is_put_away_tells_everyone()
    {
        var fake = new FakeEvaluator(pages: 100);
        var generator = new Generator(fake, Tokenizer, new GeneratorOptions { Buffered = 1 });
        var streams = Enumerable.Range(0, 5).Select(i => generator.Start(Request(i) with { MaxTokens = 50, Sampler = new SamplerOptions { LogitBias = Never(0) } })).ToList();
        generator.Dispose();
        foreach (var stream in streams)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(stream));
        Assert.True(fake.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => generator.Start(Request(1)));
    }

    [Fact]
    public void What_no_wait_can_help_is_refused_at_once()
    {
        using var generator = new Generator(new FakeEvaluator(pages: 10), Tokenizer);
        foreach (var (request, says) in new (GenerationRequest, string)[]
        {
            (Request(1) with { Prompt = [] }, "a prompt of no tokens"),
            (Request(1) with { Prompt = [.. Enumerable.Repeat(1, 200_000)] }, "a prompt of 200000 tokens: the context has room for 200"),
            (Request(1) with { Prompt = [1, 40] }, "token 40 of the prompt is not one of the vocabulary's 40"),
            (Request(1) with { MaxTokens = 0 }, "an answer of 0 tokens"),
            (Request(1) with { Choices = 17 }, "17 choices"),
            (Request(1) with { Alternatives = 21 }, "21 tokens"),
            (Request(1) with { MaxTokens = 100 }, "there is memory for 40"),
            (Request(1) with { Sampler = new SamplerOptions { Temperature = 3 } }, "temperature"),
            (Request(1) with { Stop = [""] }, "stop"),
        })
            Assert.Contains(says, Assert.Throws<ModelException>(() => generator.Start(request)).Message, StringComparison.Ordinal);
    }

    internal static GenerationRequest Request(int seed, int choices = 1) => new()
    {
        Prompt = [.. Enumerable.Range(0, 3 + seed * 7 % 23).Select(i => 1 + (seed * 31 + i * 17) % 39)],
        Seed = Seed(seed),
        MaxTokens = 5 + seed * 11 % 40,
        Choices = choices,
        Stop = seed % 4 == 1 ? ["CDE", "KKL"] : [],
        Alternatives = seed % 5 == 2 ? 3 : null,
        Sampler = new SamplerOptions { Temperature = seed % 2 == 0 ? 0.8f : 1, TopP = seed % 3 == 0 ? 0.9f : 1, FrequencyPenalty = seed % 7 == 0 ? 0.5f : 0 },
    };

    internal static ImmutableArray<byte> Seed(int n) => [.. Enumerable.Range(0, 32).Select(i => (byte)(n * 7 + i))];

    internal static ImmutableSortedDictionary<int, float> Never(int id) => ImmutableSortedDictionary<int, float>.Empty.Add(id, -100);

    internal static async Task<List<GeneratedToken>> ReadAsync(GenerationStream stream)
    {
        var tokens = new List<GeneratedToken>();
        await foreach (var token in stream.ReadAllAsync())
            tokens.Add(token);
        return tokens;
    }

    // One token at a time, from scores of the whole list.
    internal static void AssertAlone(GenerationRequest request, List<GeneratedToken> answer)
    {
        request = request.Within(FakeEvaluator.Vocabulary, 200);
        for (var choice = 0; choice < request.Choices; choice++)
        {
            var decoder = new ChoiceDecoder(request, Tokenizer, new TokenSampler(FakeEvaluator.Vocabulary), new StopTexts(request.Stop), choice);
            var tokens = request.Prompt.ToList();
            foreach (var token in answer.Where(t => t.Choice == choice))
            {
                var expected = decoder.Next(FakeEvaluator.Scores(tokens.ToArray()));
                Assert.Equal((expected.Id, expected.Position, expected.Finish, expected.LogProbability), (token.Id, token.Position, token.Finish, token.LogProbability));
                Assert.Equal(expected.Text.ToArray(), token.Text.ToArray());
                Assert.Equal(expected.Alternatives, token.Alternatives);
                tokens.Add(token.Id);
            }
            Assert.True(decoder.IsFinished);
        }
    }

    private static void AssertIdle(Generator generator)
    {
        // The last token is read before the generator has looked up from it.
        Assert.True(SpinWait.SpinUntil(() => generator.Figures is { Running: 0, Parked: 0, Waiting: 0 }, TimeSpan.FromSeconds(20)), $"{generator.Figures}");
    }
}
