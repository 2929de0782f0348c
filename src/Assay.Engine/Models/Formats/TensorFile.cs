using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Google.Protobuf;

namespace Assay.Engine.Models.Formats;

/// <summary>One value in a file of its own, as ONNX's <c>TensorProto</c>, <c>SequenceProto</c> or <c>OptionalProto</c> (<c>.pb</c>).</summary>
public static class TensorFile
{
    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static NamedTensor Read(ReadOnlySpan<byte> file)
    {
        WireScan.CheckTensor(file, ReadLimits.Default);
        var proto = Parse(TensorProto.Parser, file, "tensor");
        return new(proto.Name, Messages().Read(proto));
    }

    /// <summary>A value of the kind that the graph declares: the bytes do not say which it is.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="declared">What the graph says of the value.</param>
    /// <exception cref="ModelException">The bytes are not such a file, or the value is of another type.</exception>
    public static NamedValue ReadValue(ReadOnlySpan<byte> file, ValueInfo declared)
    {
        switch (declared.Kind)
        {
            case ValueKind.Sequence:
                WireScan.CheckSequence(file, ReadLimits.Default);
                var sequence = Parse(SequenceProto.Parser, file, "sequence");
                return new(sequence.Name, Sequence(sequence, declared.Type));
            case ValueKind.OptionalTensor or ValueKind.OptionalSequence:
                WireScan.CheckOptional(file, ReadLimits.Default);
                var optional = Parse(OptionalProto.Parser, file, "optional");
                ModelValue? element = optional.TensorValue is { } tensor ? Messages().Read(tensor)
                    : optional.SequenceValue is { } items ? Sequence(items, declared.Type) : null;
                return new(optional.Name, element is not null ? OptionalValue.Of(element)
                    : OptionalValue.Empty(declared.Kind.Value, declared.Type ?? throw new ModelException("an empty optional of an unknown type")));
            default:
                var named = Read(file);
                return new(named.Name, named.Value);
        }
    }

    public static byte[] Write(NamedTensor tensor) => TensorMessages.Write(tensor.Name, tensor.Value).ToByteArray();

    private static TensorSequence Sequence(SequenceProto proto, DType? declared)
    {
        var messages = Messages();
        var items = proto.TensorValues.Select(messages.Read).ToArray();
        var type = items.Length > 0 ? items[0].Type : declared ?? throw new ModelException("an empty sequence of an unknown type");
        return new(type, items);
    }

    private static TensorMessages Messages() => new(ModelFiles.None, ReadLimits.Default);

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> file, string what) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelException($"truncated, or not an ONNX {what}: {e.Message}", e);
        }
    }
}
