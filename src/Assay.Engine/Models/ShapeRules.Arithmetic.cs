using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <content>Contractions, windows, recurrence.</content>
public static partial class ShapeRules
{
    private static Fact MatMul(Fact a, Fact b)
    {
        var type = Require(Same(a, b), t => t != DType.Bool, "numbers");
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

    /// <summary>X [T,N,I], W [D,4H,I], R [D,4H,H], B [D,8H], sequence lengths, initial h and c [D,N,H] to Y [T,D,N,H], Y_h and Y_c [D,N,H].</summary>
    private static ImmutableArray<Fact> Lstm(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var type = Float(x[0]!);
        var directions = a.Text("direction", "forward") switch
        {
            "forward" or "reverse" => 1,
            "bidirectional" => 2,
            var other => throw new ModelException($"direction '{other}' is not forward, reverse or bidirectional"),
        };
        for (var i = 4; i < x.Length; i += 3)
            if (x[i] is not null)
                throw new ModelException(i == 4 ? "sequence lengths are not supported" : "peepholes are not supported");
        int steps = -1, batch = -1, inputs = -1, hidden = (int)Math.Clamp(a.Int("hidden_size", -1), -1, int.MaxValue / 8);
        if (x[0]!.HasRank)
            (steps, batch, inputs) = Three(x[0]!, "X");
        (_, inputs, hidden) = Gates(x[1]!, "W", directions, inputs, hidden, recurrent: false);
        (_, _, hidden) = Gates(x[2]!, "R", directions, -1, hidden, recurrent: true);
        if (x.Length > 3 && x[3] is { HasRank: true } b)
        {
            if (b.Dims.Length != 2)
                throw new ModelException($"B has rank {b.Dims.Length}, not 2");
            Agree(b.Dims[0], directions, "directions of B");
            Agree(b.Dims[1], hidden < 0 ? -1 : 8 * hidden, "extent of B");
        }
        for (var i = 1; i < x.Length; i++)
            if (x[i] is not null)
                Same(x[0]!, x[i]!);
        for (var i = 5; i < Math.Min(x.Length, 7); i++)
            if (x[i] is { HasRank: true } state)
            {
                var name = i == 5 ? "initial_h" : "initial_c";
                var (d, n, h) = Three(state, name);
                Agree(d, directions, $"directions of {name}");
                batch = Agree(n, batch, $"batch of {name}");
                hidden = Agree(h, hidden, $"hidden size of {name}");
            }
        var last = Fact.Of(type, [directions, batch, hidden]);
        return [Fact.Of(type, [steps, directions, batch, hidden]), last, last];
    }

    private static (int, int, int) Three(Fact x, string name) =>
        x.Dims.Length == 3 ? (x.Dims[0], x.Dims[1], x.Dims[2]) : throw new ModelException($"{name} has rank {x.Dims.Length}, not 3");

    private static (int, int, int) Gates(Fact w, string name, int directions, int inputs, int hidden, bool recurrent)
    {
        if (!w.HasRank)
            return (directions, inputs, hidden);
        var (d, gates, columns) = Three(w, name);
        Agree(d, directions, $"directions of {name}");
        if (gates >= 0 && gates % 4 != 0)
            throw new ModelException($"{name} has {gates} rows, not four gates of equal size");
        hidden = Agree(gates < 0 ? -1 : gates / 4, hidden, $"hidden size of {name}");
        if (recurrent)
            hidden = Agree(columns, hidden, $"columns of {name} against the hidden size");
        else
            inputs = Agree(columns, inputs, $"columns of {name} against the input size");
        return (directions, inputs, hidden);
    }
}
