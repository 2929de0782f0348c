using System.Globalization;
using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Dsse;

/// <summary>A signed payload (DSSE v1), in the narrow form that receipts use: exactly one signature. Events have their own: <see cref="OpenEntry"/>.</summary>
/// <param name="PayloadType">What the payload is; part of what is signed.</param>
/// <param name="Payload">The exact bytes signed.</param>
/// <param name="KeyId">Names the key: SHA-256 of its SubjectPublicKeyInfo. DSSE leaves it unsigned, so verifiers compare it with the key they used.</param>
/// <param name="Signature">64 bytes over <see cref="Pae"/>.</param>
public sealed record Envelope(string PayloadType, ReadOnlyMemory<byte> Payload, Hash KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The payload type of every statement (in-toto attestation framework, envelope layer).</summary>
    public const string InToto = "application/vnd.in-toto+json";

    public static Envelope Sign(string payloadType, ReadOnlyMemory<byte> payload, SigningKey key) =>
        new(payloadType, payload, key.PublicKey.Id, key.Sign(PreAuthEncoding(payloadType, payload.Span)));

    /// <summary>Whether the signature is by this key over <see cref="Pae"/>. Says nothing of <see cref="KeyId"/>.</summary>
    public bool IsSignedBy(PublicKey key) => key.Verify(Pae(), Signature.Span);

    /// <summary>The bytes signed (DSSE v1, protocol, signature definition).</summary>
    public byte[] Pae() => PreAuthEncoding(PayloadType, Payload.Span);

    /// <summary><c>"DSSEv1" SP len(type) SP type SP len(body) SP body</c>, lengths in decimal bytes.</summary>
    public static byte[] PreAuthEncoding(string payloadType, ReadOnlySpan<byte> payload)
    {
        var typeLength = System.Text.Encoding.UTF8.GetByteCount(payloadType);
        var head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {typeLength} {payloadType} {payload.Length} ");
        return [.. System.Text.Encoding.UTF8.GetBytes(head), .. payload];
    }

    /// <summary>Reads the JSON form.</summary>
    /// <exception cref="MalformedException">Not such an envelope.</exception>
    public static Envelope Parse(JsonAt json)
    {
        json.Only("payloadType", "payload", "signatures");
        var signatures = json["signatures"].Items();
        if (signatures.Length != 1)
            throw json["signatures"].Wrong("exactly one signature");
        var signature = DsseSignature.Read(signatures[0]);
        return new Envelope(json["payloadType"].Label(), json["payload"].Base64Bytes(), signature.KeyId, signature.Bytes);
    }

    /// <summary>Compact JSON, the members in the order of the specification.</summary>
    public byte[] ToBytes() => StrictJson.Write(Write);

    public void Write(Utf8JsonWriter json) => Write(json, PayloadType, Payload.Span, [new DsseSignature(KeyId, Signature)]);

    internal static void Write(Utf8JsonWriter json, string payloadType, ReadOnlySpan<byte> payload, IEnumerable<DsseSignature> signatures)
    {
        json.WriteStartObject();
        json.WriteString("payloadType", payloadType);
        json.WriteString("payload", Base64.Write(payload));
        json.WriteStartArray("signatures");
        foreach (var signature in signatures)
            signature.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
