using System.Net;

namespace Assay.Log.Witnessing;

/// <summary>What came back from a witness.</summary>
public sealed record WitnessReply(int Status, string? ContentType, byte[] Body);

/// <summary>Posts a body to an address, and gives what came back.</summary>
/// <exception cref="HttpRequestException">No answer, or one that is too large.</exception>
public delegate Task<WitnessReply> WitnessTransport(Uri url, byte[] body, CancellationToken ct);

/// <summary>Speaks to witnesses over HTTP: connections are kept, no redirect is followed, and an answer has a limit.</summary>
public static class HttpWitnessTransport
{
    // A hundred cosignature lines are below 16 KiB.
    private const int MaxAnswer = 64 * 1024;

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        MaxResponseContentBufferSize = MaxAnswer,
        // Whoever asks says how long it waits.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static async Task<WitnessReply> PostAsync(Uri url, byte[] body, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        return new WitnessReply((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(ct));
    }
}
