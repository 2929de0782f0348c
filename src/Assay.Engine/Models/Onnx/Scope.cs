using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <summary>The names that one graph of the file gives to values, inside those of the graphs around it.</summary>
internal sealed class Scope(Scope? outer, int depth, Context context, ImmutableArray<Node>.Builder? nodes = null)
{
    public Scope? Outer { get; } = outer;

    public int Depth { get; } = depth;

    /// <summary>What its nodes are read with.</summary>
    public Context Context { get; } = context;

    /// <summary>Ids of the values that have been made so far.</summary>
    public Dictionary<string, int> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Tensors of the file, decoded when first used.</summary>
    public Dictionary<string, TensorProto> Initialisers { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything that some node of this graph is going to make, and who.</summary>
    public Dictionary<string, string> Made { get; } = new(StringComparer.Ordinal);

    /// <summary>Outputs that a node names and that are not computed here; an error where one is used.</summary>
    public Dictionary<string, string> NotComputed { get; } = new(StringComparer.Ordinal);

    /// <summary>Inputs of a function that its call left out.</summary>
    public HashSet<string> Absent { get; } = new(StringComparer.Ordinal);

    /// <summary>Where its nodes go: those of a function go among its caller's.</summary>
    public ImmutableArray<Node>.Builder Nodes { get; } = nodes ?? ImmutableArray.CreateBuilder<Node>();
}
