using System.Collections.Immutable;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>A function of one variable: some nodes of the graph that make one value of another, element by element.</summary>
/// <param name="Root">The value that it is a function of.</param>
/// <param name="Value">The value that it gives.</param>
/// <param name="Order">The number of its last node.</param>
/// <param name="Nodes">The nodes, by their number.</param>
/// <param name="Bounds">Where it only limits its argument: the limits, infinite where there is none.</param>
internal sealed record Pointwise(int Root, int Value, int Order, ImmutableSortedDictionary<int, Node> Nodes, (double Low, double High)? Bounds)
{
    private static readonly (double, double) None = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The variable itself, under another name.</summary>
    public static Pointwise Identity(int root, int value, int order) => new(root, value, order, ImmutableSortedDictionary<int, Node>.Empty, None);

    /// <summary>Its values, by the engine's own functions.</summary>
    /// <param name="graph">The graph that it is of.</param>
    /// <param name="constants">What is constant in it.</param>
    /// <param name="x">Arguments.</param>
    public double[] Apply(Graph graph, IReadOnlyDictionary<int, Tensor> constants, float[] x)
    {
        if (Nodes.IsEmpty)
            return Array.ConvertAll(x, v => (double)v);
        var own = ImmutableDictionary.CreateBuilder<int, Tensor>();
        foreach (var id in Nodes.Values.SelectMany(n => n.Inputs))
            if (id >= 0 && constants.TryGetValue(id, out var constant))
                own[id] = constant.Reshape(Shape.Scalar);
        const string Argument = "x";
        var part = new Graph("", [Root], new([.. Nodes.Values], [Value]), Named(graph.Values, Argument, x.Length), own.ToImmutable());
        var run = Reference.Run(part, new Dictionary<string, Tensor> { [Argument] = Tensor.From<float>(Shape.Of(x.Length), x) });
        return Array.ConvertAll(run[0].Value.Span<float>().ToArray(), v => (double)v);
    }

    // A root of the builder's own has a number beyond the graph's.
    private ImmutableArray<ValueInfo> Named(ImmutableArray<ValueInfo> values, string name, int length)
    {
        while (values.Length <= Root)
            values = values.Add(new("", null, default));
        return values.SetItem(Root, new(name, DType.Float32, [length]));
    }
}
