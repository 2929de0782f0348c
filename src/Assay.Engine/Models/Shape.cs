using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>The extents of a tensor, row-major, outermost first. Rank 0 is a scalar.</summary>
/// <remarks>
/// The only way to make one checks that no extent is negative and that the element count fits an <see cref="int"/>
/// (2^31 − 1): no kernel has to ask again, and no model file can make us allocate what its own bytes did not pay for.
/// </remarks>
public readonly struct Shape : IEquatable<Shape>
{
    public const int MaxRank = 16;

    private readonly ImmutableArray<int> dims;

    private Shape(ImmutableArray<int> dims, int count)
    {
        this.dims = dims;
        Count = count;
    }

    public static Shape Scalar => new([], 1);

    public ImmutableArray<int> Dims => dims.IsDefault ? [] : dims;

    public int Rank => Dims.Length;

    /// <summary>Number of elements; 1 for a scalar, 0 where any extent is 0.</summary>
    public int Count { get; }

    public int this[int axis] => dims[axis];

    /// <exception cref="ModelException">An extent is negative, the rank or the element count too large.</exception>
    public static Shape Of(params ReadOnlySpan<int> dims)
    {
        if (dims.Length > MaxRank)
            throw new ModelException($"rank {dims.Length} is above {MaxRank}");
        long count = 1;
        var empty = false;
        foreach (var d in dims)
        {
            if (d < 0)
                throw new ModelException($"extent {d} is negative");
            if (d == 0)
                empty = true;
            else if ((count *= d) > int.MaxValue)
                throw new ModelException($"a tensor of more than {int.MaxValue} elements");
        }
        return new Shape([.. dims], empty ? 0 : (int)count);
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{int})"/>
    public static Shape Of(ReadOnlySpan<long> dims)
    {
        Span<int> narrow = stackalloc int[Math.Min(dims.Length, MaxRank + 1)];
        for (var i = 0; i < narrow.Length; i++)
        {
            if (dims[i] is < 0 or > int.MaxValue)
                throw new ModelException($"extent {dims[i]} is not between 0 and {int.MaxValue}");
            narrow[i] = (int)dims[i];
        }
        return Of(narrow);
    }

    public bool Equals(Shape other) => Dims.AsSpan().SequenceEqual(other.Dims.AsSpan());

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var d in Dims)
            hash.Add(d);
        return hash.ToHashCode();
    }

    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary><c>1x3x224x224</c>, or <c>scalar</c>.</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join('x', Dims);
}
