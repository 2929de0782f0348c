using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Node.Receipts;
using Assay.Node.Relays;
using Assay.Node.Routing;
using Assay.Providers.Language;
using Assay.Reliability.Routing;
using Assay.Store;
using Assay.Verify.Json;
using Assay.Verify.Relays;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web.OpenAi;

/// <summary>Language models over HTTP, as the OpenAI API has it (its reference: chat, completions, embeddings, models), each answer with its receipt.</summary>
internal static class OpenAiApi
{
    private const string RequestId = "x-request-id";
    private const int MaxBody = 4 << 20;

    /// <summary>Gives every request to this API an id.</summary>
    public static void Use(WebApplication app) => app.Use((http, next) =>
    {
        if (OpenAiError.Owns(http.Request.Path))
            http.Response.Headers[RequestId] = "req_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        return next(http);
    });

    /// <param name="router">Chooses who answers, where a request leaves that to a rule.</param>
    public static void Map(IEndpointRouteBuilder app, AssayNode node, Router router)
    {
        app.MapPost("/v1/chat/completions", (Func<HttpContext, Task>)(http => AnswerAsync(node, router, RequestReader.Chat, http)))
            .WithSummary("Answer a conversation; the answer's member 'assay', in a stream that of the last chunk, is its receipt")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces<string>(200, "text/event-stream");
        app.MapPost("/v1/completions", (Func<HttpContext, Task>)(http => AnswerAsync(node, router, RequestReader.Completion, http)))
            .WithSummary("Go on from a text or token ids; the answer's member 'assay', in a stream that of the last chunk, is its receipt")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces<string>(200, "text/event-stream");
        app.MapPost("/v1/embeddings", (Func<HttpContext, Task>)(http => EmbedAsync(node, http)))
            .WithSummary("Embed texts, or token ids; the answer's member 'assay' is its receipt")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>();
        app.MapGet("/v1/models", () => new { @object = "list", data = Newest(node).Select(m => Describe(node, m)).Concat(node.Relays.Store.List().Select(r => Describe(node, r))) })
            .WithSummary("The language models of this node").Produces<JsonElement>();
        app.MapGet("/v1/models/{id}", (string id) => RelayOf(node, id) is { } relay ? Describe(node, relay) : Describe(node, Find(node, id)))
            .WithSummary("A language model: NAME, or NAME@VERSION").Produces<JsonElement>().Produces(404);
    }

    /// <summary>A language model by its name.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    /// <exception cref="OpenAiException">It is a model of another kind.</exception>
    public static StoredModel Find(AssayNode node, string name) => node.Models.Find(name) is { IsLanguage: true } model
        ? model
        : throw new OpenAiException($"{StrictJson.Shown(name)} is not a language model: POST /v2/models/{StrictJson.Shown(name)}/infer runs it", "model", null);

    private static async Task AnswerAsync(AssayNode node, Router router, string api, HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http.Request, MaxBody);
        var head = RequestReader.ReadHead(body);
        if (RouteRule.IsRoute(head.Model))
            await RoutedAnswers.WriteAsync(router, head, http, (target, route) => target.Relay is { } chosen
                ? RelayedAnswers.WriteAsync(node, chosen, api, head, body, http, route, router.Latencies)
                : AnswerAsync(node, router, api, target.Model, head, body, http, route));
        else if (RelayOf(node, head.Model) is { } relay)
            await RelayedAnswers.WriteAsync(node, relay, api, head, body, http, route: null, router.Latencies);
        else
            await AnswerAsync(node, router, api, Find(node, head.Model), head, body, http, route: null);
    }

    private static async Task AnswerAsync(AssayNode node, Router router, string api, StoredModel model, RequestHead head, byte[] body, HttpContext http, RouteClaim? route)
    {
        var runnable = Load(node, api, model, body);
        var request = RequestReader.Read(api, body, runnable, DateTimeOffset.UtcNow) with { Route = route };
        var tools = request.Tools;
        if (request.Generation.Prompt.Length is var length && node.ContextOf(runnable) is var context && length >= context)
            throw TooLong($"{context} tokens, the answer included; the request has {length}", api == RequestReader.Chat ? "messages" : "prompt");

        await using var answer = await node.BeginAsync(model, request, RequestTerms.Of(http.Request, body), CallerOf(http), http.RequestAborted);
        var frame = new AnswerFrame(model.Reference, answer, runnable.Model.Tokenizer);
        if (head.Streams)
        {
            await new AnswerStream(frame, tools, head.IncludesUsage, http, node.Options).WriteAsync();
            Measure();
            return;
        }
        var (whole, finished) = await WholeAnswer.ReadAsync(frame, tools);
        Measure();
        await WriteAsync(http, whole, finished.Receipt);

        void Measure()
        {
            if (answer.FirstAfter is { } took)
                router.Latencies.Add(model.Reference, took);
        }
    }

    private static async Task EmbedAsync(AssayNode node, HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http.Request, MaxBody);
        var head = RequestReader.ReadHead(body);
        if (RelayOf(node, head.Model) is not null)
            throw new OpenAiException($"{StrictJson.Shown(head.Model)} is a relay, and embeddings are not relayed", "model", null);
        var model = Find(node, head.Model);
        var runnable = Load(node, RequestReader.Embedding, model, body);
        var call = RequestReader.ReadEmbedding(body, runnable);
        if (call.Request.Texts.Max(t => t.Length) is var length && node.ContextOf(runnable) is var context && length > context)
            throw TooLong($"{context} tokens; a text has {length}", "input");
        var texts = await node.EmbedAsync(model, call, RequestTerms.Of(http.Request, body), CallerOf(http), http.RequestAborted);
        await WriteAsync(http, EmbeddingAnswer.Write(model.Reference, texts), texts.Receipt);
    }

    // A model of this node goes first: a relay of its name is not asked for by mistake.
    private static Relay? RelayOf(AssayNode node, string name) => node.Relays.Store.Find(name) is { } relay && !node.Models.Has(name) ? relay : null;

    private static RunnableLanguageModel Load(AssayNode node, string api, StoredModel model, byte[] body)
    {
        using (var json = RequestReader.Parse(body))
            Parameters.Check(api, json.RootElement);
        return node.LoadLanguage(model);
    }

    private static Task WriteAsync(HttpContext http, byte[] body, Issued receipt)
    {
        http.Response.Headers[ReceiptJson.Header] = ReceiptJson.HeaderOf(receipt);
        http.Response.ContentType = "application/json";
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static OpenAiException TooLong(string how, string parameter) => new($"this model's context has room for {how}", parameter, "context_length_exceeded");

    // Callers take turns, and what one's prompts left behind speeds up nobody else's.
    private static string CallerOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static IEnumerable<StoredModel> Newest(AssayNode node) => node.Models.List().Where(m => m.IsLanguage).DistinctBy(m => m.Name);

    private static ModelCard Describe(AssayNode node, StoredModel model) =>
        new(model.Name, "model", model.ImportedAt / 1000, node.Genesis.Node, model.Version, model.Digest.ToHex());

    // Where it forwards to is in its receipts, for those who are given one.
    private static ModelCard Describe(AssayNode node, Relay relay) =>
        new(relay.Name, "model", relay.AddedAt / 1000, node.Genesis.Node, relay.Model.Version, relay.Model.Digest.ToHex(), Relayed: true, Claims: relay.Description.Claims);

    private sealed record ModelCard(
        string Id, string Object, long Created, string Owned_by, string Version, string Digest,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Relayed = false,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Claims = null);
}
