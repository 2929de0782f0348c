using System.Diagnostics;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>What one choice does in a step.</summary>
internal readonly record struct PlannedStep(ChoiceRun Run, EvaluationStep Step);

/// <summary>Who grows in the next step, and what becomes of a step's scores. Used by the generator's thread alone.</summary>
internal sealed class Schedule(ILanguageEvaluator evaluator, Tokenizer tokenizer, GeneratorOptions options, WaitingLine line)
{
    // A prompt goes on by at least so many tokens in a step.
    private const int LeastPrefill = 8;

    // In the order in which they began, the parked ones too.
    private readonly List<ChoiceRun> running = [];
    private readonly List<ChoiceRun> parked = [];
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

    /// <summary>The step was evaluated: tokens are chosen from its scores.</summary>
    public void Done(IReadOnlyList<PlannedStep> steps)
    {
        pace.Took(clock.Elapsed, steps.Sum(s => s.Step.Tokens.Length), steps.Any(s => s.Step.Tokens.Length > 1));
        foreach (var (run, step) in steps)
            if (step.Scored == 1 && run.Sequence is not null)
                Choose(run, step.Scores(0), spread: run.Leads);
    }

    /// <summary>The step failed, and with it all its answers.</summary>
    public void Fail(IReadOnlyList<PlannedStep> steps, Exception failure)
    {
        foreach (var answer in steps.Select(s => s.Run.Answer).Distinct().ToList())
            Fail(answer, failure);
    }

    /// <summary>Breaks everything off.</summary>
    public void Close(Exception why)
    {
        foreach (var run in running.Concat(parked))
        {
            Release(run);
            run.Answer.Stream.Complete(why);
        }
        running.Clear();
        parked.Clear();
        foreach (var answer in line.Close())
            answer.Stream.Complete(why);
        while (cache.Evict())
        {
        }
    }

    private void DropCancelled()
    {
        foreach (var answer in line.TakeCancelled())
            answer.Stream.Complete(new OperationCanceledException("the answer was broken off"));
        foreach (var list in (List<ChoiceRun>[])[running, parked])
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
            Release(run);
        running.RemoveAll(r => r.Answer == answer);
        parked.RemoveAll(r => r.Answer == answer);
        answer.Stream.Complete(failure);
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
        while (running.Count < options.MaxRunning && parked.TrueForAll(p => p.Answer.Stream.IsPaused) && line.Peek() is { } answer)
        {
            var run = NewRun(answer, 0);
            run.Leads = answer.Request.Choices > 1;
            if (!Begin(run, spare: 0))
                return;
            line.Take();
            answer.Stream.ReusedTokens = run.Evaluated;
        }
    }

    // Where pages for all its tokens and one more can be had beside what those that run have yet to evaluate.
    private bool Begin(ChoiceRun run, int spare)
    {
        run.Sequence = Prefix(run) is { } found ? found.Sequence.Fork(found.Length) : evaluator.NewSequence();
        var needed = spare + Need(run) + running.Sum(Need);
        while (needed > evaluator.FreePages)
            if (!cache.Evict())
            {
                Release(run);
                return false;
            }
        running.Insert(running.FindLastIndex(r => r.Order < run.Order) + 1, run);
        return true;
    }

    private (ILanguageSequence Sequence, int Length)? Prefix(ChoiceRun run)
    {
        var best = cache.Find(run.Answer.Request.Caller, run.AllTokens);
        foreach (var other in running.Where(r => r.Answer.Request.Caller == run.Answer.Request.Caller && r.Sequence is not null))
            if (PrefixCache.Shared(other.AllTokens[..other.Evaluated], run.AllTokens, evaluator.PageLength) is var shared && shared > (best?.Length ?? 0))
                best = (other.Sequence!, shared);
        return best;
    }

    private List<PlannedStep> Choose()
    {
        var steps = new List<PlannedStep>();
        var prompts = new List<ChoiceRun>();
        foreach (var run in running.Where(r => !r.Answer.Stream.IsPaused))
            if (run.Pending == 1)
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

    private void Park(ChoiceRun run)
    {
        Release(run);
        running.Remove(run);
        parked.Add(run);
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
            var run = NewRun(leader.Answer, number);
            if (running.Count < options.MaxRunning && evaluator.FreePages > 0)
            {
                run.Sequence = leader.Sequence!.Fork(leader.Evaluated);
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
        run.Answer.Stream.Write(token);
        if (token.Finish is null)
            return;
        running.Remove(run);
        Keep(run);
        if (--run.Answer.Open == 0)
            run.Answer.Stream.Complete();
    }

    private ChoiceRun NewRun(Answer answer, int number) => new(answer, new ChoiceDecoder(answer.Request, tokenizer, sampler, answer.Stops, number), orders++);

    private void Keep(ChoiceRun run)
    {
        if (run.Sequence is { } sequence)
            cache.Put(run.Answer.Request.Caller, run.Tokens, sequence);
        run.Sequence = null;
    }

    private static void Release(ChoiceRun run)
    {
        run.Sequence?.Dispose();
        run.Sequence = null;
    }

    private int Growth(List<PlannedStep> steps) => steps.Sum(s => evaluator.PagesNeeded(s.Run.Sequence!, s.Step.Tokens.Length));

    private int Need(ChoiceRun run) => evaluator.PagesNeeded(run.Sequence!, run.Pending + 1);
}
