using System.Reflection;
using System.Text;
using Assay.Verify.Crypto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Node.Web.Pages;

/// <summary>The stylesheet and the scripts, held in the assembly. Their addresses carry their digests, so that they can be kept for ever.</summary>
internal static class SiteFiles
{
    private static readonly byte[] Style = Read("explorer.css");
    private static readonly byte[] Script = Read("live.js");
    private static readonly byte[] Chat = Read("chat.js");
    private static readonly byte[] VerifierModule = Read("verifier.js");

    public static string StyleUrl { get; } = $"/assets/{Tag(Style)}/explorer.css";

    public static string ScriptUrl { get; } = $"/assets/{Tag(Script)}/live.js";

    public static string ChatUrl { get; } = $"/assets/{Tag(Chat)}/chat.js";

    /// <summary>The second verifier as a module, for the chat page.</summary>
    public static string VerifierUrl { get; } = $"/assets/{Tag(VerifierModule)}/verifier.js";

    /// <summary>The page of the second verifier: one file that asks nobody for anything, and says so in its own policy.</summary>
    private static readonly byte[] Verifier = Read("verify.html");

    // The policy that the page carries for whoever saves it, and what only a header can say.
    private static readonly string VerifierPolicy = PolicyIn(Encoding.UTF8.GetString(Verifier)) + "; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(StyleUrl, (HttpContext http) => Send(http, Style, "text/css; charset=utf-8"));
        app.MapGet(ScriptUrl, (HttpContext http) => Send(http, Script, "text/javascript; charset=utf-8"));
        app.MapGet(ChatUrl, (HttpContext http) => Send(http, Chat, "text/javascript; charset=utf-8"));
        app.MapGet(VerifierUrl, (HttpContext http) => Send(http, VerifierModule, "text/javascript; charset=utf-8"));
        app.MapMethods("/verify", [HttpMethods.Get, HttpMethods.Head], (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = VerifierPolicy;
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(Verifier, "text/html; charset=utf-8");
        });
    }

    private static IResult Send(HttpContext http, byte[] bytes, string type)
    {
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Bytes(bytes, type);
    }

    private static string PolicyIn(string page)
    {
        const string Before = "<meta http-equiv=\"Content-Security-Policy\" content=\"";
        var from = page.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        return page[from..page.IndexOf('"', from)];
    }

    private static string Tag(byte[] bytes) => Sha256.Of(bytes).ToHex()[..12];

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("explorer/" + name)!;
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
