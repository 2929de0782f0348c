using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>
/// Element types as onnxruntime numbers and stores them. Its numbers are ONNX's up to float4e2m1; elements below eight bits lie several
/// to a byte, the first in the low bits, where ours take a byte each.
/// </summary>
/// <remarks>Source: onnxruntime_c_api.h, enum ONNXTensorElementDataType.</remarks>
internal static class NarrowElements
{
    private const int UInt4 = 21, Int4 = 22, Float4E2M1 = 23, PeerUInt2 = 24, PeerInt2 = 25, UInt2 = 25, Int2 = 26;

    public static int ToPeer(DType type) => (int)type switch
    {
        UInt2 => PeerUInt2,
        Int2 => PeerInt2,
        var same => same,
    };

    /// <exception cref="BenchException">A type that is not known here.</exception>
    public static DType FromPeer(int number)
    {
        var type = number switch
        {
            PeerUInt2 => UInt2,
            PeerInt2 => Int2,
            _ => number,
        };
        return Enum.IsDefined((DType)type) ? (DType)type : throw new BenchException($"onnxruntime's element type {number} is not known here");
    }

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
        var signed = (int)type is Int4 or Int2;
        for (var i = 0; i < bytes.Length; i++)
        {
            var top = packed[(int)((long)i * bits / 8)] << (32 - bits - (int)((long)i * bits % 8));
            bytes[i] = (byte)(signed ? top >> (32 - bits) : (int)((uint)top >> (32 - bits)));
        }
        return Tensor.Wrap(type, shape, bytes);
    }

    // What takes whole bytes counts as eight.
    private static int Bits(DType type) => (int)type switch
    {
        UInt4 or Int4 or Float4E2M1 => 4,
        UInt2 or Int2 => 2,
        _ => 8,
    };
}
