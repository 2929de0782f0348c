using System.Diagnostics;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>What one sequence does in a step.</summary>
internal readonly record struct PlannedStep(SequenceRun Run, EvaluationStep Step);

/// <summary>Who grows in the next step, and what becomes of what a step gives. Used by the generator's thread alone.</summary>
internal sealed class Schedule(ILanguageEvaluator evaluator, Tokenizer tokenizer, GeneratorOptions options, WaitingLine line)
{
    // A prompt goes on by at least so many tokens in a step.
    private const int LeastPrefill = 8;

    // In the order in which they began, the parked ones too.
    private readonly List<SequenceRun> running = [];
    private readonly List<SequenceRun> parked = [];
    private readonly PrefixCache cache = new(options.Kept, evaluator.PageLength);
    private readonly TokenSampler sampler = new(evaluator.VocabularySize);
    private readonly PrefillPace pace = new(options.StepTime, LeastPrefill, options.PrefillTokens);
    private readonly Stopwatch clock = new();
    private long orders;

    public GeneratorFigures Figures => new(running.Count, parked.Count, line.Count, cache.Count, evaluator.FreePages, evaluator.Pages);

    /// <summary>The next step; empty where nothing can be done before something happens.</summary>
    public List<PlannedStep> Plan()
    {
        DropCancelled();
        Unpark();
        Admit();
        var steps = Choose();
        while (steps.Count > 0 && Growth(steps) > evaluator.FreePages)
            // The youngest makes room; of readers that do not keep pace, those first.
            if (!cache.Evict() && !Park(steps))
                throw new InvalidOperationException("pages are held that nobody holds");
        // Whoever waits for pages must not wait for a reader who sleeps on them.
        if (steps.Count == 0 && (line.Count > 0 || parked.Exists(p => !p.Answer.Stream.IsPaused)) && running.FindLast(r => r.Sequence is not null) is { } idle)
        {
            Park(idle);
            return Plan();
        }
        clock.Restart();
        return steps;
    }

    /// <summary>The step was evaluated: tokens are chosen from its scores, embeddings made of its states.</summary>
    public void Done(IReadOnlyList<PlannedStep> steps)
    {
        pace.Took(clock.Elapsed, steps.Sum(s => s.Step.Tokens.Length), steps.Any(s => s.Step.Tokens.Length > 1));
        foreach (var (run, step) in steps)
            if (run.Sequence is null)
                continue;
            else if (run is EmbeddingRun text)
                Embed(text, step);
            else if (run is ChoiceRun choice && step.Scored == 1)
                Choose(choice, step.Scores(0), spread: choice.Leads);
    }

    /// <summary>The step failed, and with it all its answers.</summary>
    public void Fail(IReadOnlyList<PlannedStep> steps, Exception failure)
    {
        foreach (var answer in steps.Select(s => s.Run.Answer).Distinct().ToList())
            Fail(answer, failure);
    }

    /// <summary>Breaks everything off, and takes in nothing more.</summary>
    public void Close(Exception why)
    {
        var waiting = line.Close();
        FailAll(why);
        foreach (var answer in waiting)
            answer.Stream.Complete(why);
    }

    /// <summary>Breaks everything off: what runs, what waits, and what is kept, since nobody knows what is wrong.</summary>
    public void FailAll(Exception why)
    {
        foreach (var answer in line.TakeOut(_ => true))
            answer.Stream.Complete(why);
        foreach (var answer in running.Concat(parked).Select(r => r.Answer).Distinct().ToList())
            Fail(answer, why);
        Try(() =>
        {
            while (cache.Evict())
            {
            }
        });
    }

    private void DropCancelled()
    {
        foreach (var answer in line.TakeOut(a => a.Stream.IsCancelled))
            answer.Stream.Complete(new OperationCanceledException("the answer was broken off"));
        foreach (var list in (List<SequenceRun>[])[running, parked])
            foreach (var run in list.Where(r => r.Answer.Stream.IsCancelled).ToList())
            {
                list.Remove(run);
                // What it has evaluated serves whoever asks again.
                Keep(run);
                run.Answer.Stream.Complete(new OperationCanceledException("the answer was broken off"));
            }
    }

    private void Fail(Answer answer, Exception failure)
    {
        foreach (var run in running.Concat(parked).Where(r => r.Answer == answer))
            Try(run.Release);
        line.TakeOut(a => a == answer);
        running.RemoveAll(r => r.Answer == answer);
        parked.RemoveAll(r => r.Answer == answer);
        answer.Stream.Complete(failure);
    }

