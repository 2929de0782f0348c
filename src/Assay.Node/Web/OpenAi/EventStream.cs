using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.OpenAi;

/// <summary>Server-sent events (html.spec.whatwg.org, 9.2) to one caller. Whoever reads slowly is waited for; whoever leaves, or reads nothing for too long, ends the answer.</summary>
internal sealed class EventStream(HttpContext http, NodeOptions options)
{
    private bool isStalled;

    /// <summary>Writes the events of an answer; what fails within it is the last of them.</summary>
    public async Task WriteAsync(Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (OperationCanceledException) when (isStalled)
        {
            // The connection is given up, and so is the answer.
        }
        // Before anything was sent it is told with a status of its own.
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested && http.Response.HasStarted)
        {
            // What was sent stands, and has no receipt.
            await EventAsync(OpenAiError.Of(e).ToBytes());
        }
    }

    public Task EventAsync(byte[] data) => SendAsync([.. "data: "u8, .. data, .. "\n\n"u8]);

    public Task DoneAsync() => EventAsync("[DONE]"u8.ToArray());

    /// <summary>As they come. While none does, a comment tells whoever is between that we are still here.</summary>
    public async IAsyncEnumerable<T> OrSilenceAsync<T>(IAsyncEnumerable<T> source)
    {
        await using var all = source.GetAsyncEnumerator(http.RequestAborted);
        while (true)
        {
            var next = all.MoveNextAsync();
            if (!await (next.IsCompleted ? next : WaitAsync(next.AsTask())))
                yield break;
            yield return all.Current;
        }
    }

    private async ValueTask<bool> WaitAsync(Task<bool> next)
    {
        try
        {
            while (await Task.WhenAny(next, Task.Delay(options.StreamSilence, http.RequestAborted)) != next && !http.RequestAborted.IsCancellationRequested)
                await SendAsync(": the answer is being made\n\n"u8.ToArray());
        }
        catch
        {
            // Nothing reaches the caller any more. What is being read is waited for before its source is let go of, so that it is known to the record of the answer.
            http.Abort();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        return await next;
    }

    // What the caller does not read stays in a buffer of the connection, and this waits while that is full.
    private async Task SendAsync(byte[] bytes)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers["X-Accel-Buffering"] = "no";
        }
        var sending = NowAsync();
        try
        {
            await (sending.IsCompleted ? sending : sending.WaitAsync(options.ReadWithin));
        }
        catch (TimeoutException e)
        {
            isStalled = true;
            http.Abort();
            throw new OperationCanceledException("the caller reads nothing", e);
        }

        async Task NowAsync()
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }
}
