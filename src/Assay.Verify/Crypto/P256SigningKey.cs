using System.Security.Cryptography;

namespace Assay.Verify.Crypto;

internal sealed class P256SigningKey : SigningKey
{
    private const int Pkcs8Size = 36 + P256.ScalarSize + 5 + P256.PointSize;

    private readonly byte[] pkcs8;
    private readonly LibCrypto.KeyHandle handle;

    private P256SigningKey(byte[] pkcs8)
        : base(P256PublicKey.FromPoint(pkcs8.AsSpan(Pkcs8Size - P256.PointSize)))
    {
        this.pkcs8 = pkcs8;
        handle = LibCrypto.PrivateKeyOf(pkcs8);
        if (handle.IsInvalid)
            throw new InvalidOperationException("libcrypto refused a P-256 private key");
    }

    // PrivateKeyInfo { version 0, { ecPublicKey, prime256v1 }, OCTET STRING { ECPrivateKey { 1, OCTET STRING d (here the prefix
    // ends), [1] { BIT STRING point } } } } (RFC 5208, RFC 5915).
    public static ReadOnlySpan<byte> Pkcs8Prefix =>
    [
        0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20,
    ];

    private static ReadOnlySpan<byte> PointPrefix => [0xa1, 0x44, 0x03, 0x42, 0x00];

    public static new P256SigningKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        var d = scalar.ToArray();
        try
        {
            // Without a point, the point d·G is computed.
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
            var q = key.ExportParameters(includePrivateParameters: false).Q;
            return new P256SigningKey([.. Pkcs8Prefix, .. d, .. PointPrefix, 0x04, .. q.X!, .. q.Y!]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <exception cref="MalformedException">Of another form, or the point is not that of the scalar.</exception>
    public static P256SigningKey FromPkcs8(ReadOnlySpan<byte> der)
    {
        if (der.Length != Pkcs8Size || !der.StartsWith(Pkcs8Prefix) || !IsScalar(der.Slice(Pkcs8Prefix.Length, P256.ScalarSize)))
            throw new MalformedException("not the PKCS#8 of a P-256 key with its point");
        var key = FromScalar(der.Slice(Pkcs8Prefix.Length, P256.ScalarSize));
        if (CryptographicOperations.FixedTimeEquals(key.pkcs8, der))
            return key;
        key.Dispose();
        throw new MalformedException("a P-256 key whose point is not that of its scalar");
    }

    public override string ToPem() => PemEncoding.WriteString(PemLabel, pkcs8) + "\n";

    public override byte[] Sign(ReadOnlySpan<byte> message) => P256.Sign(handle, message);

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(pkcs8);
        handle.Dispose();
    }
}
