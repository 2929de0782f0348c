using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Providers;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>
/// Planted divergences: whoever pays auditors commits to records of a key of its own that it made to diverge, and opens the commitment
/// after they were audited (docs/spec/audits.md section 4).
/// </summary>
public static class Plants
{
    private const int MaxFile = 1 << 20;

    /// <summary>Runs the bundles again, keeps what the commitment stands for, and logs it.</summary>
    /// <param name="bundles">1 to 400, of one key; each must diverge.</param>
    /// <returns>Index of the commitment.</returns>
    /// <exception cref="AuditException">They are of several keys, or one does not diverge: nothing was logged.</exception>
    public static async Task<ulong> CommitAsync(
        IAuditorLog log, AuditorFolder folder, ModelShelf shelf, IReadOnlyList<Bundle> bundles, Action<ulong, ulong>? progress, CancellationToken cancel)
    {
        if (bundles.Count is 0 or > AuditPlantEvent.MostRecords)
            throw new AuditException($"{bundles.Count} records: a plant has 1 to {AuditPlantEvent.MostRecords}");
        var records = new SortedDictionary<ulong, PlantedRecord>();
        var (provider, keyId) = KeyOf(bundles[0]);
        foreach (var bundle in bundles)
        {
            if (KeyOf(bundle) != (provider, keyId))
                throw new AuditException("these records are of several keys: a plant is of one");
            var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
            var result = await new ReplayOracle(shelf).ReplayAsync(bundle, receipt, cancel);
            if (result.Status != ReplayStatus.Diverged)
                throw new AuditException($"record {receipt.Sequence} does not diverge here, but is {result.Status.ToString().ToLowerInvariant()}: {result.Detail}");
            using var bytes = new MemoryStream(bundle.ToBytes(), writable: false);
            records[receipt.Sequence] = new PlantedRecord(receipt.Sequence, folder.Bundles.Add(bytes).Digest);
            progress?.Invoke((ulong)records.Count, (ulong)bundles.Count);
        }
        var plant = new OpenedPlant(0, keyId, [.. records.Values], Hash.From(RandomNumberGenerator.GetBytes(Hash.Size)));
        var commitment = AuditPlantEvent.CommitTo(provider, keyId, plant.Records.AsSpan(), plant.Salt);
        // Under the commitment's name before it is logged: what cannot be opened would be in the log for nothing.
        folder.Write(NameOf(commitment), Write(provider, plant));
        return await log.AppendAsync(new AuditPlantEvent(log.Origin, provider, commitment), cancel);
    }

    /// <summary>Publishes the bundles of a plant and logs what its commitment stood for.</summary>
    /// <param name="commit">Index of the commitment in this log.</param>
    /// <returns>Index of the entry that opens it.</returns>
    /// <exception cref="AuditException">There is no such commitment of ours, or it is open already.</exception>
    public static Task<ulong> OpenAsync(IAuditorLog log, AuditorFolder folder, PublishedEvidence evidence, ulong commit, CancellationToken cancel)
    {
        if (log.Events().FirstOrDefault(e => e.Index == commit).Event is not AuditPlantEvent { Opened: null } committed
            || folder.Read(NameOf(committed.Commitment), MaxFile, Parse) is not { } kept)
            throw new AuditException($"entry {commit} is no commitment to a plant, or what it stands for is not kept here");
        foreach (var record in kept.Plant.Records)
            evidence.Publish(record.Evidence, folder.Bundles.Read(record.Evidence));
        return log.AppendAsync(AuditPlantEvent.Open(log.Origin, kept.Provider, kept.Plant with { Commit = commit }), cancel);
    }

    private static (string Provider, Hash KeyId) KeyOf(Bundle bundle) => (Verify.Notes.Checkpoint.Parse(bundle.LogProof.Note.Text).Origin, bundle.Envelope.KeyId);

    private static string NameOf(in Hash commitment) => $"plants/{commitment.ToHex()}.json";

    private sealed record Kept(string Provider, OpenedPlant Plant);

    private static byte[] Write(string provider, OpenedPlant plant) => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("provider", provider);
        json.WriteString("key", plant.KeyId.ToHex());
        json.WriteString("salt", plant.Salt.ToHex());
        json.WriteStartArray("records");
        foreach (var record in plant.Records)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", record.Sequence);
            json.WriteString("evidence", record.Evidence.ToHex());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Kept Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxFile), "plant").Only("provider", "key", "salt", "records");
        ImmutableArray<PlantedRecord> records =
            [.. json["records"].Items(AuditPlantEvent.MostRecords).Select(r => new PlantedRecord(r["sequence"].Integer(), r["evidence"].HexHash()))];
        return new Kept(json["provider"].Label(), new OpenedPlant(0, json["key"].HexHash(), records, json["salt"].HexHash()));
    }
}
