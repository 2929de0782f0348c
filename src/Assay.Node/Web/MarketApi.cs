using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Node.Market;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>
/// The market of this node. What it says is public, as the log is that it is a function of; an instruction needs no API key, since its
/// participant has signed it; what only the operator may say needs the API key, or the token that lies in the data folder.
/// </summary>
internal static class MarketApi
{
    private const string Path = "/v1/market";
    private const int MostListed = 100;

    // Of Ed25519.
    private const int SignatureSize = 64;

    // An instruction's text within a text, with its signature and whatever space there is.
    private const int MostBody = 4 * MarketEvents.MostInstruction;

    private static readonly TimeSpan BodyWithin = TimeSpan.FromSeconds(10);

    public static bool Owns(PathString path) => path.StartsWithSegments(Path, StringComparison.Ordinal);

    public static void Map(IEndpointRouteBuilder app, AssayNode node, string? apiKey)
    {
        app.MapGet(Path, () => Json(json => node.Market.Look(market => MarketJson.WriteOverview(json, market))))
            .WithSummary("The market of this node: terms, digest of its state, pool, what stands open on each account").Produces<JsonElement>().Produces(404);
        app.MapPost(Path + "/instructions", (Func<HttpContext, Task<IResult>>)(http => InstructAsync(node, http)))
            .WithSummary("Do what a participant has signed: {\"text\", \"signature\" (base64)} (docs/spec/market.md section 1); answers when it is durable")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces(400).Produces(409).Produces(503);
        app.MapPost(Path + "/operator", (Func<HttpContext, Task<IResult>>)(http => OperateAsync(node, apiKey, http)))
            .WithSummary("Do an event of the market itself (terms, join, grant, divide): the operator's word")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>().Produces(400).Produces(401).Produces(409).Produces(503);
        app.MapGet(Path + "/participants", (string? key, ulong? after) => Participants(node, key, after))
            .WithSummary($"Participants, {MostListed} at once; `key` (hex) is one by its key; `after` a number goes on").Produces<JsonElement>().Produces(404);
        app.MapGet(Path + "/participants/{number}", (ulong number) => Json(json => node.Market.Look(market => MarketJson.WriteParticipant(json, market.State, Known(market, number)))))
            .WithSummary("A participant: its key, what it is affiliated with, and the nonce of its next instruction").Produces<JsonElement>().Produces(404);
        app.MapGet(Path + "/participants/{number}/positions", (ulong number, ulong? before) => Positions(node, number, before))
            .WithSummary($"What a participant holds, and the newest {MostListed} events that changed it; `before` an entry of the journal goes back").Produces<JsonElement>().Produces(404);
        MarketProductsApi.Map(app, node);
        app.MapGet(Path + "/accounts/{id}", (string id) => Json(json => node.Market.Look(market => MarketJson.WriteAccount(json, market.State, LookedAt(market, id)))))
            .WithSummary("What the market last saw of an account, and what stands open on it").Produces<JsonElement>().Produces(404);
    }

    private static async Task<IResult> InstructAsync(AssayNode node, HttpContext http)
    {
        var json = JsonAt.Root(StrictJson.Parse(await RequestBody.ReadWithinAsync(http.Request, MostBody, BodyWithin), MostBody), "instruction");
        json.Only("text", "signature");
        var (text, signature) = (Encoding.UTF8.GetBytes(json["text"].Text(MarketEvents.MostInstruction)), json["signature"].Base64Bytes());
        if (signature.Length != SignatureSize)
            throw json["signature"].Wrong($"{SignatureSize} bytes in base64");
        return Done(await node.Market.InstructAsync((byte[])[(byte)signature.Length, .. signature, .. text]));
    }

    private static async Task<IResult> OperateAsync(AssayNode node, string? apiKey, HttpContext http)
    {
        var said = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
        if (!Is(said, node.OperatorToken) && (apiKey is null || !Is(said, apiKey)))
            return Results.Json(new { error = "this is for the market's operator to say: with the node's API key, or `assay market` on its data folder" }, statusCode: StatusCodes.Status401Unauthorized);
        var step = MarketEvents.Parse(await RequestBody.ReadWithinAsync(http.Request, MarketEvents.MostText, BodyWithin));
        return step is MarketInstruction or LookEvent or TickEvent
            ? throw new NodeException(NodeFault.BadRequest, $"'{step.Do}' is nothing that an operator says")
            : Done(step is TermsEvent terms && !node.Market.IsOpen ? await node.Market.BeginAsync(terms) : await node.Market.DoAsync(step));
    }

    private static bool Is(ReadOnlySpan<byte> said, string expected) => CryptographicOperations.FixedTimeEquals(said, Encoding.UTF8.GetBytes($"Bearer {expected}"));

    private static IResult Done(MarketDone done) => Json(json => MarketJson.WriteDone(json, done));

    private static IResult Participants(AssayNode node, string? key, ulong? after) => Json(json => node.Market.Look(market =>
    {
        var participants = market.State.Participants;
        if (key is not null)
        {
            var number = participants.NumberOf(Hash.FromHex(key)) ?? throw new NodeException(NodeFault.NotFound, "no participant has this key: the market's operator lets one join");
            MarketJson.WriteParticipant(json, market.State, number);
            return true;
        }
        var from = after is { } a ? a + 1 : 0;
        var until = Math.Min((ulong)participants.Count, from + MostListed);
        json.WriteStartArray("participants");
        for (var number = from; number < until; number++)
        {
            json.WriteStartObject();
            MarketJson.WriteParticipant(json, market.State, number);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (until < (ulong)participants.Count)
            json.WriteNumber("after", until - 1);
        return true;
    }));

    private static IResult Positions(AssayNode node, ulong number, ulong? before)
    {
        var holdings = node.Market.Look(market => market.State.Book.Balances.Where(b => b.Holder == Holder.Participant(Known(market, number))).ToList());
        var history = node.Market.HistoryOf(Holder.Participant(number), before ?? ulong.MaxValue, MostListed);
        return Json(json => MarketJson.WritePositions(json, number, holdings, history));
    }

    private static ulong Known(MarketFold market, ulong number) =>
        number < (ulong)market.State.Participants.Count ? number : throw new NodeException(NodeFault.NotFound, $"there is no participant {number}");

    private static Hash LookedAt(MarketFold market, string id) =>
        id.Length == 2 * Hash.Size && id.All(char.IsAsciiHexDigitLower) && Hash.FromHex(id) is var account && market.State.Looks.Of(account) is not null
            ? account : throw new NodeException(NodeFault.NotFound, "the market has not looked at such an account");

    /// <exception cref="NodeException">Not the id of an account.</exception>
    internal static Hash AccountId(string id) => id.Length == 2 * Hash.Size && id.All(char.IsAsciiHexDigitLower) ? Hash.FromHex(id)
        : throw new NodeException(NodeFault.BadRequest, "an account's id has 64 lower-case hex digits");

    internal static IResult Json(Action<Utf8JsonWriter> members) => Results.Bytes(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    }), "application/json");
}
