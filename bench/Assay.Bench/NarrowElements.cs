using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>
/// Elements as onnxruntime stores them: those below eight bits several to a byte, the first in the low bits, where ours take a byte each.
/// Its numbers of element types are ONNX's.
/// </summary>
internal static class NarrowElements
{
    /// <summary>The elements as onnxruntime stores them.</summary>
    public static byte[] Pack(Tensor tensor)
    {
        var bits = Bits(tensor.Type);
        if (bits == 8)
            return tensor.Bytes.ToArray();
        var packed = new byte[PackedLength(tensor.Type, tensor.Count)];
        for (var i = 0; i < tensor.Count; i++)
            packed[(long)i * bits / 8] |= (byte)((tensor.Bytes[i] & ((1 << bits) - 1)) << (int)((long)i * bits % 8));
        return packed;
    }

    public static long PackedLength(DType type, int count) => Bits(type) == 8 ? (long)count * type.Size() : (((long)count * Bits(type)) + 7) / 8;

    /// <summary>The tensor that onnxruntime stores so.</summary>
    public static Tensor Unpack(DType type, Shape shape, ReadOnlySpan<byte> packed)
    {
        var bits = Bits(type);
        if (bits == 8)
            return Tensor.Wrap(type, shape, packed.ToArray());
        var bytes = new byte[shape.Count];
        var signed = type is DType.Int4 or DType.Int2;
        for (var i = 0; i < bytes.Length; i++)
        {
            var top = packed[(int)((long)i * bits / 8)] << (32 - bits - (int)((long)i * bits % 8));
            bytes[i] = (byte)(signed ? top >> (32 - bits) : (int)((uint)top >> (32 - bits)));
        }
        return Tensor.Wrap(type, shape, bytes);
    }

    // What takes whole bytes counts as eight.
    private static int Bits(DType type) => type switch
    {
        DType.UInt4 or DType.Int4 or DType.Float4E2M1 => 4,
        DType.UInt2 or DType.Int2 => 2,
        _ => 8,
    };
}
