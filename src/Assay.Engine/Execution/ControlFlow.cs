using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>A run as branches and loops see it, whatever form its values have.</summary>
/// <typeparam name="T">A value. Whoever holds one has a share of it, and gives it back or hands it on.</typeparam>
internal interface IBlockRun<T> where T : class
{
    Graph Graph { get; }

    RunLimits Limits { get; }

    /// <summary>Bytes that count at this moment.</summary>
    ref long Spent { get; }

    /// <summary>Iterations of all loops so far.</summary>
    ref long Iterations { get; }

    T Get(int id);

    /// <summary>Hands over what a block begins with.</summary>
    void Set(int id, T value);

    /// <summary>Hands over what a node made.</summary>
    void Make(int id, T value);

    void Forget(int id);

    T Share(T value);

    void Release(T value);

    ModelValue Plain(T value);

    /// <summary>Kind, type and shape; not what it holds.</summary>
    Fact FactOf(T value);

    /// <summary>Bytes that it counts for.</summary>
    long BytesOf(T value);

    T Of(ModelValue value);

    void RunBlock(Block block);

    /// <exception cref="OperationCanceledException">The run was called off, or its time is over.</exception>
    void CheckIn();
}

/// <summary>Branches and loops (section 10 of the profile).</summary>
internal static class ControlFlow
{
    public static void Run<T>(IBlockRun<T> run, Node node) where T : class
    {
        if (node.Op == Primitive.If)
            Branch(run, node);
        else
            Loop(run, node);
    }

    private static void Branch<T>(IBlockRun<T> run, Node node) where T : class
    {
        var block = node.Blocks[IsTrue(run.Plain(run.Get(node.Inputs[0]))) ? 0 : 1];
        run.RunBlock(block);
        var results = Results(run, block);
        Leave(run, block);
        for (var i = 0; i < results.Length; i++)
            if (i < node.Outputs.Length && node.Outputs[i] >= 0)
                run.Make(node.Outputs[i], results[i]);
            else
                run.Release(results[i]);
    }

    /// <remarks>
    /// What an iteration makes stops counting when it ends, save what it hands on: a long loop may make more than fits at a time.
    /// </remarks>
    private static void Loop<T>(IBlockRun<T> run, Node node) where T : class
    {
        var body = node.Blocks[0];
        var carried = node.Inputs.Length - 2;
        var trips = node.Inputs[0] < 0 ? long.MaxValue : Trips(run.Plain(run.Get(node.Inputs[0])));
        var goOn = node.Inputs[1] < 0 || IsTrue(run.Plain(run.Get(node.Inputs[1])));
        var state = new T[carried];
        for (var i = 0; i < carried; i++)
            state[i] = run.Share(run.Get(node.Inputs[i + 2]));
        var stacks = new Stack[body.Results.Length - 1 - carried];
        for (var i = 0; i < stacks.Length; i++)
            stacks[i] = new();
        var before = run.Spent;
        for (long iteration = 0; goOn && iteration < trips; iteration++)
        {
            run.CheckIn();
            if (++run.Iterations > run.Limits.Iterations)
                throw new ModelException($"more than {run.Limits.Iterations} iterations");
            run.Set(body.Inputs[0], run.Of(Tensor.Scalar(iteration)));
            run.Set(body.Inputs[1], run.Of(Tensor.Scalar(true)));
            for (var i = 0; i < carried; i++)
                run.Set(body.Inputs[i + 2], Fitting(run, run.Graph.Values[body.Inputs[i + 2]], state[i]));
            run.RunBlock(body);
            var results = Results(run, body);
            Leave(run, body);
            goOn = IsTrue(run.Plain(results[0]));
            run.Release(results[0]);
            results.AsSpan(1, carried).CopyTo(state);
            for (var i = 0; i < stacks.Length; i++)
            {
                stacks[i].Add(run.Plain(results[1 + carried + i]));
                run.Release(results[1 + carried + i]);
            }
            run.Spent = before + state.Sum(run.BytesOf) + stacks.Sum(s => s.ByteCount);
            if (run.Spent > run.Limits.Bytes)
                throw new ModelException($"what iteration {iteration} hands on would bring the run above {run.Limits.Bytes} bytes");
        }
        for (var i = 0; i < node.Outputs.Length; i++)
        {
            var made = i < carried ? Fitting(run, run.Graph.Values[node.Outputs[i] < 0 ? body.Results[i + 1] : node.Outputs[i]], state[i])
                : run.Of(stacks[i - carried].Take(run.Graph.Values[body.Results[i + 1]], run.Limits, ref run.Spent));
            if (node.Outputs[i] >= 0)
                run.Make(node.Outputs[i], made);
            else
                run.Release(made);
        }
    }

