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
}

/// <summary>
/// Runs one graph fast, with the bits of the reference (docs/spec/assay-f32-v1.md) whatever the instruction set and the
/// number of threads. Weights are packed once and shared; any number of runs may go on at once, each with its own memory.
/// </summary>
public sealed class Session : IDisposable
{
    private readonly Graph graph;
    private readonly Weights weights;
    private readonly Liveness liveness;
    private readonly ConcurrentBag<RunContext> idle = [];
    private volatile bool disposed;

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
        idle.Add(new RunContext(Isa, Options.Threads, Options.Limits));
    }

    public SessionOptions Options { get; }

    /// <summary>The instruction set that the runs use.</summary>
    public Isa Isa { get; }

    /// <summary>Runs the graph, whose inputs and outputs are tensors, once. May be called from several threads at a time.</summary>
    /// <param name="inputs">One tensor per input, by name.</param>
    /// <param name="onValue">Told of every tensor that a node makes, in the order in which they are made: id and tensor; of a sequence, of each tensor in it.</param>
    /// <param name="cancel">Asked before each node.</param>
    /// <returns>The outputs, in the graph's order.</returns>
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
        var context = idle.TryTake(out var waiting) ? waiting : new RunContext(Isa, Options.Threads, Options.Limits);
        try
        {
            return new FastRun(graph, weights, liveness, context, Options.Limits, onValue, cancel).Run(bound);
        }
        finally
        {
            context.Pool.Trim(Options.Limits.Bytes / sizeof(float));
            if (disposed)
                context.Dispose();
            else
                idle.Add(context);
        }
    }

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
