using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>
/// The reference: runs a graph by scalar loops that follow docs/spec/assay-f32-v1.md word by word, one function a
/// primitive, nothing fused, nothing clever. Every faster way to run a graph has to give these bytes.
/// </summary>
public static class Reference
{
    /// <summary>Runs the graph.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="inputs">One tensor per input, by name.</param>
    /// <param name="onValue">Told of every value that a node makes, in the order in which they are made: id and tensor.</param>
    /// <param name="limits">What the run may use.</param>
    /// <param name="cancel">Asked before each node.</param>
    /// <returns>The outputs, in the graph's order.</returns>
    /// <exception cref="ModelException">An input does not fit, operands contradict each other, or a limit is passed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    public static IReadOnlyList<NamedTensor> Run(
        Graph graph, IReadOnlyDictionary<string, Tensor> inputs, Action<int, Tensor>? onValue = null, RunLimits? limits = null, CancellationToken cancel = default)
    {
        var bound = Binding.Check(graph, inputs);
        var run = new Values(graph, limits ?? RunLimits.Default, onValue, cancel);
        for (var i = 0; i < bound.Length; i++)
            run.Set(graph.Inputs[i], bound[i].Value);
        RunBlock(graph.Body, run);
        return [.. graph.Outputs.Select(id => new NamedTensor(graph.Values[id].Name, run.Get(id)))];
    }

    private static void RunBlock(Block block, Values run)
    {
        foreach (var node in block.Nodes)
        {
            run.Cancel.ThrowIfCancellationRequested();
            try
            {
                if (node.Op == Primitive.If)
                    Branch(node, run);
                else
                    RunNode(node, run);
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{node.Source}: {e.Message}", e);
            }
        }
    }

    private static void Branch(Node node, Values run)
    {
        var condition = run.Get(node.Inputs[0]);
        if (condition.Type != DType.Bool || condition.Count != 1)
            throw new ModelException($"the condition is {condition}, not one bool");
        var block = node.Blocks[condition.Bytes[0] != 0 ? 0 : 1];
        RunBlock(block, run);
        for (var i = 0; i < node.Outputs.Length; i++)
            if (node.Outputs[i] >= 0)
                run.Make(node.Outputs[i], run.Get(block.Results[i]));
    }

    private static void RunNode(Node node, Values run)
    {
        var operands = new Tensor?[node.Inputs.Length];
        var facts = new Fact?[operands.Length];
        for (var i = 0; i < operands.Length; i++)
            if (node.Inputs[i] >= 0)
                facts[i] = Fact.Of(operands[i] = run.Get(node.Inputs[i]));
        var shapes = ShapeRules.Infer(node, facts);
        Tensor[] outputs;
        if (ShapeRules.IsDataDependent(node.Op))
        {
            run.SpendWorking(node, facts, shapes.AsSpan());
            outputs = DataDependent.Run(node, operands, (type, shape) => run.Allocate(Fact.Of(type, shape.Dims.AsSpan())));
        }
        else
        {
            outputs = new Tensor[shapes.Length];
            for (var i = 0; i < outputs.Length; i++)
                outputs[i] = run.Allocate(shapes[i]);
            run.SpendWorking(node, facts, shapes.AsSpan());
            Kernels.Run(node, operands, outputs);
        }
        for (var i = 0; i < node.Outputs.Length; i++)
            if (node.Outputs[i] >= 0)
                run.Make(node.Outputs[i], outputs[i]);
    }

    /// <summary>The values of one run, and what they cost.</summary>
    private sealed class Values(Graph graph, RunLimits limits, Action<int, Tensor>? onValue, CancellationToken cancel)
    {
        private readonly Tensor?[] made = new Tensor?[graph.Values.Length];
        private long spent;

        public CancellationToken Cancel => cancel;

        public Tensor Get(int id) => made[id] ?? graph.Constants[id];

        public void Set(int id, Tensor tensor) => made[id] = tensor;

        public void Make(int id, Tensor tensor)
        {
            made[id] = tensor;
            onValue?.Invoke(id, tensor);
        }

        public Tensor Allocate(Fact fact)
        {
            var type = fact.Type ?? throw new ModelException("an output's type is not known");
            limits.Spend(ref spent, type, fact.Shape);
            return Tensor.Create(type, fact.Shape);
        }

        public void SpendWorking(Node node, ReadOnlySpan<Fact?> operands, ReadOnlySpan<Fact> outputs) =>
            limits.SpendWorking(ref spent, node, operands, outputs);
    }
}
