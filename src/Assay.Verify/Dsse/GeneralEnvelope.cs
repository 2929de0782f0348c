using System.Collections.Immutable;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Dsse;

/// <summary>One signature of an envelope; the key id is a hint that nothing binds.</summary>
public sealed record GeneralSignature(string? KeyIdHint, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A DSSE v1 envelope as others write it: any number of signatures, key ids as unsigned hints, either alphabet of base64, further
/// members ignored (DSSE envelope.md and protocol.md). Receipts and log entries use the narrow <see cref="Envelope"/> instead.
/// </summary>
public sealed record GeneralEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload, ImmutableArray<GeneralSignature> Signatures)
{
    public const int MaxSignatures = 64;

    /// <exception cref="MalformedException">Not an envelope, or without a signature.</exception>
    public static GeneralEnvelope Parse(JsonAt json)
    {
        var signatures = json["signatures"].Items(MaxSignatures);
        if (signatures.IsEmpty)
            throw json["signatures"].Wrong("at least one signature");
        return new GeneralEnvelope(
            json["payloadType"].Text(), json["payload"].Decode(Bytes, "base64"), [.. signatures.Select(Signature)]);
    }

    /// <summary>The bytes signed.</summary>
    public byte[] Pae() => Envelope.PreAuthEncoding(PayloadType, Payload.Span);

    /// <summary>Whether one of the signatures is by this key, as 64 bytes or, of a P-256 key, also as DER. The others say nothing.</summary>
    public bool IsSignedBy(PublicKey key)
    {
        var pae = Pae();
        return Signatures.Any(s => key.Verify(pae, s.Bytes.Span) || (FromDer(key, s.Bytes.Span) is { } plain && key.Verify(pae, plain)));
    }

    private static byte[]? FromDer(PublicKey key, ReadOnlySpan<byte> signature)
    {
        if (key.Algorithm != KeyAlgorithm.EcdsaP256Sha256 || signature.Length > EcdsaSignature.MaxDerSize)
            return null;
        try
        {
            return EcdsaSignature.FromDer(signature);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static GeneralSignature Signature(JsonAt json)
    {
        var hint = json.Optional("keyid");
        return new GeneralSignature(hint is null or { Value.Kind: JsonKind.Null } ? null : hint.Value.Text(), json["sig"].Decode(Bytes, "base64"));
    }

    // "Either standard or URL-safe encoding is allowed": one of them at a time.
    private static byte[] Bytes(string text) =>
        text.AsSpan().ContainsAny('-', '_') && !text.AsSpan().ContainsAny('+', '/')
            ? Base64.Read(text.Replace('-', '+').Replace('_', '/'))
            : Base64.Read(text);
}
