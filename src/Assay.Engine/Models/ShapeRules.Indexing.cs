using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Primitives whose places are named by indices, and those whose extents only the elements tell.</content>
public static partial class ShapeRules
{
    /// <summary>True where the output's extents depend on elements: the rule gives -1, and the kernel the shape.</summary>
    public static bool IsDataDependent(Primitive op) =>
        op is Primitive.NonZero or Primitive.Unique or Primitive.NonMaxSuppression or Primitive.DecodeImage;

    /// <summary>True where the rule reads the elements of an operand that may be floating-point, and executors have to show them.</summary>
    public static bool ReadsValue(Primitive op, int operand) => op == Primitive.Range || op == Primitive.Resize && operand is (1 or 2) || IsParameter(op, operand);

    private static Fact? Place(Primitive op, Attributes a, ReadOnlySpan<Fact?> x) => op switch
    {
        Primitive.GatherElements => GatherElements(a, x[0]!, x[1]!),
        Primitive.GatherNd => GatherNd(a, x[0]!, x[1]!),
        Primitive.ScatterElements => ScatterElements(a, x[0]!, x[1]!, x[2]!),
        Primitive.ScatterNd => ScatterNd(a, x[0]!, x[1]!, x[2]!),
        Primitive.TensorScatter => TensorScatter(a, x[0]!, x[1]!, x.Length > 2 ? x[2] : null),
        Primitive.OneHot => OneHot(a, x[0]!, x[1]!, x[2]!),
        Primitive.Trilu => Trilu(x[0]!, x.Length > 1 ? x[1] : null),
        Primitive.EyeLike => EyeLike(a, x[0]!),
        Primitive.ReverseSequence => ReverseSequence(a, x[0]!, x[1]!),
        Primitive.Tile => Tile(x[0]!, x[1]!),
        Primitive.NonZero => NonZero(x[0]!),
        Primitive.NonMaxSuppression => NonMaxSuppression(x),
        _ => null,
    };

    private static Fact GatherElements(Attributes a, Fact x, Fact indices)
    {
        Indices(indices);
        if (!x.HasRank || !indices.HasRank)
            return new(x.Type, indices.Dims);
        var axis = Axis(a.Int("axis", 0), Rank(x, 1, "the data"));
        WithinOthers(x, indices, axis, "indices");
        return new(x.Type, indices.Dims);
    }

    private static Fact ScatterElements(Attributes a, Fact x, Fact indices, Fact updates)
    {
        Indices(indices);
        var type = Same(x, updates);
        Reduction(a, type);
        if (indices.HasRank && updates.HasRank)
            _ = new Fact(null, indices.Dims).And(new(null, updates.Dims));
        if (x.HasRank && indices.HasRank)
            WithinOthers(x, indices, Axis(a.Int("axis", 0), Rank(x, 1, "the data")), "indices");
        return new(type, x.Dims);
    }

    private static Fact GatherNd(Attributes a, Fact x, Fact indices)
    {
        Indices(indices);
        if (!x.HasRank || !indices.HasRank)
            return new(x.Type, default);
        int rank = Rank(x, 1, "the data"), last = Rank(indices, 1, "the indices") - 1;
        var batch = a.Int("batch_dims", 0);
        if (batch < 0 || batch >= Math.Min(rank, last + 1))
            throw new ModelException($"batch_dims is {batch} for data {Fact.Describe(x.Dims)} and indices {Fact.Describe(indices.Dims)}");
        for (var i = 0; i < batch; i++)
            Agree(x.Dims[i], indices.Dims[i], $"extents of batch axis {i}");
        var depth = indices.Dims[last];
        if (depth == 0 || depth > rank - batch)
            throw new ModelException($"indices of {depth} coordinates into {rank - batch} axes");
        return depth < 0 ? new(x.Type, default) : new(x.Type, [.. indices.Dims[..last], .. x.Dims[(int)(batch + depth)..]]);
    }

    private static Fact ScatterNd(Attributes a, Fact x, Fact indices, Fact updates)
    {
        Indices(indices);
        var type = Same(x, updates);
        Reduction(a, type);
        if (!x.HasRank || !indices.HasRank)
            return new(type, x.Dims);
        int rank = Rank(x, 1, "the data"), last = Rank(indices, 1, "the indices") - 1, depth = indices.Dims[last];
        if (depth == 0 || depth > rank)
            throw new ModelException($"indices of {depth} coordinates into {rank} axes");
        if (depth > 0 && updates.HasRank)
            _ = new Fact(null, [.. indices.Dims[..last], .. x.Dims[depth..]]).And(new(null, updates.Dims));
        return new(type, x.Dims);
    }

