using System.Runtime.InteropServices;

namespace Assay.Verify.Crypto;

/// <summary>An Ed25519 public key (32 bytes), known to be canonical and not of small order.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    // SubjectPublicKeyInfo { AlgorithmIdentifier { 1.3.101.112 }, BIT STRING } (RFC 8410 section 4).
    private static ReadOnlySpan<byte> SpkiPrefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    private readonly byte[] raw;
    private readonly LibCrypto.KeyHandle handle;

    private PublicKey(byte[] raw)
    {
        this.raw = raw;
        handle = LibCrypto.EVP_PKEY_new_raw_public_key(
            LibCrypto.EvpPkeyEd25519, 0, in MemoryMarshal.GetReference((ReadOnlySpan<byte>)raw), raw.Length);
        if (handle.IsInvalid)
            throw new InvalidOperationException("libcrypto refused a 32-byte Ed25519 key");
        Id = Sha256.Of(SubjectPublicKeyInfo);
    }

    /// <summary>SHA-256 of <see cref="SubjectPublicKeyInfo"/>.</summary>
    public Hash Id { get; }

    public ReadOnlySpan<byte> Raw => raw;

    /// <summary>DER, 44 bytes (RFC 8410).</summary>
    public byte[] SubjectPublicKeyInfo => [.. SpkiPrefix, .. raw];

    /// <exception cref="MalformedException">Not 32 bytes, not canonical, or of small order.</exception>
    public static PublicKey FromRaw(ReadOnlySpan<byte> key)
    {
        if (key.Length != Ed25519.KeySize)
            throw new MalformedException($"an Ed25519 key of {key.Length} bytes, not {Ed25519.KeySize}");
        if (!Ed25519.IsAcceptablePoint(key))
            throw new MalformedException("an Ed25519 key that is not canonical or of small order");
        return new PublicKey(key.ToArray());
    }

    /// <exception cref="MalformedException">Not the SubjectPublicKeyInfo of an acceptable Ed25519 key.</exception>
    public static PublicKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> der)
    {
        if (der.Length != SpkiPrefix.Length + Ed25519.KeySize || !der.StartsWith(SpkiPrefix))
            throw new MalformedException("not the SubjectPublicKeyInfo of an Ed25519 key");
        return FromRaw(der[SpkiPrefix.Length..]);
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes) is by this key over <paramref name="message"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Ed25519.Verify(handle, message, signature);

    public bool Equals(PublicKey? other) => other is not null && raw.AsSpan().SequenceEqual(other.raw);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => Id.GetHashCode();

    /// <summary><c>ed25519:</c> and the first eight digits of the key id: for people.</summary>
    public override string ToString() => $"ed25519:{Id.ToHex()[..8]}";
}
