using System.Collections.Immutable;
using Assay.Engine.Models.Onnx.Wire;

namespace Assay.Engine.Models.Onnx;

/// <summary>What ONNX's <c>TypeProto</c> says of a value.</summary>
/// <remarks>Source: onnx.proto3, message TypeProto; docs/IR.md, "Optional and sequence types".</remarks>
internal static class TypeMessages
{
    /// <summary>The fact, and the file's names of unknown extents.</summary>
    /// <exception cref="ModelException">It is of a kind or type that is not supported; <paramref name="what"/> names it.</exception>
    public static (Fact Fact, ImmutableArray<string?> DimNames) Read(TypeProto? type, string what)
    {
        switch (type?.ValueCase ?? TypeProto.ValueOneofCase.None)
        {
            case TypeProto.ValueOneofCase.None:
                return (Fact.Unknown, default);
            case TypeProto.ValueOneofCase.TensorType:
                return Tensor(type!.TensorType, what);
            case TypeProto.ValueOneofCase.SequenceType when type!.SequenceType.ElemType is { ValueCase: TypeProto.ValueOneofCase.TensorType } element:
                return (Fact.Of(ValueKind.Sequence, Tensor(element.TensorType, what).Fact.Type), default);
            case TypeProto.ValueOneofCase.OptionalType when type!.OptionalType.ElemType is { ValueCase: TypeProto.ValueOneofCase.TensorType or TypeProto.ValueOneofCase.SequenceType } element:
                var inner = Read(element, what).Fact;
                return (Fact.Of(inner.Kind == ValueKind.Sequence ? ValueKind.OptionalSequence : ValueKind.OptionalTensor, inner.Type), default);
            default:
                throw new ModelException($"{what} is a map, a sparse tensor, or a sequence or optional of something that is not a tensor");
        }
    }

    private static (Fact Fact, ImmutableArray<string?> DimNames) Tensor(TypeProto.Types.Tensor tensor, string what)
    {
        DType? type = tensor.ElemType == 0 ? null : TensorMessages.ElementType(tensor.ElemType);
        if (tensor.Shape is null)
            return (new(type, default), default);
        if (tensor.Shape.Dim.Count > Shape.MaxRank)
            throw new ModelException($"{what} has rank {tensor.Shape.Dim.Count}, above {Shape.MaxRank}");
        var dims = ImmutableArray.CreateBuilder<int>();
        var labels = ImmutableArray.CreateBuilder<string?>();
        foreach (var dim in tensor.Shape.Dim)
        {
            var known = dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue;
            if (known && dim.DimValue is < -1 or > int.MaxValue)
                throw new ModelException($"{what} has an extent of {dim.DimValue}");
            dims.Add(known ? (int)dim.DimValue : -1);
            labels.Add(dim.DimParam.Length > 0 ? dim.DimParam : null);
        }
        var fact = new Fact(type, dims.ToImmutable());
        if (fact.IsComplete)
            _ = fact.Shape;
        return (fact, labels.ToImmutable());
    }
}
