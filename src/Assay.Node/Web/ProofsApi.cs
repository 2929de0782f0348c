using System.Text.Json;
using Assay.Node.Proofs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>Proofs of receipts over HTTP: asked for, looked after, given up. What is made comes with the receipt's bundle.</summary>
internal static class ProofsApi
{
    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        const string path = "/v1/receipts/{id}/proof";
        app.MapPost(path, (string id) => Answer(id, node.AskForProof(id)))
            .WithSummary("Ask for a proof of a receipt whose model was committed; it is made in the background. Proofs tell the model's weights, each a part")
            .Produces<JsonElement>(200)
            .Produces<JsonElement>(202);
        app.MapGet(path, (string id) => Answer(id, node.ProofOf(id)))
            .WithSummary("How far a receipt's proof is: none, waiting, proving, ready, failed or lost")
            .Produces<JsonElement>();
        app.MapDelete(path, (string id) =>
        {
            node.ProofOf(id);
            return Answer(id, node.Proofs.Cancel(id));
        })
            .WithSummary("Give up a proof that waits or is being made")
            .Produces<JsonElement>();
    }

    private static IResult Answer(string id, ProofState state) => Results.Json(
        new
        {
            receipt = id, state = state.Stage.ToString().ToLowerInvariant(), ahead = state.Ahead, detail = state.Detail, bytes = state.Bytes,
            bundle = state.Stage == ProofStage.Ready ? $"/v1/receipts/{id}" : null,
        },
        statusCode: state.Stage is ProofStage.Waiting or ProofStage.Proving ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
}
