using Assay.Verify.Codecs;
using Assay.Verify.Notes;

namespace Assay.Verify.Statements;

/// <summary>Entry 0 of a log: who may speak in it, and under which limits.</summary>
/// <param name="Origin">The log's name, the first line of its checkpoints.</param>
/// <param name="Roots">They sign every event but epochs.</param>
/// <param name="LogKey">Signs checkpoints, promises and epochs; its name is the origin.</param>
/// <param name="MaxLease">The most entries that one introduce or renew event may let a key sign.</param>
/// <param name="PromiseSeconds">The longest time from a promise to the checkpoint that keeps it.</param>
/// <param name="Node">The operator's name for itself.</param>
public sealed record GenesisEvent(
    string Origin, RootSet Roots, VerifierKey LogKey, ulong MaxLease, ulong PromiseSeconds, string Node, DateTimeOffset CreatedAt)
    : LogEvent
{
    public const string PredicateType = "urn:assay:genesis:v1";

    /// <exception cref="MalformedException">Not a genesis statement, or it contradicts itself.</exception>
    public static new GenesisEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var genesis = new GenesisEvent(
            json["origin"].Label(),
            RootSet.Read(json["rootKeys"], json["threshold"]),
            json["logKey"].Decode(VerifierKey.Parse, "a verifier key"),
            json["maxLease"].Integer(),
            json["promiseSeconds"].Integer(),
            json["node"].Label(),
            Instant.Read(json["createdAt"]));
        if (statement.SubjectName != genesis.Origin || statement.Digest != genesis.Roots.Id)
            throw new MalformedException("statement.subject: expected the origin and the root set id");
        if (genesis.LogKey.Name != genesis.Origin || genesis.LogKey.Type != NoteSignatureType.Ed25519)
            throw json["logKey"].Wrong("a key of type 1 whose name is the origin");
        return genesis;
    }

    public override byte[] ToBytes() => Statement.Write(Origin, Sha256Name, Roots.Id, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteStartArray("rootKeys");
        foreach (var key in Roots.Keys)
            json.WriteStringValue(Base64.Write(key.SubjectPublicKeyInfo));
        json.WriteEndArray();
        json.WriteNumber("threshold", Roots.Threshold);
        json.WriteString("logKey", LogKey.ToString());
        json.WriteNumber("maxLease", MaxLease);
        json.WriteNumber("promiseSeconds", PromiseSeconds);
        json.WriteString("node", Node);
        json.WriteString("createdAt", Instant.Write(CreatedAt));
    });
}
