using System.Buffers.Binary;
using System.Text;

namespace Assay.Engine.Models;

/// <summary>
/// The one canonical encoding of a list of named tensors: what receipts commit to and replays compare, whatever form the
/// tensors came in. Format: docs/spec/tensors.md.
/// </summary>
public static class TensorEncoding
{
    /// <summary>Tensors that one encoding holds at most.</summary>
    public const int MaxTensors = 4096;

    /// <summary>UTF-8 bytes of a name at most.</summary>
    public const int MaxName = 16384;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Header => "assay/tensors/v1\n"u8;

    /// <summary>The encoding, in the order given: a graph's own.</summary>
    /// <exception cref="ModelException">Two have one name, a name is not Unicode or too long, or the whole does not fit one array.</exception>
    public static byte[] Encode(IReadOnlyList<NamedTensor> tensors)
    {
        if (tensors.Count > MaxTensors)
            throw new ModelException($"{tensors.Count} tensors, above {MaxTensors}");
        var names = new byte[tensors.Count][];
        long length = Header.Length + 8;
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = NameBytes(tensors, i);
            var t = tensors[i].Value;
            length += 8 + names[i].Length + 8 + t.Type.Name().Length + 8 + 8L * t.Shape.Rank + 8 + t.Bytes.Length;
        }
        if (length > Array.MaxLength)
            throw new ModelException($"tensors of {length} bytes, above {Array.MaxLength}");
        var bytes = new byte[length];
        Header.CopyTo(bytes);
        var at = Header.Length;
        Number(bytes, ref at, tensors.Count);
        for (var i = 0; i < names.Length; i++)
        {
            var t = tensors[i].Value;
            Part(bytes, ref at, names[i]);
            Part(bytes, ref at, Encoding.ASCII.GetBytes(t.Type.Name()));
            Number(bytes, ref at, t.Shape.Rank);
            foreach (var d in t.Shape.Dims)
                Number(bytes, ref at, d);
            Part(bytes, ref at, t.Bytes);
        }
        return bytes;
    }

    /// <summary>The exact inverse: bytes that <see cref="Encode"/> does not make are refused.</summary>
    /// <exception cref="ModelException">They are not an encoding.</exception>
    public static NamedTensor[] Decode(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Header))
            throw new ModelException("not an encoding of tensors: it does not begin with 'assay/tensors/v1'");
        var rest = bytes[Header.Length..];
        var count = Number(ref rest, "the number of tensors", MaxTensors);
        var tensors = new List<NamedTensor>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = Name(Part(ref rest, "a name", MaxName));
            if (!seen.Add(name))
                throw new ModelException("encoding of tensors: a name is there twice");
            var type = DTypes.Parse(Encoding.Latin1.GetString(Part(ref rest, "an element type", 16)))
                ?? throw new ModelException("encoding of tensors: an element type is not known");
            var dims = new long[Number(ref rest, "a rank", Shape.MaxRank)];
            for (var axis = 0; axis < dims.Length; axis++)
                dims[axis] = Number(ref rest, "an extent", int.MaxValue);
            var shape = Shape.Of(dims.AsSpan());
            var data = Part(ref rest, "a tensor's length", Array.MaxLength);
            if (data.Length != (long)shape.Count * type.Size())
                throw new ModelException($"encoding of tensors: {data.Length} bytes for {type.Name()} {shape}");
            tensors.Add(new(name, Tensor.Wrap(type, shape, data.ToArray())));
        }
        if (!rest.IsEmpty)
            throw new ModelException($"encoding of tensors: {rest.Length} bytes after the last tensor");
        return [.. tensors];
    }

    private static byte[] NameBytes(IReadOnlyList<NamedTensor> tensors, int i)
    {
        for (var j = 0; j < i; j++)
            if (tensors[j].Name == tensors[i].Name)
                throw new ModelException($"two tensors are named '{Onnx.OnnxModel.Cut(tensors[i].Name)}'");
        try
        {
            var name = StrictUtf8.GetBytes(tensors[i].Name);
            return name.Length <= MaxName ? name : throw new ModelException($"a tensor's name of {name.Length} bytes, above {MaxName}");
        }
        catch (EncoderFallbackException e)
        {
            throw new ModelException("a tensor's name is not Unicode text", e);
        }
    }

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelException("encoding of tensors: a name is not UTF-8", e);
        }
    }

    private static void Number(Span<byte> bytes, ref int at, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes[at..], value);
        at += 8;
    }

    private static void Part(Span<byte> bytes, ref int at, ReadOnlySpan<byte> part)
    {
        Number(bytes, ref at, part.Length);
        part.CopyTo(bytes[at..]);
        at += part.Length;
    }

    private static int Number(ref ReadOnlySpan<byte> rest, string what, int most)
    {
        if (rest.Length < 8)
            throw new ModelException($"encoding of tensors: truncated at {what}");
        var value = BinaryPrimitives.ReadUInt64BigEndian(rest);
        if (value > (ulong)most)
            throw new ModelException($"encoding of tensors: {what} is {value}, above {most}");
        rest = rest[8..];
        return (int)value;
    }

    private static ReadOnlySpan<byte> Part(ref ReadOnlySpan<byte> rest, string what, int most)
    {
        var length = Number(ref rest, what, most);
        if (length > rest.Length)
            throw new ModelException($"encoding of tensors: truncated, {what} of {length} bytes and {rest.Length} there");
        var part = rest[..length];
        rest = rest[length..];
        return part;
    }
}
