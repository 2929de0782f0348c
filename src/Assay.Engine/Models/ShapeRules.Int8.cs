using Assay.Engine.Models.Int8;

namespace Assay.Engine.Models;

/// <content>The operations of docs/spec/assay-int8-v1.md: every figure in its range, every accumulator within its bound.</content>
public static partial class ShapeRules
{
    /// <summary>The greatest bound of an accumulator: so no sum leaves int32, and none wraps the field of a proof.</summary>
    public const int MostAccumulated = (1 << 30) - (1 << 24);

    /// <summary>Elements of a softmax or a normalisation at most.</summary>
    public const int MostInRow = 1024;

    /// <summary>Operands that are figures of the node and not values that flow through it: constants of the file.</summary>
    private static bool IsParameter(Primitive op, int operand) => op switch
    {
        Primitive.Int8Dense or Primitive.Int8Conv or Primitive.Int8AveragePool or Primitive.Int8Table or Primitive.Int8Softmax => operand >= 1,
        Primitive.Int8Add or Primitive.Int8MatMul => operand >= 2,
        _ => false,
    };

    private static Fact? Int8(Primitive op, Attributes a, ReadOnlySpan<Fact?> x) => op switch
    {
        Primitive.Int8Quantize => Int8Quantize(a, x[0]!),
        Primitive.Int8Dequantize => Int8Dequantize(a, x[0]!),
        Primitive.Int8Dense => Int8Dense(a, x),
        Primitive.Int8Conv => Int8Conv(a, x),
        Primitive.Int8MaxPool => Pool(a, Int8Image(x[0]!)),
        Primitive.Int8AveragePool => Int8AveragePool(a, x),
        Primitive.Int8Add => Int8Add(a, x),
        Primitive.Int8MatMul => Int8MatMul(a, x),
        Primitive.Int8Table => Int8Table(x[0]!, x[1]!),
        Primitive.Int8Softmax => Int8Softmax(a, x[0]!, x[1]!),
        Primitive.Int8Normalize => Int8Normalize(a, x[0]!),
        _ => null,
    };

    /// <summary>R(z): the greatest distance of an activation from its zero point.</summary>
    private static int Reach(int zeroPoint) => Math.Max(127 - zeroPoint, 128 + zeroPoint);

    private static Fact Int8Quantize(Attributes a, Fact x)
    {
        Parameters.Scale(a, "inverse_scale");
        Parameters.Figure(a, "zero_point", -128, 127);
        return new(DType.Int8, Typed(x, DType.Float32, "x").Dims);
    }

    private static Fact Int8Dequantize(Attributes a, Fact x)
    {
        Parameters.Scale(a, "scale");
        Parameters.Figure(a, "zero_point", -128, 127);
        return new(DType.Float32, Typed(x, DType.Int8, "x").Dims);
    }

    private static Fact Int8Dense(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var (input, w) = (Typed(x[0]!, DType.Int8, "x"), Parameters.Weights(x[1]!));
        if (w.Dims is not [var n, var k])
            throw new ModelException($"w is {w}; two axes are needed");
        Weighted(a, x, n, k);
        if (!input.HasRank)
            return new(DType.Int8, default);
        Rank(input, 1, "x");
        Agree(input.Dims[^1], k, "the last extent of x and that of w differ");
        return new(DType.Int8, [.. input.Dims[..^1], n]);
    }

    private static Fact Int8Conv(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var (input, w) = (Int8Image(x[0]!), Int8Image(Parameters.Weights(x[1]!), "w"));
        var group = a.Int("group", 1);
        if (group < 1 || (group > 1 && (w.Dims[1] != 1 || w.Dims[0] != group)))
            throw new ModelException($"group is {group} with w {Fact.Describe(w.Dims)}: 1, or every channel of its own (depthwise), is supported");
        Weighted(a, x, w.Dims[0], (long)w.Dims[1] * w.Dims[2] * w.Dims[3]);
        if (!input.HasRank)
            return new(DType.Int8, default);
        Agree(input.Dims[1], (int)Math.Min(w.Dims[1] * group, int.MaxValue), "the channels of x and those that w takes differ");
        var window = Window.Of(a, input.Dims[2..].AsSpan(), w.Dims[2..].AsSpan());
        return new(DType.Int8, [input.Dims[0], w.Dims[0], .. window.Output]);
    }

    /// <summary>What dense layers and convolutions have in common: weights, biases, scales, the bound K · 127 · R(zx) + β.</summary>
    private static void Weighted(Attributes a, ReadOnlySpan<Fact?> x, int outputs, long inner)
    {
        var zero = Parameters.Figure(a, "x_zero_point", -128, 127);
        var bias = Parameters.Figure(a, "bias_bound", 0, MostAccumulated);
        Bounded((inner * 127 * Reach(zero)) + bias);
        if (Parameters.Biases(x[2]!, bias).Dims is not [var count] || count != outputs)
            throw new ModelException($"b is {x[2]}; {outputs} biases are needed");
        Requantisation.Read(a, x, 3, outputs);
    }

