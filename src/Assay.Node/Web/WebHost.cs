using System.Threading.RateLimiting;
using Assay.Node.Market;
using Assay.Node.Routing;
using Assay.Node.Web.OpenAi;
using Assay.Node.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Node.Web;

/// <summary>The web face of a node: APIs, the log's files, explorer pages.</summary>
public static class WebHost
{
    public const string DefaultUrl = "http://127.0.0.1:7780";

    // A body is held several times over while it is parsed and committed to: its size and this number bound the memory together.
    private const int ConcurrentBodies = 4;
    private const int ConcurrentReads = 64;
    private const int WaitingRequests = 256;

    // Openings are read by their auditors at their own pace, which answers must not wait for.
    private const int ConcurrentAudits = 8;

    // They are small, and those that wait together share a flush.
    private const int ConcurrentInstructions = 256;

    // Answers take long and share batches: the generator bounds how many run.
    private const int ConcurrentAnswers = 128;

    /// <param name="url">Where to listen.</param>
    /// <param name="apiKey">What callers must send, or null on loopback.</param>
    /// <param name="router">Chooses who answers where a request leaves that to a rule; by the accounts that the node keeps, if null.</param>
    /// <exception cref="NodeException">The address is open to other machines and there is no key.</exception>
    public static WebApplication Build(AssayNode node, Uri url, string? apiKey, Router? router = null)
    {
        Access.Check(url, apiKey);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(url.ToString());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.ReadLimit;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1024, TimeSpan.FromSeconds(10));
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // A start that fails is told by the exception; the framework would tell it a second time, with its stack.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Assay";
            document.Info.Version = Version.Number;
            return Task.CompletedTask;
        }));
        builder.Services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, int>(http =>
                RateLimitPartition.GetConcurrencyLimiter(AtOnce(http.Request), permits => new ConcurrencyLimiterOptions
                {
                    PermitLimit = permits, QueueLimit = WaitingRequests,
                }));
        });
        builder.Services.AddSingleton(node);

        var app = builder.Build();
        OpenAiApi.Use(app);
        Errors.Use(app);
        Access.Use(app, apiKey);
        app.UseRateLimiter();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapGet("/healthz", () => node.Stopped is { } reason
            ? throw new NodeException(NodeFault.Unavailable, reason)
            : Results.Text("ok\n")).WithSummary("Whether the node takes requests");
        OpenInference.Map(app, node);
        OpenAiApi.Map(app, node, router ?? new Router(node, (certificate, rule) => CoverPrice.Of(node.Market, certificate, rule)));
        ReceiptsApi.Map(app, node);
        ProofsApi.Map(app, node);
        LogFiles.Map(app, node);
        IndexApi.Map(app, node);
        AccountsApi.Map(app, node);
        ObservedApi.Map(app, node);
        AuditsApi.Map(app, node);
        MarketApi.Map(app, node, apiKey);
        Explorer.Map(app);
        return app;
    }

    private static int AtOnce(HttpRequest request) =>
        !HttpMethods.IsPost(request.Method) ? ConcurrentReads : AuditsApi.Owns(request.Path) ? ConcurrentAudits : MarketApi.Owns(request.Path) ? ConcurrentInstructions : OpenAiError.Owns(request.Path) || request.Path == "/chat" ? ConcurrentAnswers : ConcurrentBodies;
}
