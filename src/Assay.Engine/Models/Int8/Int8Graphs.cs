namespace Assay.Engine.Models.Int8;

/// <summary>Which graphs are of assay-int8-v1: those with an operation of it. Such a graph has no other arithmetic, so that one text says all that it computes.</summary>
public static class Int8Graphs
{
    /// <summary>An operation of docs/spec/assay-int8-v1.md, section 2.</summary>
    public static bool Has(Primitive op) => op is >= Primitive.Int8Quantize and <= Primitive.Int8Normalize;

    /// <summary>Whether the graph is of that profile.</summary>
    public static bool Is(Graph graph) => graph.Body.Nodes.Any(n => Has(n.Op));

    /// <summary>Refuses a graph that is of that profile in part.</summary>
    /// <exception cref="ModelException">It has other arithmetic too, or real numbers in between.</exception>
    internal static void Check(Graph graph)
    {
        if (!AnyWithin(graph.Body))
            return;
        var made = new Dictionary<int, Primitive>();
        foreach (var node in graph.Body.Nodes)
        {
            if (!Has(node.Op) && !Moves(node.Op))
                throw new ModelException($"{node.Source}: {node.Op} among operations of {Numerics.Int8Profile.Name}, which knows no such arithmetic");
            if (node.Op == Primitive.Int8Quantize && !graph.Inputs.Contains(node.Inputs[0]))
                throw new ModelException($"{node.Source}: what is quantised is no input of the model");
            // A result under a name of its own passes through Identity.
            if (node.Inputs.Any(id => made.GetValueOrDefault(id) == Primitive.Int8Dequantize) && node.Op != Primitive.Identity)
                throw new ModelException($"{node.Source}: takes what Dequantize makes, which has to be an output of the model");
            foreach (var id in node.Outputs)
                made[id] = node.Op == Primitive.Identity && made.TryGetValue(node.Inputs[0], out var through) ? through : node.Op;
        }
    }

    private static bool Moves(Primitive op) => op is Primitive.Identity or Primitive.Reshape or Primitive.Flatten or Primitive.Transpose or Primitive.Concat;

    private static bool AnyWithin(Block block) =>
        block.Nodes.Any(n => Has(n.Op) || (!n.Blocks.IsDefaultOrEmpty && n.Blocks.Any(AnyWithin)));
}
