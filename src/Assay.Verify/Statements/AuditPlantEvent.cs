using System.Collections.Immutable;
using Assay.Verify.Crypto;

namespace Assay.Verify.Statements;

/// <summary>A record that was made to diverge, to see which auditors find it.</summary>
/// <param name="Evidence">SHA-256 of its bundle, which is published when the plant is opened.</param>
public readonly record struct PlantedRecord(ulong Sequence, Hash Evidence);

/// <summary>
/// Somebody commits to planted divergences, and opens the commitment later (docs/spec/audits.md section 4). In any log, by its log key.
/// </summary>
/// <param name="Origin">Of the log that this is an entry of.</param>
/// <param name="Provider">Origin of the log that holds the records.</param>
/// <param name="Commitment"><see cref="CommitTo"/>.</param>
/// <param name="Opened">What was committed to; null where this event commits.</param>
public sealed record AuditPlantEvent(string Origin, string Provider, Hash Commitment, OpenedPlant? Opened = null) : LogEvent
{
    public const string PredicateType = "urn:assay:audit-plant:v1";

    public const int MostRecords = 400;

    public override bool SignedByLogKey => true;

    public bool Equals(AuditPlantEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => Commitment.GetHashCode();

    public static AuditPlantEvent Open(string origin, string provider, OpenedPlant plant) =>
        new(origin, provider, CommitTo(provider, plant.KeyId, plant.Records.AsSpan(), plant.Salt), plant);

    /// <summary>
    /// SHA-256(<c>"assay/audit-plant/v1\n"</c> || salt || u64be(length) || provider || key id || u64be(count) || for each record u64be(sequence) || evidence).
    /// </summary>
    /// <param name="salt">32 random bytes.</param>
    public static Hash CommitTo(string provider, in Hash keyId, ReadOnlySpan<PlantedRecord> records, in Hash salt)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-plant/v1\n"u8);
        sha.Add(salt.Bytes);
        sha.Add(provider);
        sha.Add(keyId.Bytes);
        sha.Add((ulong)records.Length);
        foreach (ref readonly var record in records)
        {
            sha.Add(record.Sequence);
            sha.Add(record.Evidence.Bytes);
        }
        return sha.Finish();
    }

    /// <exception cref="MalformedException">Not a plant, or it contradicts itself.</exception>
    public static new AuditPlantEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var (origin, provider) = (json["origin"].Label(), json["provider"].Label());
        AuditPlantEvent plant;
        switch (json["action"].Text())
        {
            case "commit":
                plant = new AuditPlantEvent(origin, provider, json["commitment"].HexHash());
                break;
            case "open":
                ImmutableArray<PlantedRecord> records =
                    [.. json["records"].Items(MostRecords).Select(r => new PlantedRecord(r["sequence"].Integer(), r["evidence"].HexHash()))];
                for (var i = 1; i < records.Length; i++)
                    if (records[i].Sequence <= records[i - 1].Sequence)
                        throw json["records"].Wrong("ascending sequences");
                if (records.IsEmpty)
                    throw json["records"].Wrong($"1 to {MostRecords} records");
                plant = Open(origin, provider, new OpenedPlant(json["commit"].Integer(), json["key"].HexHash(), records, json["salt"].HexHash()));
                break;
            default:
                throw json["action"].Wrong("commit or open");
        }
        statement.MustHaveSubject(provider, plant.Commitment);
        return plant;
    }

    public override byte[] ToBytes() => Statement.Write(Provider, Sha256Name, Commitment, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("provider", Provider);
        json.WriteString("action", Opened is null ? "commit" : "open");
        if (Opened is null)
        {
            json.WriteString("commitment", Commitment.ToHex());
            return;
        }
        json.WriteNumber("commit", Opened.Commit);
        json.WriteString("key", Opened.KeyId.ToHex());
        json.WriteStartArray("records");
        foreach (var record in Opened.Records)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", record.Sequence);
            json.WriteString("evidence", record.Evidence.ToHex());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("salt", Opened.Salt.ToHex());
    });
}

/// <summary>What a plant's commitment stands for.</summary>
/// <param name="Commit">Index of the commitment in the same log.</param>
/// <param name="KeyId">The planter's serving key.</param>
/// <param name="Records">1 to 400, in ascending order of sequence.</param>
public sealed record OpenedPlant(ulong Commit, Hash KeyId, ImmutableArray<PlantedRecord> Records, Hash Salt);
