using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Primitives whose operands or outputs are sequences and optionals (section 10): tensors are passed on, not copied.</summary>
internal static class Sequences
{
    /// <summary>Whether the values are made here: always for these primitives, for Identity where its operand is no tensor.</summary>
    public static bool Makes(Primitive op, ModelValue?[] x) => Containers.Makes(op) || Array.Exists(x, v => v is not (null or Tensor));

    /// <summary>The node's outputs.</summary>
    /// <param name="node">The node, which <see cref="ShapeRules"/> has checked.</param>
    /// <param name="x">Its operands.</param>
    /// <param name="limits">What the run may use.</param>
    /// <param name="spent">What it has used.</param>
    /// <exception cref="ModelException">A position or extent is out of range, an optional holds nothing, or a limit is passed.</exception>
    public static ModelValue[] Make(Node node, ModelValue?[] x, RunLimits limits, ref long spent)
    {
        var a = node.Attributes;
        if (node.Op == Primitive.StringSplit)
            return Texts.Split(a, (Tensor)x[0]!, limits, ref spent);
        return [node.Op switch
        {
            Primitive.Identity => x[0]!,
            Primitive.SequenceConstruct => List(x[0]!.Type, Array.ConvertAll(x, v => (Tensor)v!), limits, ref spent),
            Primitive.SequenceEmpty => new TensorSequence((DType)a.Int("to")),
            Primitive.SequenceInsert => Insert((TensorSequence)x[0]!, (Tensor)x[1]!, Place(x, 2), limits, ref spent),
            Primitive.SequenceErase => Erase((TensorSequence)x[0]!, Place(x, 1), limits, ref spent),
            Primitive.SequenceAt => At((TensorSequence)x[0]!, Place(x, 1)!.Value),
            Primitive.SequenceLength => Tensor.Scalar((long)((TensorSequence)x[0]!).Count),
            Primitive.SplitToSequence => Split((Tensor)x[0]!, Optional(x, 1) as Tensor, a, limits, ref spent),
            Primitive.ConcatFromSequence => Join((TensorSequence)x[0]!, a.Int("axis"), a.Int("new_axis", 0) != 0, limits, ref spent),
            Primitive.Optional => x.Length > 0 ? OptionalValue.Of(x[0]!)
                : OptionalValue.Empty(a.Int("sequence", 0) != 0 ? ValueKind.Sequence : ValueKind.Tensor, (DType)a.Int("to")),
            Primitive.OptionalHasElement => Tensor.Scalar(Optional(x, 0) is not (null or OptionalValue { Element: null })),
            Primitive.OptionalGetElement => x[0] is OptionalValue optional ? optional.Element ?? throw new ModelException("the optional holds nothing") : x[0]!,
            Primitive.StringConcat => Texts.Concat((Tensor)x[0]!, (Tensor)x[1]!, limits, ref spent),
            Primitive.StringNormalizer => Texts.Normalize(a, (Tensor)x[0]!, Optional(x, 1) as Tensor, limits, ref spent),
            Primitive.PositionOf => Texts.PositionOf((Tensor)x[0]!, (Tensor)x[1]!, limits, ref spent),
            Primitive.TfIdfVectorizer => NGrams.Count(a, (Tensor)x[0]!, (Tensor)x[1]!, ((Tensor)x[2]!).ToInts("ngram_counts"), ((Tensor)x[3]!).ToInts("ngram_indexes"),
                (Optional(x, 4) as Tensor)?.Span<float>().ToArray(), limits, ref spent),
            _ => throw new ModelException($"{node.Op} takes no {x[0]}"),
        }];
    }

    private static TensorSequence List(DType type, ReadOnlySpan<Tensor> items, RunLimits limits, ref long spent)
    {
        limits.Spend(ref spent, (long)TensorSequence.ReferenceSize * items.Length);
        return new(type, items);
    }

    private static TensorSequence Insert(TensorSequence list, Tensor item, long? place, RunLimits limits, ref long spent)
    {
        // One place more than there are elements: behind the last.
        var at = place is { } p ? Position(p, list.Count, list.Count + 1) : list.Count;
        limits.Spend(ref spent, 2L * TensorSequence.ReferenceSize * (list.Count + 1));
        return new(list.Type, [.. list.Items[..at], item, .. list.Items[at..]]);
    }

