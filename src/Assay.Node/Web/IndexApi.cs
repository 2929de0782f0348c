using System.Text;
using System.Text.Json;
using Assay.Node.State;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>The verifiable index over HTTP: an epoch with its note, and the place where indexers bring their lines.</summary>
internal static class IndexApi
{
    private const int MaxNote = 64 * 1024;

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet("/v1/index", () => Show(node.Index.Newest ?? throw new NodeException(NodeFault.NotFound, "this log has no epoch yet")))
            .WithSummary("The newest epoch of the verifiable index").Produces<JsonElement>().Produces(404);
        app.MapGet("/v1/index/{size}", (ulong size) => Show(node.Index.At(size) ?? throw new NodeException(NodeFault.NotFound, $"this log has no epoch of {size} entries")))
            .WithSummary("The epoch of the first SIZE entries: facts, and its index note with all lines").Produces<JsonElement>().Produces(404);
        app.MapPost("/v1/index/cosignatures", (Func<HttpContext, Task<IResult>>)(http => AddAsync(node, http)))
            .WithSummary("An index note with the line of an indexer that this node's policy names")
            .Accepts<string>("text/plain").Produces<JsonElement>().Produces(400).Produces(403).Produces(404);
    }

    private static async Task<IResult> AddAsync(AssayNode node, HttpContext http)
    {
        using var body = new MemoryStream();
        var chunk = new byte[4096];
        for (int read; (read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0;)
        {
            body.Write(chunk, 0, read);
            if (body.Length > MaxNote)
                throw new NodeException(NodeFault.BadRequest, $"an index note has at most {MaxNote} bytes");
        }
        return Show(node.Index.Add(SignedNote.Parse(body.ToArray())));
    }

    private static IResult Show(IndexedEpoch epoch) => Results.Text(
        Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            var said = epoch.Epoch.Event;
            json.WriteStartObject();
            json.WriteString("origin", said.Origin);
            json.WriteNumber("size", said.Size);
            json.WriteString("root", said.Root.ToBase64());
            json.WriteNumber("keys", said.Keys);
            json.WriteString("index", said.Index.ToBase64());
            json.WriteNumber("entry", epoch.Epoch.Index);
            json.WriteString("note", epoch.Note.ToString());
            json.WriteStartArray("cosignedBy");
            foreach (var indexer in epoch.CosignedBy)
                json.WriteStringValue(indexer.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        })), "application/json");
}
