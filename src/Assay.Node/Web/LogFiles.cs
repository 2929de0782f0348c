using Assay.Audit.Auditing;
using Assay.Log.Tiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>The log as static files (c2sp.org/tlog-tiles): any web server could serve the same folder.</summary>
internal static class LogFiles
{
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    private const string Immutable = "public, max-age=31536000, immutable";

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        var root = Path.Combine(node.Folder.Log, "public");
        app.MapMethods("/log/checkpoint", Reads, (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(node.Shown.Note, "text/plain; charset=utf-8");
        }).WithSummary("The newest checkpoint, with the cosignatures of a quorum where the log has witnesses (c2sp.org/tlog-checkpoint)").Produces<string>(200, "text/plain");
        app.MapMethods("/log/tile/{**path}", Reads, (string path, HttpContext http) =>
        {
            // Only what is spelled as a tile is looked for on the disk.
            if (!TilePath.TryParse("tile/" + path, out var tile) || Path.Combine(root, tile.ToString()) is var file && !File.Exists(file))
                return Results.NotFound();
            http.Response.Headers.CacheControl = Immutable;
            return Results.File(file, "application/octet-stream");
        }).WithSummary("Hash tiles and entry bundles (c2sp.org/tlog-tiles)").Produces<byte[]>(200, "application/octet-stream");
        app.MapMethods("/log/evidence/{name}", Reads, (string name, HttpContext http) =>
        {
            if (!PublishedEvidence.IsName(name) || Path.Combine(root, PublishedEvidence.Folder, name) is var file && !File.Exists(file))
                return Results.NotFound();
            http.Response.Headers.CacheControl = Immutable;
            return Results.File(file, Verify.Bundles.Bundle.MediaType);
        }).WithSummary("Bundles of records that diverge, as this log's verdicts name them (docs/spec/audits.md)").Produces<byte[]>(200, Verify.Bundles.Bundle.MediaType).Produces(404);
    }
}
