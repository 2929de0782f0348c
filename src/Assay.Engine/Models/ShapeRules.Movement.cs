using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Primitives that move elements or speak of shapes.</content>
public static partial class ShapeRules
{
    private static Tensor? ShapeValue(Fact x)
    {
        if (!x.HasRank || x.Dims.Contains(-1))
            return null;
        var value = Tensor.Create(DType.Int64, Shape.Of(x.Dims.Length));
        for (var i = 0; i < x.Dims.Length; i++)
            value.MutableSpan<long>()[i] = x.Dims[i];
        return value;
    }

    /// <summary>The value, where it is known, of an operand that lists axes or extents.</summary>
    private static Tensor? Listed(Fact list, string role)
    {
        if (list.Type is not (null or DType.Int32 or DType.Int64))
            throw new ModelException($"{role} is {list.Type.Value.Name()}, not int64");
        if (list.HasRank && list.Dims.Length > 1)
            throw new ModelException($"{role} has rank {list.Dims.Length}, not 1");
        return list.Value;
    }

    /// <summary>What a list of numbers that is not known yet says of a rank: its own length.</summary>
    private static int LengthOf(Fact list) => list is { HasRank: true, Dims.Length: 1 } ? list.Dims[0] : -1;

    private static ImmutableArray<int> UnknownDims(int rank) => rank is < 0 or > Shape.MaxRank ? default : [.. Enumerable.Repeat(-1, rank)];

    private static Fact Reshape(Attributes a, Fact x, Fact target)
    {
        if (Listed(target, "the target shape") is not { } value)
            return new(x.Type, UnknownDims(LengthOf(target)));
        var wanted = value.ToInts("the target shape");
        if (wanted.Length > Shape.MaxRank)
            throw new ModelException($"a target of rank {wanted.Length}, above {Shape.MaxRank}");
        var allowZero = a.Int("allowzero", 0) != 0;
        var dims = new int[wanted.Length];
        var open = -1;
        for (var i = 0; i < wanted.Length; i++)
            if (wanted[i] == -1)
                (open, dims[i]) = open < 0 ? (i, -1) : throw new ModelException("the target shape holds -1 twice");
            else if (wanted[i] == 0 && !allowZero)
                dims[i] = !x.HasRank ? -1 : i < x.Dims.Length ? x.Dims[i] : throw new ModelException($"the target shape copies axis {i} of a tensor of rank {x.Dims.Length}");
            else
                dims[i] = wanted[i] is >= 0 and <= int.MaxValue ? (int)wanted[i] : throw new ModelException($"the target shape holds {wanted[i]}");
        if (allowZero && open >= 0 && wanted.AsSpan().Contains(0L))
            throw new ModelException("the target shape holds both 0 and -1");
        if (!x.HasRank || x.Dims.Contains(-1))
            return new(x.Type, [.. dims]);
        var count = Shape.Of(x.Dims.AsSpan()).Count;
        if (open >= 0)
        {
            dims[open] = 1;
            var rest = Shape.Of(dims).Count;
            if (rest == 0 ? count != 0 : count % rest != 0)
                throw new ModelException($"{Fact.Describe(x.Dims)} cannot become {string.Join('x', wanted)}");
            dims[open] = rest == 0 ? 0 : count / rest;
        }
        if (Shape.Of(dims).Count != count)
            throw new ModelException($"{Fact.Describe(x.Dims)} cannot become {string.Join('x', wanted)}");
        return new(x.Type, [.. dims]);
    }

    private static Fact Flatten(Attributes a, Fact x)
    {
        if (!x.HasRank)
            return new(x.Type, [-1, -1]);
        var axis = a.Int("axis", 1);
        if (axis < -x.Dims.Length || axis > x.Dims.Length)
            throw new ModelException($"axis {axis} of a tensor of rank {x.Dims.Length}");
        var at = (int)(axis < 0 ? axis + x.Dims.Length : axis);
        return new(x.Type, [Product(x.Dims[..at]), Product(x.Dims[at..])]);

        static int Product(ImmutableArray<int> dims) => dims.Contains(-1) ? -1 : Shape.Of(dims.AsSpan()).Count;
    }

