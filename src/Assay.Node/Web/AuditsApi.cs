using System.Text;
using System.Text.Json;
using Assay.Node.Audits;
using Assay.Verify.Audits;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Statements;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>What auditors ask of a provider's node (docs/spec/audits.md section 3). No API key: every request proves itself.</summary>
internal static class AuditsApi
{
    public const string Lines = "application/x-ndjson";

    private const string Path = "/v1/audits";
    private const int MaxSeed = 8 * 1024;

    // Whoever sends nothing keeps one of few turns that long.
    private static readonly TimeSpan BodyWithin = TimeSpan.FromSeconds(10);

    public static bool Owns(PathString path) => path.StartsWithSegments(Path, StringComparison.Ordinal);

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapPost(Path + "/seeds", (Func<HttpContext, Task<IResult>>)(http => CommitAsync(node, http)))
            .WithSummary("Log an auditor's commitment to the secret that will draw from an epoch; answers its index")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces(400).Produces(403).Produces(409);
        app.MapPost(Path + "/secrets", (Func<HttpContext, Task<IResult>>)(http => ShowSecretAsync(node, http)))
            .WithSummary("Show the secret of a commitment after the epoch's end is cosigned")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces(400).Produces(409);
        app.MapGet(Path + "/secrets", (string key, ulong epoch) => Secrets(node, key, epoch))
            .WithSummary("The secrets shown so far for an epoch of a serving key").Produces<JsonElement>();
        app.MapPost(Path + "/openings", (Func<HttpContext, Task>)(http => OpenAsync(node, http)))
            .WithSummary("Drawn records, opened for the auditor that drew them: one line of JSON each")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>(200, Lines).Produces(400).Produces(403).Produces(409).Produces(503);
    }

    private static async Task<IResult> CommitAsync(AssayNode node, HttpContext http)
    {
        var seed = AuditSeedEvent.ParseRequest(await RequestBody.ReadWithinAsync(http.Request, MaxSeed, BodyWithin), node.Origin);
        return Index(await node.Audits.CommitAsync(seed));
    }

    private static async Task<IResult> ShowSecretAsync(AssayNode node, HttpContext http) =>
        Index(node.Audits.Keep(SecretRequest.Parse(await RequestBody.ReadWithinAsync(http.Request, SecretRequest.MaxSize, BodyWithin))));

    private static IResult Index(ulong index) => Json(json => json.WriteNumber("index", index));

    private static IResult Secrets(AssayNode node, string key, ulong epoch)
    {
        var keyId = Hash.FromHex(key);
        if (epoch > StrictJson.MaxInteger)
            throw new NodeException(NodeFault.BadRequest, $"epoch: expected at most {StrictJson.MaxInteger}");
        return Json(json =>
        {
            json.WriteStartArray("secrets");
            foreach (var (index, secret) in node.Audits.SecretsOf(keyId, epoch))
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteString("secret", secret.ToHex());
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static IResult Json(Action<Utf8JsonWriter> members) => Results.Bytes(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    }), "application/json");

    private static async Task OpenAsync(AssayNode node, HttpContext http)
    {
        var body = await RequestBody.ReadWithinAsync(http.Request, OpeningRequest.MaxSize, BodyWithin);
        IEnumerator<OpenedRecord> records;
        bool more;
        try
        {
            records = node.Audits.Open(OpeningRequest.Parse(body)).GetEnumerator();
            // With the first record, so that what stands against all of them still has its status.
            more = records.MoveNext();
        }
        catch (NodeException e) when (e.Fault == NodeFault.Unavailable)
        {
            http.Response.Headers.RetryAfter = "1";
            throw;
        }
        using (records)
        {
            http.Response.ContentType = Lines;
            for (; more; more = records.MoveNext())
            {
                await http.Response.Body.WriteAsync(LineOf(records.Current), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
    }

    private static byte[] LineOf(OpenedRecord record) =>
    [
        .. StrictJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("position", record.Position);
            json.WriteNumber("sequence", record.Sequence);
            switch (record.As)
            {
                case OpenedAs.Bundle:
                    json.WritePropertyName("bundle");
                    json.WriteRawValue(record.Bytes, skipInputValidation: true);
                    break;
                case OpenedAs.Envelope:
                    json.WriteString("envelope", Base64.Write(record.Bytes));
                    break;
                default:
                    json.WriteString("gone", Encoding.UTF8.GetString(record.Bytes));
                    break;
            }
            json.WriteEndObject();
        }), (byte)'\n',
    ];
}
