using System.Net;
using System.Net.Http.Headers;

namespace Assay.Store.Pull;

/// <summary>A transfer that may go on when it is taken up again.</summary>
internal sealed class BrokenOffException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Requests over https (http on this machine only), with few redirects, a time for every answer, and a token that goes to nobody else.</summary>
internal sealed class PullHttp : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient client;
    private readonly TimeSpan patience;

    /// <param name="patience">How long a server may send nothing.</param>
    public PullHttp(TimeSpan patience)
    {
        this.patience = patience;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = patience,
            Proxy = new NotHere(HttpClient.DefaultProxy),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("assay", "0"));
        // The bytes that are checked are the file's own.
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>Why nothing is asked of an address, or null where it is right.</summary>
    public static string? Unsafe(Uri address) =>
        address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback) ? "it is not https"
        : address.UserInfo.Length > 0 ? "it holds a password"
        : null;

    /// <summary>An address without its query, which may hold a signature.</summary>
    public static string Shown(Uri address) => $"{address.Scheme}://{address.Authority}{address.AbsolutePath}";

    /// <summary>The answer of whoever has it in the end; its body is not read yet.</summary>
    /// <param name="shape">Adds what the request needs.</param>
    /// <param name="follow">Whether redirects are followed; else the first one is the answer.</param>
    /// <exception cref="StoreException">It is refused, or leads nowhere.</exception>
    /// <exception cref="BrokenOffException">The server cannot be reached, is silent, or has trouble of its own.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Remote remote, CancellationToken cancel, HttpMethod? method = null, Action<HttpRequestMessage>? shape = null, bool follow = true)
    {
        var address = remote.Address;
        for (var hops = 0; ; hops++)
        {
            if (Unsafe(address) is { } wrong)
                throw Nowhere(address, wrong);
            var response = await SendOnceAsync(remote, address, method ?? HttpMethod.Get, shape, cancel);
            var status = response.StatusCode;
            if (IsRedirect(status) && !follow)
                return response;
            if (!IsRedirect(status))
            {
                if (response.IsSuccessStatusCode || status == HttpStatusCode.RequestedRangeNotSatisfiable)
                    return response;
                using (response)
                    throw IsPassing(status)
                        ? new BrokenOffException($"{Shown(address)} answers with status {(int)status}")
                        : remote.Refused(status, response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null);
            }
            using (response)
            {
                if (response.Headers.Location is not { } location || !Uri.TryCreate(address, location, out var next))
                    throw Nowhere(remote.Address, "it redirects to no address");
                if (hops == MaxRedirects)
                    throw Nowhere(remote.Address, $"it redirects more than {MaxRedirects} times");
                if (address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
                    throw Nowhere(remote.Address, "it redirects from https to http");
                address = next;
            }
        }
    }

    /// <summary>A whole small body.</summary>
    /// <exception cref="StoreException">It is refused, or has more than <paramref name="limit"/> bytes.</exception>
    public async Task<byte[]> ReadAsync(Remote remote, int limit, CancellationToken cancel, Action<HttpRequestMessage>? shape = null)
    {
        using var response = await SendAsync(remote, cancel, shape: shape);
        var bytes = new MemoryStream();
        await foreach (var chunk in BodyAsync(response, cancel))
        {
            if (bytes.Length + chunk.Length > limit)
                throw new StoreException(StoreFault.BadRequest, $"{Shown(remote.Address)} answers with more than {limit} bytes");
            bytes.Write(chunk.Span);
        }
        return bytes.ToArray();
    }

    /// <summary>The body as it comes; a chunk is good until the next one.</summary>
    /// <exception cref="BrokenOffException">It ends before its end, or nothing comes any more.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> BodyAsync(
        HttpResponseMessage response, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var from = Shown(response.RequestMessage!.RequestUri!);
        if (response.Content.Headers.ContentEncoding.Any(e => e != "identity"))
            throw new StoreException(StoreFault.BadRequest, $"{from} sends the file in an encoding that was not asked for");
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silent.CancelAfter(patience);
        await using var body = await WatchedAsync(response.Content.ReadAsStreamAsync(silent.Token), from, cancel);
        var chunk = new byte[1 << 18];
        for (int read; ;)
        {
            silent.CancelAfter(patience);
            if ((read = await WatchedAsync(body.ReadAsync(chunk, silent.Token).AsTask(), from, cancel)) == 0)
                yield break;
            yield return chunk.AsMemory(0, read);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(Remote remote, Uri address, HttpMethod method, Action<HttpRequestMessage>? shape, CancellationToken cancel)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silent.CancelAfter(patience);
        using var request = new HttpRequestMessage(method, address);
        shape?.Invoke(request);
        if (remote.Token is { } token && SameOrigin(address, remote.Address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await WatchedAsync(client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silent.Token), Shown(address), cancel);
    }

    private async Task<T> WatchedAsync<T>(Task<T> work, string from, CancellationToken cancel)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new BrokenOffException($"{from} sent nothing for {patience.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new BrokenOffException($"{from} cannot be read: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}", e);
        }
    }

    private static bool SameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.IdnHost == b.IdnHost && a.Port == b.Port;

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static bool IsPassing(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;

    private static StoreException Nowhere(Uri address, string why) => new(StoreFault.BadRequest, $"{Shown(address)} cannot be pulled: {why}");

    /// <summary>The environment's proxy, except for this machine.</summary>
    private sealed class NotHere(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || proxy.IsBypassed(host);
    }
}
