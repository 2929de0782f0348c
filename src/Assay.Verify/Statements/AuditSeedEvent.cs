using System.Text.Json;
using Assay.Verify.Audits;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>The provider logs an auditor's commitment to the secret that will draw from an epoch (docs/spec/audits.md section 2). Signed by the log key.</summary>
/// <param name="Origin">The provider's log, which this is an entry of.</param>
/// <param name="KeyId">The serving key.</param>
/// <param name="Epoch">Number of its epoch.</param>
/// <param name="Rate">Share of the records that the auditor will draw, in millionths: 1 to 1,000,000.</param>
/// <param name="Commitment"><see cref="AuditSeed.Commitment"/>.</param>
/// <param name="Signature">64 bytes by the auditor's log key over <see cref="AuditSeed.SignedBytes"/>.</param>
public sealed record AuditSeedEvent(
    string Origin, Hash KeyId, ulong Epoch, AuditorId Auditor, uint Rate, Hash Commitment, ReadOnlyMemory<byte> Signature) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-seed:v1";

    private const string Subject = "audit-seed";

    // Of a request, in bytes: an origin has at most 1,024 characters, which JSON may spell with six bytes each.
    private const int MaxRequest = 8 * 1024;

    public bool Equals(AuditSeedEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => Commitment.GetHashCode();

    public override bool SignedByLogKey => true;

    /// <summary>A commitment that its auditor signs.</summary>
    public static AuditSeedEvent Sign(string origin, in Hash keyId, ulong epoch, string auditor, SigningKey auditorKey, uint rate, in Hash secret)
    {
        var commitment = AuditSeed.Commitment(keyId, epoch, auditorKey.PublicKey.Id, secret);
        return new AuditSeedEvent(
            origin, keyId, epoch, new AuditorId(auditor, auditorKey.PublicKey), rate, commitment,
            auditorKey.Sign(AuditSeed.SignedBytes(origin, auditor, keyId, epoch, rate, commitment)));
    }

    /// <summary>Whether the auditor's log key signed this commitment for this log.</summary>
    public bool IsSignedByAuditor() =>
        Auditor.LogKey.Verify(AuditSeed.SignedBytes(Origin, Auditor.Origin, KeyId, Epoch, Rate, Commitment), Signature.Span);

    /// <exception cref="MalformedException">Not a commitment, or it contradicts itself.</exception>
    public static new AuditSeedEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var seed = Read(statement.Predicate["origin"].Label(), statement.Predicate);
        statement.MustHaveSubject(Subject, seed.Commitment);
        return seed;
    }

    /// <summary>What an auditor sends to have its commitment logged (docs/spec/audits.md section 3): the members of the event but its origin.</summary>
    /// <param name="origin">Of the log that it is sent to.</param>
    /// <exception cref="MalformedException">Not such a request.</exception>
    public static AuditSeedEvent ParseRequest(ReadOnlySpan<byte> body, string origin) =>
        Read(origin, JsonAt.Root(StrictJson.Parse(body, MaxRequest), "request").Only("key", "epoch", "auditor", "rate", "commitment", "signature"));

    /// <inheritdoc cref="ParseRequest"/>
    public byte[] ToRequest() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        Write(json);
        json.WriteEndObject();
    });

    public override byte[] ToBytes() => Statement.Write(Subject, Sha256Name, Commitment, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        Write(json);
    });

    internal static byte[] ReadSignature(JsonAt json) =>
        json.Base64Bytes() is { Length: KeyAlgorithms.SignatureSize } bytes ? bytes : throw json.Wrong($"a signature of {KeyAlgorithms.SignatureSize} bytes");

    private static AuditSeedEvent Read(string origin, JsonAt json) => new(
        origin, json["key"].HexHash(), json["epoch"].Integer(), AuditorId.Read(json["auditor"]),
        (uint)json["rate"].Integer(1, AuditSeed.MaxRate), json["commitment"].HexHash(), ReadSignature(json["signature"]));

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("epoch", Epoch);
        Auditor.Write(json);
        json.WriteNumber("rate", Rate);
        json.WriteString("commitment", Commitment.ToHex());
        json.WriteString("signature", Base64.Write(Signature.Span));
    }
}
