using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>32 bytes, canonical and not of small order.</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    public const int SpkiSize = 12 + Ed25519.KeySize;

    private readonly LibCrypto.KeyHandle handle;

    private Ed25519PublicKey(ReadOnlySpan<byte> raw)
        : base(KeyAlgorithm.Ed25519, SpkiPrefix, raw)
    {
        handle = LibCrypto.EVP_PKEY_new_raw_public_key(
            LibCrypto.EvpPkeyEd25519, 0, in MemoryMarshal.GetReference(raw), raw.Length);
        if (handle.IsInvalid)
            throw new InvalidOperationException("libcrypto refused a 32-byte Ed25519 key");
    }

    // SubjectPublicKeyInfo { AlgorithmIdentifier { 1.3.101.112 }, BIT STRING } (RFC 8410 section 4).
    public static ReadOnlySpan<byte> SpkiPrefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <inheritdoc cref="PublicKey.FromRaw"/>
    public static new Ed25519PublicKey FromRaw(ReadOnlySpan<byte> key)
    {
        if (key.Length != Ed25519.KeySize)
            throw new MalformedException($"an Ed25519 key of {key.Length} bytes, not {Ed25519.KeySize}");
        if (!Ed25519.IsAcceptablePoint(key))
            throw new MalformedException("an Ed25519 key that is not canonical or of small order");
        return new Ed25519PublicKey(key);
    }

    public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Ed25519.Verify(handle, message, signature);
}
