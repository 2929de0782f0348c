using System.Text;
using System.Text.Json;
using Assay.Audit.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web;

/// <summary>What this node's own log says of endpoints that sign nothing: public, as the log is.</summary>
internal static class ObservedApi
{
    private const int MostListed = 100, MostSegments = 1_000;

    public static void Map(IEndpointRouteBuilder app, AssayNode node)
    {
        app.MapGet("/v1/observed", (string? after) => List(node, after ?? ""))
            .WithSummary($"Accounts of the observations in this node's own log, {MostListed} at once: testimony; `after` an account's id goes on")
            .Produces<JsonElement>();
        app.MapGet("/v1/observed/{id}", (string id) => Show(node, id))
            .WithSummary($"An observed account: the figures of its addresses ({MostSegments} at most), who observed, and what they do not promise")
            .Produces<JsonElement>().Produces(404);
    }

    /// <summary>The account of that id, or null.</summary>
    public static ObservedAccount? Find(IReadOnlyDictionary<Hash, ObservedAccount> accounts, string id) =>
        id.Length == 2 * Hash.Size && id.All(char.IsAsciiHexDigitLower) ? accounts.GetValueOrDefault(Hash.FromHex(id)) : null;

    private static IResult Show(AssayNode node, string id) => node.LookAtObserved((accounts, _) =>
        Find(accounts, id) is { } account ? Send(json => ObservedJson.Write(json, account, MostSegments)) : throw new NodeException(NodeFault.NotFound, "this node's log has no such observed account"));

    private static IResult List(AssayNode node, string after) => node.LookAtObserved((accounts, left) =>
    {
        ObservedAccount[] page = [.. accounts.Values.Select(a => (Id: a.Id.ToHex(), Account: a)).Where(a => string.CompareOrdinal(a.Id, after) > 0).OrderBy(a => a.Id, StringComparer.Ordinal).Take(MostListed + 1).Select(a => a.Account)];
        return Send(json =>
        {
            json.WriteStartArray("accounts");
            foreach (var account in page.Take(MostListed))
            {
                json.WriteStartObject();
                ObservedJson.WriteSummary(json, account);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (page.Length > MostListed)
                json.WriteString("after", page[MostListed - 1].Id.ToHex());
            json.WriteNumber("entriesPassedOver", left);
        });
    });

    private static IResult Send(Action<Utf8JsonWriter> members) => Results.Text(
        Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        })), "application/json");
}
