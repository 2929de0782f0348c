using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>Says that somebody else has the root keys from here on: a track record does not go with them (docs/spec/accounts-fold.md section 1).</summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="Owner">Who it is, by the roots' own word.</param>
public sealed record OwnerEvent(string Origin, string Owner) : LogEvent
{
    public const string PredicateType = "urn:assay:owner:v1";

    /// <exception cref="MalformedException">Not a change of owner, or it contradicts itself.</exception>
    public static new OwnerEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var step = new OwnerEvent(json["origin"].Label(), json["owner"].Label());
        statement.MustHaveSubject(step.Origin, step.Id());
        return step;
    }

    public override byte[] ToBytes() => Statement.Write(Origin, Sha256Name, Id(), PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("owner", Owner);
    });

    // SHA-256("assay/owner/v1\n" || u64be(length) || owner in UTF-8).
    private Hash Id()
    {
        var owner = Encoding.UTF8.GetBytes(Owner);
        var sha = Sha256.Start();
        sha.Add("assay/owner/v1\n"u8);
        sha.Add((ulong)owner.Length);
        sha.Add(owner);
        return sha.Finish();
    }
}
