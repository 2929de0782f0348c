using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>A tensor's elements as float32, each read where it stands: exact from float16 and bfloat16.</summary>
internal readonly ref struct Reals
{
    private readonly ReadOnlySpan<float> wide;
    private readonly ReadOnlySpan<ushort> narrow;
    private readonly bool isBrain;

    /// <exception cref="ModelException">The type is not one the profile computes with.</exception>
    public Reals(Tensor x)
    {
        if (x.Type == DType.Float32)
            wide = x.Span<float>();
        else if (x.Type is DType.Float16 or DType.BFloat16)
        {
            narrow = x.Span<ushort>();
            isBrain = x.Type == DType.BFloat16;
        }
        else if (x.Count > 0)
            throw new ModelException($"arithmetic on {x.Type.Name()} is not in the profile");
    }

    public int Length => wide.Length + narrow.Length;

    public float this[int i] =>
        narrow.IsEmpty ? wide[i] : isBrain ? BrainFloat.ToSingle(narrow[i]) : HalfFloat.ToSingle(narrow[i]);
}
