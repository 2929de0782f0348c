using System.Net;

namespace Assay.Log.Monitoring;

/// <summary>Reads a log's published resources over HTTP (c2sp.org/tlog-tiles): no redirect is followed, every answer has a limit and a time.</summary>
public sealed class HttpLogSource : IDisposable
{
    private readonly HttpClient client;
    private readonly TimeSpan timeout;
    private readonly string prefix;

    /// <param name="url">The log's prefix: <c>checkpoint</c> and <c>tile/</c> lie below it.</param>
    /// <param name="timeout">For one whole answer, to its last byte; 30 s if not given.</param>
    public HttpLogSource(Uri url, TimeSpan? timeout = null)
    {
        this.timeout = timeout ?? TimeSpan.FromSeconds(30);
        prefix = url.ToString().TrimEnd('/') + "/";
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None,
        })
        {
            // That of the client ends with the headers.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>One resource, or null where there is none (404).</summary>
    /// <exception cref="LogException">The log cannot be reached, answers something else, or sends more than <paramref name="limit"/> bytes.</exception>
    public byte[]? Read(string path, int limit)
    {
        using var within = new CancellationTokenSource(timeout);
        return ReadAsync(path, limit, within.Token).GetAwaiter().GetResult();
    }

    private async Task<byte[]?> ReadAsync(string path, int limit, CancellationToken within)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, prefix + path);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, within).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (response.StatusCode != HttpStatusCode.OK)
                throw new LogException(LogFault.Io, $"{prefix}{path} answers with status {(int)response.StatusCode}");
            using var body = await response.Content.ReadAsStreamAsync(within).ConfigureAwait(false);
            var bytes = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = await body.ReadAsync(chunk, within).ConfigureAwait(false)) > 0;)
            {
                if (bytes.Length + read > limit)
                    throw new LogException(LogFault.Corrupt, $"{prefix}{path} has more than {limit} bytes");
                bytes.Write(chunk, 0, read);
            }
            return bytes.ToArray();
        }
        catch (OperationCanceledException e)
        {
            throw new LogException(LogFault.Io, $"{prefix}{path} cannot be read: no whole answer within {timeout.TotalSeconds} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new LogException(LogFault.Io, $"{prefix}{path} cannot be read: {e.Message}", e);
        }
    }

    public void Dispose() => client.Dispose();
}
