using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Providers.Language;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Tests;

/// <summary>Models are made ready beside each other, and one that is ready waits for none.</summary>
public sealed class LoadingTests : IDisposable
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);
    private readonly LanguageModel one = LanguageModel.Read(TinyModels.Write("llama", WeightType.F32)), two = LanguageModel.Read(TinyModels.Write("qwen2", WeightType.Q8_0));

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
    }

    [Fact]
    public async Task Two_models_load_at_the_same_time_and_a_third_that_is_ready_waits_for_neither()
    {
        using var both = new Barrier(2);
        using var go = new ManualResetEventSlim();
        var slow = false;
        using var engine = new LanguageEngine(Options(3)) { Making = model => Make(model, () =>
        {
            if (slow)
            {
                Assert.True(both.SignalAndWait(Enough));
                go.Wait();
            }
        }) };
        await AskAsync(engine, one, 1);
        slow = true;
        var (second, third) = (AskAsync(engine, two, 2), AskAsync(engine, two, 3));
        // Nothing of this waits, though two are being made ready.
        for (var i = 0; i < 20; i++)
            await AskAsync(engine, one, 1).WaitAsync(Enough);
        Assert.NotNull(engine.FiguresOf(ManifestOf(1)));
        Assert.False(second.IsCompleted || third.IsCompleted);
        go.Set();
        await Task.WhenAll(second, third).WaitAsync(Enough);
    }

    [Fact]
    public async Task One_that_fails_to_load_fails_those_that_wait_for_it_and_the_next_tries_again()
    {
        var tries = 0;
        using var engine = new LanguageEngine(Options(2)) { Making = model => Make(model, () =>
        {
            if (Interlocked.Increment(ref tries) == 1)
                throw new IOException("broken");
        }) };
        var failed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Record.ExceptionAsync(() => AskAsync(engine, one, 1)).AsTask()));
        Assert.Contains(failed, e => e is IOException);
        await AskAsync(engine, one, 1);
    }

    [Fact]
    public async Task One_that_is_forgotten_or_put_away_while_it_loads_is_read_by_nobody_afterwards()
    {
        using var began = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var reading = 0;
        var engine = new LanguageEngine(Options(2)) { Making = model => Make(model, () =>
        {
            Interlocked.Increment(ref reading);
            began.Release();
            go.Wait();
            Interlocked.Decrement(ref reading);
        }) };
        var asked = AskAsync(engine, one, 1);
        await began.WaitAsync();
        var away = Task.Run(engine.Dispose);
        await Task.Delay(50);
        Assert.False(away.IsCompleted);
        go.Set();
        await away.WaitAsync(Enough);
        Assert.Equal(0, reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => asked);
    }

    [Fact]
    public async Task The_one_that_was_not_asked_for_the_longest_makes_room()
    {
        using var engine = new LanguageEngine(Options(2));
        await AskAsync(engine, one, 1);
        await AskAsync(engine, two, 2);
        await AskAsync(engine, one, 1);
        await AskAsync(engine, two, 3);
        Assert.Equal([true, false, true], ((byte[])[1, 2, 3]).Select(n => engine.FiguresOf(ManifestOf(n)) is not null));
    }

    // Room for the caches of so many, and for weights, which are small beside them.
    private static LanguageEngineOptions Options(int models) => new()
    {
        Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 }, MaxBytes = ((long)models << 24) + (1 << 23),
    };

    private static Generator Make(LanguageModel model, Action before)
    {
        before();
        var session = new LanguageSession(model, new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 20 });
        return new Generator(new SessionEvaluator(session, model.Architecture.VocabularySize), model.Tokenizer);
    }

    private static Task AskAsync(LanguageEngine engine, LanguageModel model, byte number) => engine.CheckAsync(new LanguageInvocation(
        new RunnableLanguageModel(new ModelClaim("m", "1", ManifestOf(number), "gguf"), model),
        new GenerationRequest { Prompt = [3], Seed = [.. new byte[GenerationRequest.SeedSize]], MaxTokens = 1 }), default);

    private static Hash ManifestOf(byte number) => Sha256.Of([number]);
}
