using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Models.Int8;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Prover.Models;

/// <summary>A lowered graph of assay-int8-v1 as proofs speak of it: layers in order, weights beside them, the tensors outside.</summary>
/// <param name="Layers">Without the choice of how they are requantised (<see cref="ScaledLayer.Limbs"/>).</param>
/// <param name="Weights">Of each layer that has some.</param>
public sealed record ProvableModel(
    ImmutableArray<int> InputSizes, int InputZeroPoint, ImmutableArray<ProofLayer> Layers, ImmutableArray<LayerWeights?> Weights, PublicTensor Input, PublicTensor Output)
{
    /// <summary>The model with parameters.</summary>
    public ProofModel With(ProofParameters parameters) => new(InputSizes, InputZeroPoint, Layers, parameters);

    /// <exception cref="ModelException">It is not of assay-int8-v1, or has an operation or a shape that proofs do not know yet.</exception>
    public static ProvableModel Of(Graph graph)
    {
        if (!Int8Graphs.Is(graph))
            throw Wrong("it is not of assay-int8-v1, and proofs are about no other arithmetic");
        if (graph.Inputs is not [var input] || graph.Outputs is not [var output])
            throw Wrong("proofs are of models with one input and one output");
        var reader = new GraphReader(graph, input);
        foreach (var node in graph.Body.Nodes.Where(Needed(graph, output)))
            reader.Read(node);
        return reader.Finish(output);
    }

    internal static ModelException Wrong(string what, Exception? inner = null) => inner is null ? new($"this model cannot be proved: {what}") : new($"this model cannot be proved: {what}", inner);

    // What nothing is made of is not proved either.
    private static Func<Node, bool> Needed(Graph graph, int output)
    {
        var needed = new HashSet<int> { output };
        foreach (var node in graph.Body.Nodes.Reverse())
            if (node.Outputs.Any(needed.Contains))
                needed.UnionWith(node.Inputs);
        return node => node.Outputs.Any(needed.Contains);
    }
}
