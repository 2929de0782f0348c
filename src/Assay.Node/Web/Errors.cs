using System.Text.Json;
using Assay.Audit;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Node.Web.OpenAi;
using Assay.Store;
using Assay.Verify;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Assay.Node.Web;

/// <summary>Every failure becomes one line of JSON: <c>{"error": …}</c> (Open Inference Protocol v2, error response).</summary>
internal static class Errors
{
    public static void Use(WebApplication app)
    {
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                // The caller is gone: there is no one to answer.
            }
            catch (Exception e) when (!http.Response.HasStarted)
            {
                var (status, message) = Describe(e);
                var error = OpenAiError.Owns(http.Request.Path) ? OpenAiError.Of(e) : null;
                if ((error?.Status ?? status) == StatusCodes.Status500InternalServerError)
                    app.Logger.LogError(e, "unexpected failure of {Method} {Path}", http.Request.Method, http.Request.Path);
                http.Response.StatusCode = status;
                await (error?.WriteAsync(http) ?? WriteAsync(http, message));
            }
        });
        app.UseStatusCodePages(async context => await WriteAsync(context.HttpContext, context.HttpContext.Response.StatusCode switch
        {
            404 => "there is nothing at this address",
            405 => $"{context.HttpContext.Request.Method} is not possible at this address",
            408 => "the body did not come in time",
            415 => "the body's content type is not the one expected here",
            429 => "too many requests at once: try again in a moment",
            var status => $"status {status}",
        }));
    }

    /// <summary>The status and the line for an exception.</summary>
    public static (int Status, string Message) Describe(Exception e) => e switch
    {
        AuditException => (503, e.Message),
        NodeException { Fault: NodeFault.NotFound } => (404, e.Message),
        NodeException { Fault: NodeFault.Forbidden } => (403, e.Message),
        NodeException { Fault: NodeFault.Conflict } => (409, e.Message),
        NodeException { Fault: NodeFault.Unavailable or NodeFault.InUse or NodeFault.KeyMissing } => (503, e.Message),
        NodeException => (400, e.Message),
        StoreException { Fault: StoreFault.NotFound } => (404, e.Message),
        StoreException { Fault: StoreFault.Corrupt or StoreFault.Unavailable } => (503, e.Message),
        StoreException or ModelException or MalformedException => (400, e.Message),
        LogException { Fault: LogFault.BadRequest } => (400, e.Message),
        LogException => (503, e.Message),
        OutOfMemoryException => (503, "there is not enough memory for this"),
        BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == 413 ? "the body is larger than this node takes" : e.Message),
        _ => (500, "an unexpected failure: the node's own log says more"),
    };

    /// <summary>Writes the line in the form that callers of this address expect; the status is set.</summary>
    public static Task WriteAsync(HttpContext http, string message)
    {
        if (OpenAiError.Owns(http.Request.Path))
            return OpenAiError.Of((http.Response.StatusCode, message)).WriteAsync(http);
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(JsonSerializer.Serialize(new { error = message }), http.RequestAborted);
    }
}
