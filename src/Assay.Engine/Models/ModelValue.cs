namespace Assay.Engine.Models;

/// <summary>What a value is. The set is closed: ONNX's operators make no other.</summary>
public enum ValueKind : byte
{
    /// <summary>A dense tensor.</summary>
    Tensor,

    /// <summary>An ordered list of tensors of one element type; their shapes may differ.</summary>
    Sequence,

    /// <summary>A tensor, or nothing.</summary>
    OptionalTensor,

    /// <summary>A sequence, or nothing.</summary>
    OptionalSequence,
}

/// <summary>A value of a graph: a <see cref="Tensor"/>, a <see cref="TensorSequence"/> or an <see cref="OptionalValue"/>.</summary>
public abstract class ModelValue
{
    private protected ModelValue() { }

    public abstract ValueKind Kind { get; }

    /// <summary>Element type of the tensor, or of the tensors inside.</summary>
    public abstract DType Type { get; }

    /// <summary>The tensors inside, in order.</summary>
    public abstract IEnumerable<Tensor> Tensors { get; }

    /// <summary>Bytes that the value holds, as a run counts them; what several tensors share counts for each.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The same value in memory of its own.</summary>
    public abstract ModelValue Copy();
}

/// <summary>A list of tensors of one element type. A value: adding to it makes another.</summary>
public sealed class TensorSequence : ModelValue
{
    /// <summary>Bytes that a reference to a tensor counts for.</summary>
    public const int ReferenceSize = 8;

    /// <summary>Bytes that a tensor in a list counts for beside its elements.</summary>
    public const int ItemSize = 128;

    private readonly Tensor[] items;

    /// <exception cref="ModelException">A tensor is of another type.</exception>
    public TensorSequence(DType type, params ReadOnlySpan<Tensor> items)
    {
        Type = type;
        this.items = items.ToArray();
        foreach (var item in items)
        {
            if (item.Type != type)
                throw new ModelException($"{item} in a sequence of {type.Name()}");
            ByteCount += item.ByteCount + ItemSize;
        }
    }

    public override ValueKind Kind => ValueKind.Sequence;

    public override DType Type { get; }

    public ReadOnlySpan<Tensor> Items => items;

    public int Count => items.Length;

    public override IEnumerable<Tensor> Tensors => items;

    public override long ByteCount { get; }

    public override TensorSequence Copy() => new(Type, Array.ConvertAll(items, i => i.Copy()));

    public override string ToString() => $"sequence of {items.Length} {Type.Name()}";
}

/// <summary>A tensor or a sequence that may be absent.</summary>
public sealed class OptionalValue : ModelValue
{
    private OptionalValue(ValueKind kind, DType type, ModelValue? element) => (Kind, Type, Element) = (kind, type, element);

    public override ValueKind Kind { get; }

    public override DType Type { get; }

    /// <summary>What it holds, or null.</summary>
    public ModelValue? Element { get; }

    public override IEnumerable<Tensor> Tensors => Element?.Tensors ?? [];

    public override long ByteCount => Element?.ByteCount ?? 0;

    public override OptionalValue Copy() => Element is null ? this : Of(Element.Copy());

    /// <summary>One that holds a tensor or a sequence.</summary>
    /// <exception cref="ModelException">It is optional already.</exception>
    public static OptionalValue Of(ModelValue element) => element.Kind switch
    {
        ValueKind.Tensor => new(ValueKind.OptionalTensor, element.Type, element),
        ValueKind.Sequence => new(ValueKind.OptionalSequence, element.Type, element),
        _ => throw new ModelException("an optional of an optional is not supported"),
    };

    /// <summary>One that holds nothing, where a tensor or a sequence could be.</summary>
    public static OptionalValue Empty(ValueKind element, DType type) =>
        new(element is ValueKind.Sequence or ValueKind.OptionalSequence ? ValueKind.OptionalSequence : ValueKind.OptionalTensor, type, null);

    public override string ToString() => Element is null ? $"nothing, where {Kind.Describe(Type)} is" : $"optional {Element}";
}

/// <summary>A value under the name by which a graph knows it.</summary>
public readonly record struct NamedValue(string Name, ModelValue Value);

public static class ValueKinds
{
    /// <summary><c>float32</c>, <c>sequence(float32)</c>, <c>optional(float32)</c>, <c>optional(sequence(float32))</c>; ? for an unknown type.</summary>
    public static string Describe(this ValueKind kind, DType? type)
    {
        var name = type?.Name() ?? "?";
        return kind switch
        {
            ValueKind.Tensor => name,
            ValueKind.Sequence => $"sequence({name})",
            ValueKind.OptionalTensor => $"optional({name})",
            _ => $"optional(sequence({name}))",
        };
    }
}
