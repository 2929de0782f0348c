using System.Collections.Concurrent;
using Assay.Engine.Execution.Fast;
using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution;

/// <summary>How a session runs. Nothing here can change an output.</summary>
public sealed record SessionOptions
{
    public static readonly SessionOptions Default = new();

    /// <summary>The instruction set; what <c>ASSAY_ISA</c> says, or the best there is, where null.</summary>
    public Isa? Isa { get; init; }

    /// <summary>Threads of one run, 1 to 64.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, Workers.MaxThreads);

    /// <summary>What one run may use.</summary>
    public RunLimits Limits { get; init; } = RunLimits.Default;

    /// <summary>Every kernel is cut among all threads, be it worth it or not: so that tests see each of them cut.</summary>
    internal bool CutsAll { get; init; }

    /// <summary>Whether runs are made ready once for inputs of one shape, and then repeated.</summary>
    public bool Plans { get; init; } = true;
}

/// <summary>
/// Runs one graph fast, with the bits of the reference (docs/spec/assay-f32-v1.md) whatever the instruction set and the
/// number of threads. Weights are packed once and shared; any number of runs may go on at once, each with its own memory.
/// </summary>
public sealed class Session : IDisposable
{
    // Of all plans that wait for their next use in one context; a larger one is kept alone.
    private const long MostPlanBytes = 1L << 30;

    private readonly Graph graph;
    private readonly Weights weights;
    private readonly Liveness liveness;
    private readonly Planner planner;
    private readonly ConcurrentBag<RunContext> idle = [];
    private volatile bool disposed;
    private long planned;

    /// <exception cref="NotSupportedException">This machine lacks the instruction set asked for.</exception>
    public Session(Graph graph, SessionOptions? options = null)
    {
        this.graph = graph;
        Options = options ?? SessionOptions.Default;
        Isa = Options.Isa ?? Isas.FromEnvironment();
        if (!Isa.IsSupported())
            throw new NotSupportedException($"this machine has {string.Join(", ", Isas.Supported.Select(Isas.Name))}, not {Isa.Name()}");
        weights = new Weights(graph, Isa);
        liveness = new Liveness(graph);
        planner = new Planner(graph, weights, liveness, Options.Limits);
        idle.Add(NewContext());
    }

    public SessionOptions Options { get; }

    /// <summary>The instruction set that the runs use.</summary>
    public Isa Isa { get; }

    /// <summary>Runs so far that went by a plan.</summary>
    public long PlannedRuns => Interlocked.Read(ref planned);

    /// <summary>Bytes that the plans hold which are not at work now.</summary>
    public long PlannedBytes => idle.Sum(c => c.Plans?.Bytes ?? 0);

    /// <summary>Runs the graph, whose inputs and outputs are tensors, once. May be called from several threads at a time.</summary>
    /// <param name="inputs">One tensor per input, by name.</param>
    /// <param name="onValue">Told of every tensor that a node makes, in the order in which they are made: id and tensor; of a sequence, of each tensor in it.</param>
    /// <param name="cancel">Asked before each kernel and, where one takes longer, within it.</param>
    /// <returns>The outputs, in the graph's order, in memory of their own.</returns>
    /// <exception cref="ModelException">An input does not fit, operands contradict each other, or a limit is passed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public IReadOnlyList<NamedTensor> Run(
        IReadOnlyDictionary<string, Tensor> inputs, Action<int, Tensor>? onValue = null, CancellationToken cancel = default) =>
        Binding.Tensors(graph, values => RunBound(values, onValue, cancel), Binding.Check(graph, inputs));

    /// <summary>Runs the graph once. May be called from several threads at a time.</summary>
    /// <param name="inputs">One value per input, of the kind that the graph declares, by name.</param>
    /// <inheritdoc cref="Run(IReadOnlyDictionary{string, Tensor}, Action{int, Tensor}?, CancellationToken)"/>
    public IReadOnlyList<NamedValue> RunValues(
        IReadOnlyDictionary<string, ModelValue> inputs, Action<int, Tensor>? onValue = null, CancellationToken cancel = default) =>
        RunBound(Binding.CheckValues(graph, inputs), onValue, cancel);

    private NamedValue[] RunBound(ModelValue[] bound, Action<int, Tensor>? onValue, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return Options.Limits.Time == Timeout.InfiniteTimeSpan ? RunInTime(bound, onValue, cancel)
            : Options.Limits.InTime(cancel, token => RunInTime(bound, onValue, token));
    }

    private NamedValue[] RunInTime(ModelValue[] bound, Action<int, Tensor>? onValue, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var context = idle.TryTake(out var waiting) ? waiting : NewContext();
        try
        {
            using var called = context.Until(cancel);
            // Whoever watches sees every value, and so the nodes one by one.
            if (onValue is null && context.Plans?.For(bound, context) is { } plan)
            {
                Interlocked.Increment(ref planned);
                return plan.Run(bound, context);
            }
            return new FastRun(graph, weights, liveness, context, Options.Limits, onValue, cancel).Run(bound);
        }
        finally
        {
            context.Trim(Options.Limits);
            // A crowd that came once does not keep its threads and plans: a few wait for the next.
            if (disposed || idle.Count >= 2 * Environment.ProcessorCount)
                context.Dispose();
            else
                idle.Add(context);
        }
    }

    private RunContext NewContext() =>
        new(Isa, Options.Threads, Options.Limits, Options.CutsAll) { Plans = Options.Plans ? new PlanCache(planner, Math.Min(Options.Limits.Bytes, MostPlanBytes)) : null };

    /// <summary>Frees threads and memory. The caller sees to it that no run is going on.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        while (idle.TryTake(out var context))
            context.Dispose();
        weights.Dispose();
    }
}
