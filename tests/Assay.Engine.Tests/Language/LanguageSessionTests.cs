using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language;

/// <summary>What a session refuses, what it gives back, and that a call which fails changes nothing.</summary>
public sealed class LanguageSessionTests
{
    [Fact]
    public void Tokens_that_do_not_fit_are_refused_in_one_line_and_change_nothing()
    {
        using var model = PrefillDecodeTests.Open("llama", WeightType.F32);
        using var session = new LanguageSession(model, new() { ContextLength = 30 });
        using var sequence = session.NewSequence();
        var tokens = PrefillDecodeTests.Tokens(model.Architecture, 1, 31);
        void Refused(string message, params int[] wrong)
        {
            var error = Assert.Throws<ModelException>(() => session.Evaluate([new LanguageStep(sequence) { Tokens = wrong, Scored = 1 }]));
            Assert.Equal(message, error.Message);
            Assert.Equal((0, session.Pages), (sequence.Length, session.FreePages));
        }
        var count = model.Architecture.VocabularySize;
        Refused("31 tokens are more than the context of 30", tokens);
        Refused($"token -1 is not one of the vocabulary's {count}", 1, -1);
        Refused($"token {count} is not one of the vocabulary's {count}", 1, count);
        Assert.Equal($"token {count} is not one of the vocabulary's {count}", Assert.Throws<ModelException>(() => ReferenceLanguage.Scores(model.Architecture, model.Weights, [count])).Message);
        session.Evaluate([new LanguageStep(sequence) { Tokens = tokens.AsMemory(0, 30) }]);
        Assert.Equal(30, sequence.Length);
        Assert.Throws<ModelException>(() => session.Evaluate([new LanguageStep(sequence) { Tokens = tokens.AsMemory(0, 1) }]));
        Assert.Equal(30, sequence.Length);
    }

    [Fact]
    public void Nonsense_of_the_caller_is_refused()
    {
        using var model = PrefillDecodeTests.Open("llama", WeightType.F32);
        using var session = new LanguageSession(model);
        using var elsewhere = new LanguageSession(model);
        using var sequence = session.NewSequence();
        using var stranger = elsewhere.NewSequence();
        int[] one = [1];
        void Refused(params LanguageStep[] steps) => Assert.Throws<ArgumentException>(() => session.Evaluate(steps));
        Refused(new LanguageStep(sequence));
        Refused(new LanguageStep(stranger) { Tokens = one });
        Refused(new LanguageStep(sequence) { Tokens = one }, new LanguageStep(sequence) { Tokens = one });
        Refused(new LanguageStep(sequence) { Tokens = one, Scored = 2 });
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Fork(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Truncate(1));
        foreach (var options in (LanguageSessionOptions[])[new() { ContextLength = 0 }, new() { ContextLength = 1 << 30 }, new() { CacheBytes = 100 }, new() { BatchTokens = 0 }])
            Assert.Throws<ModelException>(() => new LanguageSession(model, options));
        sequence.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Evaluate([new LanguageStep(sequence) { Tokens = one }]));
    }

    [Fact]
    public void A_cache_that_is_full_refuses_the_call_until_pages_come_back()
    {
        using var model = PrefillDecodeTests.Open("llama", WeightType.F32);
        var a = model.Architecture;
        var page = 2L * a.Layers * a.KvHeads * a.HeadSize * 64 * sizeof(float);
        using var session = new LanguageSession(model, new() { CacheBytes = 3 * page });
        Assert.Equal(3, session.Pages);
        var tokens = PrefillDecodeTests.Tokens(a, 1, 140);
        var expected = ReferenceLanguage.Scores(a, model.Weights, tokens);
        using var first = session.NewSequence();
        using var second = session.NewSequence();
        Assert.Equal(2, session.PagesNeeded(first, 100));
        PrefillDecodeTests.Append(session, first, tokens[..100], 100, expected, "first");
        var both = (LanguageStep[])[new(second) { Tokens = tokens.AsMemory(0, 10) }, new(first) { Tokens = tokens.AsMemory(100, 40) }];
        var error = Assert.Throws<CacheFullException>(() => session.Evaluate(both));
        Assert.Equal((2, 1), (error.Missing, error.Free));
        Assert.Equal((100, 0, 1), (first.Length, second.Length, session.FreePages));
        // A fork shares the page that is not full: whoever writes into it first takes a page.
        using (var fork = first.Fork())
        {
            Assert.Equal((1, 1), (session.PagesNeeded(first, 1), session.PagesNeeded(fork, 1)));
            PrefillDecodeTests.Append(session, fork, tokens[..110], 10, expected, "fork");
            Assert.Equal((0, 0), (session.FreePages, session.PagesNeeded(first, 1)));
            PrefillDecodeTests.Append(session, first, tokens[..101], 1, expected, "first");
        }
        Assert.Equal(1, session.FreePages);
        PrefillDecodeTests.Append(session, first, tokens, 40, expected, "first");
        Assert.Equal(0, session.FreePages);
        first.Truncate(64);
        Assert.Equal(2, session.FreePages);
        first.Dispose();
        Assert.Equal(3, session.FreePages);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7)]
    public void A_call_that_is_called_off_ends_in_the_middle_and_changes_nothing(int threads)
    {
        using var model = PrefillDecodeTests.Open("qwen3moe", WeightType.Q4_K);
        var tokens = PrefillDecodeTests.Tokens(model.Architecture, 1, 200);
        var expected = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens[..40]);
        // One lane with a software FMA, one sequence beside many: what takes others milliseconds takes it seconds.
        using var session = new LanguageSession(model, new() { Isa = Assay.Engine.Numerics.Isa.Scalar, Threads = threads });
        using var sequence = session.NewSequence();
        PrefillDecodeTests.Append(session, sequence, tokens[..10], 10, expected, "before");
        for (var turn = 0; turn < 3; turn++)
        {
            var crowd = Enumerable.Range(0, 40).Select(_ => new LanguageStep(session.NewSequence()) { Tokens = tokens, Scored = tokens.Length }).Append(new LanguageStep(sequence) { Tokens = tokens }).ToArray();
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(10 * turn));
            Assert.ThrowsAny<OperationCanceledException>(() => session.Evaluate(crowd, source.Token));
            Assert.All(crowd[..^1], s => Assert.Equal(0, s.Sequence.Length));
            Assert.Equal(10, sequence.Length);
            Assert.Equal(session.Pages - 1, session.FreePages);
        }
        PrefillDecodeTests.Append(session, sequence, tokens[..40], 15, expected, "afterwards");
    }

    [Fact]
    public async Task Sequences_of_several_threads_take_turns()
    {
        using var model = PrefillDecodeTests.Open("llama", WeightType.Q8_0);
        using var session = new LanguageSession(model, new() { Threads = 2, CacheBytes = 1 << 22 });
        var tokens = PrefillDecodeTests.Tokens(model.Architecture, 1, 70);
        var expected = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);
        using var root = session.NewSequence();
        PrefillDecodeTests.Append(session, root, tokens[..20], 20, expected, "root");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() =>
        {
            for (var turn = 0; turn < 5; turn++)
            {
                LanguageSequence own;
                lock (root)
                    own = root.Fork(20 - turn);
                using (own)
                    PrefillDecodeTests.Append(session, own, tokens, 1 + (caller * 9), expected, $"caller {caller}, turn {turn}");
            }
        })));
        Assert.Equal(session.Pages - 1, session.FreePages);
    }
}
