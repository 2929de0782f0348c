using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>
/// The log's word on what its first entries say of every serving key: the head of the verifiable index (docs/spec/receipt.md,
/// Epochs). Signed by the log key.
/// </summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="Size">So many entries are indexed; none of them is this one.</param>
/// <param name="Root">The log's tree head at that size.</param>
/// <param name="Keys">Leaves of the index: serving keys introduced below the size.</param>
/// <param name="Index">Head of the index.</param>
public sealed record EpochEvent(string Origin, ulong Size, Hash Root, ulong Keys, Hash Index) : LogEvent
{
    public const string PredicateType = "urn:assay:epoch:v1";

    public override bool SignedByLogKey => true;

    /// <exception cref="MalformedException">Not an epoch statement, or it contradicts itself.</exception>
    public static new EpochEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var epoch = new EpochEvent(
            json["origin"].Label(), json["size"].Integer(), json["root"].Base64Hash(), json["keys"].Integer(), json["index"].Base64Hash());
        return statement.SubjectName == epoch.Origin && statement.Digest == epoch.Index
            ? epoch
            : throw new MalformedException("statement.subject: expected the origin and the head of the index");
    }

    public override byte[] ToBytes() => Statement.Write(Origin, Sha256Name, Index, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteNumber("size", Size);
        json.WriteString("root", Root.ToBase64());
        json.WriteNumber("keys", Keys);
        json.WriteString("index", Index.ToBase64());
    });
}
