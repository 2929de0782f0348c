using System.Collections.Immutable;
using System.Text;
using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>What a model's file says of the kinds of its inputs and outputs: enough to read a test's values, whoever runs the model.</summary>
/// <remarks>Source: onnx.proto, messages ModelProto, GraphProto, ValueInfoProto and TypeProto.</remarks>
internal static class Declarations
{
    private const int Graph = 7, Input = 11, Output = 12, Name = 1, Type = 2, TensorType = 1, SequenceType = 4, OptionalType = 9, ElementType = 1, ShapeOfTensor = 2, Dimension = 1, DimensionValue = 1;

    /// <summary>By name; an input that is listed twice counts once.</summary>
    /// <exception cref="BenchException">The bytes are not a Protocol Buffers message.</exception>
    public static Dictionary<string, ValueInfo> Of(byte[] model)
    {
        var found = new Dictionary<string, ValueInfo>(StringComparer.Ordinal);
        foreach (var part in Initializers.Fields(model).Where(f => f.Number == Graph).SelectMany(g => Initializers.Fields(g.Content)))
        {
            if (part.Number is not (Input or Output))
                continue;
            var fields = Initializers.Fields(part.Content);
            var name = Encoding.UTF8.GetString(fields.Find(f => f.Number == Name).Content.Span);
            var declared = fields.Find(f => f.Number == Type).Content;
            var (kind, type) = Kind(declared);
            found.TryAdd(name, new ValueInfo(name, type, kind == ValueKind.Tensor ? Extents(declared) : default) { Kind = kind });
        }
        return found;
    }

    // Of a tensor that declares a shape; -1 where an extent has no number.
    private static ImmutableArray<int> Extents(ReadOnlyMemory<byte> type)
    {
        var tensor = Initializers.Fields(Initializers.Fields(type).Find(f => f.Number == TensorType).Content);
        return !tensor.Exists(f => f.Number == ShapeOfTensor) ? default
            : [.. Initializers.Fields(tensor.Find(f => f.Number == ShapeOfTensor).Content).Where(f => f.Number == Dimension)
                .Select(d => Initializers.Fields(d.Content).Find(f => f.Number == DimensionValue))
                .Select(v => v.Number == DimensionValue && v.Value <= int.MaxValue ? (int)v.Value : -1)];
    }

    private static (ValueKind Kind, DType? Type) Kind(ReadOnlyMemory<byte> type)
    {
        foreach (var field in Initializers.Fields(type))
            switch (field.Number)
            {
                case TensorType:
                    var number = (int)Initializers.Fields(field.Content).Find(f => f.Number == ElementType).Value;
                    return (ValueKind.Tensor, Enum.IsDefined((DType)number) ? (DType)number : null);
                case SequenceType:
                    return (ValueKind.Sequence, Kind(Initializers.Fields(field.Content).Find(f => f.Number == ElementType).Content).Type);
                case OptionalType:
                    var (inner, element) = Kind(Initializers.Fields(field.Content).Find(f => f.Number == ElementType).Content);
                    return (inner == ValueKind.Sequence ? ValueKind.OptionalSequence : ValueKind.OptionalTensor, element);
                default:
                    break;
            }
        return (ValueKind.Tensor, null);
    }
}
