using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Assay.Verify.Crypto;

internal sealed class Ed25519SigningKey : SigningKey
{
    private readonly byte[] seed;
    private readonly LibCrypto.KeyHandle handle;

    public Ed25519SigningKey(byte[] seed)
        : this(seed, HandleOf(seed))
    {
    }

    private Ed25519SigningKey(byte[] seed, LibCrypto.KeyHandle handle)
        : base(PublicHalf(handle))
    {
        this.seed = seed;
        this.handle = handle;
    }

    // PrivateKeyInfo { version 0, 1.3.101.112, OCTET STRING { OCTET STRING seed } } (RFC 8410 section 7).
    public static ReadOnlySpan<byte> Pkcs8Prefix =>
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    public override string ToPem() => PemEncoding.WriteString(PemLabel, [.. Pkcs8Prefix, .. seed]) + "\n";

    public override byte[] Sign(ReadOnlySpan<byte> message)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        var signature = new byte[Ed25519.SignatureSize];
        nint length = signature.Length;
        if (LibCrypto.EVP_DigestSignInit(context, 0, 0, 0, handle) != 1
            || LibCrypto.EVP_DigestSign(
                context, ref MemoryMarshal.GetReference((Span<byte>)signature), ref length,
                in MemoryMarshal.GetReference(message), message.Length) != 1)
            throw new InvalidOperationException("libcrypto could not sign");
        return signature;
    }

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(seed);
        handle.Dispose();
    }

    private static LibCrypto.KeyHandle HandleOf(byte[] seed) => LibCrypto.EVP_PKEY_new_raw_private_key(
        LibCrypto.EvpPkeyEd25519, 0, in MemoryMarshal.GetReference((ReadOnlySpan<byte>)seed), seed.Length);

    private static PublicKey PublicHalf(LibCrypto.KeyHandle handle)
    {
        Span<byte> raw = stackalloc byte[Ed25519.KeySize];
        nint length = raw.Length;
        if (handle.IsInvalid || LibCrypto.EVP_PKEY_get_raw_public_key(handle, ref MemoryMarshal.GetReference(raw), ref length) != 1)
            throw new InvalidOperationException("libcrypto refused a 32-byte Ed25519 seed");
        return PublicKey.FromRaw(raw);
    }
}
