using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web;

/// <summary>Who may ask: anyone on this machine; from elsewhere only holders of the API key.</summary>
internal static class Access
{
    /// <exception cref="NodeException">The address is open to others and there is no key to ask them for.</exception>
    public static void Check(Uri url, string? apiKey)
    {
        if (apiKey is null && !url.IsLoopback)
            throw new NodeException(NodeFault.BadRequest,
                $"{url.Host} can be reached from other machines: set ASSAY_API_KEY, which callers then send as 'Authorization: Bearer KEY', or listen on 127.0.0.1");
        if (apiKey?.Length is < 16)
            throw new NodeException(NodeFault.BadRequest, "ASSAY_API_KEY has fewer than 16 characters");
    }

    /// <summary>The log, its index, the accounts, the market, the health checks and the page that verifies are public, and what auditors ask and participants of the market say is signed by them; all else needs the key where there is one.</summary>
    public static void Use(WebApplication app, string? apiKey)
    {
        if (apiKey is null)
        {
            // Without a key, a page of another site must not reach us through the user's browser under another name.
            app.Use((http, next) => !IsLoopback(http.Request.Host.Host) ? Refuse(http, 403, "this node answers to localhost only")
                : IsForeign(http.Request) ? Refuse(http, 403, "this node takes no requests from pages of other sites")
                : next(http));
            return;
        }
        var expected = Encoding.UTF8.GetBytes($"Bearer {apiKey}");
        app.Use((http, next) =>
            IsPublic(http.Request.Path) || CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString()), expected)
                ? next(http)
                : Refuse(http, 401, "an API key is needed: 'Authorization: Bearer KEY'"));
    }

    // Nor under our own: a browser lets any page send a body without a type, but then it names the page's origin (Fetch, 3.1).
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.FirstOrDefault() is { } origin && origin != $"{request.Scheme}://{request.Host}";

    private static bool IsLoopback(string host) =>
        host == "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);

    private static bool IsPublic(PathString path) =>
        path.StartsWithSegments("/log", StringComparison.Ordinal) || path.StartsWithSegments("/v1/index", StringComparison.Ordinal)
        || path.StartsWithSegments("/v1/accounts", StringComparison.Ordinal) || path.StartsWithSegments("/v1/observed", StringComparison.Ordinal) || path.StartsWithSegments("/v1/passports", StringComparison.Ordinal)
        || path.StartsWithSegments("/v1/audits", StringComparison.Ordinal) || MarketApi.Owns(path) || path.StartsWithSegments("/v2/health", StringComparison.Ordinal) || path == "/healthz" || path == "/verify";

    private static Task Refuse(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return Errors.WriteAsync(http, message);
    }
}
