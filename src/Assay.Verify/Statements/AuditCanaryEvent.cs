using Assay.Verify.Audits;
using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>An auditor commits to requests of its own before it makes them (docs/spec/audits.md section 5). In the auditor's log, by its log key.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Provider">Origin of the provider's log.</param>
/// <param name="KeyId">The serving key that is to answer.</param>
/// <param name="Requests">How many: 1 to 30,000.</param>
/// <param name="Commitment">SHA-256(<c>"assay/audit-canary/v1\n"</c> || salt || digest of the requests).</param>
public sealed record AuditCanaryEvent(string Origin, string Provider, Hash KeyId, ulong Requests, Hash Commitment) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-canary:v1";

    public override bool SignedByLogKey => true;

    /// <exception cref="MalformedException">Not such a commitment, or it contradicts itself.</exception>
    public static new AuditCanaryEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var canary = new AuditCanaryEvent(
            json["origin"].Label(), json["provider"].Label(), json["key"].HexHash(), json["requests"].Integer(1, VerdictLetters.Most),
            json["commitment"].HexHash());
        statement.MustHaveSubject(canary.Provider, canary.Commitment);
        return canary;
    }

    public override byte[] ToBytes() => Statement.Write(Provider, Sha256Name, Commitment, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("provider", Provider);
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("requests", Requests);
        json.WriteString("commitment", Commitment.ToHex());
    });
}
