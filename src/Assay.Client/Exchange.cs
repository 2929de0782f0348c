using System.Net;
using System.Net.Http.Headers;

namespace Assay.Client;

/// <summary>What was asked, byte for byte.</summary>
/// <param name="Model">The model that was asked for, by its name.</param>
/// <param name="Version">The version that was asked for, or null where the node chose.</param>
/// <param name="Nonce">The caller's, sent as <c>Assay-Nonce</c>: a receipt that does not echo it is for another request.</param>
/// <param name="Route">By what rule the node was to choose who answers; null where the request names a model.</param>
internal sealed record Exchange(string Model, string? Version, string? RequestType, ReadOnlyMemory<byte> Request, string Nonce, string? Route = null)
{
    /// <summary>Whether the caller lets auditors be shown the record, by the header <c>Assay-Auditable</c>: no, where it is not there.</summary>
    public bool Auditable { get; init; }
}

/// <summary>Reading bodies without letting the other side choose how much memory that takes.</summary>
internal static class Bodies
{
    public static async Task<byte[]> ReadAsync(HttpContent content, int maxBytes, string what, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > maxBytes)
            throw TooLarge(what, maxBytes);
        await using var body = await content.ReadAsStreamAsync(cancel);
        using var held = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await body.ReadAsync(buffer, cancel)) > 0)
        {
            if (held.Length + read > maxBytes)
                throw TooLarge(what, maxBytes);
            held.Write(buffer, 0, read);
        }
        return held.ToArray();
    }

    /// <summary>The same headers over bytes that can be read as often as wanted.</summary>
    public static HttpContent Again(HttpContent content, byte[] bytes) => WithHeadersOf(content, new ByteArrayContent(bytes));

    /// <summary>The same headers over a stream that reads the content's.</summary>
    public static HttpContent Over(HttpContent content, Stream stream) => WithHeadersOf(content, new StreamContent(stream));

    /// <summary>What is verified is what is read: no second decoding may stand between the two.</summary>
    /// <exception cref="ReceiptException">The answer's headers ask for one.</exception>
    public static void RequirePlain(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        if (response.StatusCode != HttpStatusCode.OK)
            throw new ReceiptException(ReceiptFault.NoReceipt, $"an answer with status {(int)response.StatusCode}: expected 200");
        if (headers.ContentEncoding.Count > 0)
            throw new ReceiptException(ReceiptFault.OtherAnswer, "the answer has a content encoding: what is read would not be what was verified");
        if (headers.ContentType?.CharSet is { } charset && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new ReceiptException(ReceiptFault.OtherAnswer, "the answer names another charset than utf-8: what is read would not be what was verified");
    }

    public static string? TypeOf(HttpContent content) =>
        content.Headers.TryGetValues("Content-Type", out var values) ? values.First() : null;

    public static string? Single(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    private static HttpContent WithHeadersOf(HttpContent content, HttpContent made)
    {
        foreach (var (name, values) in content.Headers)
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                made.Headers.TryAddWithoutValidation(name, values);
        return made;
    }

    private static ReceiptException TooLarge(string what, int maxBytes) =>
        new(ReceiptFault.NoReceipt, $"the {what} has more than {maxBytes} bytes (ReceiptOptions.MaxBytes)");
}