    private static Fact Int8AveragePool(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var y = Pool(a, Int8Image(x[0]!));
        var kernel = PoolKernel(a);
        if (kernel.Length != 2)
            throw new ModelException($"a kernel of {kernel.Length} axes; two are needed");
        Bounded((long)kernel[0] * kernel[1] * Reach(Parameters.Figure(a, "x_zero_point", -128, 127)));
        var places = y.HasRank && y.Dims[2] >= 0 && y.Dims[3] >= 0 ? (int)Math.Min((long)y.Dims[2] * y.Dims[3], int.MaxValue) : -1;
        Requantisation.Read(a, x, 1, places);
        return y;
    }

    private static Fact Int8Add(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var (left, right) = (Typed(x[0]!, DType.Int8, "a"), Typed(x[1]!, DType.Int8, "b"));
        Bounded(((long)Factor(a, "a_multiplier") * Reach(Parameters.Figure(a, "a_zero_point", -128, 127)))
            + ((long)Factor(a, "b_multiplier") * Reach(Parameters.Figure(a, "b_zero_point", -128, 127))));
        if (Single(a, x, 2).Multipliers[0] is not 1 and var multiplier)
            throw new ModelException($"multipliers holds {multiplier}; of a sum it is 1");
        if (!left.HasRank || !right.HasRank)
            return left.HasRank ? left with { Value = null } : right with { Value = null };
        if (left.Dims.Length != right.Dims.Length)
            throw new ModelException($"a is {left} and b {right}: one shape is needed");
        return new(DType.Int8, [.. left.Dims.Zip(right.Dims, (p, q) => Agree(p, q, "the shapes of a and b differ"))]);
    }

    private static int Factor(Attributes a, string name) => Parameters.Figure(a, name, 1, 1 << 21);

    private static Fact Int8MatMul(Attributes a, ReadOnlySpan<Fact?> x)
    {
        var (left, right) = (Typed(x[0]!, DType.Int8, "a"), Typed(x[1]!, DType.Int8, "b"));
        long zeros = (long)Reach(Parameters.Figure(a, "a_zero_point", -128, 127)) * Reach(Parameters.Figure(a, "b_zero_point", -128, 127));
        Single(a, x, 2);
        if (!left.HasRank || !right.HasRank)
            return new(DType.Int8, default);
        // The first axis is the batch.
        var rank = Rank(left, 3, "a");
        if (right.Dims.Length != rank)
            throw new ModelException($"a is {left} and b {right}: as many axes are needed");
        var inner = Agree(left.Dims[^1], right.Dims[^2], "the extents that are summed over differ");
        Bounded(Math.Max(inner, 0) * zeros);
        var leading = left.Dims[..^2].Zip(right.Dims[..^2], (p, q) => Agree(p, q, "the leading extents of a and b differ"));
        return new(DType.Int8, [.. leading, left.Dims[^2], right.Dims[^1]]);
    }

    private static Fact Int8Table(Fact x, Fact table)
    {
        Parameters.Table(table);
        return new(DType.Int8, Typed(x, DType.Int8, "x").Dims);
    }

    private static Fact Int8Softmax(Attributes a, Fact x, Fact exponents)
    {
        Parameters.Exponents(exponents);
        var causal = Parameters.Figure(a, "causal", 0, 1, 0);
        // The first axis is the batch, and no row of a causal matrix.
        return Int8Rows(x, causal == 1 ? 3 : 1);
    }

    private static Fact Int8Normalize(Attributes a, Fact x)
    {
        Parameters.Figure(a, "gain", 1, 8191);
        Parameters.Figure(a, "epsilon", 1, 1 << 22);
        Parameters.Figure(a, "y_zero_point", -128, 127);
        Requantisation.Limits(a);
        return Int8Rows(x, 1);
    }

    private static Fact Int8Rows(Fact x, int least)
    {
        if (!Typed(x, DType.Int8, "x").HasRank)
            return new(DType.Int8, default);
        Rank(x, least, "x");
        return x.Dims[^1] is -1 or (>= 1 and <= MostInRow) ? new(DType.Int8, x.Dims) : throw new ModelException($"x is {x}: rows of 1 to {MostInRow} are needed");
    }

    /// <summary>The one group of an operation that has no channels of its own.</summary>
    private static Requantisation Single(Attributes a, ReadOnlySpan<Fact?> x, int first)
    {
        var requantisation = Requantisation.Read(a, x, first, -1);
        return requantisation is { Multipliers.Length: 1, Groups.IsEmpty: true } ? requantisation : throw new ModelException("more than one group, where there is one");
    }

    private static void Bounded(long bound)
    {
        if (bound > MostAccumulated)
            throw new ModelException($"accumulators up to {bound}, above {MostAccumulated}");
    }

    private static Fact Int8Image(Fact x, string name = "x") =>
        !Typed(x, DType.Int8, name).HasRank || x.Dims.Length == 4 ? x with { Type = DType.Int8, Value = null } : throw new ModelException($"{name} is {x}; four axes are needed");

    private static Fact Typed(Fact x, DType type, string name) =>
        x.Type is null || x.Type == type ? x : throw new ModelException($"{name} is {x}; {type.Name()} is needed");
}
