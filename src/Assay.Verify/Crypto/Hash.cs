using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Verify.Codecs;

namespace Assay.Verify.Crypto;

/// <summary>A SHA-256 value: 32 bytes, held inline and compared by value.</summary>
[InlineArray(Size)]
public struct Hash : IEquatable<Hash>
{
    public const int Size = 32;

    private byte first;

    /// <exception cref="MalformedException">Not 32 bytes.</exception>
    public static Hash From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new MalformedException($"a hash of {bytes.Length} bytes, not {Size}");
        Hash hash = default;
        bytes.CopyTo(hash);
        return hash;
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static Hash FromHex(ReadOnlySpan<char> text) => From(Hex.Read(text));

    /// <summary>Reads strict base64 of 32 bytes.</summary>
    public static Hash FromBase64(ReadOnlySpan<char> text)
    {
        Span<byte> ascii = stackalloc byte[(Size + 2) / 3 * 4];
        Span<byte> bytes = stackalloc byte[Size];
        return text.Length == ascii.Length && Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done && Base64.TryReadInto(ascii, bytes)
            ? From(bytes)
            : From(Base64.Read(text));
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.CreateReadOnlySpan(in first, Size);

    public readonly string ToHex() => Hex.Write(Bytes);

    public readonly string ToBase64() => Base64.Write(Bytes);

    public readonly byte[] ToArray() => Bytes.ToArray();

    public readonly bool Equals(Hash other) => Bytes.SequenceEqual(other.Bytes);

    public override readonly bool Equals(object? obj) => obj is Hash other && Equals(other);

    public override readonly int GetHashCode() => MemoryMarshal.Read<int>(Bytes);

    public static bool operator ==(Hash a, Hash b) => a.Equals(b);

    public static bool operator !=(Hash a, Hash b) => !a.Equals(b);

    public override readonly string ToString() => ToHex();
}
