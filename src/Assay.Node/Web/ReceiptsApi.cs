using System.Security.Cryptography;
using System.Text.Json;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Json;
using Assay.Verify.Reports;
using Assay.Verify.Verification;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>Receipts over HTTP: fetch the bundle, have a bundle checked.</summary>
internal static class ReceiptsApi
{
    /// <summary>Carries the base64 salt of the output, which only the caller was given: with it, the bundle comes with all that opens it.</summary>
    public const string DisclosureHeader = "Assay-Disclosure";

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet("/v1/receipts/{id}", (string id, HttpContext http) => Bundle(node, id, http))
            .WithSummary("The bundle of a receipt; 202 while its entry is not yet in the tree")
            .Produces<JsonElement>(200, Verify.Bundles.Bundle.MediaType)
            .Produces(202)
            .Produces(404);
        app.MapPost("/v1/receipts/verify", (Func<HttpContext, Task<IResult>>)(http => VerifyAsync(node, http)))
            .WithSummary("Check a bundle against this node's own policy; for anyone else's, use `assay verify --policy`")
            .Accepts<JsonElement>(Verify.Bundles.Bundle.MediaType, "application/json")
            .Produces<JsonElement>();
    }

    private static IResult Bundle(AssayNode node, string id, HttpContext http)
    {
        if (node.IsPending(id))
        {
            http.Response.Headers.RetryAfter = "1";
            return Results.Json(new { receipt = id, status = "promised, not yet in the tree" }, statusCode: StatusCodes.Status202Accepted);
        }
        if (node.Vault.Find(id) is not { } kept)
            throw new NodeException(NodeFault.NotFound, $"there is no receipt '{StrictJson.Shown(id)}' here");
        var disclose = Discloses(http.Request.Headers[DisclosureHeader].FirstOrDefault(), kept);
        return Results.Bytes(node.MakeBundle(kept, disclose).ToBytes(), Verify.Bundles.Bundle.MediaType, $"{id}.receipt.json");
    }

    private static bool Discloses(string? header, KeptReceipt kept)
    {
        if (header is null)
            return false;
        byte[] salt;
        try
        {
            salt = Base64.Read(header);
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, $"the header {DisclosureHeader} is not base64", e);
        }
        return CryptographicOperations.FixedTimeEquals(salt, Opening.Parse(kept.Opening).Output.Salt)
            ? true
            : throw new NodeException(NodeFault.Forbidden, $"the header {DisclosureHeader} is not the salt that was given with this receipt");
    }

    private static async Task<IResult> VerifyAsync(AssayNode node, HttpContext http)
    {
        var bundle = await RequestBody.ReadAsync(http.Request);
        return Results.Bytes(Verifier.Verify(bundle, NodePolicy.Read(node.Folder), proofs: node.Options.Proofs).ToJson(), "application/json");
    }
}
