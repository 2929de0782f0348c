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

    /// <summary>Depth of calls of a model's functions by its functions.</summary>
    public int Calls { get; init; } = 64;

    /// <summary>Bytes of the messages of all functions, each counted as often as it is called.</summary>
    public long ExpandedBytes { get; init; } = 256L << 20;

    /// <summary>UTF-16 units of one name.</summary>
    public int NameLength { get; init; } = 4096;

    /// <summary>Bytes of all tensors that lie in other files together.</summary>
    public long ExternalBytes { get; init; } = 8L << 30;
}
