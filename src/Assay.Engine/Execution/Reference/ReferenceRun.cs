using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>One run by the reference: the values that there are, and what they cost.</summary>
internal sealed class ReferenceRun(Graph graph, RunLimits limits, Action<int, Tensor>? onValue, CancellationToken cancel) : IBlockRun<ModelValue>
{
    private readonly ModelValue?[] made = new ModelValue?[graph.Values.Length];
    private long spent;
    private long iterations;

    public Graph Graph => graph;

    public RunLimits Limits => limits;

    public ref long Spent => ref spent;

    public ref long Iterations => ref iterations;

    public ModelValue Get(int id) => made[id] ?? graph.Constants[id];

    public void Set(int id, ModelValue value) => made[id] = value;

    public void Make(int id, ModelValue value)
    {
        made[id] = value;
        if (onValue is not null)
            foreach (var tensor in value.Tensors)
                onValue(id, tensor);
    }

    public void Forget(int id) => made[id] = null;

    public ModelValue Share(ModelValue value) => value;

    public void Release(ModelValue value) { }

    public ModelValue Plain(ModelValue value) => value;

    public ModelValue Of(ModelValue value) => value;

    public Fact FactOf(ModelValue value) => Fact.Of(value);

    public long BytesOf(ModelValue value) => value.ByteCount;

    public void CheckIn() => cancel.ThrowIfCancellationRequested();

    public void RunBlock(Block block)
    {
        foreach (var node in block.Nodes)
        {
            CheckIn();
            try
            {
                if (!node.Blocks.IsDefaultOrEmpty)
                    ControlFlow.Run(this, node);
                else
                    RunNode(node);
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{node.Source}: {e.Message}", e);
            }
        }
    }

    private void RunNode(Node node)
    {
        var operands = new ModelValue?[node.Inputs.Length];
        var facts = new Fact?[operands.Length];
        for (var i = 0; i < operands.Length; i++)
            if (node.Inputs[i] >= 0)
                facts[i] = Fact.Of(operands[i] = Get(node.Inputs[i]));
        var shapes = ShapeRules.Infer(node, facts);
        if (Sequences.Makes(node.Op, operands))
        {
            var values = Sequences.Make(node, operands, limits, ref spent);
            for (var i = 0; i < node.Outputs.Length; i++)
                if (node.Outputs[i] >= 0)
                    Make(node.Outputs[i], values[i]);
            return;
        }
        var tensors = Array.ConvertAll(operands, x => (Tensor?)x);
        Tensor[] outputs;
        if (ShapeRules.IsDataDependent(node.Op))
        {
            limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
            outputs = DataDependent.Run(node, tensors, Allocate);
        }
        else
        {
            outputs = [.. shapes.Select(s => Allocate(s.Type ?? throw new ModelException("an output's type is not known"), s.Shape))];
            limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
            Kernels.Run(node, tensors, outputs);
        }
        for (var i = 0; i < node.Outputs.Length; i++)
            if (node.Outputs[i] >= 0)
                Make(node.Outputs[i], outputs[i]);
    }

    private Tensor Allocate(DType type, Shape shape)
    {
        limits.Spend(ref spent, type, shape);
        return Tensor.Create(type, shape);
    }
}