    /// <summary>Cache [B, ..., S, ...], update of fewer steps along the axis, one place to write at for each of B.</summary>
    private static Fact TensorScatter(Attributes a, Fact cache, Fact update, Fact? places)
    {
        var type = Same(cache, update);
        if (a.Text("mode", "linear") is not ("linear" or "circular"))
            throw new ModelException($"mode '{a.Text("mode", "")}' is not linear or circular");
        if (places is not null)
            Require(places, t => t == DType.Int64, "int64 places");
        if (!cache.HasRank || !update.HasRank)
            return new(type, cache.Dims);
        var axis = Axis(a.Int("axis", -2), Rank(cache, 2, "the cache"));
        if (axis == 0)
            throw new ModelException("axis 0 is the batch and cannot be written along");
        if (update.Dims.Length != cache.Dims.Length)
            throw new ModelException($"an update of rank {update.Dims.Length} of a cache of rank {cache.Dims.Length}");
        for (var i = 0; i < cache.Dims.Length; i++)
            if (i != axis)
                Agree(cache.Dims[i], update.Dims[i], $"extents along axis {i}");
        if (cache.Dims[axis] >= 0 && update.Dims[axis] > cache.Dims[axis])
            throw new ModelException($"{update.Dims[axis]} steps into a cache of {cache.Dims[axis]}");
        if (places is { HasRank: true })
            Agree(places.Dims.Length == 1 ? places.Dims[0] : throw new ModelException($"places of rank {places.Dims.Length}, not 1"), cache.Dims[0], "places and batch");
        return new(type, cache.Dims);
    }

    private static Fact OneHot(Attributes a, Fact indices, Fact depth, Fact values)
    {
        Indices(indices);
        OneNumber(depth, "the depth");
        if (values is { HasRank: true } && (values.Dims.Length != 1 || values.Dims[0] is not (-1 or 2)))
            throw new ModelException($"the values are {values}, not two");
        if (!indices.HasRank)
            return new(values.Type, default);
        var axis = Axis(a.Int("axis", -1), indices.Dims.Length + 1);
        return new(values.Type, indices.Dims.Insert(axis, depth.Value?.ToInts("the depth")[0] switch
        {
            null => -1,
            >= 0 and <= int.MaxValue and var extent => (int)extent,
            var extent => throw new ModelException($"the depth is {extent}"),
        }));
    }

    private static Fact Trilu(Fact x, Fact? k)
    {
        if (x.HasRank)
            Rank(x, 2, "the input");
        if (k is not null)
            OneNumber(k, "k");
        return new(x.Type, x.Dims);
    }

    private static Fact EyeLike(Attributes a, Fact x)
    {
        if (x.HasRank && x.Dims.Length != 2)
            throw new ModelException($"the input has rank {x.Dims.Length}, not 2");
        return new(a.Has("dtype") ? CastTarget(Attributes.None.With("to", a.Int("dtype"))) : x.Type, x.Dims);
    }

    private static Fact ReverseSequence(Attributes a, Fact x, Fact lengths)
    {
        Require(lengths, t => t == DType.Int64, "int64 lengths");
        long time = a.Int("time_axis", 0), batch = a.Int("batch_axis", 1);
        if (time is not (0 or 1) || batch is not (0 or 1) || time == batch)
            throw new ModelException($"time_axis {time} and batch_axis {batch} are not 0 and 1");
        if (x.HasRank)
            Rank(x, 2, "the input");
        if (lengths.HasRank && lengths.Dims.Length != 1)
            throw new ModelException($"lengths of rank {lengths.Dims.Length}, not 1");
        if (x.HasRank && lengths.HasRank)
            Agree(lengths.Dims[0], x.Dims[(int)batch], "lengths and batch");
        return new(x.Type, x.Dims);
    }

    private static Fact Tile(Fact x, Fact repeats)
    {
        if (Listed(repeats, "repeats") is not { } known)
            return new(x.Type, x.HasRank ? UnknownDims(x.Dims.Length) : UnknownDims(LengthOf(repeats)));
        var times = known.ToInts("repeats");
        if (!x.HasRank)
            return new(x.Type, UnknownDims(times.Length));
        if (times.Length != x.Dims.Length)
            throw new ModelException($"{times.Length} repeats of a tensor of rank {x.Dims.Length}");
        var dims = new int[times.Length];
        for (var i = 0; i < dims.Length; i++)
            dims[i] = times[i] is < 0 or > int.MaxValue ? throw new ModelException($"repeats hold {times[i]}")
                : x.Dims[i] < 0 ? -1 : Sum(times[i] * x.Dims[i], 0);
        return new(x.Type, [.. dims]);
    }

