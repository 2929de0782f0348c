using Assay.Node.Web.Pages.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web.Pages;

/// <summary>The pages for people: the live log, a receipt, a model, and a search that leads to them. Rendered here; a browser needs no script.</summary>
internal static class Explorer
{
    // Whatever a page might be made to hold, a browser runs nothing but our own script and asks no one else for anything.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Map(WebApplication app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/", (AssayNode node, HttpContext http, ulong? before) =>
            PageAsync<LogPage>(http, node, LogView.Of(node, before)));
        pages.MapGet("/receipts/{id}", (AssayNode node, HttpContext http, string id) => ReceiptView.Of(node, id) is { } view
            ? PageAsync<ReceiptPage>(http, node, view)
            : MissingAsync(http, node, MissingView.Receipt(id)));
        pages.MapPost("/receipts/{id}/proof", (AssayNode node, string id) =>
        {
            node.AskForProof(id);
            return Results.LocalRedirect($"/receipts/{Uri.EscapeDataString(id)}#proof");
        });
        pages.MapGet("/models/{name}", (AssayNode node, HttpContext http, string name) => ModelView.Of(node, name) is { } view
            ? PageAsync<ModelPage>(http, node, view)
            : MissingAsync(http, node, MissingView.Model(name)));
        pages.MapGet("/chat", (AssayNode node, HttpContext http, string? model) => PageAsync<ChatPage>(http, node, ChatView.Of(node, model)));
        pages.MapPost("/chat", async (AssayNode node, HttpContext http) =>
        {
            var view = await ChatView.AnswerAsync(node, http);
            return await PageAsync<ChatPage>(http, node, view, http.Response.StatusCode);
        });
        pages.MapGet("/accounts", (AssayNode node, HttpContext http, string? model) => PageAsync<AccountsPage>(http, node, AccountsListView.Of(node, model ?? "")));
        pages.MapGet("/accounts/{id}", (AssayNode node, HttpContext http, string id, int? segment) => AccountPageView.Of(node, id, segment - 1) is { } view
            ? PageAsync<AccountPage>(http, node, view)
            : MissingAsync(http, node, MissingView.Account(id)));
        pages.MapGet("/accounts/observed/{id}", (AssayNode node, HttpContext http, string id, int? segment) => ObservedPageView.Of(node, id, segment - 1) is { } view
            ? PageAsync<ObservedPage>(http, node, view)
            : MissingAsync(http, node, MissingView.Account(id)));
        pages.MapGet("/providers/{**origin}", (AssayNode node, HttpContext http, string origin) => ProviderView.Of(node, origin) is { } view
            ? PageAsync<ProviderPage>(http, node, view)
            : MissingAsync(http, node, MissingView.Provider(origin)));
        pages.MapGet("/market", (AssayNode node, HttpContext http) => MarketPages.Overview(node) is { } view
            ? PageAsync<MarketPage>(http, node, view) : MissingAsync(http, node, MissingView.Market("")));
        pages.MapGet("/market/participants/{number}", (AssayNode node, HttpContext http, ulong number) => MarketPages.Participant(node, number) is { } view
            ? PageAsync<ParticipantPage>(http, node, view) : MissingAsync(http, node, MissingView.Market($"participant {number}")));
        pages.MapGet("/market/auctions/{number}", (AssayNode node, HttpContext http, ulong number) => MarketPages.Auction(node, number) is { } view
            ? PageAsync<AuctionPage>(http, node, view) : MissingAsync(http, node, MissingView.Market($"auction {number}")));
        pages.MapGet("/market/covers/{number}", async (AssayNode node, HttpContext http, ulong number) => await MarketPages.CoverAsync(node, number, http.RequestAborted) is { } view
            ? await PageAsync<CoverPage>(http, node, view) : await MissingAsync(http, node, MissingView.Market($"cover {number}")));
        pages.MapGet("/search", (AssayNode node, HttpContext http, string? q) => SearchAsync(node, http, q ?? ""));
        pages.MapGet("/policy.json", (AssayNode node) => Results.File(node.Folder.Policy, "application/json", "policy.json"));
        SiteFiles.Map(pages);
    }

    private static async Task<IResult> SearchAsync(AssayNode node, HttpContext http, string query)
    {
        var hits = Search.For(node, query);
        return hits switch
        {
            [var only] => Results.LocalRedirect(only.Url),
            [] => await MissingAsync(http, node, MissingView.Search(query)),
            _ => await PageAsync<HitsPage>(http, node, new HitsView(query, hits)),
        };
    }

    private static Task<IResult> MissingAsync(HttpContext http, AssayNode node, MissingView view) =>
        PageAsync<MissingPage>(http, node, view, StatusCodes.Status404NotFound);

    private static async Task<IResult> PageAsync<TPage>(HttpContext http, AssayNode node, object view, int status = StatusCodes.Status200OK)
        where TPage : IComponent
    {
        var site = new Site($"{http.Request.Scheme}://{http.Request.Host}", node.Origin, node.Genesis.Node, http.Request.Query["q"].ToString(), node.Market.IsOpen);
        var html = await Html.RenderAsync<TPage>(http.RequestServices, site, view);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        // Without a referrer a browser names no origin with a form that it posts, and such a form is refused as another site's.
        headers["Referrer-Policy"] = typeof(TPage) == typeof(ChatPage) || view is ReceiptView { Proof: not null } ? "same-origin" : "no-referrer";
        headers.CacheControl = "no-store";
        return Results.Content(html, "text/html; charset=utf-8", statusCode: status);
    }
}
