using System.Collections;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Models.Onnx.Wire;
using Assay.Engine.Tests.Models;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Assay.Engine.Tests.Conformance;

/// <summary>
/// Makes models that nobody meant out of models that somebody did: bytes changed, fields set, cleared, doubled and exchanged, parts of one
/// file put into another, with the words and numbers that importers know. The same seed gives the same mutants.
/// </summary>
internal sealed class Mutator(Noise noise, IEnumerable<byte[]> seeds)
{
    private const int MostBytes = 1 << 16, MostKept = 20_000;

    private static readonly long[] numbers =
        [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 16, 17, 23, 64, 255, 1000, 65_536, int.MaxValue, int.MaxValue + 1L, uint.MaxValue, int.MinValue, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly float[] reals = [0, -0f, 1, -1, 0.5f, 1e-45f, 3e38f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 2.5f, 1e9f];

    private static readonly string[] words =
    [
        .. Operators.Names.Order(StringComparer.Ordinal), "", "ai.onnx", "ai.onnx.ml", "x", "\0", new('a', 5000), "NOTSET", "SAME_UPPER", "linear", "cubic", "forward", "bidirectional", "float32", "none", "sum",
        .. "axis axes perm pads strides dilations kernel_shape group keepdims allowzero to ceil_mode hidden_size transA start end split num_outputs mode body then_branch else_branch equation epsilon direction value k largest sorted".Split(' '),
    ];

    private readonly List<byte[]> kept = [.. seeds];

    public int Kept => kept.Count;

    /// <summary>The next mutant.</summary>
    public byte[] Next()
    {
        var seed = kept[noise.Below(kept.Count)];
        if (noise.Below(5) == 0)
            return noise.Mutate(seed);
        if (Parse(seed) is not { } model)
            return noise.Mutate(seed);
        for (var n = 1 + noise.Below(4); n > 0; n--)
            Bend(model);
        var bytes = model.ToByteArray();
        return bytes.Length <= MostBytes ? bytes : noise.Mutate(seed);
    }

    /// <summary>Goes on from this one as well: it reached something new.</summary>
    public void Keep(byte[] mutant)
    {
        if (kept.Count < MostKept)
            kept.Add(mutant);
        else
            kept[noise.Below(kept.Count)] = mutant;
    }

    private static ModelProto? Parse(byte[] bytes)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private void Bend(ModelProto model)
    {
        var messages = new List<IMessage>();
        Collect(model, messages);
        var message = messages[noise.Below(messages.Count)];
        var fields = message.Descriptor.Fields.InDeclarationOrder();
        if (fields.Count == 0)
            return;
        var field = fields[noise.Below(fields.Count)];
        if (field.IsRepeated)
            BendList(field, (IList)field.Accessor.GetValue(message), messages);
        else if (noise.Below(8) == 0)
            field.Accessor.Clear(message);
        else if (Value(field, field.Accessor.GetValue(message), messages) is { } value)
            field.Accessor.SetValue(message, value);
    }

    private void BendList(FieldDescriptor field, IList list, List<IMessage> messages)
    {
        var at = noise.Below(list.Count + 1);
        var there = at < list.Count;
        switch (noise.Below(5))
        {
            case 0 when there:
                list.RemoveAt(at);
                break;
            case 1 when there:
                list.Insert(noise.Below(list.Count + 1), Copy(list[at]!));
                break;
            case 2 when there:
                var other = noise.Below(list.Count);
                (list[at], list[other]) = (list[other], list[at]);
                break;
            case 3 when there && Value(field, list[at], messages) is { } value:
                list[at] = value;
                break;
            default:
                if (Value(field, null, messages) is { } added)
                    list.Insert(at, added);
                break;
        }
    }

    private static object Copy(object value) => value is IMessage message ? message.Descriptor.Parser.ParseFrom(message.ToByteArray()) : value;

    private object? Value(FieldDescriptor field, object? now, List<IMessage> messages) => field.FieldType switch
    {
        FieldType.Int64 => Number(),
        FieldType.Int32 => (int)Number(),
        FieldType.UInt64 => (ulong)Number(),
        FieldType.Float => reals[noise.Below(reals.Length)],
        FieldType.Double => (double)reals[noise.Below(reals.Length)],
        FieldType.String => Word(messages),
        FieldType.Bytes => now is ByteString { IsEmpty: false } bytes && noise.Below(3) > 0 ? ByteString.CopyFrom(noise.Mutate(bytes.Span)) : ByteString.CopyFromUtf8(Word(messages)),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, noise.Below(16)),
        FieldType.Message => Spliced(field.MessageType, messages),
        _ => null,
    };

    private long Number() => noise.Below(4) == 0 ? noise.Below(40) : numbers[noise.Below(numbers.Length)];

    /// <summary>A name of this very model more often than not: what makes edges.</summary>
    private string Word(List<IMessage> messages)
    {
        if (noise.Below(3) > 0)
            for (var tries = 0; tries < 8; tries++)
                switch (messages[noise.Below(messages.Count)])
                {
                    case NodeProto { Output.Count: > 0 } node: return node.Output[noise.Below(node.Output.Count)];
                    case TensorProto { Name.Length: > 0 } tensor: return tensor.Name;
                    case ValueInfoProto { Name.Length: > 0 } value: return value.Name;
                    default: break;
                }
        return words[noise.Below(words.Length)];
    }

    /// <summary>A message of this kind from here or from another file, or an empty one.</summary>
    private IMessage Spliced(MessageDescriptor kind, List<IMessage> messages)
    {
        var donors = messages;
        if (noise.Below(2) == 0 && Parse(kept[noise.Below(kept.Count)]) is { } other)
            Collect(other, donors = []);
        var found = donors.Where(m => m.Descriptor == kind).ToArray();
        return found.Length == 0 ? kind.Parser.ParseFrom(ByteString.Empty) : (IMessage)Copy(found[noise.Below(found.Length)]);
    }

    private static void Collect(IMessage message, List<IMessage> found)
    {
        found.Add(message);
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.Message)
                continue;
            var value = field.Accessor.GetValue(message);
            if (value is IList list)
                foreach (IMessage item in list)
                    Collect(item, found);
            else if (value is IMessage nested)
                Collect(nested, found);
        }
    }
}
