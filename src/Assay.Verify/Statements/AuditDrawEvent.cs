using System.Collections.Immutable;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>An auditor reveals its secret and with it what it drew from an ended epoch (docs/spec/audits.md section 2). In the auditor's log, by its log key.</summary>
/// <param name="Origin">The auditor's log, which this is an entry of.</param>
/// <param name="Provider">Origin of the provider's log.</param>
/// <param name="KeyId">The serving key.</param>
/// <param name="Epoch">The epoch, which has ended.</param>
/// <param name="Root">The provider's tree head at the epoch's size.</param>
/// <param name="Own">Index of this auditor's commitment in the provider's log: one of <paramref name="Seeds"/>.</param>
/// <param name="Rate">That of its commitment, in millionths.</param>
/// <param name="Seeds">Secrets that draw, 1 to 64, in ascending order of index.</param>
/// <param name="Missing">Indexes of commitments that count, whose secrets this auditor says not to have; ascending.</param>
/// <param name="Drawn">How many records are drawn.</param>
public sealed record AuditDrawEvent(
    string Origin, string Provider, Hash KeyId, KeyEpoch Epoch, Hash Root, ulong Own, uint Rate, ImmutableArray<RevealedSeed> Seeds,
    ImmutableArray<ulong> Missing, ulong Drawn) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-draw:v1";

    public bool Equals(AuditDrawEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => Root.GetHashCode();

    public override bool SignedByLogKey => true;

    /// <summary>What the lots are drawn from.</summary>
    public Hash Seed => AuditDraw.Seed(KeyId, Epoch.Number, Root, Seeds.AsSpan());

    /// <summary>Sequences of the drawn records in the order of the draw: one hash for each record of the epoch.</summary>
    public ulong[] Order() => AuditDraw.Order(Seed, Epoch.First, Epoch.Records, Rate);

    /// <exception cref="MalformedException">Not a draw, or it contradicts itself.</exception>
    public static new AuditDrawEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var epoch = new KeyEpoch(
            json["epoch"].Integer(), json["first"].Integer(), json["records"].Integer(1, AuditDraw.MaxRecords), json["size"].Integer(1));
        var draw = new AuditDrawEvent(
            json["origin"].Label(), json["provider"].Label(), json["key"].HexHash(), epoch, json["root"].Base64Hash(), json["own"].Integer(),
            (uint)json["rate"].Integer(1, AuditSeed.MaxRate), [.. json["seeds"].Items(AuditSeed.MaxPerEpoch).Select(ReadSeed)],
            [.. json["missing"].Items(AuditSeed.MaxPerEpoch).Select(i => i.Integer())], json["drawn"].Integer(0, epoch.Records));
        draw.CheckSeeds(json);
        statement.MustHaveSubject(draw.Provider, draw.Seed);
        return draw;
    }

    public override byte[] ToBytes() => Statement.Write(Provider, Sha256Name, Seed, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("provider", Provider);
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("epoch", Epoch.Number);
        json.WriteNumber("first", Epoch.First);
        json.WriteNumber("records", Epoch.Records);
        json.WriteNumber("size", Epoch.Size);
        json.WriteString("root", Root.ToBase64());
        json.WriteNumber("own", Own);
        json.WriteNumber("rate", Rate);
        json.WriteStartArray("seeds");
        foreach (var seed in Seeds)
        {
            json.WriteStartObject();
            json.WriteNumber("index", seed.Index);
            json.WriteString("secret", seed.Secret.ToHex());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("missing");
        foreach (var index in Missing)
            json.WriteNumberValue(index);
        json.WriteEndArray();
        json.WriteNumber("drawn", Drawn);
    });

    private static RevealedSeed ReadSeed(JsonAt json) => new(json["index"].Integer(), json["secret"].HexHash());

    private void CheckSeeds(JsonAt json)
    {
        for (var i = 1; i < Seeds.Length; i++)
            if (Seeds[i].Index <= Seeds[i - 1].Index)
                throw json["seeds"].Wrong("ascending indexes");
        for (var i = 1; i < Missing.Length; i++)
            if (Missing[i] <= Missing[i - 1])
                throw json["missing"].Wrong("ascending indexes");
        if (!Seeds.Any(s => s.Index == Own))
            throw json["own"].Wrong("the index of one of the seeds");
        if (Seeds.Length + Missing.Length > AuditSeed.MaxPerEpoch || Seeds.Any(s => Missing.Contains(s.Index)))
            throw json["missing"].Wrong($"indexes that are not among the seeds, and at most {AuditSeed.MaxPerEpoch} of both");
        if (Seeds[^1].Index >= Epoch.Size || !Missing.IsEmpty && Missing[^1] >= Epoch.Size)
            throw json["size"].Wrong("an epoch's size above every commitment");
    }
}
