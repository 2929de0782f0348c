using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>
/// Types and shapes of every primitive's outputs from what is known of its inputs. Before a run the facts are partial and so
/// are the answers; in a run every input is known and so is every output, and what passes here is safe to compute: an
/// executor asks this first and checks nothing again.
/// </summary>
/// <remarks>Source: ONNX docs/Operators.md, newest form of each operator. Errors do not name the node: the caller does.</remarks>
public static partial class ShapeRules
{
    /// <summary>One fact per output of <paramref name="node"/>; every primitive but <see cref="Primitive.If"/> and <see cref="Primitive.Loop"/>.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">One fact per operand of the node, null where an optional operand is absent.</param>
    /// <exception cref="ModelException">The operands contradict each other or the operator.</exception>
    public static ImmutableArray<Fact> Infer(Node node, ReadOnlySpan<Fact?> inputs)
    {
        var (least, most, outputs) = Arity(node.Op);
        if (inputs.Length < least || inputs.Length > most)
            throw new ModelException($"{inputs.Length} operands where {node.Op} takes {least}{(most == least ? "" : most == int.MaxValue ? " or more" : $" to {most}")}");
        for (var i = 0; i < inputs.Length; i++)
            if (inputs[i] is null && (i < least || node.Op is Primitive.Concat or Primitive.SequenceConstruct))
                throw new ModelException($"operand {i} is missing");
        if (node.Outputs.Length > outputs)
            throw new ModelException($"{node.Outputs.Length} outputs where {node.Op} has {outputs}");
        CheckKinds(node.Op, inputs);
        if (Containers.Makes(node.Op))
            return Containers.IsText(node.Op) ? Text(node.Op, node.Attributes, inputs) : [Container(node.Op, node.Attributes, inputs)];
        if (Several(node, inputs) is { IsDefault: false } several)
            return Complete(several);
        var fact = One(node.Op, node.Attributes, inputs);
        return Complete([fact]);
    }

    /// <summary>The outputs of a primitive that may have more than one; default for the others.</summary>
    private static ImmutableArray<Fact> Several(Node node, ReadOnlySpan<Fact?> x) => node.Op switch
    {
        Primitive.Lstm or Primitive.Gru or Primitive.Rnn => Recurrent(node.Op, node.Attributes, x),
        Primitive.TopK => TopK(node.Attributes, x[0]!, x[1]!),
        Primitive.Split => Split(node.Attributes, x[0]!, x.Length > 1 ? x[1] : null, node.Outputs.Length),
        Primitive.Unique => Unique(node.Attributes, x[0]!),
        Primitive.MaxPool => MaxPool(node.Attributes, x[0]!, node.Outputs.Length),
        // Statistics and scores that nobody asks for are not made.
        Primitive.LayerNormalization => LayerNormalization(node.Attributes, x)[..node.Outputs.Length],
        Primitive.Attention => Attention(node.Attributes, x)[..node.Outputs.Length],
        Primitive.LinearAttention => LinearAttention(node.Attributes, x),
        _ => default,
    };

    /// <summary>The facts, none of them too large to exist.</summary>
    private static ImmutableArray<Fact> Complete(ImmutableArray<Fact> facts)
    {
        foreach (var fact in facts)
            if (fact.IsComplete)
                _ = fact.Shape;
        return facts;
    }

