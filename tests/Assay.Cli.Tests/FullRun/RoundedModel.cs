using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Providers;

namespace Assay.Cli.Tests.FullRun;

/// <summary>The cheat of these tests: a model whose weights are rounded to 8 bits answers for the published one, under its name.</summary>
/// <param name="isSwapped">Asked before each answer, with its number from 0 in the order in which answers begin.</param>
/// <param name="swapped">Told what it gave instead.</param>
internal sealed class RoundedModel(Func<long, bool> isSwapped, Action<Run> swapped) : IDisposable
{
    private readonly LocalEngine cheap = new(new SessionOptions { Threads = 1 });
    private readonly Lock gate = new();
    private RunnableModel? rounded;
    private long answers = -1;

    public async Task<Run> InvokeAsync(IProvider honest, Invocation invocation, CancellationToken cancel)
    {
        if (!isSwapped(Interlocked.Increment(ref answers)))
            return await honest.InvokeAsync(invocation, cancel);
        lock (gate)
            // The published graph's digest stays: that is the lie.
            rounded ??= invocation.Model with { Graph = Round(invocation.Model.Graph) };
        var run = await cheap.InvokeAsync(invocation with { Model = rounded }, cancel);
        swapped(run);
        return run;
    }

    public void Dispose() => cheap.Dispose();

    /// <summary>Each tensor of weights at one of 255 steps between minus and plus its greatest weight; vectors (biases) stay.</summary>
    public static Graph Round(Graph graph) => graph with
    {
        Constants = graph.Constants.ToImmutableDictionary(c => c.Key, c => c.Value is { Type: DType.Float32, Shape.Rank: > 1 } weights ? Round(weights) : c.Value),
    };

    private static Tensor Round(Tensor weights)
    {
        var values = weights.Span<float>().ToArray();
        var step = values.Max(MathF.Abs) / 127;
        return Tensor.From<float>(weights.Shape, [.. values.Select(v => step == 0 ? v : MathF.Round(v / step) * step)]);
    }
}
