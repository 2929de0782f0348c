using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>How a generator stands.</summary>
/// <param name="Running">Choices, and texts to embed, that grow.</param>
/// <param name="Parked">Choices that have begun and wait for pages, or for their reader.</param>
/// <param name="Waiting">Requests that have not begun.</param>
/// <param name="Kept">Sequences kept for prompts that begin alike.</param>
public readonly record struct GeneratorFigures(int Running, int Parked, int Waiting, int Kept, int FreePages, int Pages);

/// <summary>
/// Answers many requests at once with one model. In each step every answer under way grows by a token and some of the waiting
/// prompts' tokens are evaluated, all in one batch. Who shares a batch changes nothing in an answer, so the generator may do as it
/// likes: use prefixes again, let callers take turns, and, where pages run out, park the youngest choice and evaluate it anew later.
/// </summary>
/// <remarks>Requests come from any thread; everything else is done by one thread of its own.</remarks>
public sealed class Generator : IDisposable
{
    private readonly ILanguageEvaluator evaluator;
    private readonly Tokenizer tokenizer;
    private readonly GeneratorOptions options;
    private readonly WaitingLine line;
    private readonly Schedule schedule;
    private readonly SemaphoreSlim stirred = new(0);
    private readonly Thread thread;
    private readonly Lock stepGate = new();
    private CancellationTokenSource? step;
    private volatile SequenceRun[] inStep = [];
    private volatile bool stopping;
    private GeneratorFigures figures;

    /// <param name="evaluator">The model, which belongs to the generator from now on.</param>
    public Generator(ILanguageEvaluator evaluator, Tokenizer tokenizer, GeneratorOptions? options = null)
    {
        (this.evaluator, this.tokenizer, this.options) = (evaluator, tokenizer, options ?? GeneratorOptions.Default);
        line = new WaitingLine(this.options.MaxWaiting, this.options.MaxWaitingOfOne);
        schedule = new Schedule(evaluator, tokenizer, this.options, line);
        Look();
        thread = new Thread(Work) { IsBackground = true, Name = "assay generator" };
        thread.Start();
    }

    public GeneratorFigures Figures
    {
        get
        {
            lock (stepGate)
                return figures with { Waiting = line.Count };
        }
    }

    /// <summary>The request as it will be answered, where it can be and where there is room for it to wait now.</summary>
    /// <exception cref="ModelException">The model cannot answer this, however long it waits.</exception>
    /// <exception cref="GeneratorBusyException">Too many wait already.</exception>
    public GenerationRequest Check(GenerationRequest request)
    {
        request = request.Within(evaluator.VocabularySize, evaluator.ContextLength);
        _ = new StopTexts(request.Stop);
        RequireRoom(request.Prompt.Length + request.MaxTokens, "prompt and answer", request.Caller);
        return request;
    }

    /// <inheritdoc cref="Check(GenerationRequest)"/>
    public void Check(EmbeddingRequest request)
    {
        request.Check(evaluator.VocabularySize, evaluator.ContextLength, evaluator.Width);
        RequireRoom(request.Texts.Max(t => t.Length), "one text", request.Caller);
    }

    /// <summary>Takes a request in; its tokens come through the stream.</summary>
    /// <param name="cancel">Breaks the answer off, as leaving the stream does.</param>
    /// <exception cref="ModelException">The model cannot answer this, however long it waits.</exception>
    /// <exception cref="GeneratorBusyException">Too many wait already.</exception>
    public GenerationStream Start(GenerationRequest request, CancellationToken cancel = default)
    {
        request = Check(request);
        var stream = new GenerationStream(options.Buffered, Stir, cancel);
        Enqueue(new ChoiceAnswer(request, stream));
        return stream;
    }

    /// <summary>Takes a request for embeddings in.</summary>
    /// <inheritdoc cref="Start(GenerationRequest, CancellationToken)"/>
    public EmbeddingStream Start(EmbeddingRequest request, CancellationToken cancel = default)
    {
        Check(request);
        var stream = new EmbeddingStream(request.Texts.Length, Stir, cancel);
        Enqueue(new EmbeddingAnswer(request, stream));
        return stream;
    }

    /// <summary>Breaks off what is under way.</summary>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        lock (stepGate)
            step?.Cancel();
        stirred.Release();
        thread.Join();
        stirred.Dispose();
        evaluator.Dispose();
    }

    private void Enqueue(Answer answer)
    {
        try
        {
            line.Add(answer);
        }
        catch
        {
            answer.Stream.Dispose();
            throw;
        }
        stirred.Release();
    }

    private void RequireRoom(int longest, string what, string caller)
    {
        if ((longest + evaluator.PageLength - 1) / evaluator.PageLength > evaluator.Pages)
            throw new ModelException($"{longest} tokens of {what}: there is memory for {(long)evaluator.Pages * evaluator.PageLength}");
        line.ThrowIfFull(caller);
    }

    // Whoever leaves is let go at once where nobody else's step is lost by it.
    private void Stir(AnswerStream stream)
    {
        if (stream.IsCancelled && inStep is { Length: > 0 } all && Array.TrueForAll(all, r => r.Answer.Stream.IsCancelled))
            lock (stepGate)
                if (ReferenceEquals(inStep, all))
                    step?.Cancel();
        try
        {
            stirred.Release();
        }
        catch (ObjectDisposedException)
        {
            // The generator is gone, and has told everyone.
        }
    }

    private void Work()
    {
        while (!stopping)
        {
            // What happens from here on stirs again.
            while (stirred.Wait(0))
            {
            }
            var planned = Plan();
            if (planned.Count > 0)
                Step(planned);
            Look();
            if (planned.Count == 0 && !stopping)
                stirred.Wait();
        }
        schedule.Close(new ObjectDisposedException(nameof(Generator), "the model was put away"));
        inStep = [];
    }

    // Nobody waits for what cannot be planned: all that is there fails of it, and whoever comes next has another try.
    private List<PlannedStep> Plan()
    {
        try
        {
            return schedule.Plan();
        }
#pragma warning disable CA1031 // An exception that left this thread would end the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            schedule.FailAll(e);
            return [];
        }
    }

    private void Step(IReadOnlyList<PlannedStep> planned)
    {
        using var called = new CancellationTokenSource();
        lock (stepGate)
        {
            step = called;
            inStep = [.. planned.Select(p => p.Run)];
        }
        try
        {
            if (!stopping && !planned.All(p => p.Run.Answer.Stream.IsCancelled))
            {
                evaluator.Evaluate([.. planned.Select(p => p.Step)], called.Token);
                schedule.Done(planned);
            }
        }
        catch (OperationCanceledException) when (called.IsCancellationRequested)
        {
            // No sequence has grown: whoever is left is planned again.
        }
#pragma warning disable CA1031 // Whatever a step fails of is its answers' failure; the others go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            schedule.Fail(planned, e is OperationCanceledException ? new InvalidOperationException("a step was called off by nobody", e) : e);
        }
        finally
        {
            lock (stepGate)
                (step, inStep) = (null, []);
        }
    }

    private void Look()
    {
        try
        {
            var now = schedule.Figures;
            lock (stepGate)
                figures = now;
        }
#pragma warning disable CA1031 // What cannot be counted stays as it was; whatever is wrong shows where it matters.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
