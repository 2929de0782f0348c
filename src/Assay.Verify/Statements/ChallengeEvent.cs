using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>A record that diverges, filed by whoever holds its bundle (docs/spec/audits.md section 5). In an auditor's log, by its log key; the auditor has replayed it.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Provider">Origin of the provider's log.</param>
/// <param name="KeyId">The serving key.</param>
/// <param name="Sequence">The record's.</param>
/// <param name="Evidence">SHA-256 of the bundle, which is published.</param>
/// <param name="At">The first token or tensor element that differs.</param>
public sealed record ChallengeEvent(string Origin, string Provider, Hash KeyId, ulong Sequence, Hash Evidence, ulong At) : LogEvent
{
    public const string PredicateType = "urn:assay:challenge:v1";

    public override bool SignedByLogKey => true;

    /// <exception cref="MalformedException">Not a challenge, or it contradicts itself.</exception>
    public static new ChallengeEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var challenge = new ChallengeEvent(
            json["origin"].Label(), json["provider"].Label(), json["key"].HexHash(), json["sequence"].Integer(), json["evidence"].HexHash(),
            json["at"].Integer());
        statement.MustHaveSubject(challenge.Provider, challenge.Evidence);
        return challenge;
    }

    public override byte[] ToBytes() => Statement.Write(Provider, Sha256Name, Evidence, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("provider", Provider);
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("sequence", Sequence);
        json.WriteString("evidence", Evidence.ToHex());
        json.WriteNumber("at", At);
    });
}
