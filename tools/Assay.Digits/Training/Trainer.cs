using System.Collections.Concurrent;
using Assay.Digits.Drawing;

namespace Assay.Digits.Training;

/// <summary>How long and how fast to train. Every step sees new samples; none is seen twice.</summary>
internal sealed record TrainingPlan(ulong Seed, int Steps, float Rate)
{
    public const int Shards = 4, SamplesPerStep = Shards * 16;

    public static readonly TrainingPlan Committed = new(Seed: 20260701, Steps: 12_000, Rate: 0.002f);

    public int SampleCount => Steps * SamplesPerStep;
}

/// <summary>
/// Trains the network. A step's samples are cut into a fixed number of shards whose slopes are added in the order of the
/// shards, so the parameters have the same bits whatever the number of threads.
/// </summary>
internal static class Trainer
{
    /// <param name="plan">What to do.</param>
    /// <param name="threads">At most this many threads; changes the time, never the result.</param>
    /// <param name="progress">Is told the step and the mean loss of the latest 500 steps.</param>
    /// <returns>The parameters, laid out as <see cref="Network.Parameters"/> says.</returns>
    public static float[] Train(TrainingPlan plan, int threads, Action<int, float>? progress = null)
    {
        const int Report = 500;
        var parameters = Initial(plan.Seed);
        var adam = new Adam(parameters.Length);
        var slopes = new float[TrainingPlan.Shards][];
        for (var s = 0; s < slopes.Length; s++)
            slopes[s] = new float[parameters.Length];
        var losses = new float[TrainingPlan.Shards];
        var spaces = new ConcurrentBag<Workspace<Batch16>>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var recent = 0f;
        for (var step = 0; step < plan.Steps; step++)
        {
            var first = (long)step * TrainingPlan.SamplesPerStep;
            Parallel.For(0, TrainingPlan.Shards, options, shard =>
            {
                if (!spaces.TryTake(out var space))
                    space = new();
                losses[shard] = Shard(plan.Seed, first + shard * Batch16.Width, parameters, space, slopes[shard]);
                spaces.Add(space);
            });
            adam.Step(parameters, Mean(slopes), plan.Rate * (plan.Steps - step) / plan.Steps);

            foreach (var loss in losses)
                recent += loss / (TrainingPlan.SamplesPerStep * Report);
            if ((step + 1) % Report == 0)
            {
                progress?.Invoke(step + 1, recent);
                recent = 0;
            }
        }
        return parameters;
    }

    /// <summary>How many of samples 0 .. count-1 of a seed are classified right, by digit. The count is a multiple of 160.</summary>
    public static int[] CountRight(ReadOnlySpan<float> parameters, ulong seed, int count)
    {
        var right = new int[Network.Classes];
        var space = new Workspace<Batch16>();
        Span<int> labels = stackalloc int[Batch16.Width];
        for (var first = 0; first < count; first += Batch16.Width)
        {
            Samples.Fill(seed, first, space.Input, labels);
            Network.Forward<Batch16, float>(parameters, space);
            var guesses = Guesses(space.Logits);
            for (var lane = 0; lane < labels.Length; lane++)
                if (guesses[lane] == labels[lane])
                    right[labels[lane]]++;
        }
        return right;
    }

    /// <summary>The class of the greatest logit in each lane.</summary>
    public static int[] Guesses(ReadOnlySpan<Batch16> logits)
    {
        var guesses = new int[Batch16.Width];
        Span<float> best = stackalloc float[Batch16.Width], lanes = stackalloc float[Batch16.Width];
        best.Fill(float.NegativeInfinity);
        for (var c = 0; c < Network.Classes; c++)
        {
            Batch16.Store(logits[c], lanes);
            for (var lane = 0; lane < lanes.Length; lane++)
                if (lanes[lane] > best[lane])
                    (best[lane], guesses[lane]) = (lanes[lane], c);
        }
        return guesses;
    }

    private static float Shard(ulong seed, long first, ReadOnlySpan<float> parameters, Workspace<Batch16> space, Span<float> slopes)
    {
        Span<int> labels = stackalloc int[Batch16.Width];
        Samples.Fill(seed, first, space.Input, labels);
        Network.Forward<Batch16, float>(parameters, space);
        var loss = CrossEntropy.Of<Batch16, float>(labels, space);
        slopes.Clear();
        Network.Backward<Batch16, float>(parameters, space, slopes);
        return loss;
    }

    /// <summary>The shards' slopes added in order, over the number of samples; left in the first shard's array.</summary>
    private static float[] Mean(float[][] slopes)
    {
        var sum = slopes[0];
        for (var i = 0; i < sum.Length; i++)
        {
            for (var s = 1; s < slopes.Length; s++)
                sum[i] += slopes[s][i];
            sum[i] *= 1f / TrainingPlan.SamplesPerStep;
        }
        return sum;
    }

    /// <summary>Weights spread evenly with variance 2 / fan-in (He, Zhang, Ren, Sun 2015); biases 0.</summary>
    private static float[] Initial(ulong seed)
    {
        var parameters = new float[Network.ParameterCount];
        var draws = new Draws(~seed, 0);
        foreach (var p in Network.Parameters)
        {
            var reach = p.FanIn == 0 ? 0 : Math.Sqrt(6.0 / p.FanIn);
            foreach (ref var w in parameters.AsSpan(p.Offset, p.Count))
                w = (float)draws.Between(-reach, reach);
        }
        return parameters;
    }
}
