using System.Buffers.Binary;
using System.Text;

namespace Assay.Engine.Models;

/// <summary>Tensors of strings as bytes, and under primitives that only move or compare elements.</summary>
public static class TensorTexts
{
    /// <summary>UTF-8 that refuses what is not Unicode.</summary>
    public static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>For each string in order, the length of its UTF-8 bytes (64 bits, big-endian) and the bytes: what is hashed and compared.</summary>
    public static byte[] Encode(ReadOnlySpan<string> texts)
    {
        long length = 0;
        foreach (var text in texts)
            length += 8 + Encoding.UTF8.GetByteCount(text);
        if (length > Array.MaxLength)
            throw new ModelException($"strings of {length} bytes, more than {Array.MaxLength}");
        var bytes = new byte[length];
        var at = 0;
        foreach (var text in texts)
        {
            var count = Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + 8));
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(at), count);
            at += 8 + count;
        }
        return bytes;
    }

    /// <summary>Bytes that a new string counts for in a run, beside the reference to it.</summary>
    public static long Cost(int length) => 24 + (2L * length);

    /// <summary>Whether a primitive may have strings among its operands.</summary>
    public static bool Takes(Primitive op) => Moves(op) || op is Primitive.Identity or Primitive.Shape or Primitive.Size or Primitive.Equal || Containers.Makes(op);

    /// <summary>Whether a primitive only moves elements, whatever they are.</summary>
    public static bool Moves(Primitive op) => op is Primitive.Identity or Primitive.Reshape or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze
        or Primitive.Transpose or Primitive.Concat or Primitive.Slice or Primitive.Gather or Primitive.Expand or Primitive.Pad or Primitive.ConstantOfShape
        or Primitive.GatherElements or Primitive.GatherNd or Primitive.ReverseSequence or Primitive.Tile or Primitive.Split or Primitive.Where;

    /// <summary>Whether an operand is of strings.</summary>
    public static bool Has(ReadOnlySpan<Fact?> operands)
    {
        foreach (var operand in operands)
            if (operand is { Type: DType.String })
                return true;
        return false;
    }

    /// <summary>
    /// The operands with every string replaced by its number in <paramref name="table"/>, equal strings by equal numbers, the empty
    /// string by 0: a primitive that moves or compares for equality does to the numbers what it would do to the strings.
    /// </summary>
    public static Tensor?[] ToNumbers(Tensor?[] operands, List<string> table)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal) { [""] = 0 };
        table.Add("");
        return Array.ConvertAll(operands, x =>
        {
            if (x is not { Type: DType.String })
                return x;
            var result = Tensor.Create(DType.Int64, x.Shape);
            var to = result.MutableSpan<long>();
            for (var i = 0; i < to.Length; i++)
            {
                if (!numbers.TryGetValue(x.Texts[i], out to[i]))
                {
                    numbers.Add(x.Texts[i], to[i] = table.Count);
                    table.Add(x.Texts[i]);
                }
            }
            return result;
        });
    }
}
