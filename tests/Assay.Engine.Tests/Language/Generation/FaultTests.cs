using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>Whatever fails while answers are made fails them in time: nobody hangs, the process lives, and who comes next is answered.</summary>
public class FaultTests
{
    private static readonly FakeTokenizer Tokenizer = new();

    [Theory]
    [InlineData("NewSequence")]
    [InlineData("PagesNeeded")]
    [InlineData("FreePages")]
    [InlineData("Evaluate")]
    [InlineData("Cancelled")]
    [InlineData("Length")]
    [InlineData("Fork")]
    [InlineData("Dispose")]
    public async Task An_evaluator_that_fails_anywhere_fails_its_requests_and_the_next_is_answered(string where)
    {
        var fake = new FakeEvaluator(pages: 200);
        var faulty = new FaultyEvaluator(fake);
        using var generator = new Generator(faulty, Tokenizer, new GeneratorOptions { MaxRunning = 4, Buffered = 1000, Kept = where == "Dispose" ? 0 : 8 });
        using var gate = new ManualResetEventSlim();
        fake.During = (_, _) => gate.Wait();
        // More than may run, so that some wait; choices, so that sequences fork.
        var streams = Enumerable.Range(0, 8).Select(i => generator.Start(GeneratorTests.Request(i, choices: 3))).ToList();
        faulty.Where = where;
        gate.Set();
        foreach (var stream in streams)
            await Record.ExceptionAsync(() => GeneratorTests.ReadAsync(stream).WaitAsync(TimeSpan.FromSeconds(30)));
        // One that comes while it is broken is told as well.
        if (where != "Dispose" && where != "Fork")
        {
            var told = await Assert.ThrowsAnyAsync<Exception>(() => GeneratorTests.ReadAsync(generator.Start(GeneratorTests.Request(9))).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains(where == "Cancelled" ? "a step was called off by nobody" : "broken " + where, told.Message, StringComparison.Ordinal);
        }
        faulty.Where = "";
        var answer = await GeneratorTests.ReadAsync(generator.Start(GeneratorTests.Request(10))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull(answer[^1].Finish);
        Assert.True(SpinWait.SpinUntil(() => generator.Figures is { Running: 0, Parked: 0, Waiting: 0 }, TimeSpan.FromSeconds(20)), $"{generator.Figures}");
    }

    [Fact]
    public async Task A_grammar_that_fails_in_the_middle_fails_its_own_request_alone()
    {
        var fake = new FakeEvaluator(pages: 200);
        using var generator = new Generator(fake, Tokenizer);
        // Two letters, then more places at once than a mask may have.
        var builder = new GrammarBuilder();
        var fan = builder.Choice([.. Enumerable.Range(0, 3000).Select(_ => builder.Range((byte)'A', (byte)'z', GrammarBuilder.Return))]);
        var masks = new TokenMasks(
            builder.Build(builder.Range((byte)'A', (byte)'z', builder.Range((byte)'A', (byte)'z', fan))),
            new TokenTrie([.. Enumerable.Range(0, FakeEvaluator.Vocabulary).Select(Tokenizer.Bytes)], [0]));
        var others = Enumerable.Range(1, 6).Select(i => GeneratorTests.ReadAsync(generator.Start(GeneratorTests.Request(i)))).ToList();
        var failure = await Assert.ThrowsAsync<ModelException>(() => GeneratorTests.ReadAsync(generator.Start(GeneratorTests.Request(0) with { Grammar = masks })).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("ambiguous", failure.Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(others), answer => Assert.NotNull(answer[^1].Finish));
    }

    [Fact]
    public void A_mask_that_failed_leaves_the_others_their_room()
    {
        // A loop that stays within bounds, and one way beside it that does not.
        var builder = new GrammarBuilder();
        var fan = builder.Choice([.. Enumerable.Range(0, 3000).Select(_ => builder.Byte('A', GrammarBuilder.Return))]);
        var entry = builder.Choice(builder.Byte('B', fan), builder.Loop(loop => [builder.Byte('C', loop), GrammarBuilder.Return]));
        var masks = new TokenMasks(builder.Build(entry), new TokenTrie([.. ((string[])["A", "B", "C", "CC"]).Select(t => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(t)), default], [4]));
        var fine = new GrammarMatcher(masks);
        fine.Accept(2);
        for (var i = 0; i < 100; i++)
            Assert.Throws<ModelException>(() => new GrammarMatcher(masks).Accept(1));
        for (var i = 0; i < 100; i++)
            fine.Accept(3);
        Assert.Equal([0b11100UL], fine.Allowed.ToArray());
    }

    private sealed class FaultyEvaluator(FakeEvaluator inner) : ILanguageEvaluator
    {
        public string Where { get; set; } = "";

        public int VocabularySize => inner.VocabularySize;

        public int Width => inner.Width;

        public int ContextLength => inner.ContextLength;

        public int PageLength => inner.PageLength;

        public int Pages => inner.Pages;

        public int FreePages => Or("FreePages", inner.FreePages);

        public ILanguageSequence NewSequence() => new Sequence(this, Or("NewSequence", inner).NewSequence());

        public int PagesNeeded(ILanguageSequence sequence, int tokens) => Or("PagesNeeded", inner).PagesNeeded(((Sequence)sequence).Inner, tokens);

        public void Evaluate(IReadOnlyList<EvaluationStep> steps, CancellationToken cancel)
        {
            var own = steps.Select(s => new EvaluationStep(((Sequence)s.Sequence).Inner, s.Tokens, s.Scored)).ToList();
            Or("Evaluate", inner).Evaluate(own, cancel);
            // Not called off by anyone: no reason to try again and again.
            if (Where == "Cancelled")
                throw new OperationCanceledException();
            for (var i = 0; i < own.Count; i++)
                steps[i].Made(own[i].Scores);
        }

        public void Dispose() => inner.Dispose();

        private T Or<T>(string where, T value) => Where == where ? throw new IOException("broken " + where) : value;

        private sealed class Sequence(FaultyEvaluator owner, ILanguageSequence inner) : ILanguageSequence
        {
            public ILanguageSequence Inner => inner;

            public int Length => owner.Or("Length", inner.Length);

            public void Truncate(int length) => inner.Truncate(length);

            public ILanguageSequence Fork(int length) => new Sequence(owner, owner.Or("Fork", inner).Fork(length));

            public void Dispose()
            {
                inner.Dispose();
                _ = owner.Or("Dispose", 0);
            }
        }
    }
}
