using System.Text;
using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Audit.Auditing;

/// <summary>One request as an ordinary caller makes it.</summary>
/// <param name="Path">Below the node's address, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Body">JSON, as it is sent.</param>
public sealed record CanaryRequest(string Path, byte[] Body)
{
    /// <summary>The model that it names.</summary>
    public required string Model { get; init; }
}

/// <summary>An auditor's own requests: a file of JSON lines, each {<c>path</c>, <c>body</c>} (docs/spec/audits.md section 5).</summary>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Model">The one that all of them ask.</param>
public sealed record CanaryRequests(Hash Digest, IReadOnlyList<CanaryRequest> Items, string Model)
{
    /// <summary>Of the file, in bytes.</summary>
    public const int MaxSize = 256 << 20;

    private const string Infer = "/infer";
    private const string Models = "/v2/models/";

    private static readonly string[] Completions = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    /// <exception cref="MalformedException">Not such a file: the message says which line, and why.</exception>
    public static CanaryRequests Parse(ReadOnlySpan<byte> bytes)
    {
        var items = new List<CanaryRequest>();
        var rest = bytes;
        var number = 0;
        while (!rest.IsEmpty)
        {
            number++;
            var end = rest.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.IsEmpty)
                continue;
            if (items.Count == VerdictLetters.Most)
                throw new MalformedException($"more than {VerdictLetters.Most} requests");
            items.Add(Read(line, number));
        }
        if (items.Count == 0)
            throw new MalformedException("no request");
        var models = items.Select(i => i.Model).Distinct(StringComparer.Ordinal).ToArray();
        return models is [var only]
            ? new CanaryRequests(Sha256.Of(bytes), items, only)
            : throw new MalformedException($"requests to {models.Length} models, such as '{StrictJson.Shown(models[0])}' and '{StrictJson.Shown(models[1])}': a commitment is for one");
    }

    /// <summary>SHA-256(<c>"assay/audit-canary/v1\n"</c> || salt || digest of the requests).</summary>
    public Hash CommitTo(in Hash salt)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-canary/v1\n"u8);
        sha.Add(salt.Bytes);
        sha.Add(Digest.Bytes);
        return sha.Finish();
    }

    // Numbers of these bodies need not be whole: they are another's format.
    private static CanaryRequest Read(ReadOnlySpan<byte> line, int number)
    {
        MalformedException Wrong(string what) => new($"line {number}: {what}");
        try
        {
            using var json = JsonDocument.Parse(line.ToArray());
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("path", out var path) || !json.RootElement.TryGetProperty("body", out var body)
                || path.ValueKind != JsonValueKind.String || body.ValueKind != JsonValueKind.Object || json.RootElement.EnumerateObject().Count() != 2)
                throw Wrong("expected an object with the members path and body");
            var at = path.GetString()!;
            if (body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True)
                throw Wrong("an answer that is streamed cannot be a canary: leave out stream");
            return new CanaryRequest(at, Encoding.UTF8.GetBytes(body.GetRawText())) { Model = ModelOf(at, body) ?? throw Wrong($"expected the path {string.Join(", ", Completions)} with a model in the body, or {Models}NAME{Infer}") };
        }
        catch (JsonException e)
        {
            throw Wrong($"not JSON: {e.Message}");
        }
    }

    private static string? ModelOf(string path, JsonElement body)
    {
        if (Completions.Contains(path, StringComparer.Ordinal))
            return body.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString() : null;
        if (!path.StartsWith(Models, StringComparison.Ordinal) || !path.EndsWith(Infer, StringComparison.Ordinal) || path.Length <= Models.Length + Infer.Length)
            return null;
        var name = path[Models.Length..^Infer.Length];
        return name.Split('/') switch
        {
            [var only] => only,
            [var model, "versions", var version] => $"{model}@{version}",
            _ => null,
        };
    }
}
