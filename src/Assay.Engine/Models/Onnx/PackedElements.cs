namespace Assay.Engine.Models.Onnx;

/// <summary>Elements below eight bits as a file has them: several to a byte, the first in the low bits, the last byte filled up with zeros.</summary>
/// <remarks>Source: onnx.proto3, the comments of TensorProto.int32_data and raw_data.</remarks>
internal static class PackedElements
{
    /// <summary>Bytes that so many elements take in a file.</summary>
    public static long Length(DType type, int count) => (((long)count * type.Bits()) + 7) / 8;

    /// <summary>The tensor whose elements a file packs so; where nothing is packed, the bytes are not copied.</summary>
    /// <exception cref="ModelException">There are more or fewer bytes.</exception>
    public static Tensor Wrap(DType type, Shape shape, Memory<byte> file)
    {
        var bits = type.Bits();
        if (bits >= 8)
            return Tensor.Wrap(type, shape, file);
        if (file.Length != Length(type, shape.Count))
            throw new ModelException($"{type.Name()} {shape} needs {Length(type, shape.Count)} bytes, not {file.Length}");
        var bytes = new byte[shape.Count];
        for (var i = 0; i < bytes.Length; i++)
        {
            // To the top of the byte and down again: an unsigned element is filled up with zeros, a signed one with its sign.
            var top = file.Span[(int)((long)i * bits / 8)] << (32 - bits - (int)((long)i * bits % 8));
            bytes[i] = (byte)(type.IsSigned() ? top >> (32 - bits) : (int)((uint)top >> (32 - bits)));
        }
        return Tensor.Wrap(type, shape, bytes);
    }

    public static ReadOnlySpan<byte> Pack(Tensor tensor)
    {
        var bits = tensor.Type.Bits();
        if (bits >= 8)
            return tensor.Bytes;
        var file = new byte[Length(tensor.Type, tensor.Count)];
        for (var i = 0; i < tensor.Count; i++)
            file[(long)i * bits / 8] |= (byte)((tensor.Bytes[i] & ((1 << bits) - 1)) << (int)((long)i * bits % 8));
        return file;
    }
}
