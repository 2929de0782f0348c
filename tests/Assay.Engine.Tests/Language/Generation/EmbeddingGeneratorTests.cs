using System.Collections.Immutable;
using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>Texts to embed go through the same batches, lines and pages as answers, and come out as they would alone.</summary>
public class EmbeddingGeneratorTests
{
    private static readonly FakeTokenizer Tokenizer = new();

    [Theory]
    [InlineData(1000, 64, 512)]
    [InlineData(60, 64, 32)]
    [InlineData(30, 3, 8)]
    public async Task Embeddings_and_answers_beside_them_are_those_of_each_alone(int pages, int running, int prefill)
    {
        var fake = new FakeEvaluator(pages);
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = running, PrefillTokens = prefill, Kept = 4 });
        var embeddings = Enum.GetValues<Pooling>().SelectMany(p => new[] { Request(p, 1, 40), Request(p, 2, 1), Request(p, 3, 9) }).ToList();
        var answers = Enumerable.Range(0, 8).Select(i => GeneratorTests.Request(i)).ToList();
        var rows = embeddings.Select(e => generator.Start(e).Rows).ToList();
        var texts = answers.Select(a => GeneratorTests.ReadAsync(generator.Start(a))).ToList();
        for (var i = 0; i < embeddings.Count; i++)
            AssertAlone(embeddings[i], await rows[i]);
        for (var i = 0; i < answers.Count; i++)
            GeneratorTests.AssertAlone(answers[i], await texts[i]);
        AssertIdle(generator);
        Assert.Contains(fake.Calls, call => call.Length > 1);
    }

    [Fact]
    public async Task Embeddings_leave_nothing_behind()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var generator = new Generator(fake, Tokenizer);
        await generator.Start(Request(Pooling.Mean, 1, 30)).Rows;
        AssertIdle(generator);
        Assert.Equal((100, 0), (generator.Figures.FreePages, generator.Figures.Kept));
    }

    [Fact]
    public async Task Question_that_comes_after_a_thousand_texts_of_its_own_caller_or_another_does_not_wait_for_all_of_them()
    {
        foreach (var caller in (string[])["", "another"])
        {
            var fake = new FakeEvaluator(pages: 2000, context: 400);
            using var gate = new ManualResetEventSlim();
            fake.During = (_, _) => gate.Wait();
            using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { PrefillTokens = 64 });
            var many = generator.Start(new EmbeddingRequest { Texts = [.. Enumerable.Repeat(Text(1, 300), 1000)], Pooling = Pooling.Last, Dimensions = 8 });
            var question = GeneratorTests.Request(1) with { Caller = caller };
            var answer = GeneratorTests.ReadAsync(generator.Start(question));
            gate.Set();
            GeneratorTests.AssertAlone(question, await answer);
            Assert.False(many.Rows.IsCompleted);
            many.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many.Rows);
            AssertIdle(generator);
        }
    }

    [Fact]
    public async Task Caller_that_leaves_breaks_off_what_runs_and_what_waits_and_its_pages_come_back()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var began = new SemaphoreSlim(0);
        fake.During = (_, cancel) =>
        {
            began.Release();
            cancel.WaitHandle.WaitOne();
        };
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 3 });
        using var caller = new CancellationTokenSource();
        var rows = generator.Start(Request(Pooling.Mean, 1, 50), caller.Token).Rows;
        await began.WaitAsync();
        fake.During = null;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rows);
        AssertIdle(generator);
        Assert.Equal(100, generator.Figures.FreePages);
        var next = Request(Pooling.Cls, 4, 2);
        AssertAlone(next, await generator.Start(next).Rows);
    }

    [Fact]
    public async Task Step_that_fails_ends_the_whole_request_and_no_other()
    {
        var fake = new FakeEvaluator(pages: 100);
        fake.During = (_, _) => throw new ModelException("broken");
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 2 });
        Assert.Equal("broken", (await Assert.ThrowsAsync<ModelException>(() => generator.Start(Request(Pooling.Last, 1, 20)).Rows)).Message);
        fake.During = null;
        AssertIdle(generator);
        var next = Request(Pooling.Last, 2, 5);
        AssertAlone(next, await generator.Start(next).Rows);
    }

    [Fact]
    public async Task Text_as_long_as_the_context_has_room()
    {
        using var generator = new Generator(new FakeEvaluator(pages: 50), Tokenizer);
        var request = new EmbeddingRequest { Texts = [Text(5, 200)], Pooling = Pooling.Mean, Dimensions = 3 };
        AssertAlone(request, await generator.Start(request).Rows);
    }

    [Fact]
    public void What_no_wait_can_help_is_refused_at_once()
    {
        using var generator = new Generator(new FakeEvaluator(pages: 10), Tokenizer);
        var request = Request(Pooling.Last, 1, 2);
        foreach (var (wrong, says) in new (EmbeddingRequest, string)[]
        {
            (request with { Texts = [] }, "input holds 0 texts: 1 to 2048 are right"),
            (request with { Texts = [.. Enumerable.Repeat(Text(1, 1), 2049)] }, "input holds 2049 texts"),
            (request with { Texts = [Text(1, 1), []] }, "input[1] has no tokens"),
            (request with { Texts = [[]] }, "input has no tokens"),
            (request with { Texts = [Text(1, 201)] }, "input has 201 tokens: the context has room for 200"),
            (request with { Texts = [[1, 40]] }, "input has the token 40, which is not one of the vocabulary's 40"),
            (request with { Texts = [[-1]] }, "input has the token -1"),
            (request with { Texts = [.. Enumerable.Repeat(Text(1, 200), 2000)] }, "input has 400000 tokens: a request has at most 300000"),
            (request with { Texts = [Text(1, 100)] }, "100 tokens of one text: there is memory for 40"),
            (request with { Dimensions = 0 }, "dimensions is 0: a whole number from 1 to 8"),
            (request with { Dimensions = 9 }, "dimensions is 9"),
        })
            Assert.Contains(says, Assert.Throws<ModelException>(() => generator.Start(wrong)).Message, StringComparison.Ordinal);
        var wide = request with { Texts = [.. Enumerable.Repeat(Text(1, 1), 2048)], Dimensions = 4096 };
        Assert.Contains("input asks for 8388608 numbers", Assert.Throws<ModelException>(() => wide.Check(40, 200, 4096)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_may_wait_are_refused_by_type()
    {
        var fake = new FakeEvaluator(pages: 100);
        using var gate = new ManualResetEventSlim();
        fake.During = (_, _) => gate.Wait();
        using var generator = new Generator(fake, Tokenizer, new GeneratorOptions { MaxRunning = 1, MaxWaiting = 4 });
        Assert.Throws<GeneratorBusyException>(() =>
        {
            for (var i = 0; i < 20; i++)
                generator.Start(Request(Pooling.Last, i, 3));
        });
        gate.Set();
    }

    private static EmbeddingRequest Request(Pooling pooling, int seed, int texts) => new()
    {
        Texts = [.. Enumerable.Range(0, texts).Select(i => Text(seed + i, 1 + (seed * 13 + i * 5) % 60))],
        Pooling = pooling,
        Dimensions = 1 + seed % FakeEvaluator.StateWidth,
    };

    private static ImmutableArray<int> Text(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => (seed * 31 + i * 17) % FakeEvaluator.Vocabulary)];

    private static void AssertAlone(EmbeddingRequest request, float[][] rows)
    {
        Assert.Equal(request.Texts.Length, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var pooled = new TextPooling(request.Pooling);
            var text = request.Texts[i].ToArray();
            for (var last = request.Pooling == Pooling.Last ? text.Length - 1 : 0; last < text.Length; last++)
                pooled.Add(FakeEvaluator.State(text.AsSpan(0, last + 1)));
            Assert.Equal(pooled.Finish(request.Dimensions).Select(BitConverter.SingleToInt32Bits), rows[i].Select(BitConverter.SingleToInt32Bits));
        }
    }

    private static void AssertIdle(Generator generator) =>
        Assert.True(SpinWait.SpinUntil(() => generator.Figures is { Running: 0, Parked: 0, Waiting: 0 }, TimeSpan.FromSeconds(20)), $"{generator.Figures}");
}
