using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Assay.Verify.Crypto;

/// <summary>An Ed25519 private key. Its seed is never printed; <see cref="object.ToString"/> shows the public half.</summary>
public sealed class SigningKey : IDisposable
{
    public const int SeedSize = 32;

    private const string PemLabel = "PRIVATE KEY";

    // PrivateKeyInfo { version 0, 1.3.101.112, OCTET STRING { OCTET STRING seed } } (RFC 8410 section 7).
    private static ReadOnlySpan<byte> Pkcs8Prefix =>
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

    private readonly byte[] seed;
    private readonly LibCrypto.KeyHandle handle;

    private SigningKey(byte[] seed)
    {
        this.seed = seed;
        handle = LibCrypto.EVP_PKEY_new_raw_private_key(
            LibCrypto.EvpPkeyEd25519, 0, in MemoryMarshal.GetReference((ReadOnlySpan<byte>)seed), seed.Length);
        Span<byte> raw = stackalloc byte[Ed25519.KeySize];
        nint length = raw.Length;
        if (handle.IsInvalid || LibCrypto.EVP_PKEY_get_raw_public_key(handle, ref MemoryMarshal.GetReference(raw), ref length) != 1)
            throw new InvalidOperationException("libcrypto refused a 32-byte Ed25519 seed");
        PublicKey = PublicKey.FromRaw(raw);
    }

    public PublicKey PublicKey { get; }

    /// <param name="seed">32 bytes from a cryptographic generator: randomness is handed in.</param>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException($"an Ed25519 seed has {SeedSize} bytes", nameof(seed));
        return new SigningKey(seed.ToArray());
    }

    /// <summary>Reads a PKCS#8 PEM, as <c>openssl genpkey -algorithm ed25519</c> writes it.</summary>
    /// <exception cref="MalformedException">Not such a file.</exception>
    public static SigningKey FromPem(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || !pem[fields.Label].SequenceEqual(PemLabel))
            throw new MalformedException("not a PEM file with a PRIVATE KEY");
        var der = Convert.FromBase64String(pem[fields.Base64Data].ToString());
        try
        {
            if (der.Length != Pkcs8Prefix.Length + SeedSize || !der.AsSpan().StartsWith(Pkcs8Prefix))
                throw new MalformedException("not the PKCS#8 of an Ed25519 key");
            return FromSeed(der.AsSpan(Pkcs8Prefix.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>PKCS#8 PEM (RFC 8410): a secret, for a file that only its owner can read.</summary>
    public string ToPem() => PemEncoding.WriteString(PemLabel, [.. Pkcs8Prefix, .. seed]) + "\n";

    /// <returns>64 bytes; the same message always gives the same signature (RFC 8032).</returns>
    public byte[] Sign(ReadOnlySpan<byte> message)
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

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(seed);
        handle.Dispose();
    }

    public override string ToString() => PublicKey.ToString();
}
