using System.Collections.Immutable;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>One run: node after node, each by a fast kernel where there is one and by the reference's where there is not.</summary>
internal sealed unsafe class FastRun(Graph graph, Weights weights, Liveness liveness, RunContext context, RunLimits limits, Action<int, Tensor>? onValue, CancellationToken cancel) : IBlockRun<Value>
{
    private readonly Value?[] values = new Value?[graph.Values.Length];
    // Elements of a value that is worth knowing when a plan is made.
    private const int MostKnown = 1024;

    // Nodes that a fused kernel has computed already.
    private readonly HashSet<Node> absorbed = new(ReferenceEqualityComparer.Instance);
    private long spent, returned;
    private long iterations;

    public Graph Graph => graph;

    public RunLimits Limits => limits;

    public ref long Spent => ref spent;

    public ref long Iterations => ref iterations;

    public NamedValue[] Run(ModelValue[] inputs)
    {
        try
        {
            for (var i = 0; i < inputs.Length; i++)
                values[graph.Inputs[i]] = Value.Of(inputs[i]);
            RunBlock(graph.Body);
            foreach (var id in graph.Outputs)
                limits.SpendOutput(ref returned, Get(id).ByteCount);
            return [.. graph.Outputs.Select(id => new NamedValue(graph.Values[id].Name, Leaving.Own(weights.Folded.Constants, inputs, Get(id).Plain(context))))];
        }
        finally
        {
            foreach (var value in values)
                value?.Release();
        }
    }

    /// <summary>Records the run for these inputs, whose memory is filled later; gives the outputs.</summary>
    /// <exception cref="UnplannableException">What only a run can tell decides how it goes on.</exception>
    /// <exception cref="ModelException">As in a run.</exception>
    public Value[] Record(Value[] inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
            values[graph.Inputs[i]] = inputs[i];
        RunBlock(graph.Body);
        var outputs = new Value[graph.Outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = Get(graph.Outputs[i]);
            limits.SpendOutput(ref returned, outputs[i].ByteCount);
        }
        return outputs;
    }

    // A run has its own handle on a constant: what it makes of it is not seen by other runs.
    public Value Get(int id) => values[id] ??= weights.Constant(id).Share();

    public void Set(int id, Value value) => values[id] = value;

    public Value Share(Value value) => value.Share();

    public void Release(Value value) => value.Release();

    public ModelValue Plain(Value value) => context.IsRecording ? Told(value) : value.Plain(context);

    public Fact FactOf(Value value) => value.Container is null ? Fact.Of(value.Type, value.Shape.Dims.AsSpan()) : value.Fact();

    public long BytesOf(Value value) => value.ByteCount;

    public Value Of(ModelValue value) => Value.Of(value);

    public void CheckIn() => cancel.ThrowIfCancellationRequested();

    public void Make(int id, Value value)
    {
        if (id < 0)
        {
            value.Release();
            return;
        }
        values[id] = value;
        if (onValue is not null)
            foreach (var tensor in value.Plain(context).Tensors)
                onValue(id, tensor);
    }

    public void RunBlock(Block block)
    {
        for (var i = 0; i < block.Nodes.Length; i++)
        {
            var node = block.Nodes[i];
            CheckIn();
            try
            {
                if (!node.Blocks.IsDefaultOrEmpty)
                    RunBlocks(node);
                else if (weights.Folded.Contains(node))
                    Known(node.Outputs[0]);
                else if (!absorbed.Contains(node))
                {
                    RunNode(node, liveness.After(block, i));
                    context.Scratch.EndNode();
                }
            }
            catch (ModelException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new ModelException($"{node.Source}: {e.Message}", e);
            }
            foreach (var id in liveness.After(block, i))
                Forget(id);
        }
    }

    public void Forget(int id)
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

    private void RunBlocks(Node node)
    {
        if (context.IsRecording && node.Op != Primitive.If)
            throw new UnplannableException($"{node.Source}: a loop");
        ControlFlow.Run(this, node);
    }

