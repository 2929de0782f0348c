namespace Assay.Engine.Models;

/// <content>Sequences and optionals: what is checked here is kinds and types; places and extents are checked where the value is made.</content>
public static partial class ShapeRules
{
    private static Fact Container(Primitive op, Attributes a, ReadOnlySpan<Fact?> x)
    {
        switch (op)
        {
            case Primitive.SequenceConstruct:
                DType? type = null;
                foreach (var item in x)
                    type = Same(Fact.Of(type, []), IsTensor(item!));
                return Fact.Of(ValueKind.Sequence, type);
            case Primitive.SequenceEmpty:
                return Fact.Of(ValueKind.Sequence, ElementType(a));
            case Primitive.SequenceInsert:
                Place(x, 2);
                return Fact.Of(ValueKind.Sequence, Same(Sequence(x[0]!), IsTensor(x[1]!)));
            case Primitive.SequenceErase:
                Place(x, 1);
                return Fact.Of(ValueKind.Sequence, Sequence(x[0]!).Type);
            case Primitive.SequenceAt:
                Place(x, 1);
                return new(Sequence(x[0]!).Type, default);
            case Primitive.SequenceLength:
                Sequence(x[0]!);
                return new(DType.Int64, []);
            case Primitive.SplitToSequence:
                if (IsTensor(x[0]!).HasRank)
                    Axis(a.Int("axis", 0), x[0]!.Dims.Length);
                if (x.Length > 1 && x[1] is { } split && split.Type is not (null or DType.Int32 or DType.Int64))
                    throw new ModelException($"split is {split}, not int64");
                return Fact.Of(ValueKind.Sequence, x[0]!.Type);
            case Primitive.ConcatFromSequence:
                return new(Sequence(x[0]!).Type, default);
            case Primitive.Optional:
                return x.Length == 0
                    ? Fact.Of(a.Int("sequence", 0) != 0 ? ValueKind.OptionalSequence : ValueKind.OptionalTensor, ElementType(a))
                    : x[0]!.Kind is null ? Fact.Unknown : Fact.Of(Wrapped(x[0]!), x[0]!.Type);
            case Primitive.OptionalHasElement:
                return new(DType.Bool, []);
            default:
                return x[0]!.Kind switch
                {
                    ValueKind.OptionalTensor => new(x[0]!.Type, default),
                    ValueKind.OptionalSequence => Fact.Of(ValueKind.Sequence, x[0]!.Type),
                    _ => x[0]!,
                };
        }
    }

    private static ValueKind Wrapped(Fact x) => x.Kind switch
    {
        ValueKind.Tensor => ValueKind.OptionalTensor,
        ValueKind.Sequence => ValueKind.OptionalSequence,
        _ => throw new ModelException("an optional of an optional is not supported"),
    };

    /// <summary>The element type that an empty sequence or optional names.</summary>
    private static DType ElementType(Attributes a)
    {
        var type = (DType)Math.Clamp(a.Int("to"), 0, 255);
        return Enum.IsDefined(type) ? type : throw new ModelException($"element type {a.Int("to")} is not supported");
    }

    private static Fact Sequence(Fact x) => x.Kind is null or ValueKind.Sequence ? x : throw new ModelException($"an operand is {x}, not a sequence");

    private static Fact IsTensor(Fact x) => x.IsContainer ? throw new ModelException($"an operand is {x}, not a tensor") : x;

    private static void Place(ReadOnlySpan<Fact?> x, int i)
    {
        if (i < x.Length && x[i] is { } place && (place.IsContainer || place.Type is not (null or DType.Int32 or DType.Int64)))
            throw new ModelException($"the position is {place}, not int64");
    }
}
