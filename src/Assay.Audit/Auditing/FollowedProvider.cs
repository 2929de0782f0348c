using System.Text;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Audit.Auditing;

/// <summary>A provider that is audited, and how.</summary>
/// <param name="Url">Of its node; the log lies below it at <c>/log</c>.</param>
/// <param name="Policy">A tlog-policy with one log, this one, and the witnesses that a checkpoint must have.</param>
/// <param name="Rate">Share of the records to draw, in millionths: 1 to 1,000,000.</param>
/// <param name="ApiKeyFile">A file with the key that its node asks for, or null.</param>
public sealed record FollowedProvider(Uri Url, string Policy, uint Rate, string? ApiKeyFile = null)
{
    public const int MaxSize = 1 << 20;

    private const string MediaType = "application/vnd.assay.audited-provider.v1+json";

    /// <summary>The log key; its name is the log's origin.</summary>
    public VerifierKey LogKey { get; } = LogKeyOf(Policy);

    public string Origin => LogKey.Name;

    /// <summary>A name for files: 16 hexadecimal digits.</summary>
    public string Id => IdOf(Origin);

    public static string IdOf(string origin) => Sha256.Of(Encoding.UTF8.GetBytes(origin)).ToHex()[..16];

    /// <exception cref="MalformedException">Not such a record.</exception>
    public static FollowedProvider Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxSize), "provider");
        json.Only("mediaType", "url", "policy", "rate", "apiKeyFile")["mediaType"].MustBe(MediaType);
        if (!Uri.TryCreate(json["url"].Label(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw json["url"].Wrong("an address that begins with http:// or https://");
        return new FollowedProvider(url, json["policy"].Text(), (uint)json["rate"].Integer(1, AuditSeed.MaxRate), json.Optional("apiKeyFile")?.Label());
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("url", Url.ToString());
        json.WriteString("policy", Policy);
        json.WriteNumber("rate", Rate);
        if (ApiKeyFile is not null)
            json.WriteString("apiKeyFile", ApiKeyFile);
        json.WriteEndObject();
    });

    /// <summary>The policy as it is applied.</summary>
    public TlogPolicy ReadPolicy() => TlogPolicy.Parse(Encoding.UTF8.GetBytes(Policy));

    private static VerifierKey LogKeyOf(string policy) => TlogPolicy.Parse(Encoding.UTF8.GetBytes(policy)).Logs is [var only]
        ? only
        : throw new MalformedException("provider.policy: expected a tlog-policy with exactly one log");
}
