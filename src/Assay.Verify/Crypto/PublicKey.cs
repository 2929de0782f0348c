namespace Assay.Verify.Crypto;

/// <summary>A public key of one of the two algorithms, known to be well formed. Immutable; may be used by many threads at once.</summary>
public abstract class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] spki;
    private readonly int prefix;

    private protected PublicKey(KeyAlgorithm algorithm, ReadOnlySpan<byte> spkiPrefix, ReadOnlySpan<byte> raw)
    {
        Algorithm = algorithm;
        spki = [.. spkiPrefix, .. raw];
        prefix = spkiPrefix.Length;
        Id = Sha256.Of(spki);
    }

    public KeyAlgorithm Algorithm { get; }

    /// <summary>SHA-256 of <see cref="SubjectPublicKeyInfo"/>.</summary>
    public Hash Id { get; }

    /// <summary>Ed25519: the 32 bytes of A. P-256: the 65 bytes of the uncompressed point.</summary>
    public ReadOnlySpan<byte> Raw => spki.AsSpan(prefix);

    /// <summary>DER: 44 bytes of an Ed25519 key (RFC 8410), 91 of a P-256 key (RFC 5480).</summary>
    public byte[] SubjectPublicKeyInfo => [.. spki];

    /// <summary>An Ed25519 key.</summary>
    /// <exception cref="MalformedException">Not 32 bytes, not canonical, or of small order.</exception>
    public static PublicKey FromRaw(ReadOnlySpan<byte> key) => Ed25519PublicKey.FromRaw(key);

    /// <exception cref="MalformedException">Not the SubjectPublicKeyInfo of an acceptable Ed25519 or P-256 key.</exception>
    public static PublicKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> der)
    {
        if (der.Length == Ed25519PublicKey.SpkiSize && der.StartsWith(Ed25519PublicKey.SpkiPrefix))
            return Ed25519PublicKey.FromRaw(der[Ed25519PublicKey.SpkiPrefix.Length..]);
        if (der.Length == P256PublicKey.SpkiSize && der.StartsWith(P256PublicKey.SpkiPrefix))
            return P256PublicKey.FromPoint(der[P256PublicKey.SpkiPrefix.Length..]);
        throw new MalformedException("not the SubjectPublicKeyInfo of an Ed25519 key or of an uncompressed P-256 key");
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes) is by this key over <paramref name="message"/>.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    public bool Equals(PublicKey? other) => other is not null && spki.AsSpan().SequenceEqual(other.spki);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>The algorithm and the first eight digits of the key id: for people.</summary>
    public override string ToString() => $"{(Algorithm == KeyAlgorithm.Ed25519 ? "ed25519" : "p256")}:{Id.ToHex()[..8]}";
}
