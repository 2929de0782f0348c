using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// The reference: runs a graph by scalar loops that follow docs/spec/assay-f32-v1.md word by word, one function a
/// primitive, nothing fused, nothing clever. Every faster way to run a graph has to give these bytes.
/// </summary>
public static class Reference
{
    /// <summary>Runs the graph, whose inputs and outputs are tensors.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="inputs">One tensor per input, by name.</param>
    /// <param name="onValue">Told of every tensor that a node makes, in the order in which they are made: id and tensor; of a sequence, of each tensor in it.</param>
    /// <param name="limits">What the run may use.</param>
    /// <param name="cancel">Asked before each node and, where one takes long, within it.</param>
    /// <returns>The outputs, in the graph's order, in memory of their own.</returns>
    /// <exception cref="ModelException">An input does not fit, an input or output is no tensor, operands contradict each other, or a limit is passed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public static IReadOnlyList<NamedTensor> Run(
        Graph graph, IReadOnlyDictionary<string, Tensor> inputs, Action<int, Tensor>? onValue = null, RunLimits? limits = null, CancellationToken cancel = default) =>
        Binding.Tensors(graph, values => RunBound(graph, values, onValue, limits, cancel), Binding.Check(graph, inputs));

    /// <summary>Runs the graph.</summary>
    /// <inheritdoc cref="Run(Graph, IReadOnlyDictionary{string, Tensor}, Action{int, Tensor}?, RunLimits?, CancellationToken)"/>
    public static IReadOnlyList<NamedValue> RunValues(
        Graph graph, IReadOnlyDictionary<string, ModelValue> inputs, Action<int, Tensor>? onValue = null, RunLimits? limits = null, CancellationToken cancel = default) =>
        RunBound(graph, Binding.CheckValues(graph, inputs), onValue, limits, cancel);

    private static NamedValue[] RunBound(Graph graph, ModelValue[] inputs, Action<int, Tensor>? onValue, RunLimits? limits, CancellationToken cancel)
    {
        limits ??= RunLimits.Default;
        return limits.InTime(cancel, token => RunInTime(graph, inputs, onValue, limits, token));
    }

    private static NamedValue[] RunInTime(Graph graph, ModelValue[] inputs, Action<int, Tensor>? onValue, RunLimits limits, CancellationToken cancel)
    {
        using var flag = new Interrupt.Flag(cancel);
        using var watch = Interrupt.On(flag);
        var run = new ReferenceRun(graph, limits, onValue, cancel);
        for (var i = 0; i < inputs.Length; i++)
            run.Set(graph.Inputs[i], inputs[i]);
        run.RunBlock(graph.Body);
        var returned = 0L;
        foreach (var id in graph.Outputs)
            limits.SpendOutput(ref returned, run.Get(id).ByteCount);
        return [.. graph.Outputs.Select(id => new NamedValue(graph.Values[id].Name, Leaving.Own(graph.Constants, inputs, run.Get(id))))];
    }
}