    private static TensorSequence Erase(TensorSequence list, long? place, RunLimits limits, ref long spent)
    {
        var at = Position(place ?? -1, list.Count, list.Count);
        limits.Spend(ref spent, 2L * TensorSequence.ReferenceSize * (list.Count - 1));
        return new(list.Type, [.. list.Items[..at], .. list.Items[(at + 1)..]]);
    }

    private static Tensor At(TensorSequence list, long place) => list.Items[Position(place, list.Count, list.Count)];

    /// <summary>Parts along an axis: of one element each, of so many (the last may have fewer), or of the extents listed.</summary>
    private static TensorSequence Split(Tensor x, Tensor? split, Attributes a, RunLimits limits, ref long spent)
    {
        var axis = ShapeRules.Axis(a.Int("axis", 0), x.Shape.Rank);
        var extent = x.Shape[axis];
        var squeeze = split is null && a.Int("keepdims", 1) == 0;
        var sizes = split is { Shape.Rank: 1 } ? split.ToInts("split") : null;
        var each = split is { Shape.Rank: 0 } ? split.ToInts("split")[0] : 1;
        if (split is { Shape.Rank: > 1 } || each < 1 || sizes is not null && (sizes.Any(s => s < 0 || s > extent) || sizes.Sum() != extent))
            throw new ModelException($"split {(sizes is null ? $"{each}" : string.Join('+', sizes.Take(8)))} of an extent of {extent}");
        var count = sizes?.Length ?? (int)((extent + each - 1) / each);
        limits.Spend(ref spent, (long)TensorSequence.ItemSize * count);
        var parts = new Tensor[count];
        long from = 0;
        for (var i = 0; i < count; i++)
        {
            var to = Math.Min(extent, from + (sizes?[i] ?? each));
            var part = Plain(Primitive.Slice, Attributes.None, [x, Ints(from), Ints(to), Ints(axis)], limits, ref spent);
            parts[i] = squeeze ? part.Reshape(Shape.Of(part.Shape.Dims.RemoveAt(axis).AsSpan())) : part;
            from = to;
        }
        return new(x.Type, parts);
    }

    private static Tensor Join(TensorSequence list, long axis, bool isNew, RunLimits limits, ref long spent)
    {
        if (list.Count == 0)
            throw new ModelException("an empty sequence has nothing to concatenate");
        var parts = list.Items.ToArray();
        limits.Spend(ref spent, (long)TensorSequence.ItemSize * parts.Length);
        if (isNew)
            parts = Array.ConvertAll(parts, p => p.Reshape(Shape.Of(p.Shape.Dims.Insert(ShapeRules.Axis(axis, p.Shape.Rank + 1), 1).AsSpan())));
        return Plain(Primitive.Concat, Attributes.None.With("axis", axis), parts, limits, ref spent);
    }

    /// <summary>A primitive on tensors, checked and counted like a node of its own.</summary>
    private static Tensor Plain(Primitive op, Attributes a, Tensor[] x, RunLimits limits, ref long spent)
    {
        var node = new Node(op, [.. Enumerable.Range(0, x.Length)], [x.Length], a, [], "");
        var facts = Array.ConvertAll(x, t => (Fact?)Fact.Of(t));
        var shapes = ShapeRules.Infer(node, facts);
        limits.Spend(ref spent, x[0].Type, shapes[0].Shape);
        limits.SpendWorking(ref spent, node, facts, shapes.AsSpan());
        var y = Tensor.Create(x[0].Type, shapes[0].Shape);
        Kernels.Run(node, x, [y]);
        return y;
    }

    private static Tensor Ints(long value) => Tensor.From<long>(Shape.Of(1), [value]);

    private static long? Place(ModelValue?[] x, int i) => Optional(x, i) switch
    {
        null => null,
        Tensor { Count: 1 } tensor => tensor.ToInts("the position")[0],
        var other => throw new ModelException($"the position is {other}, not one int64"),
    };

    private static int Position(long place, int count, int places) => place >= -count && place < places
        ? (int)(place < 0 ? place + count : place)
        : throw new ModelException($"position {place} in a sequence of {count}");

    private static ModelValue? Optional(ModelValue?[] x, int i) => i < x.Length ? x[i] : null;
}
