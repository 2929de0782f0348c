using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Models;

/// <summary>An axis of a tensor, padded to a power of two.</summary>
/// <param name="Size">Real places: the first ones.</param>
/// <param name="Log">There are 2^<paramref name="Log"/> places.</param>
public readonly record struct Axis(int Size, int Log)
{
    /// <summary>Padded to the next power of two.</summary>
    public static Axis Of(int size) => new(size, LogOf(size));

    /// <summary>The smallest log with 2^log ≥ size.</summary>
    public static int LogOf(int size) => size <= 1 ? 0 : BitOperations.Log2((uint)size - 1) + 1;

    /// <summary>Half of it, as a pool of two leaves it.</summary>
    public Axis Halved => new(Size / 2, Log - 1);
}

/// <summary>A tensor of a proof: its axes, the batch first, each padded (docs/spec/proofs.md section 1). A point in it is the points of its axes, one after the other.</summary>
public sealed record TensorShape(ImmutableArray<Axis> Axes)
{
    /// <summary>It has 2^this places.</summary>
    public int Log { get; } = Axes.Sum(a => a.Log);

    /// <summary>Real places.</summary>
    public long Count => Axes.Aggregate(1L, (product, a) => product * a.Size);

    /// <summary>Of the axis at a place: how many coordinates stand before it.</summary>
    public int Before(int axis)
    {
        var before = 0;
        for (var i = 0; i < axis; i++)
            before += Axes[i].Log;
        return before;
    }

    /// <summary>One inference of it.</summary>
    public TensorShape Inner => new(Axes.RemoveAt(0));

    /// <summary>A place's number along an axis.</summary>
    public int Index(int place, int axis) => place >> Log - Before(axis) - Axes[axis].Log & (1 << Axes[axis].Log) - 1;

    /// <summary>The coordinates of an axis in a point.</summary>
    public ReadOnlySpan<Felt4> Of(ReadOnlySpan<Felt4> point, int axis) => point.Slice(Before(axis), Axes[axis].Log);

    /// <summary>Real places in their order: where each stands among the padded ones.</summary>
    public IEnumerable<int> Places()
    {
        var index = new int[Axes.Length];
        var line = Axes[^1].Size;
        for (var left = Count / line; left > 0; left--)
        {
            var first = 0;
            for (var a = 0; a < Axes.Length; a++)
                first = first << Axes[a].Log | index[a];
            for (var i = 0; i < line; i++)
                yield return first + i;
            for (var a = Axes.Length - 2; a >= 0 && ++index[a] == Axes[a].Size; a--)
                index[a] = 0;
        }
    }

    /// <summary>The sum over real places z of eq(a, z) eq(b, z): axis by axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Felt4 EqOfReal(ReadOnlySpan<Felt4> a, ReadOnlySpan<Felt4> b)
    {
        var product = Felt4.One;
        for (var axis = 0; axis < Axes.Length; axis++)
        {
            var (left, right) = (Multilinear.EqTable(Of(a, axis)), Multilinear.EqTable(Of(b, axis)));
            var sum = Felt4.Zero;
            for (var i = 0; i < Axes[axis].Size; i++)
                sum += left[i] * right[i];
            product *= sum;
        }
        return product;
    }

    public bool Equals(TensorShape? other) => other is not null && Axes.AsSpan().SequenceEqual(other.Axes.AsSpan());

    public override int GetHashCode() => Axes.Aggregate(0, HashCode.Combine);
}
