using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web;

/// <summary>A request's body, held in memory up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>What Assay takes unless an address takes less, in bytes.</summary>
    public const int Limit = 16 << 20;

    /// <summary>
    /// What the server reads of a body at most, in bytes. What is over <see cref="Limit"/> is read and thrown away: whoever is cut off while sending
    /// (RFC 9112, 9.6) may lose the answer that says why.
    /// </summary>
    public const int ReadLimit = 4 * Limit;

    private const int Block = 1 << 16;

    /// <exception cref="BadHttpRequestException">The body is larger than that.</exception>
    public static Task<byte[]> ReadAsync(HttpRequest request, int limit = Limit) => ReadAsync(request, limit, request.HttpContext.RequestAborted);

    /// <summary>As <see cref="ReadAsync(HttpRequest, int)"/>, to the last byte within a time, at any rate.</summary>
    /// <exception cref="BadHttpRequestException">The body is larger than that, or did not come in time.</exception>
    public static async Task<byte[]> ReadWithinAsync(HttpRequest request, int limit, TimeSpan within)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        time.CancelAfter(within);
        try
        {
            return await ReadAsync(request, limit, time.Token);
        }
        catch (OperationCanceledException e) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            request.HttpContext.Response.Headers.Connection = "close";
            throw new BadHttpRequestException("the body did not come in time", StatusCodes.Status408RequestTimeout, e);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, int limit, CancellationToken cancel)
    {
        using var kept = new MemoryStream(request.ContentLength is { } length && length <= limit ? (int)length : 0);
        var block = new byte[Block];
        var size = 0L;
        while (await request.Body.ReadAsync(block, cancel) is var read and > 0)
        {
            size += read;
            if (size <= limit)
                kept.Write(block, 0, read);
        }
        return size <= limit ? kept.ToArray() : throw new BadHttpRequestException("the body is too large", StatusCodes.Status413PayloadTooLarge);
    }
}