    private void RunNode(Node node, int[] dying)
    {
        var operands = new Value?[node.Inputs.Length];
        var facts = new Fact?[operands.Length];
        for (var i = 0; i < operands.Length; i++)
            if (node.Inputs[i] >= 0)
            {
                var operand = operands[i] = Get(node.Inputs[i]);
                facts[i] = ShapeRules.ReadsValue(node.Op, i) ? Fact.Of(Told(operand)) : operand.Fact();
            }
        var shapes = ShapeRules.Infer(node, facts);
        if (context.IsRecording && (Containers.Makes(node.Op) || Array.Exists(operands, v => v?.Container is not null) || TensorTexts.Has(facts)))
            throw new UnplannableException($"{node.Source}: a value that is no tensor of numbers");
        if (Containers.Makes(node.Op) || Array.Exists(operands, v => v?.Container is not null))
        {
            var values = Sequences.Make(node, Array.ConvertAll(operands, v => v?.Plain(context)), limits, ref spent);
            for (var i = 0; i < values.Length; i++)
                Make(i < node.Outputs.Length ? node.Outputs[i] : -1, Value.Of(values[i]));
            return;
        }
        if (ShapeRules.IsDataDependent(node.Op))
        {
            limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
            var made = DataDependent.Run(node, Array.ConvertAll(operands, v => v is null ? null : Told(v)), Allocate);
            for (var i = 0; i < made.Length; i++)
                Make(i < node.Outputs.Length ? node.Outputs[i] : -1, Value.Of(made[i]));
            return;
        }
        foreach (var shape in shapes)
            limits.Spend(ref spent, shape.Type ?? throw new ModelException("an output's type is not known"), shape.Shape);
        limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
        if (context.IsRecording && IsIdle(node, dying))
            return;
        if (context.IsRecording && AtOnce(node, operands, shapes) is { } known)
        {
            MakeAll(node, known);
            return;
        }
        // Whoever watches sees every value, so nothing is fused.
        var fusion = onValue is null ? weights.Fusions.Of(node) : null;
        var outputs = TensorTexts.Has(facts) ? null : FastKernels.Run(new(node, operands, [.. shapes], context, weights.Packed(node), fusion, dying));
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
        // In an earlier iteration of a loop, of other shapes, a fused kernel may have done it.
        foreach (var next in fusion?.Absorbed ?? [])
            absorbed.Remove(next);
        MakeAll(node, outputs ?? (context.IsRecording ? RecordReference(node, operands, [.. shapes]) : ByReference(node, operands, [.. shapes])));
    }

    private void MakeAll(Node node, Value[] outputs)
    {
        for (var i = 0; i < outputs.Length; i++)
            Make(i < node.Outputs.Length ? node.Outputs[i] : -1, outputs[i]);
    }

    /// <summary>What a value holds, where it decides how the run goes on.</summary>
    /// <exception cref="UnplannableException">A plan is recorded, and only a run can tell.</exception>
    private Tensor Told(Value value) => !context.IsRecording ? value.Tensor(context)
        : value.Known ?? throw new UnplannableException("what a node does depends on what is computed");

    /// <summary>Nobody reads what the node makes, and there is nothing that it could complain about.</summary>
    private static bool IsIdle(Node node, int[] dying) =>
        node.Op is Primitive.Expand or Primitive.ConstantOfShape or Primitive.Identity or Primitive.Transpose or Primitive.Concat or Primitive.Not or Primitive.Equal
        && node.Outputs.All(id => id < 0 || dying.Contains(id));

    /// <summary>While a plan is recorded: outputs that shapes or known operands decide, or null.</summary>
    private Value[]? AtOnce(Node node, Value?[] operands, ImmutableArray<Fact> shapes)
    {
        if (shapes is [{ Value: Tensor value }])
            return [Value.Of(value)];
        if (node.Op == Primitive.Size)
            return [Value.Of(Tensor.Scalar((long)operands[0]!.Shape.Count))];
        foreach (var shape in shapes)
            if (shape.Shape.Count > MostKnown)
                return null;
        foreach (var operand in operands)
            if (operand is { Known: null })
                return null;
        return ByReference(node, operands, [.. shapes]);
    }

    /// <summary>The reference's kernel as a step of a plan: operands and outputs are where they will be in every run.</summary>
    private Value[] RecordReference(Node node, Value?[] operands, Fact[] shapes)
    {
        var x = Array.ConvertAll(operands, v => v?.Tensor(context));
        var outputs = Array.ConvertAll(shapes, s => Value.Slot(s.Type!.Value, s.Shape, context));
        var y = Array.ConvertAll(outputs, v => v.Tensor(context));
        context.Launcher.Recording!.Add(() =>
        {
            try
            {
                foreach (var output in y)
                    output.MutableBytes.Clear();
                Kernels.Run(node, x, y);
            }
            catch (ModelException e)
            {
                throw new ModelException($"{node.Source}: {e.Message}", e);
            }
        });
        return outputs;
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
