using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>How long a provider's epochs are, and how soon it opens what is drawn: of keys introduced after it (docs/spec/audits.md section 1).</summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="EpochRecords">Records of an epoch that nothing cuts short: 100 to 1,000,000.</param>
/// <param name="OpeningSeconds">60 to 604,800.</param>
public sealed record AuditTermsEvent(string Origin, ulong EpochRecords, ulong OpeningSeconds) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-terms:v1";

    /// <summary>Records of an epoch where no terms stand below the key's introduction.</summary>
    public const ulong DefaultEpochRecords = 1000;

    /// <exception cref="MalformedException">Not audit terms, or they contradict themselves.</exception>
    public static new AuditTermsEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var terms = new AuditTermsEvent(
            json["origin"].Label(), json["epochRecords"].Integer(100, 1_000_000), json["openingSeconds"].Integer(60, 604_800));
        statement.MustHaveSubject(terms.Origin, terms.Id());
        return terms;
    }

    public override byte[] ToBytes() => Statement.Write(Origin, Sha256Name, Id(), PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteNumber("epochRecords", EpochRecords);
        json.WriteNumber("openingSeconds", OpeningSeconds);
    });

    // SHA-256("assay/audit-terms/v1\n" || u64be(epochRecords) || u64be(openingSeconds)).
    private Hash Id()
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-terms/v1\n"u8);
        sha.Add(EpochRecords);
        sha.Add(OpeningSeconds);
        return sha.Finish();
    }
}
