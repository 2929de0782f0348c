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
    private readonly Lock gate = new();
    private long uses;
    private bool disposed;

    /// <summary>Makes a model ready; a test may have it take as long as it likes.</summary>
    internal Func<LanguageModel, Generator>? Making { get; init; }

    /// <summary>SHA-256 of the text of the execution profile, in hex.</summary>
    public static string Profile { get; } = Hash.From(LanguageProfile.Digest.AsSpan()).ToHex();

    /// <summary>How a model is executed here, for receipts.</summary>
    public static ExecutionClaim ExecutionOf(RunnableLanguageModel model) => new(Profile, LocalEngine.Claim, model.Graph);

    /// <summary>Most tokens of prompt and answer together.</summary>
    public int ContextOf(LanguageModel model) => Math.Min(
        Math.Min(options.MaxContext, model.Architecture.ContextLength),
        // One answer has at most all of the cache.
        Math.Max(1, LanguageSession.TokensIn(model.Architecture, options.Session.CacheBytes)));

    /// <summary>The request as it will be answered, where it can be and where there is room for it to wait now.</summary>
    /// <exception cref="ModelException">The model cannot answer this.</exception>
    /// <exception cref="GeneratorBusyException">Too many requests wait already.</exception>
    public Task<GenerationRequest> CheckAsync(LanguageInvocation invocation, CancellationToken cancel) =>
        WithAsync(invocation.Model, generator => generator.Check(invocation.Request), cancel);

    public Task<LanguageRun> StartAsync(LanguageInvocation invocation, CancellationToken cancel) => WithAsync(
        invocation.Model, generator => new LanguageRun(generator.Start(invocation.Request, cancel), ExecutionOf(invocation.Model)), cancel);

    /// <summary>Whether embeddings can be made, and there is room for them to wait now.</summary>
    /// <inheritdoc cref="CheckAsync(LanguageInvocation, CancellationToken)"/>
    public Task CheckAsync(EmbeddingInvocation invocation, CancellationToken cancel) => WithAsync(
        invocation.Model,
        generator =>
        {
            generator.Check(invocation.Request);
            return true;
        },
        cancel);

    public Task<EmbeddingStream> StartAsync(EmbeddingInvocation invocation, CancellationToken cancel) =>
        WithAsync(invocation.Model, generator => generator.Start(invocation.Request, cancel), cancel);

    /// <summary>How the generator of a model stands; null where the model is not loaded.</summary>
    public GeneratorFigures? FiguresOf(in Hash manifest)
    {
        lock (gate)
            return loaded.TryGetValue(manifest, out var model) ? model.Generator?.Figures : null;
    }

    /// <summary>Drops what is kept of a model that is no longer served. Answers under way are broken off.</summary>
    public void Forget(in Hash manifest)
    {
        Loaded? gone;
        lock (gate)
            loaded.Remove(manifest, out gone);
        gone?.PutAway();
    }

    public void Dispose()
    {
        List<Loaded> gone;
        lock (gate)
        {
            disposed = true;
            gone = [.. loaded.Values];
            loaded.Clear();
        }
        gone.ForEach(model => model.PutAway());
    }

    // A model that is ready is used at once, whatever else is being made ready.
    private async Task<T> WithAsync<T>(RunnableLanguageModel model, Func<Generator, T> use, CancellationToken cancel)
    {
        while (true)
        {
            Loaded ready;
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                ready = Find(model);
                if (ready.Generator is { } generator)
                {
                    ready.LastUse = ++uses;
                    return use(generator);
                }
            }
            await ready.Made.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    // Called with the gate: the model, made ready or about to be.
    private Loaded Find(RunnableLanguageModel model)
    {
        var manifest = model.Claim.Manifest;
        if (loaded.TryGetValue(manifest, out var known))
            return known;
        var (gone, bytes) = (new List<Loaded>(), ModelDigests.BytesOf(model.Model.Weights) + options.Session.CacheBytes);
        var idle = new Queue<KeyValuePair<Hash, Loaded>>(
            loaded.Where(m => m.Value.Generator?.Figures is { Running: 0, Parked: 0, Waiting: 0 }).OrderBy(m => m.Value.LastUse));
        for (var held = loaded.Values.Sum(m => m.Bytes); held > 0 && held + bytes > options.MaxBytes;)
        {
            if (!idle.TryDequeue(out var oldest))
                throw new GeneratorBusyException("the models that are answering now take the memory that this one needs: try again in a moment");
            held -= oldest.Value.Bytes;
            gone.Add(oldest.Value);
        }
        foreach (var (key, _) in loaded.Where(m => gone.Contains(m.Value)).ToList())
            loaded.Remove(key);
        // Packing the weights takes a while: whoever asks for this model waits for it, and nobody else.
        var entry = loaded[manifest] = new Loaded(bytes);
        entry.Made = Task.Run(() => MakeReady(manifest, entry, model.Model, gone));
        return entry;
    }

    private void MakeReady(Hash manifest, Loaded entry, LanguageModel model, List<Loaded> gone)
    {
        Generator? made = null;
        try
        {
            gone.ForEach(idle => idle.PutAway());
            made = Making?.Invoke(model) ?? NewGenerator(model);
        }
        finally
        {
            lock (gate)
                if (loaded.GetValueOrDefault(manifest) == entry)
                {
                    // Where it failed, who asks again begins anew.
                    if (made is null)
                        loaded.Remove(manifest);
                    (entry.Generator, made) = (made, null);
                }
            // Forgotten meanwhile.
            made?.Dispose();
        }
    }

    private Generator NewGenerator(LanguageModel model)
    {
        var session = new LanguageSession(model, options.Session with { ContextLength = ContextOf(model) });
        return new Generator(new SessionEvaluator(session, model.Architecture.VocabularySize), model.Tokenizer, options.Generator);
    }

    private sealed class Loaded(long bytes)
    {
        public Task Made { get; set; } = Task.CompletedTask;

        /// <summary>Null while it is being made.</summary>
        public Generator? Generator { get; set; }

        public long Bytes => bytes;

        public long LastUse { get; set; }

        /// <summary>Called once it is in nobody's reach; nothing reads the model's weights when this returns.</summary>
        public void PutAway()
        {
            Task.WaitAny(Made);
            Generator?.Dispose();
        }
    }
}