    // Pages that cannot be given back keep nobody from being told.
    private static void Try(Action release)
    {
        try
        {
            release();
        }
#pragma warning disable CA1031 // The answer has failed already, of something that says more.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    // Those that made room come back before anyone new begins, and only where it would not be for a step or two.
    private void Unpark()
    {
        foreach (var run in parked.Where(r => !r.Answer.Stream.IsPaused).OrderBy(r => r.Order).ToList())
        {
            if (running.Count >= options.MaxRunning || !Begin(run, spare: running.Count))
                return;
            parked.Remove(run);
        }
    }

    private void Admit()
    {
        while (running.Count < options.MaxRunning && parked.TrueForAll(p => p.Answer.Stream.IsPaused) && line.Peek(MayBegin) is { } answer)
        {
            var run = answer.NextRun(tokenizer, sampler, orders++);
            if (!Begin(run, spare: 0))
                return;
            line.Take(answer);
            answer.Began(run);
        }
    }

    // Texts to embed begin as they fill a step, and no sooner: their caller has many, and others are to find room beside them.
    private bool MayBegin(Answer answer) => answer is not EmbeddingAnswer || running.Sum(r => r is EmbeddingRun ? r.Pending : 0) < options.PrefillTokens;

    // Where pages for all its tokens, and one more of an answer, can be had beside what those that run have yet to evaluate.
    private bool Begin(SequenceRun run, int spare)
    {
        run.Begin(Prefix(run) is { } found ? found.Sequence.Fork(found.Length) : evaluator.NewSequence());
        try
        {
            var needed = spare + Need(run) + running.Sum(Need);
            while (needed > evaluator.FreePages)
                if (!cache.Evict())
                {
                    run.Release();
                    return false;
                }
        }
        catch
        {
            Try(run.Release);
            throw;
        }
        running.Insert(running.FindLastIndex(r => r.Order < run.Order) + 1, run);
        return true;
    }

    private (ILanguageSequence Sequence, int Length)? Prefix(SequenceRun run)
    {
        if (!run.SharesPrefixes)
            return null;
        var best = cache.Find(run.Answer.Caller, run.AllTokens);
        foreach (var other in running.Where(r => r.SharesPrefixes && r.Answer.Caller == run.Answer.Caller && r.Sequence is not null))
            if (PrefixCache.Shared(other.AllTokens[..other.Evaluated], run.AllTokens, evaluator.PageLength) is var shared && shared > (best?.Length ?? 0))
                best = (other.Sequence!, shared);
        return best;
    }

    private List<PlannedStep> Choose()
    {
        var steps = new List<PlannedStep>();
        var prompts = new List<SequenceRun>();
        foreach (var run in running.Where(r => !r.Answer.Stream.IsPaused))
            if (run.IsDecoding)
                steps.Add(new PlannedStep(run, run.StepOf(1)));
            else
                prompts.Add(run);
        // The prompts share what time there is, so that a short one is not kept waiting by a long one.
        var budget = pace.Tokens(othersWait: steps.Count > 0);
        for (var i = 0; i < prompts.Count && budget > 0; i++)
        {
            var take = Math.Min(prompts[i].Pending, Math.Max(LeastPrefill, budget / (prompts.Count - i)));
            steps.Add(new PlannedStep(prompts[i], prompts[i].StepOf(take)));
            budget -= take;
        }
        return steps;
    }

    private bool Park(List<PlannedStep> steps)
    {
        var victim = running.FindLast(r => r.Answer.Stream.IsPaused && r.Sequence is not null) ?? running.FindLast(r => r.Sequence is not null);
        if (victim is null)
            return false;
        Park(victim);
        steps.RemoveAll(s => s.Run == victim);
        return true;
    }

    private void Park(SequenceRun run)
    {
        run.Release();
        running.Remove(run);
        parked.Add(run);
    }

    private void Embed(EmbeddingRun run, EvaluationStep step)
    {
        if (!run.Add(step))
            return;
        running.Remove(run);
        run.Release();
    }

    private void Choose(ChoiceRun run, ReadOnlySpan<float> scores, bool spread)
    {
        try
        {
            if (spread)
                Spread(run, scores);
            Choose(run, scores);
        }
#pragma warning disable CA1031 // Whatever the choice of a token fails of, a grammar say, is its own answer's failure.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(run.Answer, e);
        }
    }

    // The prompt is evaluated once; from its scores every choice takes its own first token.
    private void Spread(ChoiceRun leader, ReadOnlySpan<float> scores)
    {
        leader.Leads = false;
        for (var number = 1; number < leader.Answer.Request.Choices; number++)
        {
            var run = leader.Answer.RunOf(tokenizer, sampler, number, orders++);
            if (running.Count < options.MaxRunning && evaluator.FreePages > 0)
            {
                run.Begin(leader.Sequence!.Fork(leader.Evaluated));
                running.Add(run);
                Choose(run, scores);
            }
            else
                parked.Add(run);
        }
    }

    private void Choose(ChoiceRun run, ReadOnlySpan<float> scores)
    {
        var token = run.Decoder.Next(scores);
        run.Tokens.Add(token.Id);
        run.Answer.Tokens.Write(token);
        if (token.Finish is null)
            return;
        running.Remove(run);
        Keep(run);
        if (--run.Answer.Open == 0)
            run.Answer.Stream.Complete();
    }

    private void Keep(SequenceRun run)
    {
        if (!run.SharesPrefixes)
            run.Release();
        else if (run.Take() is { } sequence)
            cache.Put(run.Answer.Caller, run.Tokens, sequence);
    }

    private int Growth(List<PlannedStep> steps) => steps.Sum(s => evaluator.PagesNeeded(s.Run.Sequence!, s.Step.Tokens.Length));

    private int Need(SequenceRun run) => evaluator.PagesNeeded(run.Sequence!, run.Pending + run.Ahead);
}
