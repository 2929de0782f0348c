using System.Net;
using System.Security.Cryptography;
using Assay.Verify.Codecs;

namespace Assay.Client;

/// <summary>
/// An <see cref="HttpClient"/> handler that hands an answer on only when its receipt has been verified: it captures the exact
/// bytes of request and answer, fetches the bundle, judges it by the caller's policy, and holds it against those bytes.
/// </summary>
/// <remarks>
/// Inference requests are those of the Open Inference Protocol v2 (<c>POST …/infer</c>); everything else passes through untouched,
/// and so does an answer that reports an error: there is no receipt for one.
/// </remarks>
public sealed class ReceiptHandler(ReceiptOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>In the request's options after an answer: what was verified.</summary>
    public static readonly HttpRequestOptionsKey<VerifiedAnswer> Verified = new("Assay.Verified");

    private const string NonceHeader = "Assay-Nonce";
    private const string DisclosureHeader = "Assay-Disclosure";

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);

    private readonly LogMemory memory = new(options);

    public ReceiptHandler(ReceiptOptions options)
        : this(options, new HttpClientHandler { AllowAutoRedirect = false })
    {
    }

    /// <exception cref="ReceiptException">The answer was refused; nothing of it is handed on.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!TryModel(request, out var model, out var version))
            return await base.SendAsync(request, cancellationToken);

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
        var verified = AnswerCheck.Accepted(answer, exchange, file, options.Policy);
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
            // Trees grow several times a second: ask sooner than the node says at first, and no more often than that later.
            var most = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            await Task.Delay(wait < most ? wait : most, options.Clock, cancel);
        }
    }

    // A log that has not shown its entry by the deadline has broken its word; its own checkpoint is the evidence.
    private async Task<ReceiptException> NoBundleAsync(AnswerReceipt answer, HttpRequestMessage request, int status, DateTimeOffset now, CancellationToken cancel)
    {
        if (now.ToUnixTimeSeconds() <= (long)Math.Min(answer.Promise.Deadline, long.MaxValue))
            return new ReceiptException(ReceiptFault.NoBundle, $"the bundle of receipt {answer.RecordId} cannot be had (status {status}); the log has until its deadline");
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(request.RequestUri!, "/log/checkpoint"));
        using var response = await base.SendAsync(ask, cancel);
        var note = response.IsSuccessStatusCode ? await Bodies.ReadAsync(response.Content, 1 << 20, "checkpoint", cancel) : [];
        return memory.Late(answer, note);
    }

    // .../models/{model}[/versions/{version}]/infer
    private static bool TryModel(HttpRequestMessage request, out string model, out string? version)
    {
        (model, version) = ("", null);
        if (request.Method != HttpMethod.Post || request.RequestUri is not { IsAbsoluteUri: true } url)
            return false;
        var parts = url.AbsolutePath.Split('/').Select(Uri.UnescapeDataString).ToArray();
        switch (parts)
        {
            case [.., "models", var name, "infer"]:
                model = name;
                return true;
            case [.., "models", var name, "versions", var number, "infer"]:
                (model, version) = (name, number);
                return true;
            default:
                return false;
        }
    }
}
