using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Dsse;

/// <summary>
/// A log entry that is a signed statement: the bytes of a DSSE envelope in compact JSON, with the signatures of 1 to 16 keys
/// (docs/spec/receipt.md, Log entries).
/// </summary>
/// <param name="Payload">The exact bytes signed, an in-toto statement.</param>
/// <param name="Signatures">In ascending order of key id, none twice.</param>
public sealed record OpenEntry(ReadOnlyMemory<byte> Payload, ImmutableArray<DsseSignature> Signatures)
{
    /// <summary>The largest entry that a tile log can hold (c2sp.org/tlog-tiles, entry bundles: a 16-bit length).</summary>
    public const int MaxSize = 65_535;

    public const int MaxSignatures = 16;

    /// <summary>A statement signed by these keys, each once.</summary>
    public static OpenEntry Sign(ReadOnlyMemory<byte> payload, params ReadOnlySpan<SigningKey> keys)
    {
        var entry = new OpenEntry(payload, []);
        foreach (var key in keys)
            entry = entry.With(key);
        return entry;
    }

    /// <summary>The same statement with one more signature: keys that are kept apart sign one after another.</summary>
    /// <exception cref="MalformedException">The key has signed already, or there is no room.</exception>
    public OpenEntry With(SigningKey key) => With(DsseSignature.Sign(Pae(), key));

    /// <inheritdoc cref="With(SigningKey)"/>
    public OpenEntry With(DsseSignature signature)
    {
        var at = 0;
        while (at < Signatures.Length && Compare(Signatures[at], signature) < 0)
            at++;
        if (at < Signatures.Length && Signatures[at].KeyId == signature.KeyId)
            throw new MalformedException($"the key {signature.KeyId.ToHex()[..8]} has signed this entry already");
        return Signatures.Length < MaxSignatures
            ? this with { Signatures = Signatures.Insert(at, signature) }
            : throw new MalformedException($"an entry with more than {MaxSignatures} signatures");
    }

    /// <exception cref="MalformedException">Not an envelope of an in-toto statement, not compact, or too large.</exception>
    public static OpenEntry Parse(ReadOnlySpan<byte> entry)
    {
        var json = JsonAt.Root(StrictJson.Parse(entry, MaxSize), "entry").Only("payloadType", "payload", "signatures");
        json["payloadType"].MustBe(Envelope.InToto);
        var open = new OpenEntry(json["payload"].Base64Bytes(), [.. json["signatures"].Items(MaxSignatures).Select(DsseSignature.Read)]);
        if (open.Signatures.IsEmpty)
            throw json["signatures"].Wrong($"1 to {MaxSignatures} signatures");
        for (var i = 1; i < open.Signatures.Length; i++)
            if (Compare(open.Signatures[i - 1], open.Signatures[i]) >= 0)
                throw json["signatures"].Wrong("ascending key ids, none twice");
        // One spelling of an entry: what a verifier reads is what anyone else who parses and writes it again gets.
        if (!entry.SequenceEqual(open.ToBytes()))
            throw new MalformedException("entry: not in compact form");
        return open;
    }

    /// <summary>The bytes signed (<see cref="Envelope.PreAuthEncoding"/>).</summary>
    public byte[] Pae() => Envelope.PreAuthEncoding(Envelope.InToto, Payload.Span);

    /// <summary>Compact JSON, the members in the order of the specification.</summary>
    public byte[] ToBytes() => StrictJson.Write(json => Envelope.Write(json, Envelope.InToto, Payload.Span, Signatures));

    /// <summary>Whether there is exactly one signature, and it is by this key.</summary>
    public bool IsSignedOnlyBy(PublicKey key, SignatureCache? cache = null) =>
        Signatures is [var only] && only.KeyId == key.Id && SignatureCache.Verify(cache, key, Pae(), only.Bytes.Span);

    /// <summary>Says what an entry is, or refuses it: an entry that is neither kind does not belong in a log.</summary>
    /// <exception cref="MalformedException">Neither a sealed nor an open entry.</exception>
    public static EntryKind KindOf(ReadOnlySpan<byte> entry)
    {
        if (entry.StartsWith(SealedEntry.Prefix))
        {
            _ = SealedEntry.Parse(entry);
            return EntryKind.Sealed;
        }
        _ = Parse(entry);
        return EntryKind.Open;
    }

    private static int Compare(DsseSignature a, DsseSignature b) => a.KeyId.Bytes.SequenceCompareTo(b.KeyId.Bytes);
}
