using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>One run: node after node, each by a fast kernel where there is one and by the reference's where there is not.</summary>
internal sealed unsafe class FastRun(Graph graph, Weights weights, Liveness liveness, RunContext context, RunLimits limits, Action<int, Tensor>? onValue, CancellationToken cancel)
{
    private readonly Value?[] values = new Value?[graph.Values.Length];
    // Nodes that a fused kernel has computed already.
    private readonly HashSet<Node> absorbed = new(ReferenceEqualityComparer.Instance);
    private long spent;

    public IReadOnlyList<NamedTensor> Run(NamedTensor[] inputs)
    {
        try
        {
            for (var i = 0; i < inputs.Length; i++)
                values[graph.Inputs[i]] = Value.Of(inputs[i].Value);
            RunBlock(graph.Body);
            return [.. graph.Outputs.Select(id => new NamedTensor(graph.Values[id].Name, Get(id).Tensor(context)))];
        }
        finally
        {
            foreach (var value in values)
                value?.Release();
        }
    }

    // A run has its own handle on a constant: what it makes of it is not seen by other runs.
    private Value Get(int id) => values[id] ??= weights.Constant(id).Share();

    private void Make(int id, Value value)
    {
        if (id < 0)
        {
            value.Release();
            return;
        }
        values[id] = value;
        onValue?.Invoke(id, value.Tensor(context));
    }

    private void RunBlock(Block block)
    {
        for (var i = 0; i < block.Nodes.Length; i++)
        {
            var node = block.Nodes[i];
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (node.Op == Primitive.If)
                    Branch(node);
                else if (weights.Folded.Contains(node))
                    Known(node.Outputs[0]);
                else if (!absorbed.Contains(node))
                    RunNode(node);
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{node.Source}: {e.Message}", e);
            }
            foreach (var id in liveness.After(block, i))
                Forget(id);
        }
    }

    private void Forget(int id)
    {
        values[id]?.Release();
        values[id] = null;
    }

    /// <summary>A value that is the same in every run; it counts and is shown like any other.</summary>
    private void Known(int id)
    {
        var value = Get(id);
        limits.Spend(ref spent, value.Type, value.Shape);
        onValue?.Invoke(id, value.Tensor(context));
    }

    private void Branch(Node node)
    {
        var condition = Get(node.Inputs[0]).Tensor(context);
        if (condition.Type != DType.Bool || condition.Count != 1)
            throw new ModelException($"the condition is {condition}, not one bool");
        var block = node.Blocks[condition.Bytes[0] != 0 ? 0 : 1];
        RunBlock(block);
        for (var i = 0; i < node.Outputs.Length; i++)
            if (node.Outputs[i] >= 0)
                Make(node.Outputs[i], Get(block.Results[i]).Share());
        foreach (var id in block.Results)
            if (block.Nodes.Any(n => n.Outputs.Contains(id)))
                Forget(id);
    }

    private void RunNode(Node node)
    {
        var operands = new Value?[node.Inputs.Length];
        var facts = new Fact?[operands.Length];
        for (var i = 0; i < operands.Length; i++)
            if (node.Inputs[i] >= 0)
            {
                var operand = operands[i] = Get(node.Inputs[i]);
                facts[i] = ShapeRules.ReadsValue(node.Op, i) ? Fact.Of(operand.Tensor(context)) : operand.Fact();
            }
        var shapes = ShapeRules.Infer(node, facts);
        if (ShapeRules.IsDataDependent(node.Op))
        {
            limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
            var made = DataDependent.Run(node, Array.ConvertAll(operands, v => v?.Tensor(context)), Allocate);
            for (var i = 0; i < made.Length; i++)
                Make(i < node.Outputs.Length ? node.Outputs[i] : -1, Value.Of(made[i]));
            return;
        }
        foreach (var shape in shapes)
            limits.Spend(ref spent, shape.Type ?? throw new ModelException("an output's type is not known"), shape.Shape);
        limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
        // Whoever watches sees every value, so nothing is fused.
        var fusion = onValue is null ? weights.Fusions.Of(node) : null;
        var outputs = FastKernels.Run(new(node, operands, [.. shapes], context, weights.Packed(node), fusion));
        if (outputs is not null && fusion is not null)
        {
            foreach (var next in fusion.Absorbed)
            {
                limits.Spend(ref spent, shapes[0].Type!.Value, shapes[0].Shape);
                absorbed.Add(next);
            }
            Make(fusion.Output, outputs[0]);
            return;
        }
        outputs ??= ByReference(node, operands, [.. shapes]);
        for (var i = 0; i < outputs.Length; i++)
            Make(i < node.Outputs.Length ? node.Outputs[i] : -1, outputs[i]);
    }

    private Tensor Allocate(DType type, Shape shape)
    {
        limits.Spend(ref spent, type, shape);
        return Tensor.Create(type, shape);
    }

    private Value[] ByReference(Node node, Value?[] operands, Fact[] shapes)
    {
        var outputs = Array.ConvertAll(shapes, s => Tensor.Create(s.Type!.Value, s.Shape));
        Kernels.Run(node, Array.ConvertAll(operands, v => v?.Tensor(context)), outputs);
        return Array.ConvertAll(outputs, Value.Of);
    }
}
