using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>What one run may use at most.</summary>
public sealed record RunLimits
{
    public static readonly RunLimits Default = new();

    /// <summary>Bytes of all values that the run makes, together.</summary>
    public long Bytes { get; init; } = 4L << 30;

    /// <summary>Takes the bytes of one more value.</summary>
    /// <exception cref="ModelException">They are more than is left.</exception>
    public void Spend(ref long spent, DType type, Shape shape)
    {
        spent += (long)shape.Count * type.Size();
        if (spent > Bytes)
            throw new ModelException($"{type.Name()} {shape} would bring the run above {Bytes} bytes");
    }
}
