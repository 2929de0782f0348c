using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Statements;

/// <summary>An auditor: its log, and the key that signs there.</summary>
public sealed record AuditorId(string Origin, PublicKey LogKey)
{
    internal static AuditorId Read(JsonAt json)
    {
        var key = json["key"].Decode(text => PublicKey.FromSubjectPublicKeyInfo(Base64.Read(text)), "a public key");
        return key.Algorithm == KeyAlgorithm.Ed25519
            ? new AuditorId(json["origin"].Label(), key)
            : throw json["key"].Wrong("an Ed25519 key, as every log key is");
    }

    internal void Write(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteStartObject("auditor");
        json.WriteString("origin", Origin);
        json.WriteString("key", Base64.Write(LogKey.SubjectPublicKeyInfo));
        json.WriteEndObject();
    }
}
