using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

public enum KeyAction
{
    /// <summary>The key may sign its segment's receipts from the next entry to its lease's end.</summary>
    Introduce,

    /// <summary>A further lease.</summary>
    Renew,

    /// <summary>No entry after this one is the key's.</summary>
    Retire,

    /// <summary>Trust in the key ends at an index, which may lie in the past.</summary>
    Compromise,
}

/// <summary>What one serving key serves: one model under one profile, in one place.</summary>
/// <param name="Model">Model digest.</param>
/// <param name="Profile">The execution profile, as receipts name it.</param>
public sealed record Segment(string Service, Hash Model, string Profile, string Region);

/// <summary>A step in a serving key's life.</summary>
/// <param name="Origin">Of the log that this is an entry of: the event means nothing in another.</param>
/// <param name="Key">Of introduce: the key itself.</param>
/// <param name="Segment">Of introduce.</param>
/// <param name="Until">Of introduce and renew: the first index that the lease does not cover.</param>
/// <param name="From">Of compromise: the first index that is not trusted.</param>
public sealed record KeyEvent(
    string Origin, KeyAction Action, Hash KeyId, PublicKey? Key = null, Segment? Segment = null, ulong? Until = null, ulong? From = null)
    : LogEvent
{
    public const string PredicateType = "urn:assay:key:v1";

    private const string Subject = "key";

    public static KeyEvent Introduce(string origin, PublicKey key, Segment segment, ulong until) =>
        new(origin, KeyAction.Introduce, key.Id, key, segment, until);

    public static KeyEvent Renew(string origin, Hash keyId, ulong until) => new(origin, KeyAction.Renew, keyId, Until: until);

    public static KeyEvent Retire(string origin, Hash keyId) => new(origin, KeyAction.Retire, keyId);

    public static KeyEvent Compromise(string origin, Hash keyId, ulong from) => new(origin, KeyAction.Compromise, keyId, From: from);

    /// <exception cref="MalformedException">Not a key statement, or it contradicts itself.</exception>
    public static new KeyEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        if (statement.SubjectName != Subject)
            throw new MalformedException($"statement.subject[0].name: expected \"{Subject}\"");
        var json = statement.Predicate;
        var origin = json["origin"].Label();
        switch (json["action"].Text())
        {
            case "introduce":
                var key = json["key"].Decode(text => PublicKey.FromSubjectPublicKeyInfo(Base64.Read(text)), "a public key");
                json["algorithm"].MustBe(key.Algorithm.Name());
                if (key.Id != statement.Digest)
                    throw new MalformedException("statement.subject: expected the id of the key that is introduced");
                var segment = json["segment"];
                return Introduce(
                    origin,
                    key,
                    new Segment(
                        segment["service"].Label(), segment["model"].HexHash(), segment["profile"].Label(), segment["region"].Label()),
                    json["until"].Integer());
            case "renew":
                return Renew(origin, statement.Digest, json["until"].Integer());
            case "retire":
                return Retire(origin, statement.Digest);
            case "compromise":
                return Compromise(origin, statement.Digest, json["from"].Integer());
            default:
                throw json["action"].Wrong("introduce, renew, retire or compromise");
        }
    }

    public override byte[] ToBytes() => Statement.Write(Subject, Sha256Name, KeyId, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("action", Action.ToString().ToLowerInvariant());
        if (Key is not null)
        {
            json.WriteString("key", Base64.Write(Key.SubjectPublicKeyInfo));
            json.WriteString("algorithm", Key.Algorithm.Name());
        }
        if (Segment is not null)
        {
            json.WriteStartObject("segment");
            json.WriteString("service", Segment.Service);
            json.WriteString("model", Segment.Model.ToHex());
            json.WriteString("profile", Segment.Profile);
            json.WriteString("region", Segment.Region);
            json.WriteEndObject();
        }
        if (Until is { } until)
            json.WriteNumber("until", until);
        if (From is { } from)
            json.WriteNumber("from", from);
    });
}
