using System.Globalization;
using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Providers.Relay;
using Assay.Store;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.OpenAi;

/// <summary>A request that the API refuses by itself.</summary>
/// <param name="parameter">The member of the body that is wrong, or null.</param>
/// <param name="code">For programs: why.</param>
internal sealed class OpenAiException(string message, string? parameter, string? code) : Exception(message)
{
    public string? Parameter => parameter;

    public string? Code => code;
}

/// <summary>A failure as the OpenAI API tells it: <c>{"error": {"message", "type", "param", "code"}}</c> (its reference, Error codes).</summary>
internal sealed record OpenAiError(int Status, string Message, string Type, string? Parameter, string? Code)
{
    // Seconds after which what is busy is worth another try.
    private const int Soon = 1, NotSoon = 60;

    private static readonly string[] Paths = ["/v1/chat", "/v1/completions", "/v1/embeddings", "/v1/models"];

    /// <summary>Whether callers of this address expect failures in this form.</summary>
    public static bool Owns(PathString path) => Array.Exists(Paths, p => path.StartsWithSegments(p, StringComparison.Ordinal));

    public static OpenAiError Of(Exception e) => e switch
    {
        OpenAiException refused => new(400, e.Message, "invalid_request_error", refused.Parameter, refused.Code),
        ModelException => new(400, e.Message, "invalid_request_error", ParameterOf(e.Message), null),
        StoreException { Fault: StoreFault.NotFound } => new(404, e.Message, "invalid_request_error", "model", "model_not_found"),
        NoneEligibleException => new(503, e.Message, "server_error", "model", "no_eligible_provider") { RetryAfter = NotSoon },
        RelayException relayed => OfRelay(relayed),
        GeneratorBusyException => new(503, e.Message, "server_error", null, "overloaded"),
        _ => Of(Errors.Describe(e)),
    };

    /// <summary>Seconds after which another try is worth it; null where nothing was said.</summary>
    public int? RetryAfter { get; init; }

    // What is the caller's to mend is told as it was told to us; what is the operator's, or the upstream's, is a bad gateway.
    private static OpenAiError OfRelay(RelayException e)
    {
        var status = (e.Fault, e.Status) switch
        {
            (RelayFault.TimedOut, _) => 504,
            (RelayFault.Refused, 400 or 409 or 413 or 422 or 429 or 503) => e.Status!.Value,
            _ => 502,
        };
        var isCallers = status < 500;
        return Of((status, e.Message)) with
        {
            Parameter = isCallers ? e.Says.Parameter : null,
            Code = status == 429 ? "rate_limit_exceeded" : isCallers ? e.Says.Code : e.Fault == RelayFault.TimedOut ? "upstream_timeout" : "upstream_error",
            RetryAfter = e.RetryAfter,
        };
    }

    public static OpenAiError Of((int Status, string Message) failure) => new(
        failure.Status, failure.Message,
        failure.Status switch { 401 => "authentication_error", 403 => "permission_error", 429 => "rate_limit_error", >= 500 => "server_error", _ => "invalid_request_error" },
        null,
        failure.Status switch { 401 => "invalid_api_key", 429 => "rate_limit_exceeded", _ => null });

    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json";
        if (Status is 429 or 503)
            http.Response.Headers.RetryAfter = (RetryAfter ?? Soon).ToString(CultureInfo.InvariantCulture);
        return http.Response.Body.WriteAsync(ToBytes(), http.RequestAborted).AsTask();
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new { error = new { message = Message, type = Type, param = Parameter, code = Code } });

    // Whoever reads a request names what is wrong first: "top_p is 3: ...", "messages[2].role is missing: ...".
    private static string? ParameterOf(string message)
    {
        var word = message.Split(' ', 2)[0];
        return Parameters.IsKnown(word.Split('[', '.')[0]) ? word : null;
    }
}