    /// <summary>Least and greatest number of operands, and the number of outputs.</summary>
    private static (int Least, int Most, int Outputs) Arity(Primitive op) => op switch
    {
        Primitive.Lstm => (3, 8, 3),
        Primitive.Gru or Primitive.Rnn => (3, 6, 2),
        Primitive.TopK => (2, 2, 2),
        Primitive.LayerNormalization => (1, 3, 3),
        Primitive.RmsNormalization => (1, 2, 1),
        Primitive.CumSum or Primitive.CumProd => (2, 2, 1),
        Primitive.Attention => (3, 6, 2),
        Primitive.LinearAttention => (3, 7, 2),
        Primitive.SequenceEmpty => (0, 0, 1),
        Primitive.StringConcat or Primitive.PositionOf => (2, 2, 1),
        Primitive.StringSplit => (1, 1, 2),
        Primitive.StringNormalizer => (1, 2, 1),
        Primitive.TfIdfVectorizer => (4, 5, 1),
        Primitive.SequenceConstruct => (1, int.MaxValue, 1),
        Primitive.SequenceInsert => (2, 3, 1),
        Primitive.SequenceErase or Primitive.SplitToSequence => (1, 2, 1),
        Primitive.SequenceAt => (2, 2, 1),
        Primitive.Optional or Primitive.OptionalHasElement => (0, 1, 1),
        Primitive.BatchNormalization => (5, 5, 1),
        Primitive.Slice => (3, 5, 1),
        Primitive.Pad => (2, 4, 1),
        Primitive.Conv or Primitive.ConvTranspose => (2, 3, 1),
        Primitive.MaxPool => (1, 1, 2),
        Primitive.Split => (1, 2, int.MaxValue),
        Primitive.Unique => (1, 1, 4),
        Primitive.GatherElements or Primitive.GatherNd or Primitive.Tile or Primitive.ReverseSequence or Primitive.GridSample
            or Primitive.AffineGrid or Primitive.MaxRoiPool => (2, 2, 1),
        Primitive.ScatterElements or Primitive.ScatterNd or Primitive.OneHot or Primitive.RoiAlign or Primitive.Col2Im => (3, 3, 1),
        Primitive.TensorScatter => (2, 3, 1),
        Primitive.Trilu => (1, 2, 1),
        Primitive.NonMaxSuppression => (2, 5, 1),
        Primitive.Resize => (1, 4, 1),
        Primitive.DeformConv => (3, 5, 1),
        Primitive.Dft => (1, 3, 1),
        Primitive.Stft => (2, 4, 1),
        Primitive.MelWeightMatrix => (5, 5, 1),
        Primitive.Concat => (1, int.MaxValue, 1),
        Primitive.Squeeze or Primitive.ReduceSum or Primitive.ReduceMean or Primitive.ReduceMax or Primitive.ReduceMin or Primitive.ReduceProd => (1, 2, 1),
        Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div or Primitive.Pow or Primitive.Min or Primitive.Max
            or Primitive.Equal or Primitive.Less or Primitive.Greater or Primitive.MatMul or Primitive.Reshape
            or Primitive.Unsqueeze or Primitive.Gather or Primitive.Expand or Primitive.ConstantOfShape => (2, 2, 1),
        Primitive.Mod or Primitive.And or Primitive.Or or Primitive.Xor or Primitive.BitShift or Primitive.PRelu => (2, 2, 1),
        Primitive.Where or Primitive.Range => (3, 3, 1),
        Primitive.QuantizeLinear or Primitive.DequantizeLinear => (2, 3, 1),
        Primitive.MatMulInteger or Primitive.ConvInteger => (2, 4, 1),
        Primitive.Int8Dense or Primitive.Int8Conv => (5, 7, 1),
        Primitive.Int8AveragePool => (3, 5, 1),
        Primitive.Int8Add or Primitive.Int8MatMul => (4, 6, 1),
        Primitive.Int8Table or Primitive.Int8Softmax => (2, 2, 1),
        _ => (1, 1, 1),
    };

    /// <summary>Refuses what is no tensor, or no number, wherever a primitive does not say that it takes it.</summary>
    private static void CheckKinds(Primitive op, ReadOnlySpan<Fact?> inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
            if (inputs[i] is { IsContainer: true } && op != Primitive.Identity && !Containers.Makes(op))
                throw new ModelException($"operand {i} is {inputs[i]}, where {op} takes a tensor");
            else if (inputs[i] is { Type: DType.String } && !TensorTexts.Takes(op))
                throw new ModelException($"operand {i} is {inputs[i]}, and {op} takes no strings");
    }

    private static Fact One(Primitive op, Attributes a, ReadOnlySpan<Fact?> x) => op switch
    {
        Primitive.Identity => x[0]!,
        Primitive.Cast => Cast(a, x[0]!),
        Primitive.BitCast => BitCast(a, x[0]!),
        Primitive.Not => new(Bits(x[0]!.Type), x[0]!.Dims),
        Primitive.LeakyRelu or Primitive.Elu or Primitive.HardSigmoid => new(Float(x[0]!), x[0]!.Dims),
        Primitive.Mod => Mod(a, x[0]!, x[1]!),
        Primitive.And or Primitive.Or or Primitive.Xor => new(Bits(Same(x[0]!, x[1]!)), Broadcast(x[0]!.Dims, x[1]!.Dims)),
        Primitive.BitShift => BitShift(a, x[0]!, x[1]!),
        Primitive.PRelu => PRelu(x[0]!, x[1]!),
        Primitive.Where => Where(x[0]!, x[1]!, x[2]!),
        Primitive.Range => Range(x[0]!, x[1]!, x[2]!),
        Primitive.QuantizeLinear => Quantize(a, x),
        Primitive.DequantizeLinear => Dequantize(a, x),
        Primitive.MatMulInteger => MatMulInteger(x),
        Primitive.ConvInteger => ConvInteger(a, x),
        Primitive.Relu or Primitive.Neg or Primitive.Abs or Primitive.Sign => new(Require(x[0]!, t => t.IsNumber(), "numbers"), x[0]!.Dims),
        _ when op.ToFunction() is not null => new(Float(x[0]!), x[0]!.Dims),
        Primitive.Add or Primitive.Sub or Primitive.Mul or Primitive.Div or Primitive.Pow or Primitive.Min or Primitive.Max =>
            new(Require(Same(x[0]!, x[1]!), t => t.IsNumber(), "numbers"), Broadcast(x[0]!.Dims, x[1]!.Dims)),
        Primitive.Equal => Compare(x[0]!, x[1]!),
        Primitive.Less or Primitive.Greater => Compare(x[0]!, x[1]!, ordered: true),
        Primitive.MatMul => MatMul(x[0]!, x[1]!),
        Primitive.Conv => Conv(a, x[0]!, x[1]!, x.Length > 2 ? x[2] : null),
        Primitive.AveragePool => Pool(a, Numbered(x[0]!)),
        Primitive.BatchNormalization => BatchNormalization(x),
        Primitive.Softmax => Softmax(a, x[0]!),
        Primitive.ReduceSum or Primitive.ReduceMean or Primitive.ReduceMax or Primitive.ReduceMin or Primitive.ReduceProd =>
            Reduce(op, a, x[0]!, x.Length > 1 ? x[1] : null),
        Primitive.ArgMax or Primitive.ArgMin => Arg(a, x[0]!),
        Primitive.CumSum or Primitive.CumProd => Cumulate(x[0]!, x[1]!),
        Primitive.RmsNormalization => Normalization(a, x),
        Primitive.Det => Det(x[0]!),
        Primitive.Shape => new(DType.Int64, [x[0]!.HasRank ? x[0]!.Dims.Length : -1], ShapeValue(x[0]!)),
        Primitive.Size => new(DType.Int64, []),
        Primitive.Reshape => Reshape(a, x[0]!, x[1]!),
        Primitive.Flatten => Flatten(a, x[0]!),
        Primitive.Squeeze => Squeeze(x[0]!, x.Length > 1 ? x[1] : null),
        Primitive.Unsqueeze => Unsqueeze(x[0]!, x[1]!),
        Primitive.Transpose => Transpose(a, x[0]!),
        Primitive.Concat => Concat(a, x),
        Primitive.Slice => Slice(x),
        Primitive.Gather => Gather(a, x[0]!, x[1]!),
        Primitive.Pad => Pad(a, x),
        Primitive.Expand => Expand(x[0]!, x[1]!),
        Primitive.ConstantOfShape => ConstantOfShape(x[0]!, x[1]!),
        _ => Place(op, a, x) ?? Image(op, a, x) ?? Signal(op, a, x) ?? Int8(op, a, x) ?? throw new ModelException($"{op} has no shape rule"),
    };

