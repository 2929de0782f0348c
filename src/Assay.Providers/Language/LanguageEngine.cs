using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>
/// Assay's own engine for language models, in this process: for each model a generator that answers all its requests together. A model
/// is made ready when it is first asked for; where memory does not suffice, the one that nobody has asked for the longest time goes.
/// </summary>
public sealed class LanguageEngine(LanguageEngineOptions options) : ILanguageProvider, IDisposable
{
    private readonly Dictionary<Hash, Loaded> loaded = [];
    private readonly SemaphoreSlim turn = new(1, 1);
    private long uses;
    private bool disposed;

    /// <summary>SHA-256 of the text of the execution profile, in hex.</summary>
    public static string Profile { get; } = Hash.From(LanguageProfile.Digest.AsSpan()).ToHex();

    /// <summary>How a model is executed here, for receipts.</summary>
    public static ExecutionClaim ExecutionOf(RunnableLanguageModel model) => new(Profile, LocalEngine.Claim, model.Graph);

    /// <summary>Most tokens of prompt and answer together.</summary>
    public int ContextOf(LanguageModel model) => Math.Min(options.MaxContext, model.Architecture.ContextLength);

    /// <summary>The request as it will be answered, where it can be and where there is room for it to wait now.</summary>
    /// <exception cref="ModelException">The model cannot answer this.</exception>
    /// <exception cref="GeneratorBusyException">Too many requests wait already.</exception>
    public Task<GenerationRequest> CheckAsync(LanguageInvocation invocation, CancellationToken cancel) =>
        WithAsync(invocation.Model, generator => generator.Check(invocation.Request), cancel);

    public Task<LanguageRun> StartAsync(LanguageInvocation invocation, CancellationToken cancel) => WithAsync(
        invocation.Model, generator => new LanguageRun(generator.Start(invocation.Request, cancel), ExecutionOf(invocation.Model)), cancel);

    /// <summary>How the generator of a model stands; null where the model is not loaded.</summary>
    public GeneratorFigures? FiguresOf(in Hash manifest)
    {
        turn.Wait();
        try
        {
            return loaded.TryGetValue(manifest, out var model) ? model.Generator.Figures : null;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Drops what is kept of a model that is no longer served. Answers under way are broken off.</summary>
    public void Forget(in Hash manifest)
    {
        turn.Wait();
        try
        {
            if (loaded.Remove(manifest, out var model))
                model.Generator.Dispose();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        turn.Wait();
        disposed = true;
        foreach (var model in loaded.Values)
            model.Generator.Dispose();
        loaded.Clear();
        turn.Release();
    }

    private async Task<T> WithAsync<T>(RunnableLanguageModel model, Func<Generator, T> use, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var ready = await LoadAsync(model).ConfigureAwait(false);
            ready.LastUse = ++uses;
            return use(ready.Generator);
        }
        finally
        {
            turn.Release();
        }
    }

    // Called by whoever has the turn.
    private async Task<Loaded> LoadAsync(RunnableLanguageModel model)
    {
        if (loaded.TryGetValue(model.Claim.Manifest, out var ready))
            return ready;
        var bytes = ModelDigests.BytesOf(model.Model.Weights) + options.Session.CacheBytes;
        while (loaded.Values.Sum(m => m.Bytes) + bytes > options.MaxBytes && loaded.Count > 0)
        {
            var idle = loaded.Where(m => m.Value.Generator.Figures is { Running: 0, Parked: 0, Waiting: 0 }).OrderBy(m => m.Value.LastUse).ToList();
            if (idle.Count == 0)
                throw new GeneratorBusyException("the models that are answering now take the memory that this one needs: try again in a moment");
            loaded.Remove(idle[0].Key);
            idle[0].Value.Generator.Dispose();
        }
        // Packing the weights takes a while, and whoever waits for a turn here waits for it.
        var generator = await Task.Run(() => NewGenerator(model.Model)).ConfigureAwait(false);
        return loaded[model.Claim.Manifest] = new Loaded(generator, bytes);
    }

    private Generator NewGenerator(LanguageModel model)
    {
        var session = new LanguageSession(model, options.Session with { ContextLength = ContextOf(model) });
        return new Generator(new SessionEvaluator(session, model.Architecture.VocabularySize), model.Tokenizer, options.Generator);
    }

    private sealed class Loaded(Generator generator, long bytes)
    {
        public Generator Generator => generator;

        public long Bytes => bytes;

        public long LastUse { get; set; }
    }
}
