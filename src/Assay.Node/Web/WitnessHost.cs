using System.Text;
using System.Threading.RateLimiting;
using Assay.Log.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Assay.Node.Web;

/// <summary>The web face of a witness: add-checkpoint of c2sp.org/tlog-witness, and what it has seen.</summary>
/// <remarks>Open to everyone, as the specification has it: a request counts for nothing without a log's signature.</remarks>
public static class WitnessHost
{
    private const int AtOnce = 8;
    private const int Waiting = 256;

    /// <param name="url">Where to listen.</param>
    public static WebApplication Build(CheckpointWitness witness, Uri url)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(url.ToString());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = AddCheckpoint.MaxSize;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1024, TimeSpan.FromSeconds(10));
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, int>(_ =>
                RateLimitPartition.GetConcurrencyLimiter(0, _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting }));
        });
        var app = builder.Build();
        Errors.Use(app);
        app.UseRateLimiter();
        Map(app, witness);
        return app;
    }

    private static void Map(WebApplication app, CheckpointWitness witness)
    {
        app.MapPost("/" + AddCheckpoint.Path, Answer);
        app.MapPost("/log/" + AddCheckpoint.Path, Answer);
        app.MapGet("/", () => Results.Text(Status(witness)));
        app.MapGet("/faults/{name}", (string name) => witness.ReadFault(name) is { } fault
            ? Results.Bytes(fault, Verify.Faults.Fault.MediaType)
            : Results.NotFound());

        async Task Answer(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var answer = witness.Add(body.GetBuffer().AsSpan(0, (int)body.Length));
            http.Response.StatusCode = (int)answer.Outcome;
            http.Response.ContentType = answer.ContentType;
            await http.Response.WriteAsync(answer.Body, http.RequestAborted);
        }
    }

    // For people and their scripts: one thing a line, each line with what it is in front.
    private static string Status(CheckpointWitness witness)
    {
        var text = new StringBuilder($"witness {witness.VerifierKey}\n");
        if (witness.Stopped is { } reason)
            text.Append("stopped ").Append(reason).Append('\n');
        foreach (var log in witness.Logs)
            text.Append(log.Latest is { } latest ? $"log {log.Origin} {latest.Size} {latest.Root.ToBase64()}\n" : $"log {log.Origin} 0\n");
        foreach (var fault in witness.Faults)
            text.Append("fault /faults/").Append(fault).Append('\n');
        return text.ToString();
    }
}
