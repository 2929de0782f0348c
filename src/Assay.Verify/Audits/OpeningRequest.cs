using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Audits;

/// <summary>What an auditor sends to be shown drawn records (docs/spec/audits.md section 3).</summary>
/// <param name="Draw">The entry in the auditor's log.</param>
/// <param name="Proof">Of that entry, with a checkpoint of the auditor's log.</param>
/// <param name="From">The first position in the order of the draw.</param>
/// <param name="Count">How many at most: 1 to 64.</param>
/// <param name="Signature">64 bytes by the auditor's log key over <see cref="SignedBytes"/>: the draw is public, and what it opens is not.</param>
public sealed record OpeningRequest(ReadOnlyMemory<byte> Draw, TlogProof Proof, ulong From, int Count, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Of the JSON text, in bytes.</summary>
    public const int MaxSize = 256 * 1024;

    /// <summary>The most positions that one request asks for.</summary>
    public const int MaxCount = 64;

    private static ReadOnlySpan<byte> Domain => "assay/audit-opening/v1\n"u8;

    /// <summary>A request that its auditor signs.</summary>
    /// <param name="provider">Origin of the provider's log.</param>
    /// <param name="key">The auditor's log key.</param>
    public static OpeningRequest Sign(string provider, ReadOnlyMemory<byte> draw, TlogProof proof, ulong from, int count, SigningKey key) =>
        new(draw, proof, from, count, key.Sign(SignedBytes(provider, draw.Span, from, count)));

    /// <summary>
    /// The line <c>"assay/audit-opening/v1\n"</c>, and SHA-256 of that line || provider's origin (text) || SHA-256(draw) || u64be(from) || u64be(count).
    /// </summary>
    public static byte[] SignedBytes(string provider, ReadOnlySpan<byte> draw, ulong from, int count)
    {
        var sha = Sha256.Start();
        sha.Add(Domain);
        sha.Add(provider);
        sha.Add(Sha256.Of(draw).Bytes);
        sha.Add(from);
        sha.Add((ulong)count);
        return [.. Domain, .. sha.Finish().Bytes];
    }

    /// <summary>Whether this key asks this provider for these positions.</summary>
    public bool IsSignedBy(PublicKey key, string provider) => key.Verify(SignedBytes(provider, Draw.Span, From, Count), Signature.Span);

    /// <exception cref="MalformedException">Not such a request, or larger than <see cref="MaxSize"/>.</exception>
    public static OpeningRequest Parse(ReadOnlySpan<byte> body)
    {
        var json = JsonAt.Root(StrictJson.Parse(body, MaxSize), "request").Only("draw", "index", "proof", "from", "count", "signature");
        var proof = json["proof"].Decode(TlogProof.Parse, "a tlog-proof");
        if (json["index"].Integer() != proof.Index)
            throw json["index"].Wrong("the index that the proof is of");
        return new OpeningRequest(
            json["draw"].Base64Bytes(), proof, json["from"].Integer(), (int)json["count"].Integer(1, MaxCount), AuditSeedEvent.ReadSignature(json["signature"]));
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("draw", Base64.Write(Draw.Span));
        json.WriteNumber("index", Proof.Index);
        json.WriteString("proof", Proof.ToString());
        json.WriteNumber("from", From);
        json.WriteNumber("count", Count);
        json.WriteString("signature", Base64.Write(Signature.Span));
        json.WriteEndObject();
    });
}
