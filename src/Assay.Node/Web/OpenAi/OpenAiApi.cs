using System.Security.Cryptography;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web.OpenAi;

/// <summary>Language models over HTTP, as the OpenAI API has it (its reference: chat, completions, models), each answer with its receipt.</summary>
internal static class OpenAiApi
{
    private const string RequestId = "x-request-id";
    private const int MaxBody = 4 << 20;
    private const int MaxDepth = 64;

    /// <summary>Gives every request to this API an id.</summary>
    public static void Use(WebApplication app) => app.Use((http, next) =>
    {
        if (OpenAiError.Owns(http.Request.Path))
            http.Response.Headers[RequestId] = "req_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        return next(http);
    });

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapPost("/v1/chat/completions", (Func<HttpContext, Task>)(http => AnswerAsync(node, RequestReader.Chat, http)))
            .WithSummary("Answer a conversation; the answer's member 'assay', in a stream that of the last chunk, is its receipt")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces<string>(200, "text/event-stream");
        app.MapPost("/v1/completions", (Func<HttpContext, Task>)(http => AnswerAsync(node, RequestReader.Completion, http)))
            .WithSummary("Go on from a text or token ids; the answer's member 'assay', in a stream that of the last chunk, is its receipt")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces<string>(200, "text/event-stream");
        app.MapGet("/v1/models", () => new { @object = "list", data = Newest(node).Select(m => Describe(node, m)) })
            .WithSummary("The language models of this node").Produces<JsonElement>();
        app.MapGet("/v1/models/{id}", (string id) => Describe(node, Find(node, id)))
            .WithSummary("A language model: NAME, or NAME@VERSION").Produces<JsonElement>().Produces(404);
    }

    /// <summary>A language model by its name.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    /// <exception cref="OpenAiException">It is a model of another kind.</exception>
    public static StoredModel Find(AssayNode node, string name) => node.Models.Find(name) is { IsLanguage: true } model
        ? model
        : throw new OpenAiException($"{StrictJson.Shown(name)} is not a language model: POST /v2/models/{StrictJson.Shown(name)}/infer runs it", "model", null);

    private static async Task AnswerAsync(AssayNode node, string api, HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http.Request, MaxBody);
        using var json = Parse(body);
        Parameters.Check(api, json.RootElement);
        var head = RequestReader.ReadHead(body);
        var model = Find(node, head.Model);
        var runnable = node.LoadLanguage(model);
        var request = RequestReader.Read(api, body, runnable, DateTimeOffset.UtcNow);
        var tools = request.Tools;
        if (request.Generation.Prompt.Length is var length && node.ContextOf(runnable) is var context && length >= context)
            throw new OpenAiException(
                $"this model's context has room for {context} tokens, the answer included; the request has {length}",
                api == RequestReader.Chat ? "messages" : "prompt", "context_length_exceeded");

        await using var answer = await node.BeginAsync(model, request, RequestTerms.Of(http.Request, body), CallerOf(http), http.RequestAborted);
        var id = http.Response.Headers[RequestId].ToString()["req_".Length..];
        var frame = new AnswerFrame(id, model.Reference, answer, runnable.Model.Tokenizer);
        if (head.Streams)
        {
            await new AnswerStream(frame, tools, head.IncludesUsage, http, node.Options).WriteAsync();
            return;
        }
        var (whole, finished) = await WholeAnswer.ReadAsync(frame, tools);
        http.Response.Headers[ReceiptJson.Header] = ReceiptJson.HeaderOf(finished.Receipt);
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(whole, http.RequestAborted);
    }

    // Callers take turns, and what one's prompts left behind speeds up nobody else's.
    private static string CallerOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static IEnumerable<StoredModel> Newest(AssayNode node) => node.Models.List().Where(m => m.IsLanguage).DistinctBy(m => m.Name);

    private static ModelCard Describe(AssayNode node, StoredModel model) =>
        new(model.Name, "model", model.ImportedAt / 1000, node.Genesis.Node, model.Version, model.Digest.ToHex());

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            throw new ModelException($"the body is not JSON: {e.Message.Split('\n')[0]}", e);
        }
    }

    private sealed record ModelCard(string Id, string Object, long Created, string Owned_by, string Version, string Digest);
}
