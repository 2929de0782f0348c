using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>How a session runs.</summary>
public sealed record SessionOptions
{
    /// <summary>Threads that share a run; they split outputs, so the bits do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>A graph made ready to run many times. It runs by the reference until the fast path is in.</summary>
public sealed class Session(Graph graph, SessionOptions options) : IDisposable
{
    public SessionOptions Options { get; } = options;

    /// <inheritdoc cref="Reference.Reference.Run"/>
    public IReadOnlyList<NamedTensor> Run(IReadOnlyDictionary<string, Tensor> inputs, Action<int, Tensor>? onValue = null) =>
        Reference.Reference.Run(graph, inputs, onValue);

    public void Dispose()
    {
        // Nothing is held yet.
    }
}