    private static Fact Squeeze(Fact x, Fact? axes)
    {
        var known = axes is null ? null : Listed(axes, "axes");
        if (!x.HasRank || axes is not null && known is null)
            return new(x.Type, default);
        if (axes is null && x.Dims.Contains(-1))
            return new(x.Type, default);
        var gone = known is not null
            ? Axes(known.ToInts("axes"), x.Dims.Length)
            : [.. Enumerable.Range(0, x.Dims.Length).Where(i => x.Dims[i] == 1)];
        foreach (var i in gone)
            if (x.Dims[i] >= 0 && x.Dims[i] != 1)
                throw new ModelException($"axis {i} of {Fact.Describe(x.Dims)} is not 1 and cannot be squeezed");
        return new(x.Type, [.. x.Dims.Where((_, i) => !gone.AsSpan().Contains(i))]);
    }

    private static Fact Unsqueeze(Fact x, Fact axes)
    {
        if (Listed(axes, "axes") is not { } known || !x.HasRank)
            return new(x.Type, default);
        var given = known.ToInts("axes");
        var rank = x.Dims.Length + given.Length;
        if (rank > Shape.MaxRank)
            throw new ModelException($"rank {rank} is above {Shape.MaxRank}");
        var added = Axes(given, rank);
        var next = 0;
        var dims = new int[rank];
        for (var i = 0; i < rank; i++)
            dims[i] = added.AsSpan().Contains(i) ? 1 : x.Dims[next++];
        return new(x.Type, [.. dims]);
    }

    private static Fact Transpose(Attributes a, Fact x) =>
        x.HasRank ? new(x.Type, [.. Permutation(a, x.Dims.Length).Select(i => x.Dims[i])]) : new(x.Type, default);

    /// <summary>The axis of the input that each axis of a Transpose's output is; reversed where <c>perm</c> is absent.</summary>
    public static int[] Permutation(Attributes a, int rank)
    {
        if (!a.Has("perm"))
            return [.. Enumerable.Range(0, rank).Reverse()];
        var perm = a.Ints("perm");
        if (perm.Length != rank)
            throw new ModelException($"a permutation of {perm.Length} axes for rank {rank}");
        Axes([.. perm], rank);
        return [.. perm.Select(p => Axis(p, rank))];
    }

    private static Fact Concat(Attributes a, ReadOnlySpan<Fact?> x)
    {
        DType? type = null;
        int[]? dims = null;
        var axis = 0;
        var unknown = false;
        foreach (var part in x)
        {
            type = Same(part! with { Type = part.Type ?? type }, new(type, default));
            unknown |= !part.HasRank;
            if (!part.HasRank)
                continue;
            if (dims is null)
            {
                axis = Axis(a.Int("axis"), Rank(part, 1, "an operand"));
                dims = [.. part.Dims];
                continue;
            }
            if (part.Dims.Length != dims.Length)
                throw new ModelException($"operands of rank {dims.Length} and {part.Dims.Length}");
            for (var i = 0; i < dims.Length; i++)
                if (i != axis)
                    dims[i] = Agree(dims[i], part.Dims[i], $"extents along axis {i}");
                else
                    dims[i] = dims[i] < 0 || part.Dims[i] < 0 ? -1 : Sum(dims[i], part.Dims[i]);
        }
        if (unknown && dims is not null)
            dims[axis] = -1;
        return new(type, dims is null ? default : [.. dims]);
    }

    private static int Sum(long a, long b) => a + b <= int.MaxValue ? (int)(a + b) : throw new ModelException($"an extent of {a + b}, above {int.MaxValue}");

    private static Fact Slice(ReadOnlySpan<Fact?> x)
    {
        var data = x[0]!;
        Fact? axes = x.Length > 3 ? x[3] : null, steps = x.Length > 4 ? x[4] : null;
        Tensor? starts = Listed(x[1]!, "starts"), ends = Listed(x[2]!, "ends");
        Tensor? axesValue = axes is null ? null : Listed(axes, "axes"), stepsValue = steps is null ? null : Listed(steps, "steps");
        if (!data.HasRank)
            return new(data.Type, default);
        if (starts is null || ends is null || axes is not null && axesValue is null || steps is not null && stepsValue is null)
            return new(data.Type, UnknownDims(data.Dims.Length));
        long[] from = starts.ToInts("starts"), to = ends.ToInts("ends");
        long[]? along = axesValue?.ToInts("axes"), by = stepsValue?.ToInts("steps");
        var known = Array.ConvertAll<int, int>([.. data.Dims], d => Math.Max(d, 0));
        var ranges = SliceRange.Of(known, from, to, along, by);
        var dims = Array.ConvertAll(ranges, r => r.Count);
        for (var i = 0; i < dims.Length; i++)
            if (data.Dims[i] < 0)
                dims[i] = -1;
        return new(data.Type, [.. dims]);
    }

