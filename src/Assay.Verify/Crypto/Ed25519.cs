using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>The one rule by which Ed25519 signatures are accepted (RFC 8032, made strict).</summary>
/// <remarks>
/// Public key 32 bytes, signature 64 bytes (R, S). Accepted if and only if: S is below the group order; A and R are canonical
/// encodings (y below 2^255 − 19); neither A nor R is of small order; and the cofactorless equation S·B = R + k·A holds.
/// OpenSSL checks the equation (comparing the encoding of R) and S; the rest is checked here, because OpenSSL alone accepts the
/// identity as a key, and then anything as its signature.
/// </remarks>
internal static class Ed25519
{
    public const int KeySize = 32;
    public const int SignatureSize = 64;

    // 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 8032 section 5.1).
    private static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    // 2^255 − 19, little-endian.
    private static ReadOnlySpan<byte> Prime =>
    [
        0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ];

    // The y coordinates of the eight points of order 1, 2, 4 and 8 are 1, −1, 0 and these two, each with either sign of x.
    private static ReadOnlySpan<byte> OrderEightA =>
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
        0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];

    private static ReadOnlySpan<byte> OrderEightB =>
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];

    public static bool Verify(LibCrypto.KeyHandle key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize || !IsBelow(signature[32..], Order) || !IsAcceptablePoint(signature[..32]))
            return false;
        using var context = LibCrypto.EVP_MD_CTX_new();
        if (LibCrypto.EVP_DigestVerifyInit(context, 0, 0, 0, key) != 1)
            throw new InvalidOperationException("libcrypto refused an Ed25519 verification context");
        var ok = LibCrypto.EVP_DigestVerify(
            context, in MemoryMarshal.GetReference(signature), signature.Length,
            in MemoryMarshal.GetReference(message), message.Length) == 1;
        if (!ok)
            LibCrypto.ERR_clear_error();
        return ok;
    }

    /// <summary>Canonical and not of small order. Whether y is on the curve at all is left to the equation.</summary>
    public static bool IsAcceptablePoint(ReadOnlySpan<byte> encoding)
    {
        Span<byte> y = stackalloc byte[32];
        encoding.CopyTo(y);
        y[31] &= 0x7f;
        return IsBelow(y, Prime) && !IsZeroOrOne(y) && !IsMinusOne(y)
            && !y.SequenceEqual(OrderEightA) && !y.SequenceEqual(OrderEightB);
    }

    private static bool IsZeroOrOne(ReadOnlySpan<byte> y) => y[0] <= 1 && !y[1..].ContainsAnyExcept((byte)0);

    private static bool IsMinusOne(ReadOnlySpan<byte> y) => y[0] == Prime[0] - 1 && y[1..].SequenceEqual(Prime[1..]);

    // Little-endian comparison; the values are public, so it need not run in constant time.
    private static bool IsBelow(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        for (var i = 31; i >= 0; i--)
            if (a[i] != b[i])
                return a[i] < b[i];
        return false;
    }
}
