using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Windows beyond convolution and plain pooling.</content>
public static partial class ShapeRules
{
    /// <summary>The maxima, and where asked for, the places of the first of them in the input.</summary>
    private static ImmutableArray<Fact> MaxPool(Attributes a, Fact x, int outputs)
    {
        Require(x, t => t.IsFloat() || t is DType.Int8 or DType.UInt8, "floating-point numbers, int8 or uint8");
        var y = Pool(a, x);
        return outputs < 2 ? [y] : [y, new(DType.Int64, y.Dims)];
    }

    private static Fact LpPool(Attributes a, Fact x)
    {
        var p = a.Int("p", 2);
        if (p is < 1 or > 1 << 20)
            throw new ModelException($"p is {p}, not between 1 and {1 << 20}");
        return Pool(a, Numbered(x));
    }

    private static Fact Numbered(Fact x) => x with { Type = Float(x) };

    /// <summary>X [N, C, in...], W [C, M/group, kernel...], bias [M] to Y [N, M, out...].</summary>
    private static Fact ConvTranspose(Attributes a, Fact x, Fact w, Fact? bias)
    {
        var type = Float(x with { Type = Same(x, w) });
        if (bias is not null)
            Same(x, bias);
        if (!x.HasRank || !w.HasRank)
            return new(type, default);
        var rank = Rank(x, 3, "the input");
        if (w.Dims.Length != rank)
            throw new ModelException($"weights of rank {w.Dims.Length} for an input of rank {rank}");
        var group = Groups(a, "group");
        Agree(x.Dims[1], w.Dims[0], "channels of the input and of the weights");
        if (x.Dims[1] >= 0 && x.Dims[1] % group != 0)
            throw new ModelException($"{x.Dims[1]} channels do not divide into {group} groups");
        var outputs = w.Dims[1] < 0 ? -1 : Sum(w.Dims[1] * (long)group, 0);
        if (bias is { HasRank: true })
            Agree(bias.Dims.Length == 1 ? bias.Dims[0] : throw new ModelException($"a bias of rank {bias.Dims.Length}"), outputs, "the bias' extent and the channels out differ");
        var spatial = KernelOf(a, w).Contains(-1)
            ? Enumerable.Repeat(-1, rank - 2)
            : TransposedWindow.Of(a, x.Dims[2..].AsSpan(), w.Dims[2..].AsSpan()).Output;
        return new(type, [x.Dims[0], outputs, .. spatial]);
    }

    /// <summary>X, W as in Conv (two spatial axes), offsets [N, groups·kh·kw·2, oh, ow], bias, mask [N, groups·kh·kw, oh, ow].</summary>
    private static Fact DeformConv(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var bias = x.Length > 3 ? x[3] : null;
        var mask = x.Length > 4 ? x[4] : null;
        if (x[0]! is { HasRank: true } data && data.Dims.Length != 4)
            throw new ModelException($"the input has rank {data.Dims.Length}; 4 is needed");
        var y = Conv(a, x[0]!, x[1]!, bias);
        Same(x[0]!, x[2]!);
        if (mask is not null)
            Same(x[0]!, mask);
        var groups = Groups(a, "offset_group");
        if (!y.HasRank || x[0]!.Dims[1] is var channels && channels >= 0 && channels % groups != 0)
            return y.HasRank ? throw new ModelException($"{x[0]!.Dims[1]} channels do not divide into {groups} offset groups") : y;
        var kernel = x[1]!.Dims[2..];
        var taps = kernel.Contains(-1) ? -1 : Sum((long)Shape.Of(kernel.AsSpan()).Count * groups, 0);
        if (x[2]!.HasRank)
            _ = new Fact(null, [y.Dims[0], taps < 0 ? -1 : Sum(2L * taps, 0), y.Dims[2], y.Dims[3]]).And(new(null, x[2]!.Dims));
        if (mask is { HasRank: true })
            _ = new Fact(null, [y.Dims[0], taps, y.Dims[2], y.Dims[3]]).And(new(null, mask.Dims));
        return y;
    }

    /// <summary>Columns [N, C·block, windows], the image's extents, the block's extents to [N, C, image...].</summary>
    private static Fact Col2Im(Attributes a, Fact x, Fact image, Fact block)
    {
        var type = Float(x);
        Tensor? extents = Listed(image, "the image's shape"), kernel = Listed(block, "the block's shape");
        if (x.HasRank && x.Dims.Length != 3)
            throw new ModelException($"the input has rank {x.Dims.Length}, not 3");
        if (extents is null || kernel is null)
            return new(type, default);
        var size = Shape.Of(extents.ToInts("the image's shape"));
        var taps = Shape.Of(kernel.ToInts("the block's shape"));
        var window = Window.Of(a, size.Dims.AsSpan(), taps.Dims.AsSpan());
        if (!x.HasRank)
            return new(type, [-1, -1, .. size.Dims]);
        if (x.Dims[1] >= 0 && x.Dims[1] % taps.Count != 0)
            throw new ModelException($"{x.Dims[1]} rows are no multiple of a block of {taps.Count}");
        Agree(x.Dims[2], Shape.Of(window.Output.AsSpan()).Count, "columns and windows");
        return new(type, [x.Dims[0], x.Dims[1] < 0 ? -1 : x.Dims[1] / taps.Count, .. size.Dims]);
    }

    private static int Groups(Attributes a, string name)
    {
        var groups = a.Int(name, 1);
        return groups is >= 1 and <= int.MaxValue ? (int)groups : throw new ModelException($"{name} is {groups}");
    }

    private static ImmutableArray<int> KernelOf(Attributes a, Fact w)
    {
        var kernel = w.Dims[2..];
        var given = a.Ints("kernel_shape");
        if (!given.IsEmpty && (given.Length != kernel.Length || given.Zip(kernel).Any(p => p.Second >= 0 && p.First != p.Second)))
            throw new ModelException($"kernel_shape {string.Join('x', given)} for weights {Fact.Describe(w.Dims)}");
        return kernel;
    }
}
