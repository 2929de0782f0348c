using System.Buffers.Binary;
using System.Text;

namespace Assay.Client;

/// <summary>One tensor of a canonical encoding (docs/spec/tensors.md).</summary>
/// <param name="Data">Elements in row-major order, little-endian.</param>
internal sealed record CanonicalTensor(string Name, string Type, IReadOnlyList<ulong> Dims, ReadOnlyMemory<byte> Data);

/// <summary>Reads the canonical encoding of a list of tensors: what a receipt commits to.</summary>
internal static class CanonicalTensors
{
    private const int MaxTensors = 4096;
    private const int MaxRank = 16;

    private static ReadOnlySpan<byte> Header => "assay/tensors/v1\n"u8;

    /// <exception cref="FormatException">Not such an encoding.</exception>
    public static IReadOnlyList<CanonicalTensor> Read(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.StartsWith(Header))
            throw new FormatException("not an encoding of tensors");
        var rest = bytes[Header.Length..];
        var count = Number(ref rest, MaxTensors);
        var tensors = new List<CanonicalTensor>();
        for (var i = 0UL; i < count; i++)
        {
            var name = Encoding.UTF8.GetString(Part(ref rest).Span);
            var type = Encoding.ASCII.GetString(Part(ref rest).Span);
            var dims = new ulong[Number(ref rest, MaxRank)];
            for (var d = 0; d < dims.Length; d++)
                dims[d] = Number(ref rest, int.MaxValue);
            tensors.Add(new CanonicalTensor(name, type, dims, Part(ref rest)));
        }
        return rest.IsEmpty ? tensors : throw new FormatException("bytes after the last tensor");
    }

    private static ulong Number(ref ReadOnlyMemory<byte> rest, ulong most)
    {
        if (rest.Length < 8 || BinaryPrimitives.ReadUInt64BigEndian(rest.Span) is var value && value > most)
            throw new FormatException("an encoding of tensors that ends too early, or a number beyond its limit");
        rest = rest[8..];
        return value;
    }

    private static ReadOnlyMemory<byte> Part(ref ReadOnlyMemory<byte> rest)
    {
        var length = Number(ref rest, int.MaxValue);
        if (length > (ulong)rest.Length)
            throw new FormatException("an encoding of tensors that ends too early");
        var part = rest[..(int)length];
        rest = rest[(int)length..];
        return part;
    }
}
