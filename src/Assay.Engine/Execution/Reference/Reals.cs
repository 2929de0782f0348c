using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>A tensor's elements as numbers to compute with, each read where it stands: exact, from float16 and bfloat16 too.</summary>
internal readonly ref struct Reals<T> where T : unmanaged, IReal<T>
{
    private readonly ReadOnlySpan<T> wide;
    private readonly ReadOnlySpan<ushort> narrow;
    private readonly bool isBrain;

    /// <exception cref="ModelException">The type is not one that computes in <typeparamref name="T"/>.</exception>
    public Reals(Tensor x)
    {
        if (x.Type == (typeof(T) == typeof(Real64) ? DType.Float64 : DType.Float32))
            wide = x.Span<T>();
        else if (x.Type is DType.Float16 or DType.BFloat16 && typeof(T) == typeof(Real32))
        {
            narrow = x.Span<ushort>();
            isBrain = x.Type == DType.BFloat16;
        }
        else if (x.Count > 0)
            throw new ModelException($"arithmetic on {x.Type.Name()} is not in the profile");
    }

    public int Length => wide.Length + narrow.Length;

    public T this[int i] =>
        narrow.IsEmpty ? wide[i] : T.Of(isBrain ? BrainFloat.ToSingle(narrow[i]) : HalfFloat.ToSingle(narrow[i]));
}
