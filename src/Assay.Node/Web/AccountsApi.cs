using System.Text;
using System.Text.Json;
using Assay.Audit.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>The accounts that this node keeps: public, as the logs are that they are made of.</summary>
internal static class AccountsApi
{
    private const int MostListed = 100;

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet("/v1/accounts", (HttpContext http, string? model, string? provider, string? after) => List(node, http, model ?? "", provider ?? "", after ?? ""))
            .WithSummary($"The accounts kept here, {MostListed} at once: of one model (name or digest), of one provider (origin or name); `after` an account's id goes on")
            .Produces<JsonElement>().Produces(304);
        app.MapGet("/v1/accounts/{id}", (HttpContext http, string id) => Show(node, http, id))
            .WithSummary("An account: its segments with their figures, what they rest on, and what they do not promise")
            .Produces<JsonElement>().Produces(304).Produces(404);
        app.MapGet("/v1/passports/{id}", (HttpContext http, string id) => PassportAsync(node, http, id))
            .WithSummary("An account's passport: one file from which anybody recomputes its figures (docs/spec/passports.md)")
            .Produces(200, contentType: Passport.MediaType).Produces(404).Produces(503);
    }

    /// <summary>An account that is kept here, or null.</summary>
    public static AccountView? Find(AssayNode node, string id) =>
        id.Length == 2 * Hash.Size && id.All(char.IsAsciiHexDigitLower) && node.Accounts.Vault is { } vault && vault.Find(Hash.FromHex(id)) is { } account
            ? AccountView.Of(vault, account)
            : null;

    private static IResult Show(AssayNode node, HttpContext http, string id)
    {
        var view = Find(node, id) ?? throw new NodeException(NodeFault.NotFound, "no such account is kept here");
        return Send(http, [view], json => AccountJson.Write(json, view));
    }

    private static async Task<IResult> PassportAsync(AssayNode node, HttpContext http, string id)
    {
        var view = Find(node, id) ?? throw new NodeException(NodeFault.NotFound, "no such account is kept here");
        return Results.File(await node.Accounts.OpenPassportAsync(view, http.RequestAborted), Passport.MediaType, $"{id[..16]}{Passport.FileExtension}");
    }

    private static IResult List(AssayNode node, HttpContext http, string model, string provider, string after)
    {
        var found = node.Accounts.Vault is { } vault ? AccountView.Find(vault, model, provider).OrderBy(v => v.Account.Id.ToHex(), StringComparer.Ordinal) : Enumerable.Empty<AccountView>();
        AccountView[] page = [.. found.Where(v => string.CompareOrdinal(v.Account.Id.ToHex(), after) > 0).Take(MostListed + 1)];
        return Send(http, page, json =>
        {
            json.WriteStartArray("accounts");
            foreach (var view in page.Take(MostListed))
            {
                json.WriteStartObject();
                AccountJson.WriteSummary(json, view);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (page.Length > MostListed)
                json.WriteString("after", page[MostListed - 1].Account.Id.ToHex());
        });
    }

    // What is answered is a function of the states: their digests tell whether it has changed.
    private static IResult Send(HttpContext http, IReadOnlyList<AccountView> views, Action<Utf8JsonWriter> members)
    {
        var tag = $"\"{Sha256.Of(Encoding.UTF8.GetBytes(string.Concat(views.Select(v => v.State.Digest().ToHex())))).ToHex()[..32]}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        if (http.Request.Headers.IfNoneMatch.Any(t => t == tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        return Results.Text(
            Encoding.UTF8.GetString(StrictJson.Write(json =>
            {
                json.WriteStartObject();
                members(json);
                json.WriteEndObject();
            })), "application/json");
    }
}
