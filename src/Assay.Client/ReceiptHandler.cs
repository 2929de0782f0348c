using System.Net;
using System.Security.Cryptography;
using Assay.Verify.Codecs;
using Assay.Verify.Verification;

namespace Assay.Client;

/// <summary>
/// An <see cref="HttpClient"/> handler that hands an answer on only when its receipt has been verified: it captures the exact
/// bytes of request and answer, fetches the bundle, judges it by the caller's policy, and holds it against those bytes.
/// </summary>
/// <remarks>
/// Inference requests are those of the Open Inference Protocol v2 (<c>POST …/infer</c>). Everything else passes through untouched, and so
/// does an answer that reports an error: there is no receipt for one. An answer with a receipt to a request that this handler does
/// not know, and any success of a POST below <c>/v2/</c> or to a language model (streamed or not) that it does not know, is refused: better than to hand on what nobody checked.
/// </remarks>
public sealed class ReceiptHandler(ReceiptOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>In the request's options after an answer: what was verified.</summary>
    public static readonly HttpRequestOptionsKey<VerifiedAnswer> Verified = new("Assay.Verified");

    private const string NonceHeader = "Assay-Nonce";
    private const string DisclosureHeader = "Assay-Disclosure";

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly LogMemory memory = new(options);
    private readonly VerifierCache cache = new();

    public ReceiptHandler(ReceiptOptions options)
        : this(options, new HttpClientHandler { AllowAutoRedirect = false })
    {
    }

    /// <exception cref="ReceiptException">The answer was refused; nothing of it is handed on.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A request may be sent a second time: what was verified then is not about what comes now.
        ((IDictionary<string, object?>)request.Options).Remove(Verified.Key);
        if (!TryModel(request, out var model, out var version))
            return Unknown(request, await base.SendAsync(request, cancellationToken));

        var (type, sent) = (request.Content is null ? null : Bodies.TypeOf(request.Content), Array.Empty<byte>());
        if (request.Content is { } content)
        {
            sent = await Bodies.ReadAsync(content, options.MaxBytes, "request", cancellationToken);
            // What is checked is what is sent: a content that is made anew for each reading could give two bodies.
            request.Content = Bodies.Again(content, sent);
        }
        var nonce = Bodies.Single(request.Headers, NonceHeader);
        if (nonce is null)
            request.Headers.Add(NonceHeader, nonce = Hex.Write(RandomNumberGenerator.GetBytes(16)));

        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return response;
        try
        {
            Bodies.RequirePlain(response);
            var received = await Bodies.ReadAsync(response.Content, options.MaxBytes, "answer", cancellationToken);
            var answer = AnswerReceipt.Read(Bodies.Single(response.Headers, AnswerReceipt.Header), received);
            var verified = await VerifyAsync(answer, new Exchange(model, version, type, sent, received, nonce), request, cancellationToken);
            request.Options.Set(Verified, verified);
            response.Content = Bodies.Again(response.Content, received);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<VerifiedAnswer> VerifyAsync(AnswerReceipt answer, Exchange exchange, HttpRequestMessage request, CancellationToken cancel)
    {
        AnswerCheck.Promised(answer, options.Policy);
        var file = await FetchAsync(answer, request, cancel);
        memory.HoldTo(answer, file);
        var verified = AnswerCheck.Accepted(answer, exchange, file, options.Policy, cache);
        memory.Saw(verified.Bundle.LogProof.Note);
        options.Keeper.Bundle(verified.RecordId, file);
        return verified;
    }

    // 202 says that the entry is promised but not yet in the tree.
    private async Task<byte[]> FetchAsync(AnswerReceipt answer, HttpRequestMessage request, CancellationToken cancel)
    {
        var url = new Uri(request.RequestUri!, $"/v1/receipts/{answer.RecordId}");
        var end = options.Clock.GetUtcNow() + options.Patience;
        for (var wait = FirstWait; ; wait *= 2)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, url);
            ask.Headers.TryAddWithoutValidation(DisclosureHeader, answer.OutputSalt);
            ask.Headers.Authorization = request.Headers.Authorization;
            using var response = await base.SendAsync(ask, cancel);
            if (response.StatusCode == HttpStatusCode.OK)
                return await Bodies.ReadAsync(response.Content, options.MaxBytes, "bundle", cancel);
            var now = options.Clock.GetUtcNow();
            if (now >= end || response.StatusCode != HttpStatusCode.Accepted)
                throw await NoBundleAsync(answer, request, (int)response.StatusCode, now, cancel);
            // Trees grow several times a second: ask sooner than the node says at first, and about as often as it says later.
            var asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            var most = asked < FirstWait ? FirstWait : asked > LongestWait ? LongestWait : asked;
            wait = wait < most ? wait : most;
            var left = end - now < FirstWait ? FirstWait : end - now;
            await Task.Delay(wait < left ? wait : left, options.Clock, cancel);
        }
    }

    // A log that has not shown its entry by the deadline has broken its word; its own checkpoint is the evidence.
    private async Task<ReceiptException> NoBundleAsync(AnswerReceipt answer, HttpRequestMessage request, int status, DateTimeOffset now, CancellationToken cancel)
    {
        if (now.ToUnixTimeSeconds() <= (long)Math.Min(answer.Held.Promise.Deadline, long.MaxValue))
            return new ReceiptException(ReceiptFault.NoBundle, $"the bundle of receipt {answer.RecordId} cannot be had (status {status}); the log has until its deadline");
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(request.RequestUri!, "/log/checkpoint"));
        using var response = await base.SendAsync(ask, cancel);
        var note = response.IsSuccessStatusCode ? await Bodies.ReadAsync(response.Content, 1 << 20, "checkpoint", cancel) : [];
        return memory.Late(answer, note);
    }

    // A success that this handler should have checked, but does not know how to.
    private static HttpResponseMessage Unknown(HttpRequestMessage request, HttpResponseMessage response)
    {
        var isBelowInference = request.Method == HttpMethod.Post && request.RequestUri is { IsAbsoluteUri: true } url
            && Segments(url) is ["v2", ..] or [.., "v1", "chat", "completions"] or [.., "v1", "completions"] or [.., "v1", "embeddings"];
        if (!response.IsSuccessStatusCode || !isBelowInference && !response.Headers.Contains(AnswerReceipt.Header))
            return response;
        response.Dispose();
        throw new ReceiptException(ReceiptFault.NoReceipt, $"an answer from '{request.RequestUri!.AbsolutePath}', which this client does not know how to check");
    }

    // .../models/{model}[/versions/{version}]/infer, as forgiving of case and of slashes at the end as a web server is.
    private static bool TryModel(HttpRequestMessage request, out string model, out string? version)
    {
        (model, version) = ("", null);
        if (request.Method != HttpMethod.Post || request.RequestUri is not { IsAbsoluteUri: true } url)
            return false;
        var names = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        switch (Segments(url))
        {
            case [.., "models", _, "infer"]:
                model = names[^2];
                return true;
            case [.., "models", _, "versions", _, "infer"]:
                (model, version) = (names[^4], names[^2]);
                return true;
            default:
                return false;
        }
    }

    private static string[] Segments(Uri url) =>
        [.. url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => Uri.UnescapeDataString(part).ToLowerInvariant())];
}
