using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Audit.Auditing;

/// <summary>What an auditor keeps of one commitment of its own. A value; on the disk before the commitment leaves.</summary>
/// <param name="Answered">Whether the provider's node has answered a request to log it, whatever it answered.</param>
/// <param name="Taken">Whether it said that it had logged it: its log shows whether it did.</param>
/// <param name="EndSeen">When the auditor first saw the epoch's end cosigned, in Unix seconds by its own clock; null before.</param>
public sealed record AuditSecret(Hash KeyId, ulong Epoch, uint Rate, Hash Secret, bool Answered = false, bool Taken = false, ulong? EndSeen = null)
{
    private const string MediaType = "application/vnd.assay.audit-secret.v1+json";

    internal const int MaxSize = 4096;

    /// <exception cref="MalformedException">Not such a record.</exception>
    public static AuditSecret Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxSize), "secret");
        json.Only("mediaType", "key", "epoch", "rate", "secret", "answered", "taken", "endSeen")["mediaType"].MustBe(MediaType);
        return new AuditSecret(
            json["key"].HexHash(), json["epoch"].Integer(), (uint)json["rate"].Integer(1, AuditSeed.MaxRate), json["secret"].HexHash(),
            json["answered"].Boolean(), json["taken"].Boolean(), json.Optional("endSeen")?.Integer());
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("rate", Rate);
        json.WriteString("secret", Secret.ToHex());
        json.WriteBoolean("answered", Answered);
        json.WriteBoolean("taken", Taken);
        if (EndSeen is { } seen)
            json.WriteNumber("endSeen", seen);
        json.WriteEndObject();
    });
}
