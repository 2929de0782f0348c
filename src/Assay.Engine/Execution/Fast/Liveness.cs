using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>After which node of its block each value is needed no more.</summary>
internal sealed class Liveness
{
    private readonly Dictionary<Block, int[][]> dying = new(ReferenceEqualityComparer.Instance);

    public Liveness(Graph graph) => Visit(graph.Body, [.. graph.Inputs]);

    /// <summary>The values to let go of after node <paramref name="index"/> of the block.</summary>
    public int[] After(Block block, int index) => dying[block][index];

    /// <summary>Values that the block itself brings forth die in it, unless they are its results; those around it are not its business.</summary>
    private void Visit(Block block, HashSet<int> own)
    {
        foreach (var node in block.Nodes)
            foreach (var output in node.Outputs)
                own.Add(output);
        own.ExceptWith(block.Results);
        var dead = new HashSet<int>();
        var lists = new int[block.Nodes.Length][];
        for (var i = lists.Length - 1; i >= 0; i--)
        {
            var node = block.Nodes[i];
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Visit(nested, [.. nested.Inputs]);
            var last = new List<int>();
            foreach (var id in Uses(node).Concat(node.Outputs))
                if (own.Contains(id) && dead.Add(id))
                    last.Add(id);
            lists[i] = [.. last];
        }
        dying[block] = lists;
    }

    private static IEnumerable<int> Uses(Node node) =>
        node.Inputs.Concat((node.Blocks.IsDefault ? [] : node.Blocks).SelectMany(b => b.Nodes.SelectMany(Uses).Concat(b.Results)));
}
