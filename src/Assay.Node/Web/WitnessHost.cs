using System.Text;
using System.Threading.RateLimiting;
using Assay.Log.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Assay.Node.Web;

/// <summary>The web face of a witness: add-checkpoint of c2sp.org/tlog-witness, and what it has seen.</summary>
/// <remarks>Open to everyone, as the specification has it: a request counts for nothing without a log's signature.</remarks>
public static class WitnessHost
{
    // Who sends slowly holds a connection and at most 64 KiB, and nothing that anyone else waits for.
    private const int Connections = 2048;
    private const int AtOnce = 8;
    private const int Waiting = 1024;

    /// <param name="url">Where to listen.</param>
    /// <param name="bodyWithin">For a request's body, to its last byte; 5 s if not given.</param>
    public static WebApplication Build(CheckpointWitness witness, Uri url, TimeSpan? bodyWithin = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(url.ToString());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = AddCheckpoint.MaxSize;
            kestrel.Limits.MaxRequestBufferSize = AddCheckpoint.MaxSize;
            kestrel.Limits.MaxConcurrentConnections = Connections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            // The time for a whole body bounds it, at any rate.
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        var app = builder.Build();
        Errors.Use(app);
        Map(app, witness, bodyWithin ?? TimeSpan.FromSeconds(5));
        return app;
    }

    private static void Map(WebApplication app, CheckpointWitness witness, TimeSpan bodyWithin)
    {
        // Only for what is read already: the signatures and the disk.
        var turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting });
        app.Lifetime.ApplicationStopped.Register(turns.Dispose);
        app.MapPost("/" + AddCheckpoint.Path, Answer);
        app.MapPost("/log/" + AddCheckpoint.Path, Answer);
        app.MapGet("/", () => Results.Text(Status(witness)));
        app.MapGet("/faults/{name}", (string name) => witness.ReadFault(name) is { } fault
            ? Results.Bytes(fault, Verify.Faults.Fault.MediaType)
            : Results.NotFound());

        async Task Answer(HttpContext http)
        {
            if (await ReadAsync(http, bodyWithin) is not { } body)
            {
                http.Response.Headers.Connection = "close";
                http.Response.StatusCode = StatusCodes.Status408RequestTimeout;
                return;
            }
            WitnessAnswer answer;
            using (var turn = await turns.AcquireAsync(1, http.RequestAborted))
            {
                if (!turn.IsAcquired)
                {
                    http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                    return;
                }
                answer = witness.Add(body);
            }
            http.Response.StatusCode = (int)answer.Outcome;
            http.Response.ContentType = answer.ContentType;
            await http.Response.WriteAsync(answer.Body, http.RequestAborted);
        }
    }

    // The body, or null if it did not come in time.
    private static async Task<byte[]?> ReadAsync(HttpContext http, TimeSpan within)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(within);
        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, limit.Token);
            return body.ToArray();
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return null;
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
