namespace Assay.Verify.Crypto;

/// <summary>An uncompressed point, known to be on the curve.</summary>
internal sealed class P256PublicKey : PublicKey
{
    public const int SpkiSize = 26 + P256.PointSize;

    private readonly LibCrypto.KeyHandle handle;

    private P256PublicKey(ReadOnlySpan<byte> point)
        : base(KeyAlgorithm.EcdsaP256Sha256, SpkiPrefix, point)
    {
        // libcrypto refuses coordinates that are not below the prime, and points that are not on the curve (SEC 1 section 2.3.4).
        handle = LibCrypto.PublicKeyOf([.. SpkiPrefix, .. point]);
        if (!handle.IsInvalid)
            return;
        LibCrypto.ERR_clear_error();
        throw new MalformedException("a P-256 key that is not a point on the curve");
    }

    // SubjectPublicKeyInfo { AlgorithmIdentifier { 1.2.840.10045.2.1, 1.2.840.10045.3.1.7 }, BIT STRING } (RFC 5480 section 2).
    public static ReadOnlySpan<byte> SpkiPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    /// <exception cref="MalformedException">Not 65 bytes of an uncompressed point on the curve.</exception>
    public static P256PublicKey FromPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != P256.PointSize || point[0] != 0x04)
            throw new MalformedException("a P-256 key that is not an uncompressed point (65 bytes, the first 0x04)");
        return new P256PublicKey(point);
    }

    public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => P256.Verify(handle, message, signature);
}
