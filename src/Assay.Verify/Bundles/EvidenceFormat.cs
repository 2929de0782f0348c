using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Bundles;

/// <summary>The JSON form of a bundle's <c>evidence</c>.</summary>
internal static class EvidenceFormat
{
    /// <summary>Refuses kinds that this version does not know, before anything else of the bundle is read.</summary>
    /// <exception cref="UnsupportedException">There is such an item.</exception>
    public static void RequireKnown(JsonAt json)
    {
        foreach (var item in json.Items())
            if (!Says(item, "tier", ProofEvidence.Tier) || !Says(item, "type", ProofEvidence.Type))
                throw new UnsupportedException($"{item.Path}: no kind of evidence that this version knows");
    }

    /// <returns>Null where there is none.</returns>
    public static ProofEvidence? Read(JsonAt json)
    {
        if (json.Items(1) is not [var item])
            return null;
        item.Only("tier", "type", "proof", "commitment", "weights");
        return new ProofEvidence(Blob(item["proof"], ProofEvidence.MaxProof), Blob(item["commitment"], ProofEvidence.MaxCommitment))
        {
            Weights = item.Optional("weights") is { } weights ? Blob(weights, ProofEvidence.MaxWeights) : ReadOnlyMemory<byte>.Empty,
        };
    }

    public static void Write(Utf8JsonWriter json, ProofEvidence? evidence)
    {
        json.WriteStartArray("evidence");
        if (evidence is not null)
        {
            json.WriteStartObject();
            json.WriteString("tier", ProofEvidence.Tier);
            json.WriteString("type", ProofEvidence.Type);
            WriteBlob(json, "proof", evidence.Proof.Span);
            WriteBlob(json, "commitment", evidence.Commitment.Span);
            if (!evidence.Weights.IsEmpty)
                WriteBlob(json, "weights", evidence.Weights.Span);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static bool Says(JsonAt item, string name, string text) =>
        item.Value.Kind == JsonKind.Object && item.Optional(name) is { Value.Kind: JsonKind.String } said && said.Value.Text == text;

    private static byte[] Blob(JsonAt json, int most)
    {
        var digest = json.Only("sha256", "bytes")["sha256"].HexHash();
        var bytes = json["bytes"].Base64Bytes();
        if (bytes.Length == 0 || bytes.Length > most)
            throw json["bytes"].Wrong($"1 to {most} bytes");
        return Sha256.Of(bytes) == digest ? bytes : throw json["sha256"].Wrong("the digest of the bytes");
    }

    private static void WriteBlob(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        json.WriteStartObject(name);
        json.WriteString("sha256", Sha256.Of(bytes).ToHex());
        json.WriteString("bytes", Base64.Write(bytes));
        json.WriteEndObject();
    }
}