    private static Fact Gather(Attributes a, Fact x, Fact indices)
    {
        Require(indices, t => t is DType.Int32 or DType.Int64, "int32 or int64 indices");
        if (!x.HasRank || !indices.HasRank)
            return new(x.Type, default);
        var axis = Axis(a.Int("axis", 0), Rank(x, 1, "the data"));
        return new(x.Type, [.. x.Dims[..axis], .. indices.Dims, .. x.Dims[(axis + 1)..]]);
    }

    private static Fact Pad(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var data = x[0]!;
        if (x.Length > 2 && x[2] is { } fill)
        {
            Same(data, fill);
            if (fill.IsComplete && fill.Shape.Count != 1)
                throw new ModelException($"the value to pad with is {fill}, not one element");
        }
        var axes = x.Length > 3 ? x[3] : null;
        Tensor? pads = Listed(x[1]!, "pads"), axesValue = axes is null ? null : Listed(axes, "axes");
        if (!data.HasRank)
            return new(data.Type, default);
        if (pads is null || axes is not null && axesValue is null)
            return new(data.Type, UnknownDims(data.Dims.Length));
        var (before, after) = Pads(pads, axesValue, data.Dims.Length);
        var mode = a.Text("mode", "constant");
        var dims = new int[data.Dims.Length];
        for (var i = 0; i < dims.Length; i++)
        {
            var extent = data.Dims[i];
            if (extent < 0)
            {
                dims[i] = -1;
                continue;
            }
            dims[i] = Sum(Math.Max(extent + before[i] + after[i], -1), 0);
            if (dims[i] < 0)
                throw new ModelException($"padding of {before[i]} and {after[i]} on an extent of {extent}");
            var widest = Math.Max(before[i], after[i]);
            if (mode == "reflect" ? widest > Math.Max(extent - 1, 0) : mode is "edge" or "wrap" && widest > 0 && extent == 0)
                throw new ModelException($"{mode} padding of {widest} on an extent of {extent}");
        }
        return new(data.Type, [.. dims]);
    }

    /// <summary>Elements added before and after each axis; negative ones remove.</summary>
    public static (long[] Before, long[] After) Pads(Tensor pads, Tensor? axes, int rank)
    {
        var given = pads.ToInts("pads");
        long[] before = new long[rank], after = new long[rank];
        var along = axes is null ? [.. Enumerable.Range(0, rank)] : Array.ConvertAll(axes.ToInts("axes"), v => Axis(v, rank));
        if (axes is not null)
            Axes(axes.ToInts("axes"), rank);
        if (given.Length != 2 * along.Length)
            throw new ModelException($"{given.Length} pads for {along.Length} axes");
        for (var i = 0; i < along.Length; i++)
        {
            if (given[i] is < -int.MaxValue or > int.MaxValue || given[along.Length + i] is < -int.MaxValue or > int.MaxValue)
                throw new ModelException("a pad is too large");
            (before[along[i]], after[along[i]]) = (given[i], given[along.Length + i]);
        }
        return (before, after);
    }

    private static Fact Expand(Fact x, Fact target) =>
        Listed(target, "the target shape") is { } value
            ? new(x.Type, Broadcast(x.Dims, Shape.Of(value.ToInts("the target shape")).Dims))
            : new(x.Type, default);

    private static Fact ConstantOfShape(Fact target, Fact value)
    {
        if (value.IsComplete && value.Shape.Count != 1)
            throw new ModelException($"the value is {value}, not one element");
        return Listed(target, "the shape") is { } known
            ? new(value.Type, Shape.Of(known.ToInts("the shape")).Dims)
            : new(value.Type, UnknownDims(LengthOf(target)));
    }
}
