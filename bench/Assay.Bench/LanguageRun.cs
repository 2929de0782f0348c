using System.Diagnostics;
using Assay.Engine.Language;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Language;

namespace Assay.Bench;

/// <summary>Our side of what <see cref="LlamaCpp"/> does: the same commands, timed the same way.</summary>
internal sealed class LanguageRun : IDisposable
{
    private readonly LanguageModel model;
    private readonly LanguageSession session;
    private readonly List<LanguageStep> steps = [];
    private readonly TokenSampler sampler;

    public LanguageRun(string file, int threads)
    {
        var start = Stopwatch.GetTimestamp();
        model = LanguageModel.Open(file);
        session = new LanguageSession(model, new LanguageSessionOptions { Threads = threads });
        LoadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        sampler = new TokenSampler(model.Architecture.VocabularySize);
    }

    /// <summary>From the file to a session that takes tokens.</summary>
    public double LoadSeconds { get; }

    /// <inheritdoc cref="LlamaCpp.Prefill"/>
    public double Prefill(int[] tokens, int sequences = 1, int scored = 1)
    {
        Forget();
        for (var s = 0; s < sequences; s++)
            steps.Add(new LanguageStep(session.NewSequence()) { Tokens = tokens, Scored = scored });
        var start = Stopwatch.GetTimestamp();
        foreach (var step in steps)
            session.Evaluate([step]);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc cref="LlamaCpp.Decode"/>
    public double Decode(int from, int[] tokens)
    {
        foreach (var step in steps)
        {
            step.Sequence.Truncate(from);
            step.Scored = 1;
        }
        var all = steps.ToArray();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < tokens.Length; i++)
        {
            foreach (var step in all)
                step.Tokens = tokens.AsMemory(i, 1);
            session.Evaluate(all);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Continues the one sequence, each token the likeliest after those before it.</summary>
    public (double Seconds, int[] Tokens) Generate(int count)
    {
        var step = steps[0];
        var tokens = new int[count];
        step.Scored = 1;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            tokens[i] = Likeliest(step.Scores(0));
            step.Tokens = tokens.AsMemory(i, 1);
            session.Evaluate([step]);
        }
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, tokens);
    }

    /// <summary>Runs the prompt and what was generated after it at once, and compares each token with the scores before it.</summary>
    /// <exception cref="BenchException">A token is not the one that was generated.</exception>
    public double Replay(int[] prompt, int[] generated)
    {
        Forget();
        var step = new LanguageStep(session.NewSequence()) { Tokens = (int[])[.. prompt, .. generated], Scored = generated.Length + 1 };
        steps.Add(step);
        var start = Stopwatch.GetTimestamp();
        session.Evaluate([step]);
        for (var i = 0; i < generated.Length; i++)
            if (Likeliest(step.Scores(i)) != generated[i])
                throw new BenchException($"the replay differs at token {i}");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc cref="LlamaCpp.Scores"/>
    public float[] Scores(int[] tokens, int[] of)
    {
        Prefill(tokens);
        return [.. of.Select(id => steps[0].Scores(0)[id])];
    }

    public void Dispose()
    {
        Forget();
        session.Dispose();
        model.Dispose();
    }

    private void Forget()
    {
        foreach (var step in steps)
            step.Sequence.Dispose();
        steps.Clear();
    }

    // As an answer at temperature 0 is drawn.
    private int Likeliest(ReadOnlySpan<float> scores) => sampler.Pick(scores, SamplerOptions.Greedy, [], 0, 0);
}
