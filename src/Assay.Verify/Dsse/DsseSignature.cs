using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Dsse;

/// <summary>One signature of an envelope.</summary>
/// <param name="KeyId">Names the key: SHA-256 of its SubjectPublicKeyInfo. DSSE leaves it unsigned, so verifiers compare it with the key they used.</param>
/// <param name="Bytes">64 bytes over the envelope's PAE, of either algorithm.</param>
public sealed record DsseSignature(Hash KeyId, ReadOnlyMemory<byte> Bytes)
{
    public static DsseSignature Sign(ReadOnlySpan<byte> pae, SigningKey key) => new(key.PublicKey.Id, key.Sign(pae));

    /// <exception cref="MalformedException">Not a signature with a key id.</exception>
    internal static DsseSignature Read(JsonAt json)
    {
        json.Only("keyid", "sig");
        var bytes = json["sig"].Base64Bytes();
        return bytes.Length == KeyAlgorithms.SignatureSize
            ? new DsseSignature(json["keyid"].HexHash(), bytes)
            : throw json["sig"].Wrong($"a signature of {KeyAlgorithms.SignatureSize} bytes");
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("keyid", KeyId.ToHex());
        json.WriteString("sig", Base64.Write(Bytes.Span));
        json.WriteEndObject();
    }
}
