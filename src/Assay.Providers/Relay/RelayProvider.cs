using System.Net;
using System.Net.Http.Headers;
using Assay.Verify.Relays;

namespace Assay.Providers.Relay;

/// <summary>Where a relay forwards to, and what it shows there.</summary>
/// <param name="Key">Sent as a bearer token, and told to nobody else; null for none.</param>
public sealed record RelayTarget(RelayDescription Description, string? Key)
{
    // Whoever prints a target must not print its key.
    public override string ToString() => Description.ToString();
}

/// <summary>One request to an upstream.</summary>
/// <param name="Path">Below its address: <c>chat/completions</c> or <c>completions</c>.</param>
/// <param name="Body">Exactly as it is sent.</param>
/// <param name="Nonce">What an upstream that gives receipts puts into its own.</param>
public sealed record RelayInvocation(RelayTarget Target, string Path, ReadOnlyMemory<byte> Body, bool Streams, string Nonce);

/// <summary>
/// Upstreams with an OpenAI-compatible API. What is sent goes to the operator's address and nowhere else: no redirect is followed, no cookie kept, no body decompressed, and
/// certificates are checked as the platform does.
/// </summary>
public sealed class RelayProvider(RelayOptions options) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectWithin,
        // An address may come to mean another machine while we run.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends the request, and returns when the head of the answer is there, whatever its status.</summary>
    /// <exception cref="RelayException">None came.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<RelayRun> InvokeAsync(RelayInvocation invocation, CancellationToken cancel)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            ends.CancelAfter(options.AnswerWithin);
            var description = invocation.Target.Description;
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{description.Url}/{invocation.Path}"));
            request.Content = new ReadOnlyMemoryContent(invocation.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Accept", invocation.Streams ? "text/event-stream" : "application/json");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            request.Headers.TryAddWithoutValidation("Assay-Nonce", invocation.Nonce);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("assay", LocalEngine.Claim.Version));
            if (invocation.Target.Key is { } key)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ends.Token).ConfigureAwait(false);
            ends.CancelAfter(options.EndWithin);
            return new RelayRun(response, options, ends, cancel);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            ends.Dispose();
            throw new RelayException(RelayFault.TimedOut, "the upstream did not answer in time", e);
        }
        catch (HttpRequestException e)
        {
            ends.Dispose();
            throw new RelayException(RelayFault.Unreachable, $"the upstream cannot be reached ({e.HttpRequestError})", e);
        }
        catch
        {
            ends.Dispose();
            throw;
        }
    }

    public void Dispose() => client.Dispose();
}
