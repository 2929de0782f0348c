using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Assay.Client.Tests;

/// <summary>Stands between the client and the node and does what a bad node, or anyone on the way, could do.</summary>
internal sealed class Meddler() : DelegatingHandler(new SocketsHttpHandler())
{
    /// <summary>Changes the body of an inference request on its way.</summary>
    public Func<string, string>? Request { get; init; }

    /// <summary>What the node is told of whether auditors may be shown the record.</summary>
    public string? Auditable { get; init; }

    /// <summary>Sends inference requests to another place.</summary>
    public Uri? Elsewhere { get; init; }

    /// <summary>Changes the answer to an inference request.</summary>
    public Func<HttpResponseMessage, byte[], byte[]>? Answer { get; init; }

    /// <summary>Changes the bundle.</summary>
    public Func<byte[], byte[]>? Bundle { get; init; }

    /// <summary>What is answered instead of a bundle.</summary>
    public HttpStatusCode? InsteadOfBundle { get; init; }

    /// <summary>What is shown as the log's checkpoint.</summary>
    public byte[]? Checkpoint { get; init; }

    /// <summary>A header of the answer's content.</summary>
    public (string Name, string Value)? Headers { get; init; }

    /// <summary>The status of the answer.</summary>
    public Func<HttpStatusCode>? Status { get; init; }

    /// <summary>What a bundle that is not ready asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Called for each bundle that is asked for.</summary>
    public Action? Asked { get; init; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isBundle = request.RequestUri!.AbsolutePath.StartsWith("/v1/receipts/", StringComparison.Ordinal);
        if (isBundle)
            Asked?.Invoke();
        if (isBundle && InsteadOfBundle is { } status)
        {
            var instead = new HttpResponseMessage(status) { RequestMessage = request };
            instead.Headers.RetryAfter = RetryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
            return instead;
        }
        if (Checkpoint is not null && request.RequestUri.AbsolutePath == "/log/checkpoint")
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Checkpoint), RequestMessage = request };
        if (request.Method == HttpMethod.Post && Request is not null)
            request.Content = new StringContent(Request(await request.Content!.ReadAsStringAsync(cancellationToken)), Encoding.UTF8, "application/json");
        if (request.Method == HttpMethod.Post && Auditable is not null)
        {
            request.Headers.Remove("Assay-Auditable");
            request.Headers.Add("Assay-Auditable", Auditable);
        }
        if (request.Method == HttpMethod.Post && Elsewhere is not null)
            request.RequestUri = Elsewhere;
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Post && Answer is not null)
            response.Content = new ByteArrayContent(Answer(response, await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        if (request.Method == HttpMethod.Post && Headers is { } header)
        {
            response.Content.Headers.Remove(header.Name);
            response.Content.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }
        if (request.Method == HttpMethod.Post && Status is not null)
            response.StatusCode = Status();
        if (isBundle && Bundle is not null && response.StatusCode == HttpStatusCode.OK)
            response.Content = new ByteArrayContent(Bundle(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        return response;
    }
}
