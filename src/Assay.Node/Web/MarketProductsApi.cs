using System.Text.Json;
using Assay.Market;
using Assay.Market.Auctions;
using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Settlements;
using Assay.Node.Market;
using Assay.Store.Market;
using Assay.Verify.Crypto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>What the market of this node sells: quotes, what is open, how it came out.</summary>
internal static class MarketProductsApi
{
    private const string Path = "/v1/market";
    private const int MostListed = 100, MostPrices = 1000;

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet(Path + "/quotes", (string account, ulong? segment, uint threshold, uint? width, ulong records, long sum, ulong? until) =>
                MarketApi.Json(json => Quote(node, json, MarketApi.AccountId(account), segment ?? 0, new CoverTerms(threshold, width ?? 100_000, records, sum), until)))
            .WithSummary("What a cover would cost now, and why: `account` (hex), `segment` (0), `threshold` and `width` (millionths; width 100000), `records`, `sum`, `until` (Unix seconds; 30 days)")
            .Produces<JsonElement>().Produces(409);
        app.MapGet(Path + "/prices", (string kind, string? subject) => MarketApi.Json(json => Prices(node, json, kind, subject ?? "")))
            .WithSummary($"The newest {MostPrices} prices of something: `kind` cover (`subject` ACCOUNT/SEGMENT: of one standard cover, a unit, in millionths), yes (a contract's number), pool").Produces<JsonElement>();
        app.MapGet(Path + "/settlements", (string? kind) => MarketApi.Json(json => Settlements(json, node.Market.Ask(p => p.Settlements(MostListed, kind)))))
            .WithSummary($"How things came out, the newest {MostListed}: policy, contract, series, slash, auction, stake").Produces<JsonElement>();
        Map(app, node, "policies", MarketOutcomes.Policy, s => s.Policies.Open, p => p.Number, p => p.Window.Account, (json, policy, _) => ProductJson.Write(json, policy));
        Map(app, node, "contracts", MarketOutcomes.Contract, s => s.Contracts.Open, c => c.Number, c => c.Window.Account, (json, contract, state) => ProductJson.Write(json, contract, state.Book));
        Map(app, node, "series", MarketOutcomes.Series, s => s.Series.Open, s => s.Number, s => s.Window.Account, ProductJson.Write);
        Map(app, node, "auctions", MarketOutcomes.Auction, s => s.Rounds.Open, a => a.Number, _ => null, (json, auction, state) => ProductJson.Write(json, auction, state.Time));
        app.MapGet(Path + "/rounds", (string asset, ulong? number) => MarketApi.Json(json => Round(node, json, asset, number ?? 0)))
            .WithSummary("The auction that a commitment for an asset (pool, cover, bond; `number`) is for, and its figures").Produces<JsonElement>();
        app.MapGet(Path + "/policies/{number}/settlement", (HttpContext http, ulong number, bool? whole) => SettlementAsync(node, http, number, whole))
            .WithSummary("One file from which anybody recomputes what a cover paid, and why (docs/spec/market.md section 11)").Produces(200, contentType: SettlementFile.MediaType).Produces(404).Produces(409).Produces(503);
    }

    private static void Map<T>(
        IEndpointRouteBuilder app, AssayNode node, string what, string kind, Func<MarketState, IEnumerable<T>> open, Func<T, ulong> numberOf, Func<T, Hash?> accountOf,
        Action<Utf8JsonWriter, T, MarketState> write)
    {
        app.MapGet($"{Path}/{what}", (string? account, ulong? after) => MarketApi.Json(json => node.Market.Look(market =>
        {
            Hash? wanted = account is null ? null : MarketApi.AccountId(account);
            var page = open(market.State).Where(p => (wanted is null || accountOf(p) == wanted) && (after is null || numberOf(p) > after)).Take(MostListed + 1).ToList();
            json.WriteStartArray(what);
            foreach (var product in page.Take(MostListed))
            {
                json.WriteStartObject();
                write(json, product, market.State);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (page.Count > MostListed)
                json.WriteNumber("after", numberOf(page[MostListed - 1]));
            return true;
        }))).WithSummary($"What is open of the market's {what}, {MostListed} at once: of one `account`; `after` a number goes on").Produces<JsonElement>();
        app.MapGet($"{Path}/{what}/{{number}}", (ulong number) =>
        {
            var bytes = node.Market.Look(market => open(market.State).FirstOrDefault(p => numberOf(p) == number) is { } product
                ? ProductJson.Object(json =>
                {
                    json.WriteBoolean("open", true);
                    write(json, product, market.State);
                })
                : null);
            return MarketApi.Json(json =>
            {
                if (bytes is not null)
                    Members(json, bytes);
                else if (node.Market.Ask(p => p.SettlementsOf(kind, number)) is [var settled, ..])
                    Settled(json, settled);
                else
                    throw new NodeException(NodeFault.NotFound, $"the market has none of that number among its {what}");
            });
        }).WithSummary($"One of the market's {what}, open or as it came out").Produces<JsonElement>().Produces(404);
    }

    private static void Quote(AssayNode node, Utf8JsonWriter json, Hash account, ulong segment, CoverTerms cover, ulong? until)
    {
        try
        {
            node.Market.Look(market =>
            {
                var ends = until ?? market.State.Time + (30 * 86_400);
                var offer = CoverOffer.Of(market.State, account, segment, cover, ends);
                json.WriteString("account", account.ToHex());
                json.WriteNumber("segment", segment);
                ProductJson.Write(json, cover, ends, offer);
                return true;
            });
        }
        catch (MarketRefusal e)
        {
            throw new NodeException(NodeFault.Conflict, e.Message, e);
        }
    }

    private static void Round(AssayNode node, Utf8JsonWriter json, string name, ulong number) => node.Market.Look(market =>
    {
        var kind = Enum.GetValues<AssetKind>().Cast<AssetKind?>().FirstOrDefault(k => k!.Value.Name() == name);
        if (kind is not { } known || new Asset(known, number) is var asset && !Auction.Trades(asset))
            throw new NodeException(NodeFault.BadRequest, "asset: pool, cover or bond");
        var (rounds, terms) = (market.State.Rounds, market.State.Terms);
        var open = rounds.Of(asset)?.Terms;
        json.WriteNumber("auction", rounds.NumberFor(asset));
        json.WriteBoolean("open", open is not null);
        json.WriteNumber("lot", open?.Lot ?? terms.Lot);
        json.WriteNumber("deposit", open?.Deposit ?? terms.Deposit);
        json.WriteNumber("leastDeposit", open?.LeastDeposit ?? terms.LeastDeposit);
        json.WriteNumber("forfeit", open?.Forfeit ?? terms.Forfeit);
        return true;
    });

    private static void Prices(AssayNode node, Utf8JsonWriter json, string kind, string subject)
    {
        json.WriteString("kind", kind);
        json.WriteString("subject", subject);
        json.WriteStartArray("prices");
        foreach (var (entry, time, price) in node.Market.Ask(p => p.PricesOf(kind, subject, MostPrices)))
        {
            json.WriteStartObject();
            json.WriteNumber("entry", entry);
            json.WriteNumber("time", time);
            json.WriteNumber("price", price);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Settlements(Utf8JsonWriter json, IEnumerable<KeptSettlementAt> settlements)
    {
        json.WriteStartArray("settlements");
        foreach (var settled in settlements)
        {
            json.WriteStartObject();
            Settled(json, settled);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Settled(Utf8JsonWriter json, KeptSettlementAt settled)
    {
        json.WriteBoolean("open", false);
        json.WriteString("kind", settled.Settlement.Kind);
        json.WriteNumber("entry", settled.Entry);
        json.WriteNumber("place", settled.Place);
        json.WriteNumber("time", settled.Time);
        json.WriteNumber("units", settled.Settlement.Units);
        Members(json, settled.Settlement.Detail);
    }

    private static void Members(Utf8JsonWriter json, byte[] written)
    {
        using var document = JsonDocument.Parse(written);
        foreach (var member in document.RootElement.EnumerateObject())
            member.WriteTo(json);
    }

    private static async Task<IResult> SettlementAsync(AssayNode node, HttpContext http, ulong number, bool? whole)
    {
        // What is asked of the state first costs nothing; the file is made of whole logs.
        if (node.Market.Look(m => m.State.Policies.Of(number) is not null))
            throw new NodeException(NodeFault.Conflict, $"cover {number} is not settled yet");
        if (node.Market.Ask(p => p.SettlementsOf(MarketOutcomes.Policy, number)).Count == 0)
            throw new NodeException(NodeFault.NotFound, $"the market has sold no cover {number}");
        return Results.File(await node.Market.SettlementOfAsync(number, whole, http.RequestAborted), SettlementFile.MediaType, $"cover-{number}{SettlementFile.FileExtension}");
    }
}
