using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Audits;

/// <summary>What an auditor sends to show its secret once the epoch has ended (docs/spec/audits.md section 3). The commitment that it opens says whose it is.</summary>
/// <param name="KeyId">The serving key.</param>
/// <param name="Epoch">Number of its epoch.</param>
public sealed record SecretRequest(Hash KeyId, ulong Epoch, Hash Secret)
{
    /// <summary>Of the JSON text, in bytes.</summary>
    public const int MaxSize = 1024;

    /// <exception cref="MalformedException">Not such a request.</exception>
    public static SecretRequest Parse(ReadOnlySpan<byte> body)
    {
        var json = JsonAt.Root(StrictJson.Parse(body, MaxSize), "request").Only("key", "epoch", "secret");
        return new SecretRequest(json["key"].HexHash(), json["epoch"].Integer(), json["secret"].HexHash());
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("key", KeyId.ToHex());
        json.WriteNumber("epoch", Epoch);
        json.WriteString("secret", Secret.ToHex());
        json.WriteEndObject();
    });
}
