using Assay.Verify.Audits;
using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>An auditor's word that a provider did not log its commitment (docs/spec/audits.md section 2). In the auditor's log, by its log key.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Provider">Origin of the provider's log.</param>
public sealed record AuditRefusalEvent(string Origin, string Provider, Hash KeyId, ulong Epoch, uint Rate, Hash Commitment) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-refusal:v1";

    public override bool SignedByLogKey => true;

    /// <exception cref="MalformedException">Not a refusal, or it contradicts itself.</exception>
    public static new AuditRefusalEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var refusal = new AuditRefusalEvent(
            json["origin"].Label(), json["provider"].Label(), json["key"].HexHash(), json["epoch"].Integer(),
            (uint)json["rate"].Integer(1, AuditSeed.MaxRate), json["commitment"].HexHash());
        statement.MustHaveSubject(refusal.Provider, refusal.Commitment);
        return refusal;
    }

    public override byte[] ToBytes() => Statement.Write(Provider, Sha256Name, Commitment, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("provider", Provider);
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("rate", Rate);
        json.WriteString("commitment", Commitment.ToHex());
    });
}