    /// <summary>The element type that a Cast names.</summary>
    public static DType CastTarget(Attributes a)
    {
        var type = (DType)Math.Clamp(a.Int("to"), 0, 255);
        return Enum.IsDefined(type) && type != DType.String ? type : throw new ModelException($"a cast to element type {a.Int("to")}, which is not supported");
    }

    /// <summary>An axis counted from the front; negative ones count from the end.</summary>
    /// <exception cref="ModelException">It is not an axis of that rank.</exception>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new ModelException($"axis {axis} of a tensor of rank {rank}");

    /// <summary>Axes counted from the front, ascending, each once.</summary>
    public static int[] Axes(long[] axes, int rank)
    {
        if (axes.Length > rank)
            throw new ModelException($"{axes.Length} axes of a tensor of rank {rank}");
        var list = Array.ConvertAll(axes, a => Axis(a, rank));
        Array.Sort(list);
        for (var i = 1; i < list.Length; i++)
            if (list[i] == list[i - 1])
                throw new ModelException($"axis {list[i]} is given twice");
        return list;
    }

    /// <summary>The common shape of two operands, aligned at their last axes (NumPy's rule).</summary>
    public static ImmutableArray<int> Broadcast(ImmutableArray<int> a, ImmutableArray<int> b)
    {
        if (a.IsDefault || b.IsDefault)
            return default;
        var rank = Math.Max(a.Length, b.Length);
        var dims = new int[rank];
        for (var i = 1; i <= rank; i++)
        {
            var p = i <= a.Length ? a[^i] : 1;
            var q = i <= b.Length ? b[^i] : 1;
            dims[^i] = p == q || q == 1 ? p : p == 1 ? q : p < 0 ? q : q < 0 ? p
                : throw new ModelException($"{Fact.Describe(a)} and {Fact.Describe(b)} do not broadcast");
        }
        return [.. dims];
    }

    private static Fact Compare(Fact a, Fact b, bool ordered = false)
    {
        var type = Same(a, b);
        Require(type, t => t.IsNumber() || !ordered && t is (DType.Bool or DType.String), "numbers");
        return new(DType.Bool, Broadcast(a.Dims, b.Dims));
    }

    private static DType? Same(Fact a, Fact b)
    {
        if (a.Type is { } x && b.Type is { } y && x != y)
            throw new ModelException($"operands of different types, {x.Name()} and {y.Name()}");
        return a.Type ?? b.Type;
    }

    private static DType? Require(Fact fact, Predicate<DType> good, string what) => Require(fact.Type, good, what);

    private static DType? Require(DType? type, Predicate<DType> good, string what) =>
        type is { } t && !good(t) ? throw new ModelException($"an operand is {t.Name()}; {what} are needed") : type;

    private static DType? Float(Fact fact) => Require(fact.Type, t => t.IsFloat(), "floating-point numbers");

    private static int Rank(Fact fact, int least, string what) => fact.Dims.Length >= least
        ? fact.Dims.Length
        : throw new ModelException($"{what} is {fact}; rank {least} or more is needed");

    /// <summary>Two extents that have to be equal where both are known.</summary>
    private static int Agree(int a, int b, string what) => a < 0 ? b : b < 0 || a == b ? a : throw new ModelException($"{what}: {a} against {b}");
}
