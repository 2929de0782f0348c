using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>What is known of a value: before anything runs, whatever can be derived; in a run, everything.</summary>
/// <param name="Type">Element type, or null.</param>
/// <param name="Dims">Extents with -1 where unknown; default where even the rank is unknown.</param>
/// <param name="Value">The value itself, where it is known.</param>
public sealed record Fact(DType? Type, ImmutableArray<int> Dims, Tensor? Value = null)
{
    public static readonly Fact Unknown = new(null, default) { Kind = null };

    /// <summary>What it is, or null where only running tells. Of what is not a tensor, the type is that of the tensors inside and the extents are unknown.</summary>
    public ValueKind? Kind { get; init; } = ValueKind.Tensor;

    public static Fact Of(ValueKind kind, DType? type) => new(type, default) { Kind = kind };

    public static Fact Of(ModelValue value) => value is Tensor tensor ? Of(tensor) : Of(value.Kind, value.Type);

    public static Fact Of(Tensor tensor) => new(tensor.Type, tensor.Shape.Dims, tensor);

    public static Fact Of(DType? type, ReadOnlySpan<int> dims) => new(type, [.. dims]);

    public bool HasRank => !Dims.IsDefault;

    /// <summary>Certainly no tensor.</summary>
    public bool IsContainer => Kind is not (null or ValueKind.Tensor);

    /// <summary>True where the type and every extent are known.</summary>
    public bool IsComplete => Type is not null && HasRank && !Dims.Contains(-1);

    /// <summary>The shape.</summary>
    /// <exception cref="ModelException">An extent is unknown, or the shape is too large.</exception>
    public Shape Shape => IsComplete ? Shape.Of(Dims.AsSpan()) : throw new ModelException($"the shape {this} is not known");

    /// <summary>What two descriptions of one value say together.</summary>
    /// <exception cref="ModelException">They contradict each other.</exception>
    public Fact And(Fact other)
    {
        if (Type is { } a && other.Type is { } b && a != b)
            throw new ModelException($"{this} where {other} is declared");
        if (Kind is { } p && other.Kind is { } q && p != q)
            throw new ModelException($"{this} where {other} is declared");
        var kind = Kind ?? other.Kind;
        if (kind is not (null or ValueKind.Tensor))
            return Of(kind.Value, Type ?? other.Type);
        if (!HasRank || !other.HasRank)
            return new(Type ?? other.Type, HasRank ? Dims : other.Dims, Value ?? other.Value) { Kind = kind };
        if (Dims.Length != other.Dims.Length)
            throw new ModelException($"{this} where {other} is declared");
        var dims = new int[Dims.Length];
        for (var i = 0; i < dims.Length; i++)
        {
            dims[i] = Dims[i] < 0 ? other.Dims[i] : Dims[i];
            if (other.Dims[i] >= 0 && dims[i] != other.Dims[i])
                throw new ModelException($"{this} where {other} is declared");
        }
        return new(Type ?? other.Type, [.. dims], Value ?? other.Value);
    }

    /// <summary>What holds of a value that is one or the other: the result of a branch.</summary>
    public Fact Or(Fact other)
    {
        var type = Type == other.Type ? Type : null;
        if (Kind != other.Kind)
            return Unknown with { Type = type };
        if (Kind != ValueKind.Tensor)
            return new(type, default) { Kind = Kind };
        if (!HasRank || !other.HasRank || Dims.Length != other.Dims.Length)
            return new(type, default);
        var dims = new int[Dims.Length];
        for (var i = 0; i < dims.Length; i++)
            dims[i] = Dims[i] == other.Dims[i] ? Dims[i] : -1;
        return new(type, [.. dims]);
    }

    /// <summary><c>float32 1x3x?x?</c>.</summary>
    public override string ToString() => IsContainer ? Kind!.Value.Describe(Type) : $"{Type?.Name() ?? "?"} {Describe(Dims)}";

    public static string Describe(ImmutableArray<int> dims) =>
        dims.IsDefault ? "of unknown rank" : dims.Length == 0 ? "scalar" : string.Join('x', dims.Select(d => d < 0 ? "?" : $"{d}"));
}
