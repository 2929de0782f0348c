using System.Security.Cryptography;

namespace Assay.Verify.Crypto;

/// <summary>A private key of one of the two algorithms. It is never printed; <see cref="object.ToString"/> shows the public half.</summary>
/// <remarks>Abstract, so that a key that never leaves a device can sign too.</remarks>
public abstract class SigningKey(PublicKey publicKey) : IDisposable
{
    /// <summary>Bytes of an Ed25519 seed, and of a P-256 scalar.</summary>
    public const int SeedSize = 32;

    internal const string PemLabel = "PRIVATE KEY";

    public PublicKey PublicKey { get; } = publicKey;

    public KeyAlgorithm Algorithm => PublicKey.Algorithm;

    /// <summary>An Ed25519 key.</summary>
    /// <param name="seed">32 bytes from a cryptographic generator: randomness is handed in.</param>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"an Ed25519 seed has {SeedSize} bytes", nameof(seed));
        return new Ed25519SigningKey(seed.ToArray());
    }

    /// <summary>A P-256 key.</summary>
    /// <param name="scalar">32 bytes big-endian from a cryptographic generator, for which <see cref="IsScalar"/> holds.</param>
    public static SigningKey FromScalar(ReadOnlySpan<byte> scalar)
    {
        if (!IsScalar(scalar))
            throw new ArgumentException("a P-256 key is 32 bytes, from 1 to the group order - 1", nameof(scalar));
        return P256SigningKey.FromScalar(scalar);
    }

    /// <summary>Whether 32 random bytes will do as a P-256 key (FIPS 186-5 section A.2.2: else draw again, once in 2^32 draws).</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes) => P256.IsScalar(bytes);

    /// <summary>
    /// Reads a PKCS#8 PEM, as <c>openssl genpkey -algorithm ed25519</c> or <c>openssl genpkey -algorithm EC -pkeyopt
    /// ec_paramgen_curve:P-256</c> writes it.
    /// </summary>
    /// <exception cref="MalformedException">Not such a file.</exception>
    public static SigningKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].SequenceEqual(PemLabel))
            throw new MalformedException("not a PEM file with a PRIVATE KEY");
        var der = Convert.FromBase64String(pem[fields.Base64Data].ToString());
        try
        {
            if (der.Length == Ed25519SigningKey.Pkcs8Prefix.Length + SeedSize && der.AsSpan().StartsWith(Ed25519SigningKey.Pkcs8Prefix))
                return FromSeed(der.AsSpan(Ed25519SigningKey.Pkcs8Prefix.Length));
            if (der.AsSpan().StartsWith(P256SigningKey.Pkcs8Prefix))
                return P256SigningKey.FromPkcs8(der);
            throw new MalformedException("not the PKCS#8 of an Ed25519 or P-256 key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>PKCS#8 PEM: a secret, for a file that only its owner can read.</summary>
    public abstract string ToPem();

    /// <returns>64 bytes. Of Ed25519, always the same for the same message (RFC 8032); of P-256, others each time.</returns>
    public abstract byte[] Sign(ReadOnlySpan<byte> message);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    public override string ToString() => PublicKey.ToString();
}
