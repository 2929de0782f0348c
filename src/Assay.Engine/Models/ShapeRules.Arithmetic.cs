using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Contractions, windows, recurrence.</content>
public static partial class ShapeRules
{
    private static Fact MatMul(Fact a, Fact b)
    {
        var type = Require(Same(a, b), t => t.IsNumber(), "numbers");
        if (!a.HasRank || !b.HasRank)
            return new(type, default);
        Rank(a, 1, "the left operand");
        Rank(b, 1, "the right operand");
        ImmutableArray<int> left = a.Dims.Length == 1 ? [1, a.Dims[0]] : a.Dims;
        ImmutableArray<int> right = b.Dims.Length == 1 ? [b.Dims[0], 1] : b.Dims;
        Agree(left[^1], right[^2], $"inner extents of {Fact.Describe(a.Dims)} and {Fact.Describe(b.Dims)} differ");
        var dims = Broadcast(left[..^2], right[..^2]).ToBuilder();
        if (a.Dims.Length > 1)
            dims.Add(left[^2]);
        if (b.Dims.Length > 1)
            dims.Add(right[^1]);
        return new(type, dims.ToImmutable());
    }

    private static Fact Conv(Attributes a, Fact x, Fact w, Fact? bias)
    {
        var type = Float(x with { Type = Same(x, w) });
        if (bias is not null)
            Same(x, bias);
        if (!x.HasRank || !w.HasRank)
            return new(type, default);
        var rank = Rank(x, 3, "the input");
        if (w.Dims.Length != rank)
            throw new ModelException($"weights of rank {w.Dims.Length} for an input of rank {rank}");
        var group = a.Int("group", 1);
        if (group < 1 || group > int.MaxValue)
            throw new ModelException($"group is {group}");
        if (x.Dims[1] >= 0 && w.Dims[1] >= 0 && x.Dims[1] != w.Dims[1] * group)
            throw new ModelException($"{x.Dims[1]} channels in, where weights {Fact.Describe(w.Dims)} in {group} group(s) take {w.Dims[1] * group}");
        if (w.Dims[0] >= 0 && w.Dims[0] % group != 0)
            throw new ModelException($"{w.Dims[0]} channels out do not divide into {group} groups");
        if (bias is { HasRank: true })
            Agree(bias.Dims.Length == 1 ? bias.Dims[0] : throw new ModelException($"a bias of rank {bias.Dims.Length}"), w.Dims[0], "the bias' extent and the channels out differ");
        var kernel = KernelOf(a, w);
        var spatial = kernel.Contains(-1)
            ? Enumerable.Repeat(-1, rank - 2)
            : Window.Of(a, x.Dims[2..].AsSpan(), kernel.AsSpan()).Output;
        return new(type, [x.Dims[0], w.Dims[0], .. spatial]);
    }

    private static Fact Pool(Attributes a, Fact x)
    {
        if (!x.HasRank)
            return new(x.Type, default);
        Rank(x, 3, "the input");
        var kernel = PoolKernel(a);
        var window = Window.Of(a, x.Dims[2..].AsSpan(), kernel);
        return new(x.Type, [x.Dims[0], x.Dims[1], .. window.Output]);
    }

    /// <summary>Elements of a pooling window at most: nothing in the file pays for them.</summary>
    private const int MaxTaps = 1 << 24;

    /// <summary>The window's extents of a pooling node.</summary>
    public static int[] PoolKernel(Attributes a)
    {
        var given = a.Ints("kernel_shape");
        var kernel = new int[given.Length];
        for (var i = 0; i < kernel.Length; i++)
            kernel[i] = given[i] is >= 1 and <= MaxTaps ? (int)given[i] : throw new ModelException($"kernel_shape holds {given[i]}, which is not between 1 and {MaxTaps}");
        if (Shape.Of(kernel).Count > MaxTaps)
            throw new ModelException($"a window of more than {MaxTaps} elements");
        return kernel;
    }
}
