using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>The one rule by which ECDSA signatures over P-256 with SHA-256 are accepted (FIPS 186-5 section 6.4).</summary>
/// <remarks>
/// A signature is 64 bytes: r and s, big-endian (IEEE P1363). Accepted if and only if both are from 1 to the group order − 1 and the
/// equation holds; a high s is accepted.
/// </remarks>
internal static class P256
{
    public const int ScalarSize = 32;
    public const int PointSize = 65;

    // SP 800-186 section 3.2.1.3, big-endian.
    private static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    /// <summary>From 1 to the group order − 1. How long it takes tells only how far the value agrees with the order, which a key does once in 2^32 times.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> value) =>
        value.Length == ScalarSize && value.SequenceCompareTo(Order) < 0 && value.ContainsAnyExcept((byte)0);

    public static bool Verify(LibCrypto.KeyHandle key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * ScalarSize || !IsScalar(signature[..ScalarSize]) || !IsScalar(signature[ScalarSize..]))
            return false;
        ReadOnlySpan<byte> der = EcdsaSignature.ToDer(signature);
        var digest = Sha256.Of(message);
        using var context = LibCrypto.EVP_PKEY_CTX_new(key, 0);
        if (LibCrypto.EVP_PKEY_verify_init(context) != 1)
            throw new InvalidOperationException("libcrypto refused a P-256 verification context");
        var ok = LibCrypto.EVP_PKEY_verify(
            context, in MemoryMarshal.GetReference(der), der.Length,
            in MemoryMarshal.GetReference(digest.Bytes), Hash.Size) == 1;
        if (!ok)
            LibCrypto.ERR_clear_error();
        return ok;
    }

    public static byte[] Sign(LibCrypto.KeyHandle key, ReadOnlySpan<byte> message)
    {
        var digest = Sha256.Of(message);
        Span<byte> der = stackalloc byte[EcdsaSignature.MaxDerSize];
        nint length = der.Length;
        using var context = LibCrypto.EVP_PKEY_CTX_new(key, 0);
        if (LibCrypto.EVP_PKEY_sign_init(context) != 1
            || LibCrypto.EVP_PKEY_sign(
                context, ref MemoryMarshal.GetReference(der), ref length, in MemoryMarshal.GetReference(digest.Bytes), Hash.Size) != 1)
            throw new InvalidOperationException("libcrypto could not sign");
        return EcdsaSignature.FromDer(der[..(int)length]);
    }
}
