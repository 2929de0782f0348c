using System.Collections.Immutable;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>
/// Reads a float graph as steps of the integer profile: constants are computed, what is affine goes into the weights before or
/// behind it, chains of functions of one variable become one function, and quantised values that the file itself has keep their scales.
/// </summary>
internal sealed partial class StepBuilder
{
    private readonly Graph graph;
    private readonly QuantizerOptions options;
    private readonly Dictionary<int, Tensor> constants;
    private readonly Dictionary<int, int> same = [];
    private readonly Dictionary<int, int> uses = [];
    private readonly Dictionary<int, Step> makers = [];
    private readonly HashSet<int> computed = [];
    private readonly List<ValueInfo> values;
    private int order;
    private string source = "";

    public StepBuilder(Graph graph, QuantizerOptions options)
    {
        this.graph = graph;
        this.options = options;
        constants = new(graph.Constants);
        values = [.. graph.Values];
        foreach (var id in graph.Body.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs))
            uses[id] = uses.GetValueOrDefault(id) + 1;
        Build();
    }

    /// <summary>The steps, in the order in which they run.</summary>
    public List<Step> Steps { get; } = [];

    /// <summary>Scales that the file says, by value.</summary>
    public Dictionary<int, Scale> Given { get; } = [];

    /// <summary>Where the file rounds a value itself: the rounded one.</summary>
    public Dictionary<int, int> Rounded { get; } = [];

    /// <summary>What was read otherwise than the file says it, a line each.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The values that are the model's outputs, in its order.</summary>
    public List<int> Outputs { get; } = [];

    /// <summary>Outputs, by their place, before which a softmax was left out: they have the name of what went into it, where it has one.</summary>
    public Dictionary<int, string> Renamed { get; } = [];

    /// <summary>Everything that is known before a run.</summary>
    public IReadOnlyDictionary<int, Tensor> Constants => constants;

    /// <summary>What is known of a value; those of the builder's own come after the graph's.</summary>
    public IReadOnlyList<ValueInfo> Values => values;

    /// <summary>Values of the builder's own that no run shows as such, but with a gain and an offset.</summary>
    public Dictionary<int, LastAxisAffine> Hidden { get; } = [];

    private void Build()
    {
        foreach (var id in graph.Inputs)
        {
            if (graph.Values[id].Type != DType.Float32)
                throw new ModelException($"input '{graph.Values[id].Name}' is {Describe(id)}: only float32 is quantised");
            computed.Add(id);
        }
        foreach (var node in graph.Body.Nodes)
        {
            order++;
            source = node.Source;
            At(source, () => Take(node));
        }
        order++;
        foreach (var id in graph.Outputs)
            At($"output '{graph.Values[id].Name}'", () => Outputs.Add(Need(id)));
        Fuse();
        var ordered = Steps.OrderBy(s => s.Order).ToList();
        Steps.Clear();
        Steps.AddRange(ordered);
    }

    /// <summary>Does something, and says of what goes wrong where it was.</summary>
    internal static void At(string source, Action work)
    {
        try
        {
            work();
        }
        catch (ModelException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal) && !e.Message.StartsWith("node ", StringComparison.Ordinal))
        {
            throw new ModelException($"{source}: {e.Message}", e);
        }
    }

    private void Take(Node node)
    {
        if (!node.Blocks.IsDefaultOrEmpty)
            throw new ModelException("control flow cannot be quantised");
        node = node with { Inputs = [.. node.Inputs.Select(Same)] };
        if (node.Inputs.All(i => i < 0 || constants.ContainsKey(i)))
            FoldConstant(node);
        else if (node.Op is Primitive.Shape or Primitive.Size)
            FoldShape(node);
        else if (TryRounding(node) || TryAlias(node) || TryAffine(node) || TryPointwise(node))
            return;
        else if (IsFloat(node.Outputs[0]))
            TakeStep(node);
        else if (node.Inputs.Any(i => i >= 0 && computed.Contains(i)))
            throw new ModelException($"{node.Op} of computed numbers is not in assay-int8-v1");
    }

    private bool IsFloat(int id) => graph.Values[id].Type is DType.Float32;

    private int Same(int id) => same.GetValueOrDefault(id, id);

    /// <summary>Says that a value is another one.</summary>
    private void Alias(int id, int other)
    {
        same[id] = other;
        uses[other] = uses.GetValueOrDefault(other) + uses.GetValueOrDefault(id) - 1;
    }

    private ImmutableArray<int> DimsOf(int id) => values[id].Dims;

    private int Rank(int id) => DimsOf(id).IsDefault ? throw new ModelException($"the rank of '{values[id].Name}' is not known") : DimsOf(id).Length;

    private string Describe(int id) => new Fact(values[id].Type, DimsOf(id)).ToString();

    private int NewValue(string name, ImmutableArray<int> dims)
    {
        values.Add(new(name, DType.Float32, dims));
        computed.Add(values.Count - 1);
        return values.Count - 1;
    }

    private void Add(Step step)
    {
        Steps.Add(step);
        makers[step.Output] = step;
        computed.Add(step.Output);
    }

    private Tensor? Constant(int id) => id >= 0 ? constants.GetValueOrDefault(id) : null;

    private static double[] Reals(Tensor tensor) => tensor.Type == DType.Float32
        ? Array.ConvertAll(tensor.Span<float>().ToArray(), v => (double)v)
        : throw new ModelException($"a constant is {tensor.Type.Name()}, not float32");

    private void FoldConstant(Node node)
    {
        var part = graph with
        {
            Inputs = [],
            Body = new([node], [.. node.Outputs.Where(o => o >= 0)]),
            Constants = node.Inputs.Where(i => i >= 0).Distinct().ToImmutableDictionary(i => i, i => constants[i]),
        };
        var made = Execution.Reference.Reference.Run(part, new Dictionary<string, Tensor>());
        for (var i = 0; i < part.Outputs.Length; i++)
            constants[part.Outputs[i]] = made[i].Value;
        FollowStored(node);
    }

    /// <summary>What is computed with shapes alone is known where the shapes are; where they are not, whoever needs it says so.</summary>
    private void FoldShape(Node node)
    {
        var x = node.Inputs[0];
        uses[x]--;
        if (!DimsOf(x).IsDefault && !DimsOf(x).Contains(-1))
            constants[node.Outputs[0]] = Execution.Reference.Reference.Run(
                graph with { Inputs = [], Body = new([node], [node.Outputs[0]]), Constants = ImmutableDictionary<int, Tensor>.Empty.Add(x, Tensor.Create(DType.Float32, Shape.Of(DimsOf(x).AsSpan()))) },
                new Dictionary<string, Tensor>())[0].Value;
    }

    private bool TryAlias(Node node)
    {
        var x = node.Inputs[0];
        if (node.Op is not (Primitive.Identity or Primitive.Cast) || !IsFloat(node.Outputs[0]) || !computed.Contains(x) || values[x].Type != DType.Float32)
            return false;
        Alias(node.Outputs[0], x);
        return true;
    }
}

/// <summary>A value that is another one times <paramref name="Gain"/> plus <paramref name="Offset"/>, one of each for every place of the last axis.</summary>
/// <param name="Root">The other one.</param>
/// <param name="Shown">The value, as a run of the graph shows it.</param>
/// <param name="Order">The number of the node that makes it.</param>
internal sealed record LastAxisAffine(int Root, double[] Gain, double[] Offset, int Shown, int Order)
{
    public bool IsPlain => Gain.All(g => g == 1) && Offset.All(o => o == 0);
}
