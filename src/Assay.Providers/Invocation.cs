using Assay.Engine.Models;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers;

/// <summary>A model that is ready to run, and what receipts call it.</summary>
/// <param name="Claim">Name, version, digest, format.</param>
/// <param name="Graph">What is executed.</param>
/// <param name="GraphDigest">Of <paramref name="Graph"/> (docs/spec/graph.md).</param>
public sealed record RunnableModel(ModelClaim Claim, Graph Graph, Hash GraphDigest);

/// <summary>One request to run a model on tensors.</summary>
/// <param name="Watched">Whether the run's trace is taken: it then goes node by node, and takes longer.</param>
public sealed record Invocation(RunnableModel Model, IReadOnlyDictionary<string, Tensor> Inputs, bool Watched = false);

/// <summary>What a run gave.</summary>
/// <param name="Inputs">The inputs in the graph's order, as they were bound.</param>
/// <param name="Outputs">The outputs in the graph's order.</param>
/// <param name="Execution">How it was computed, for the receipt.</param>
public sealed record Run(IReadOnlyList<NamedTensor> Inputs, IReadOnlyList<NamedTensor> Outputs, ExecutionClaim Execution)
{
    /// <summary>Of a run that was watched, what only who runs it has (docs/spec/audits.md section 4, Trace); else null.</summary>
    public Hash? Trace { get; init; }

    /// <summary>The canonical encoding that receipts commit to (docs/spec/tensors.md).</summary>
    public byte[] EncodedInputs { get; } = TensorEncoding.Encode(Inputs);

    /// <inheritdoc cref="EncodedInputs"/>
    public byte[] EncodedOutputs { get; } = TensorEncoding.Encode(Outputs);
}

/// <summary>Something that runs models: an engine in this process, later a relay to one elsewhere.</summary>
public interface IProvider
{
    /// <exception cref="ModelException">The inputs do not fit the model, or it cannot be run within the limits.</exception>
    Task<Run> InvokeAsync(Invocation invocation, CancellationToken cancel);
}
