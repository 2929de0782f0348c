using System.Net;

namespace Assay.Log.Monitoring;

/// <summary>Reads a log's published resources over HTTP (c2sp.org/tlog-tiles): no redirect is followed, every answer has a limit and a time.</summary>
public sealed class HttpLogSource : IDisposable
{
    private readonly HttpClient client;
    private readonly string prefix;

    /// <param name="url">The log's prefix: <c>checkpoint</c> and <c>tile/</c> lie below it.</param>
    public HttpLogSource(Uri url, TimeSpan? timeout = null)
    {
        prefix = url.ToString().TrimEnd('/') + "/";
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None,
        })
        {
            Timeout = timeout ?? TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>One resource, or null where there is none (404).</summary>
    /// <exception cref="LogException">The log cannot be reached, answers something else, or sends more than <paramref name="limit"/> bytes.</exception>
    public byte[]? Read(string path, int limit)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, prefix + path);
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (response.StatusCode != HttpStatusCode.OK)
                throw new LogException(LogFault.Io, $"{prefix}{path} answers with status {(int)response.StatusCode}");
            using var body = response.Content.ReadAsStream();
            var bytes = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = body.Read(chunk)) > 0;)
            {
                if (bytes.Length + read > limit)
                    throw new LogException(LogFault.Corrupt, $"{prefix}{path} has more than {limit} bytes");
                bytes.Write(chunk, 0, read);
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            throw new LogException(LogFault.Io, $"{prefix}{path} cannot be read: {e.Message}", e);
        }
    }

    public void Dispose() => client.Dispose();
}
