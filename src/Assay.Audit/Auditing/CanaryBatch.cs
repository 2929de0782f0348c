using System.Globalization;
using System.Security.Cryptography;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Audit.Auditing;

/// <summary>What became of one canary.</summary>
internal enum CanaryState
{
    /// <summary>An answer came; its bundle is to be had.</summary>
    Answered,

    /// <summary>Its bundle is kept.</summary>
    Kept,

    /// <summary>The node answered with something else.</summary>
    Failed,
}

/// <param name="Receipt">Id of the answer's receipt; empty where there is none.</param>
/// <param name="Salt">Of the output, in base64: it opens the bundle.</param>
/// <param name="Bundle">Digest of the bundle, where it is kept.</param>
internal sealed record CanaryOutcome(CanaryState State, string Receipt = "", string Salt = "", Hash Bundle = default)
{
    public const int MaxSize = 4096;

    public static CanaryOutcome Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxSize), "canary").Only("state", "receipt", "salt", "bundle");
        return Enum.TryParse<CanaryState>(json["state"].Text(), out var state) && Enum.IsDefined(state)
            ? new CanaryOutcome(state, json["receipt"].Text(), json["salt"].Text(), json["bundle"].HexHash())
            : throw json["state"].Wrong("a state of a canary");
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("state", State.ToString());
        json.WriteString("receipt", Receipt);
        json.WriteString("salt", Salt);
        json.WriteString("bundle", Bundle.ToHex());
        json.WriteEndObject();
    });
}

/// <summary>Requests that an auditor has committed to, in its folder under the commitment's first 16 digits.</summary>
/// <param name="KeyId">The serving key that is to answer.</param>
internal sealed record CanaryBatch(string Provider, Hash KeyId, Hash Salt, CanaryRequests Requests)
{
    private const int MaxHead = 4096;

    public Hash Commitment => Requests.CommitTo(Salt);

    private string Folder => $"canaries/{Commitment.ToHex()[..16]}";

    /// <summary>A batch with a new salt, durable when this returns.</summary>
    public static CanaryBatch Begin(AuditorFolder folder, string provider, in Hash keyId, byte[] requests)
    {
        var batch = new CanaryBatch(provider, keyId, Hash.From(RandomNumberGenerator.GetBytes(Hash.Size)), CanaryRequests.Parse(requests));
        folder.Write($"{batch.Folder}/requests", requests);
        // Last: a batch without its head is none.
        folder.Write($"{batch.Folder}/batch.json", StrictJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("provider", batch.Provider);
            json.WriteString("key", batch.KeyId.ToHex());
            json.WriteString("salt", batch.Salt.ToHex());
            json.WriteEndObject();
        }));
        return batch;
    }

    /// <summary>All batches that there are, by name.</summary>
    public static IEnumerable<CanaryBatch> All(AuditorFolder folder)
    {
        foreach (var name in folder.List("canaries"))
            if (folder.Read($"canaries/{name}/batch.json", MaxHead, ParseHead) is { } head)
                yield return new CanaryBatch(head.Provider, head.KeyId, head.Salt, folder.Read($"canaries/{name}/requests", CanaryRequests.MaxSize, CanaryRequests.Parse)
                    ?? throw new AuditException($"the requests of the canaries {name} are missing: put them back from a backup"));
    }

    public CanaryOutcome? Outcome(AuditorFolder folder, int request) => folder.Read(NameOf(request), CanaryOutcome.MaxSize, CanaryOutcome.Parse);

    public void Keep(AuditorFolder folder, int request, CanaryOutcome outcome) => folder.Write(NameOf(request), outcome.ToBytes());

    private string NameOf(int request) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{request}");

    private sealed record Head(string Provider, Hash KeyId, Hash Salt);

    private static Head ParseHead(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxHead), "batch").Only("provider", "key", "salt");
        return new Head(json["provider"].Label(), json["key"].HexHash(), json["salt"].HexHash());
    }
}
