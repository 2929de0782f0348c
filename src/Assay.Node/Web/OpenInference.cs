using System.Text.Json;
using Assay.Engine.Models;
using Assay.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>Tensor models over HTTP (Open Inference Protocol v2, github.com/kserve/open-inference-protocol, HTTP/REST).</summary>
internal static class OpenInference
{
    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet("/v2", () => new ServerMetadata("assay", Version.Number, ["assay_receipts"])).WithSummary("Server metadata");
        app.MapGet("/v2/health/live", () => Results.Ok(new { live = true })).WithSummary("Liveness");
        app.MapGet("/v2/health/ready", () => node.Stopped is null
            ? Results.Ok(new { ready = true })
            : throw new NodeException(NodeFault.Unavailable, node.Stopped)).WithSummary("Readiness");

        foreach (var path in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
        {
            app.MapGet(path, (string model, string? version) => Describe(node, Find(node, model, version)))
                .WithSummary("Model metadata: inputs and outputs with types and shapes");
            app.MapGet(path + "/ready", (string model, string? version) => new { name = Find(node, model, version).Name, ready = true })
                .WithSummary("Whether the model can be run");
            app.MapPost(path + "/infer", (string model, string? version, HttpContext http) => InferAsync(node, model, version, http))
                .WithSummary("Run the model; the answer's member 'assay' is its receipt")
                .Accepts<JsonElement>("application/json")
                .Produces<JsonElement>();
        }
    }

    private static StoredModel Find(AssayNode node, string model, string? version) =>
        node.Models.Find(version is null ? model : $"{model}@{version}");

    private static ModelMetadata Describe(AssayNode node, StoredModel model)
    {
        var graph = node.Load(model).Graph;
        var versions = node.Models.List().Where(m => m.Name == model.Name).Select(m => m.Version);
        return new ModelMetadata(model.Name, [.. versions], "onnx_assay", Describe(graph, graph.Inputs), Describe(graph, graph.Outputs));
    }

    private static TensorMetadata[] Describe(Graph graph, IEnumerable<int> values) =>
        [.. values.Select(id => graph.Values[id]).Select(v => new TensorMetadata(
            v.Name, v.Type is { } type ? InferenceJson.NameOf(type) : "UNKNOWN", v.Dims.IsDefault ? [] : [.. v.Dims.Select(d => (long)d)]))];

    private static async Task InferAsync(AssayNode node, string name, string? version, HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http.Request);
        var model = Find(node, name, version);
        var request = InferenceJson.ReadRequest(body, node.Load(model).Graph);
        var terms = RequestTerms.Of(http.Request, body);
        var answer = await node.InvokeAsync(model, request.Inputs, terms, http.RequestAborted);

        http.Response.Headers[ReceiptJson.Header] = ReceiptJson.HeaderOf(answer.Receipt);
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(InferenceJson.WriteResponse(request, model, answer), http.RequestAborted);
    }

    private sealed record ServerMetadata(string Name, string Version, string[] Extensions);

    private sealed record ModelMetadata(string Name, string[] Versions, string Platform, TensorMetadata[] Inputs, TensorMetadata[] Outputs);

    private sealed record TensorMetadata(string Name, string Datatype, long[] Shape);
}
