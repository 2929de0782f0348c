namespace Assay.Engine.Models;

/// <summary>What a model file may ask for at most. A file beyond a limit is refused before its parts are allocated.</summary>
public sealed record ReadLimits
{
    public static readonly ReadLimits Default = new();

    /// <summary>Bytes of the model file.</summary>
    public int FileBytes { get; init; } = int.MaxValue;

    /// <summary>Messages (nodes, attributes, tensors, names of values, …) in the file: each costs more memory than its bytes.</summary>
    public int Messages { get; init; } = 8_000_000;

    /// <summary>Nodes, in the file and after lowering.</summary>
    public int Nodes { get; init; } = 1_000_000;

    /// <summary>Depth of graphs within graphs.</summary>
    public int Depth { get; init; } = 16;

    /// <summary>UTF-16 units of one name.</summary>
    public int NameLength { get; init; } = 4096;

    /// <summary>Bytes of all tensors that lie in other files together.</summary>
    public long ExternalBytes { get; init; } = 8L << 30;
}