    private static T[] Results<T>(IBlockRun<T> run, Block block) where T : class
    {
        var results = new T[block.Results.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = run.Share(run.Get(block.Results[i]));
        return results;
    }

    /// <summary>Forgets what the block itself brought forth and did not forget already.</summary>
    private static void Leave<T>(IBlockRun<T> run, Block block) where T : class
    {
        foreach (var id in block.Inputs)
            run.Forget(id);
        foreach (var node in block.Nodes)
            foreach (var id in node.Outputs)
                if (id >= 0)
                    run.Forget(id);
    }

    /// <summary>A value as the graph declares it: put into an optional, or taken out of it; extents that the file promised are held against it.</summary>
    private static T Fitting<T>(IBlockRun<T> run, ValueInfo info, T value) where T : class
    {
        var fact = run.FactOf(value);
        if (info.Kind is (ValueKind.OptionalTensor or ValueKind.OptionalSequence) && fact.Kind is (ValueKind.Tensor or ValueKind.Sequence))
            value = Replaced(run, value, OptionalValue.Of(run.Plain(value)));
        else if (info.Kind is (ValueKind.Tensor or ValueKind.Sequence) && fact.Kind is (ValueKind.OptionalTensor or ValueKind.OptionalSequence))
            value = Replaced(run, value, ((OptionalValue)run.Plain(value)).Element ?? throw new ModelException($"a loop's value is {run.Plain(value)}, where {Binding.Describe(info)} is declared"));
        return Binding.Fits(info, run.FactOf(value)) ? value : throw new ModelException($"a loop's value is {fact}, where {Binding.Describe(info)} is declared");
    }

    private static T Replaced<T>(IBlockRun<T> run, T value, ModelValue by) where T : class
    {
        run.Release(value);
        return run.Of(by);
    }

    private static bool IsTrue(ModelValue condition) => condition is Tensor { Type: DType.Bool, Count: 1 } tensor
        ? tensor.Bytes[0] != 0
        : throw new ModelException($"the condition is {condition}, not one bool");

    private static long Trips(ModelValue trips) => trips is Tensor { Type: DType.Int64, Count: 1 } tensor
        ? tensor.Span<long>()[0]
        : throw new ModelException($"the number of iterations is {trips}, not one int64");

    /// <summary>The tensors that the iterations of a loop made, of one shape, on their way to one tensor.</summary>
    private sealed class Stack
    {
        private readonly List<Tensor> parts = [];

        public long ByteCount { get; private set; }

        public void Add(ModelValue value)
        {
            var part = value as Tensor ?? throw new ModelException($"an iteration makes {value}; only tensors can be stacked");
            if (parts.Count > 0 && (part.Type != parts[0].Type || part.Shape != parts[0].Shape))
                throw new ModelException($"an iteration makes {part}, the first made {parts[0]}");
            parts.Add(part);
            ByteCount += part.ByteCount + TensorSequence.ItemSize;
        }

        /// <summary>All on a new first axis; where there is none, of the extents that are known.</summary>
        public Tensor Take(ValueInfo info, RunLimits limits, ref long spent)
        {
            var type = parts.Count > 0 ? parts[0].Type : info.Type ?? throw new ModelException("no iteration, and the type of what it would make is not known");
            ReadOnlySpan<int> dims = parts.Count > 0 ? parts[0].Shape.Dims.AsSpan() : info.Dims.IsDefault ? [] : [.. info.Dims.Select(d => Math.Max(d, 0))];
            var shape = Shape.Of([parts.Count, .. dims]);
            limits.Spend(ref spent, type, shape);
            var result = Tensor.Create(type, shape);
            for (var i = 0; i < parts.Count; i++)
                if (type == DType.String)
                    parts[i].Texts.CopyTo(result.MutableTexts[(i * parts[i].Count)..]);
                else
                    parts[i].Bytes.CopyTo(result.MutableBytes[(i * parts[i].Bytes.Length)..]);
            spent -= ByteCount;
            parts.Clear();
            return result;
        }
    }
}
