using System.Buffers.Binary;
using Assay.Verify.Crypto;

namespace Assay.Verify.Commitments;

/// <summary>
/// Salted commitments to a request's bytes: HMAC-SHA-256 under a random 32-byte salt, over a domain, the length and the bytes
/// (docs/spec/receipt.md, Commitments). Without the salt a commitment says nothing of the bytes, even if they are easy to guess.
/// </summary>
public static class Commitment
{
    public const int SaltSize = 32;

    /// <summary>To the canonical tensor encoding of an input.</summary>
    public static Hash OfInput(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes) => Of("assay/input/v1\n"u8, salt, bytes);

    /// <summary>To the bytes of the request as they came over the wire.</summary>
    public static Hash OfWireInput(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes) => Of("assay/wire-input/v1\n"u8, salt, bytes);

    private static Hash Of(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes)
    {
        Require(salt);
        var mac = HmacSha256.Start(salt);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)bytes.Length);
        mac.Add(domain);
        mac.Add(length);
        mac.Add(bytes);
        return mac.Finish();
    }

    internal static void Require(ReadOnlySpan<byte> salt)
    {
        if (salt.Length != SaltSize)
            throw new ArgumentException($"a salt has {SaltSize} bytes, not {salt.Length}", nameof(salt));
    }
}
