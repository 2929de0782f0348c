namespace Assay.Verify.Crypto;

/// <summary>The signature algorithms of keys, with the byte that names each in a sealed entry (docs/spec/receipt.md, Keys).</summary>
public enum KeyAlgorithm : byte
{
    /// <summary>RFC 8032, under the rule of docs/spec/ed25519.md.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA over NIST P-256 with SHA-256 (FIPS 186-5), signatures as r and s (IEEE P1363).</summary>
    EcdsaP256Sha256 = 2,
}

/// <summary>The names by which statements call the algorithms.</summary>
public static class KeyAlgorithms
{
    /// <summary>Bytes of a signature: the same for both.</summary>
    public const int SignatureSize = 64;

    public static string Name(this KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Ed25519 => "ed25519",
        KeyAlgorithm.EcdsaP256Sha256 => "ecdsa-p256-sha256",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a key algorithm"),
    };

    /// <exception cref="MalformedException">Neither of the two names.</exception>
    public static KeyAlgorithm Parse(string name) => name switch
    {
        "ed25519" => KeyAlgorithm.Ed25519,
        "ecdsa-p256-sha256" => KeyAlgorithm.EcdsaP256Sha256,
        _ => throw new MalformedException("an unknown key algorithm: expected ed25519 or ecdsa-p256-sha256"),
    };
}
