using Assay.Engine.Language.Fast;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language;

/// <summary>
/// Runs one language model fast, with the bits of the reference (docs/spec/assay-llm-v1.md) whatever the instruction set, the number
/// of threads, and the company in which a token goes through: the scores after a token are a function of the tokens up to it.
/// Weights are packed once. Calls wait for one another; a scheduler puts many sequences into one.
/// </summary>
public sealed class LanguageSession : IDisposable
{
    private readonly LanguageArchitecture architecture;
    private readonly CachePool pool;
    private readonly ForwardPass forward;
    private readonly Lock turn = new();
    private bool disposed;

    /// <param name="model">Kept open by the caller as long as the session is used.</param>
    /// <exception cref="NotSupportedException">This machine lacks the instruction set asked for.</exception>
    /// <exception cref="ModelException">The options leave no room for one page, or for a context longer than the model's.</exception>
    public LanguageSession(LanguageModel model, LanguageSessionOptions? options = null) : this(model.Architecture, model.Weights, options)
    {
    }

    /// <inheritdoc cref="LanguageSession(LanguageModel, LanguageSessionOptions?)"/>
    public LanguageSession(LanguageArchitecture architecture, LanguageWeights weights, LanguageSessionOptions? options = null)
    {
        this.architecture = architecture;
        Options = options ?? LanguageSessionOptions.Default;
        Isa = Options.Isa ?? Isas.FromEnvironment();
        if (!Isa.IsSupported())
            throw new NotSupportedException($"this machine has {string.Join(", ", Isas.Supported.Select(Isas.Name))}, not {Isa.Name()}");
        ContextLength = Options.ContextLength ?? architecture.ContextLength;
        if (ContextLength < 1 || ContextLength > architecture.ContextLength)
            throw new ModelException($"a context of {ContextLength} tokens: the model was made for 1 to {architecture.ContextLength}");
        if (Options.BatchTokens is < 1 or > 1 << 14)
            throw new ModelException($"a batch of {Options.BatchTokens} tokens is not between 1 and {1 << 14}");
        var layout = new CacheLayout(architecture.Layers, architecture.KvHeads, architecture.HeadSize);
        var pages = TokensIn(architecture, Options.CacheBytes) / CacheLayout.Positions;
        if (pages < 1)
            throw new ModelException($"a cache of {Options.CacheBytes} bytes does not hold one page of {layout.PageSize * sizeof(float)}");
        pool = new CachePool(layout, pages);
        forward = new ForwardPass(architecture, weights, layout, Isa, Options.Threads, Options.BatchTokens, ContextLength);
    }

    public LanguageSessionOptions Options { get; }

    /// <summary>The instruction set in use.</summary>
    public Isa Isa { get; }

    /// <summary>Tokens of one sequence at most.</summary>
    public int ContextLength { get; }

    /// <summary>Numbers of a final state.</summary>
    public int Width => architecture.Width;

    /// <summary>Pages of 64 positions that all sequences together may hold.</summary>
    public int Pages => pool.Most;

    /// <summary>Pages that no sequence holds.</summary>
    public int FreePages => pool.Free;

    /// <summary>Bytes of keys and values of one sequence of so many tokens.</summary>
    public static long CacheBytesFor(LanguageArchitecture architecture, int tokens) =>
        CacheLayout.PagesFor(tokens) * sizeof(float) * new CacheLayout(architecture.Layers, architecture.KvHeads, architecture.HeadSize).PageSize;

    /// <summary>Tokens whose keys and values have room in so many bytes, in whole pages.</summary>
    public static int TokensIn(LanguageArchitecture architecture, long cacheBytes)
    {
        var page = new CacheLayout(architecture.Layers, architecture.KvHeads, architecture.HeadSize).PageSize * sizeof(float);
        return (int)Math.Min(cacheBytes / page, int.MaxValue / CacheLayout.Positions) * CacheLayout.Positions;
    }

    /// <summary>An empty sequence.</summary>
    public LanguageSequence NewSequence()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new(this, pool);
    }

    /// <summary>Pages that a call with so many more tokens for the sequence takes from <see cref="FreePages"/>.</summary>
    public int PagesNeeded(LanguageSequence sequence, int tokens) => sequence.Missing(tokens);

    /// <summary>Appends the tokens of each step to its sequence and computes what the step wants, all of them together.</summary>
    /// <param name="steps">At most one for each sequence.</param>
    /// <param name="cancel">Ends the call within a few milliseconds.</param>
    /// <exception cref="ModelException">A token is not in the vocabulary, or a sequence would pass <see cref="ContextLength"/>; no sequence has changed.</exception>
    /// <exception cref="CacheFullException">There are not enough pages; no sequence has changed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it; no sequence has changed.</exception>
    public void Evaluate(ReadOnlySpan<LanguageStep> steps, CancellationToken cancel = default)
    {
        lock (turn)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            cancel.ThrowIfCancellationRequested();
            Check(steps);
            try
            {
                Reserve(steps);
                foreach (var step in steps)
                    step.Prepare(architecture.VocabularySize, architecture.Width);
                forward.Run(steps, cancel);
                foreach (var step in steps)
                    step.Sequence.Advance(step.Tokens.Length);
            }
            finally
            {
                foreach (var step in steps)
                    step.Sequence.Trim();
            }
        }
    }

    /// <summary>Frees threads and weights, and pages as their sequences are disposed of.</summary>
    public void Dispose()
    {
        lock (turn)
        {
            if (disposed)
                return;
            disposed = true;
            forward.Dispose();
            pool.Dispose();
        }
    }

    private void Check(ReadOnlySpan<LanguageStep> steps)
    {
        var seen = new HashSet<LanguageSequence>(steps.Length);
        foreach (var step in steps)
        {
            if (step.Sequence.Session != this)
                throw new ArgumentException("a sequence of another session", nameof(steps));
            if (!seen.Add(step.Sequence))
                throw new ArgumentException("two steps of one sequence", nameof(steps));
            var (count, length) = (step.Tokens.Length, step.Sequence.Length);
            if (count == 0)
                throw new ArgumentException("a step without tokens", nameof(steps));
            if (step.Scored < 0 || step.Scored > count)
                throw new ArgumentException($"{step.Scored} of {count} tokens cannot be scored", nameof(steps));
            if (step.Stated < 0 || step.Stated > count)
                throw new ArgumentException($"the states of {step.Stated} of {count} tokens cannot be had", nameof(steps));
            if (count > ContextLength - length)
                throw new ModelException($"{length + (long)count} tokens are more than the context of {ContextLength}");
            foreach (var token in step.Tokens.Span)
                if ((uint)token >= (uint)architecture.VocabularySize)
                    throw new ModelException($"token {token} is not one of the vocabulary's {architecture.VocabularySize}");
        }
    }

    private void Reserve(ReadOnlySpan<LanguageStep> steps)
    {
        var (missing, free) = (0, pool.Free);
        foreach (var step in steps)
            missing += step.Sequence.Missing(step.Tokens.Length);
        if (missing > free)
            throw new CacheFullException(missing, free, pool.Most);
        foreach (var step in steps)
            // Another thread may have made a fork since: then a page that was ours alone has to be copied.
            if (!step.Sequence.TryReserve(step.Tokens.Length))
                throw new CacheFullException(missing, pool.Free, pool.Most);
    }
}
