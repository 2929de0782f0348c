using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Attention of both kinds.</content>
public static partial class ShapeRules
{
    /// <summary>
    /// Q [B,H,L,E], K [B,G,S,E], V [B,G,S,F], a bias [1 or B, 1 or H, 1 or L, at most S] (or fewer axes), lengths [B] and
    /// offsets [1 or B], to Y [B,H,L,F] and the scores [B,H,L,S].
    /// </summary>
    private static ImmutableArray<Fact> Attention(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        for (var i = 1; i < Math.Min(x.Length, 4); i++)
            if (x[i] is not null)
                Same(x[0]!, x[i]!);
        if (a.Int("scores", 0) is < 0 or > 3)
            throw new ModelException($"scores are taken at stage {a.Int("scores", 0)}, not 0 to 3");
        var (batch, heads, rows, width) = Four(x[0]!, "Q");
        var (batchK, groups, keys, widthK) = Four(x[1]!, "K");
        var (batchV, groupsV, keysV, columns) = Four(x[2]!, "V");
        Agree(width, widthK, "head sizes of Q and K");
        groups = Agree(groups, groupsV, "heads of K and V");
        keys = Agree(keys, keysV, "keys and values");
        batch = Agree(Agree(batch, batchK, "batches of Q and K"), batchV, "batches of Q and V");
        if (groups == 0 || heads > 0 && groups > 0 && heads % groups != 0)
            throw new ModelException($"{heads} query heads do not divide among {groups} heads of keys");
        if (x.Length > 3 && x[3] is { HasRank: true } bias)
        {
            if (bias.Dims.Length is < 1 or > 4)
                throw new ModelException($"the mask has rank {bias.Dims.Length}, not 1 to 4");
            if (!Stretches(bias.Dims[..^1], new[] { batch, heads, rows }.ToImmutableArray()) || keys >= 0 && bias.Dims[^1] > keys)
                throw new ModelException($"a mask {Fact.Describe(bias.Dims)} for scores {Fact.Describe([batch, heads, rows, keys])}");
        }
        if (x.Length > 4 && x[4] is { } lengths)
            PerBatch(lengths, batch, "the numbers of keys", orOne: false);
        if (x.Length > 5 && x[5] is { } offsets)
            PerBatch(offsets, batch, "the offsets", orOne: true);
        return [new(type, [batch, heads, rows, columns]), new(type, [batch, heads, rows, keys])];
    }

    private static void PerBatch(Fact fact, int batch, string what, bool orOne)
    {
        Require(fact, t => t == DType.Int64, "int64 numbers");
        if (fact.HasRank && fact.Dims.Length != 1)
            throw new ModelException($"{what} have rank {fact.Dims.Length}, not 1");
        if (fact.HasRank && !(orOne && fact.Dims[0] == 1))
            Agree(fact.Dims[0], batch, $"{what} and the batch");
    }

    /// <summary>
    /// Q [B,T,H·D], K [B,T,G·D], V [B,T,G·M], a state [B,G,D,M], decay [B,T,G or G·D], beta [B,T,G or 1] and an erase gate
    /// [B,T,G·D], to Y [B,T,H·M] and the state after the last step.
    /// </summary>
    private static ImmutableArray<Fact> LinearAttention(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        for (var i = 1; i < x.Length; i++)
            if (x[i] is not null)
                Same(x[0]!, x[i]!);
        long heads = a.Int("q_num_heads", 0), groups = a.Int("kv_num_heads", 0);
        if (groups is < 1 or > int.MaxValue || heads is < 1 or > int.MaxValue || heads % groups != 0)
            throw new ModelException($"{heads} query heads do not divide among {groups} heads of keys");
        var (batch, steps, queries) = x[0]!.HasRank ? Three(x[0]!, "the query") : (-1, -1, -1);
        var (depth, width) = (Share(queries, heads, "the query"), -1);
        var sizes = new int[x.Length];
        for (var i = 1; i < x.Length; i++)
            if (i != 3 && x[i] is { HasRank: true } part)
            {
                (var b, var t, sizes[i]) = Three(part, $"operand {i}");
                batch = Agree(batch, b, $"batches of operands 0 and {i}");
                steps = Agree(steps, t, $"steps of operands 0 and {i}");
            }
            else
                sizes[i] = -1;
        depth = Agree(depth, Share(sizes[1], groups, "the key"), "head sizes of query and key");
        width = Share(sizes[2], groups, "the value");
        if (x.Length > 3 && x[3] is { HasRank: true } state)
        {
            var (b, g, d, m) = Four(state, "the state");
            batch = Agree(batch, b, "batches of the query and the state");
            Agree((int)groups, g, "heads of the state");
            depth = Agree(depth, d, "rows of the state");
            width = Agree(width, m, "columns of the state");
        }
        if (x.Length > 4 && sizes[4] >= 0 && depth >= 0 && sizes[4] != groups && sizes[4] != groups * depth)
            throw new ModelException($"a decay of {sizes[4]} for {groups} heads of {depth}");
        if (x.Length > 5 && sizes[5] >= 0 && sizes[5] != groups && sizes[5] != 1)
            throw new ModelException($"a beta of {sizes[5]} for {groups} heads");
        if (x.Length > 6 && x[6] is not null && (x.Length < 6 || x[5] is null))
            throw new ModelException("an erase gate without a beta");
        if (x.Length > 6 && sizes[6] >= 0 && depth >= 0 && sizes[6] != groups * depth)
            throw new ModelException($"an erase gate of {sizes[6]} for {groups} heads of {depth}");
        return
        [
            new(type, [batch, steps, width < 0 ? -1 : Sum(heads * width, 0)]),
            new(type, [batch, (int)groups, depth, width]),
        ];
    }

    private static int Share(int extent, long heads, string what) => extent < 0 ? -1 : extent % heads == 0
        ? (int)(extent / heads)
        : throw new ModelException($"{what} has {extent} columns, which do not divide among {heads} heads");

    private static (int, int, int, int) Four(Fact x, string name) => !x.HasRank ? (-1, -1, -1, -1) : x.Dims.Length == 4
        ? (x.Dims[0], x.Dims[1], x.Dims[2], x.Dims[3])
        : throw new ModelException($"{name} has rank {x.Dims.Length}, not 4");
}
