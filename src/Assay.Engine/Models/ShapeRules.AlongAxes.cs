using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Folds, places, sums so far and normalisations along axes.</content>
public static partial class ShapeRules
{
    private static Fact BatchNormalization(ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        for (var i = 1; i < 5; i++)
        {
            if (x[i]!.Type is { } t && type is { } expected && t != expected)
                throw new ModelException($"operand {i} is {t.Name()} where the input is {expected.Name()}");
            if (x[i]!.HasRank && x[i]!.Dims.Length != 1)
                throw new ModelException($"operand {i} has rank {x[i]!.Dims.Length}, not 1");
            if (x[0]!.HasRank && x[i]!.HasRank)
                Agree(x[0]!.Dims[Rank(x[0]!, 2, "the input") > 1 ? 1 : 0], x[i]!.Dims[0], $"channels of the input and of operand {i}");
        }
        return new(type, x[0]!.Dims);
    }

    private static Fact Softmax(Attributes a, Fact x)
    {
        if (x.HasRank)
            Axis(a.Int("axis", -1), Rank(x, 1, "the input"));
        return new(Float(x), x.Dims);
    }

    private static Fact Reduce(Primitive op, Attributes a, Fact x, Fact? axes)
    {
        var type = Require(x, t => t.IsNumber() || t == DType.Bool && op is (Primitive.ReduceMax or Primitive.ReduceMin), "numbers");
        var keep = a.Int("keepdims", 1) != 0;
        var known = axes is null ? null : Listed(axes, "axes");
        if (!x.HasRank)
            return new(type, default);
        if (axes is not null && known is null)
            return new(type, keep ? [.. Enumerable.Repeat(-1, x.Dims.Length)] : default);
        var reduced = ReducedAxes(a, known, x.Dims.Length);
        var dims = new List<int>();
        for (var i = 0; i < x.Dims.Length; i++)
            if (!reduced.AsSpan().Contains(i))
                dims.Add(x.Dims[i]);
            else if (keep)
                dims.Add(1);
        return new(type, [.. dims]);
    }

    /// <summary>The axes that a reduction folds, ascending: all, where none is given and <c>noop_with_empty_axes</c> is not set.</summary>
    public static int[] ReducedAxes(Attributes a, Tensor? axes, int rank)
    {
        var given = axes?.ToInts("axes") ?? [];
        if (given.Length > 0)
            return Axes(given, rank);
        return a.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, rank)];
    }

    private static Fact Arg(Attributes a, Fact x)
    {
        Require(x, t => t.IsNumber(), "numbers");
        if (!x.HasRank)
            return new(DType.Int64, default);
        var axis = Axis(a.Int("axis", 0), Rank(x, 1, "the input"));
        if (x.Dims[axis] == 0 && !x.Dims.RemoveAt(axis).Contains(0))
            throw new ModelException($"the place of an extreme along axis {axis} of {Fact.Describe(x.Dims)}, which has no element there");
        return new(DType.Int64, a.Int("keepdims", 1) != 0 ? x.Dims.SetItem(axis, 1) : x.Dims.RemoveAt(axis));
    }

    private static Fact Cumulate(Fact x, Fact axis)
    {
        var known = One(axis, "the axis");
        if (x.HasRank && Rank(x, 1, "the input") is var rank && known is { } at)
            Axis(at, rank);
        return new(Require(x, t => t.IsNumber(), "numbers"), x.Dims);
    }

    /// <summary>The value, where it is known, of an operand that is one whole number.</summary>
    private static long? One(Fact fact, string role)
    {
        if (fact.IsComplete && fact.Shape.Count != 1)
            throw new ModelException($"{role} is {fact}, not one number");
        return Listed(fact, role)?.ToInts(role)[0];
    }

    private static ImmutableArray<Fact> TopK(Attributes a, Fact x, Fact k)
    {
        var type = Require(x, t => t.IsNumber(), "numbers");
        var count = One(k, "k");
        if (count is < 0)
            throw new ModelException($"k is {count}");
        if (!x.HasRank)
            return [new(type, default), new(DType.Int64, default)];
        var axis = Axis(a.Int("axis", -1), Rank(x, 1, "the input"));
        if (count is not null && x.Dims[axis] >= 0 && count > x.Dims[axis])
            throw new ModelException($"the greatest {count} of {x.Dims[axis]}");
        var dims = x.Dims.SetItem(axis, (int)Math.Min(count ?? -1, int.MaxValue));
        return [new(type, dims), new(DType.Int64, dims)];
    }

    private static ImmutableArray<Fact> LayerNormalization(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var y = Normalization(a, x);
        DType? stored = y.Type is null or DType.Float64 ? y.Type : DType.Float32;
        if (!y.HasRank)
            return [y, new(stored, default), new(stored, default)];
        var axis = Axis(a.Int("axis", -1), y.Dims.Length);
        var statistic = new Fact(stored, [.. y.Dims[..axis], .. Enumerable.Repeat(1, y.Dims.Length - axis)]);
        return [y, statistic, statistic];
    }

    /// <summary>x, and up to two operands of its type that broadcast to its shape.</summary>
    private static Fact Normalization(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var data = x[0]!;
        for (var i = 1; i < x.Length; i++)
            if (x[i] is { } part)
            {
                Same(data, part);
                if (data.HasRank && part.HasRank && (part.Dims.Length > data.Dims.Length || !Stretches(part.Dims, data.Dims)))
                    throw new ModelException($"operand {i} is {part}, which does not broadcast to {Fact.Describe(data.Dims)}");
            }
        if (data.HasRank)
            Axis(a.Int("axis", -1), Rank(data, 1, "the input"));
        return new(Float(data), data.Dims);
    }

    /// <summary>Whether each extent is 1 or the whole's, aligned at the last axes; what is not known may be.</summary>
    private static bool Stretches(ImmutableArray<int> part, ImmutableArray<int> whole)
    {
        for (var i = 1; i <= part.Length; i++)
            if (part[^i] != 1 && part[^i] >= 0 && whole[^i] >= 0 && part[^i] != whole[^i])
                return false;
        return true;
    }

    private static Fact Det(Fact x)
    {
        if (!x.HasRank)
            return new(Float(x), default);
        Rank(x, 2, "the input");
        Agree(x.Dims[^1], x.Dims[^2], "rows and columns of a matrix");
        return new(Float(x), x.Dims[..^2]);
    }
}