    /// <summary>As many parts as outputs; their extents from the operand, or as equal as they can be, the last one smaller.</summary>
    private static ImmutableArray<Fact> Split(Attributes a, Fact x, Fact? parts, int outputs)
    {
        var known = parts is null ? null : Listed(parts, "the split");
        if (!x.HasRank)
            return [.. Enumerable.Repeat(new Fact(x.Type, default), outputs)];
        var axis = Axis(a.Int("axis", 0), Rank(x, 1, "the input"));
        var extent = x.Dims[axis];
        var extents = Enumerable.Repeat(-1L, outputs).ToArray();
        if (known is not null)
            extents = known.ToInts("the split");
        else if (parts is null && extent >= 0)
            for (long i = 0, size = (extent + (long)outputs - 1) / outputs; i < outputs; i++)
                extents[i] = Math.Clamp(extent - i * size, 0, size);
        if (extents.Length != outputs)
            throw new ModelException($"{extents.Length} parts for {outputs} outputs");
        if (known is not null && (extents.Any(p => p is < 0 or > int.MaxValue) || extent >= 0 && extents.Sum() != extent))
            throw new ModelException($"parts {string.Join('+', extents.Take(8))} of an extent of {extent}");
        return [.. extents.Select(p => new Fact(x.Type, x.Dims.SetItem(axis, (int)p)))];
    }

    private static Fact NonZero(Fact x)
    {
        Require(x, t => t == DType.Bool, "bools");
        return new(DType.Int64, [x.HasRank ? x.Dims.Length : -1, -1]);
    }

    private static ImmutableArray<Fact> Unique(Attributes a, Fact x)
    {
        Fact list = new(DType.Int64, [-1]);
        if (!a.Has("axis"))
            return [new(x.Type, [-1]), list, list, list];
        if (!x.HasRank)
            return [new(x.Type, default), list, list, list];
        var axis = Axis(a.Int("axis"), Rank(x, 1, "the input"));
        return [new(x.Type, x.Dims.SetItem(axis, -1)), list, list, list];
    }

    /// <summary>Boxes [batch, n, 4], scores [batch, classes, n], and three numbers; the chosen [count, 3].</summary>
    private static Fact NonMaxSuppression(ReadOnlySpan<Fact?> x)
    {
        Require(Same(x[0]!, x[1]!), t => t == DType.Float32, "float32 boxes and scores");
        if (x[0] is { HasRank: true } boxes && (boxes.Dims.Length != 3 || boxes.Dims[2] is not (-1 or 4)))
            throw new ModelException($"the boxes are {boxes}, not batch x boxes x 4");
        if (x[1] is { HasRank: true } scores && scores.Dims.Length != 3)
            throw new ModelException($"the scores are {scores}, not batch x classes x boxes");
        if (x[0]!.HasRank && x[1]!.HasRank)
        {
            Agree(x[0]!.Dims[0], x[1]!.Dims[0], "batches of boxes and scores");
            Agree(x[0]!.Dims[1], x[1]!.Dims[2], "numbers of boxes and scores");
        }
        for (var i = 2; i < x.Length; i++)
            if (x[i] is { } one)
            {
                Require(one, t => t == (i == 2 ? DType.Int64 : DType.Float32), i == 2 ? "int64 for the most boxes" : "float32 thresholds");
                if (one.IsComplete && (one.Shape.Count > 1 || one.Dims.Length > 1))
                    throw new ModelException($"operand {i} is {one}, not one number");
            }
        return new(DType.Int64, [-1, 3]);
    }

    private static void Indices(Fact indices) => Require(indices, t => t is DType.Int32 or DType.Int64, "int32 or int64 indices");

    private static void WithinOthers(Fact x, Fact indices, int axis, string what)
    {
        if (indices.Dims.Length != x.Dims.Length)
            throw new ModelException($"{what} of rank {indices.Dims.Length} into data of rank {x.Dims.Length}");
        for (var i = 0; i < x.Dims.Length; i++)
            if (i != axis && x.Dims[i] >= 0 && indices.Dims[i] > x.Dims[i])
                throw new ModelException($"{indices.Dims[i]} {what} along axis {i} of an extent of {x.Dims[i]}");
    }

    private static void Reduction(Attributes a, DType? type)
    {
        var name = a.Text("reduction", "none");
        if (name is not ("none" or "add" or "mul" or "min" or "max"))
            throw new ModelException($"reduction '{name}' is not none, add, mul, min or max");
        if (name != "none")
            Require(type, t => t.IsNumber(), "numbers to reduce");
    }

    private static void OneNumber(Fact fact, string what)
    {
        Require(fact, t => t is DType.Int32 or DType.Int64, "int64");
        if (fact.HasRank && (fact.Dims.Length > 1 || fact.Dims.Length == 1 && fact.Dims[0] is not (-1 or 1)))
            throw new ModelException($"{what} is {fact}, not one number");
    }
}
