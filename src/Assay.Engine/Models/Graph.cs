using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>
/// A lowered model: one SSA graph over a closed set of primitives, whatever file it came from. Every value is assigned
/// once, by a constant, an input or a node, before it is used.
/// </summary>
/// <param name="Name">The file's name for the graph; not part of the digest.</param>
/// <param name="Inputs">Ids of the values that a caller feeds, in the file's order (initialisers are constants, not inputs).</param>
/// <param name="Body">The nodes, in an order in which they can run, and the ids of the outputs.</param>
/// <param name="Values">What is known of each value, indexed by id; ids are shared by the body and all nested blocks.</param>
/// <param name="Constants">The values that the file itself holds.</param>
public sealed record Graph(
    string Name,
    ImmutableArray<int> Inputs,
    Block Body,
    ImmutableArray<ValueInfo> Values,
    ImmutableDictionary<int, Tensor> Constants)
{
    public ImmutableArray<int> Outputs => Body.Results;

    /// <summary>Free text of the file, such as ONNX's <c>metadata_props</c>: shown, never computed with.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A straight line of nodes. A nested block (a branch of <c>If</c>, the body of a <c>Loop</c>) may use the values around it by their ids.</summary>
public sealed record Block(ImmutableArray<Node> Nodes, ImmutableArray<int> Results)
{
    /// <summary>Ids of the values that whoever runs the block sets first: a loop's iteration number, its condition, what it carries.</summary>
    public ImmutableArray<int> Inputs { get; init; } = [];
}

/// <summary>What is known of a value before anything runs.</summary>
/// <param name="Name">The file's name for it; used in messages, in requests and in the canonical tensor encoding of inputs and outputs.</param>
/// <param name="Type">Element type, or null where only running tells.</param>
/// <param name="Dims">Extents with −1 where only running tells, or default where even the rank is unknown.</param>
/// <param name="DimNames">The file's names of the unknown extents (<c>batch</c>), parallel to <paramref name="Dims"/>; may be default.</param>
public sealed record ValueInfo(string Name, DType? Type, ImmutableArray<int> Dims, ImmutableArray<string?> DimNames = default)
{
    /// <summary>What it is, or null where only running tells. Of what is not a tensor, the type is that of the tensors inside.</summary>
    public ValueKind? Kind { get; init; } = ValueKind.Tensor;
}

/// <summary>One operation.</summary>
/// <param name="Op">What it computes.</param>
/// <param name="Inputs">Value ids; −1 where an optional input is absent.</param>
/// <param name="Outputs">Value ids; −1 where an optional output is not asked for.</param>
/// <param name="Attributes">Parameters by name, as the primitive defines them.</param>
/// <param name="Blocks">Nested blocks: of <see cref="Primitive.If"/>, then-branch and else-branch; of <see cref="Primitive.Loop"/>, the body.</param>
/// <param name="Source">Where it came from (<c>node 12 'conv1' (Conv)</c>): for messages only, not part of the digest.</param>
public sealed record Node(
    Primitive Op,
    ImmutableArray<int> Inputs,
    ImmutableArray<int> Outputs,
    Attributes Attributes,
    ImmutableArray<Block> Blocks,
    string Source);
