using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Client.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Client;

/// <summary>
/// An <see cref="HttpClient"/> handler that hands an answer on only when its receipt has been verified: it captures the exact
/// bytes of request and answer, fetches the bundle, judges it by the caller's policy, and holds it against those bytes.
/// </summary>
/// <remarks>
/// It knows the answers of the Open Inference Protocol v2 (<c>POST …/infer</c>) and those of language models (<c>POST …/v1/chat/completions</c>,
/// <c>…/v1/completions</c>), whole and streamed, and embeddings (<c>…/v1/embeddings</c>). A stream's tokens are handed on as they come, unless <see cref="ReceiptOptions.HoldsBackStreams"/>, and its end only when the
/// receipt bears them out: otherwise reading throws. Everything else passes through untouched, and so does an answer that reports an error: there is no receipt for one.
/// An answer with a receipt to a request that this handler does not know, and any other success of a POST below <c>/v2/</c>, is refused: better than
/// to hand on what nobody checked.
/// </remarks>
public sealed class ReceiptHandler(ReceiptOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>In the request's options after an answer: what was verified.</summary>
    public static readonly HttpRequestOptionsKey<VerifiedAnswer> Verified = new("Assay.Verified");

    private const string NonceHeader = "Assay-Nonce";
    private const string AuditableHeader = "Assay-Auditable";
    private const string RelayedHeader = "Assay-Relayed";
    private const string DisclosureHeader = "Assay-Disclosure";

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly LogMemory memory = new(options);
    private readonly VerifierCache cache = new();

    public ReceiptHandler(ReceiptOptions options)
        : this(options, new HttpClientHandler { AllowAutoRedirect = false })
    {
    }

    /// <exception cref="ReceiptException">The answer was refused; nothing of it is handed on. A stream's reading throws it.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A request may be sent a second time: what was verified then is not about what comes now.
        ((IDictionary<string, object?>)request.Options).Remove(Verified.Key);
        var endpoint = Endpoint.Of(request);
        if (endpoint is null or Endpoint.Unknown)
            return Unchecked(request, endpoint, await base.SendAsync(request, cancellationToken));

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

        var auditable = Bodies.Single(request.Headers, AuditableHeader) == "true";

        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return response;
        try
        {
            Bodies.RequirePlain(response);
            await (endpoint switch
            {
                Endpoint.Tensors(var model, var version) => TensorsAsync(new Exchange(model, version, type, sent, nonce) { Auditable = auditable }, request, response, cancellationToken),
                Endpoint.Language(var isChat) => LanguageAsync(isChat, (type, sent, nonce, auditable), request, response, cancellationToken),
                Endpoint.Embeddings => EmbeddingsAsync((type, sent, nonce, auditable), request, response, cancellationToken),
                _ => throw new InvalidOperationException("an endpoint that nobody checks"),
            });
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="SendAsync"/>
    // Inherited, it would pass by all checks.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.Run(() => SendAsync(request, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    private Task TensorsAsync(Exchange exchange, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancel) =>
        WholeAsync(exchange, (received, receipt, shown) => TensorCheck.Difference(exchange.Request, received, receipt, shown), request, response, cancel);

    private Task EmbeddingsAsync((string? Type, byte[] Body, string Nonce, bool Auditable) sent, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancel)
    {
        var question = EmbeddingQuestion.Read(sent.Body) ?? throw Unreadable();
        return WholeAsync(
            new Exchange(question.Name, question.Version, sent.Type, sent.Body, sent.Nonce) { Auditable = sent.Auditable },
            (received, receipt, shown) => EmbeddingCheck.Difference(question, received, receipt, shown), request, response, cancel);
    }

    private async Task WholeAsync(Exchange exchange, Func<byte[], Receipt, Disclosures, string?> body, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancel)
    {
        var received = await Bodies.ReadAsync(response.Content, options.MaxBytes, "answer", cancel);
        var answer = AnswerReceipt.Read(Bodies.Single(response.Headers, AnswerReceipt.Header), received);
        await VerifyAsync(answer, exchange, (receipt, shown) => body(received, receipt, shown), request, cancel);
        response.Content = Bodies.Again(response.Content, received);
    }

    private async Task LanguageAsync(bool isChat, (string? Type, byte[] Body, string Nonce, bool Auditable) sent, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancel)
    {
        var question = LanguageQuestion.Read(isChat, sent.Body) ?? throw Unreadable();
        var exchange = new Exchange(question.Name, question.Version, sent.Type, sent.Body, sent.Nonce, question.Route) { Auditable = sent.Auditable };
        // A word, on which nothing rests: an answer is compared with a receipt of the kind that it says it has.
        if (Bodies.Single(response.Headers, RelayedHeader) == "true")
        {
            if (!options.AcceptsRelayed)
                throw new ReceiptException(ReceiptFault.NotAccepted, AnswerCheck.Relayed);
            await RelayedAsync(question, exchange, request, response, cancel);
            return;
        }
        if (question.Streams)
        {
            var streamed = new SeenAnswer(question);
            await ConfirmAtEndAsync(streamed, reading => ConfirmAsync(AnswerReceipt.Read(streamed.Receipt!.Value), streamed, reading), response, cancel);
            return;
        }
        var received = await Bodies.ReadAsync(response.Content, options.MaxBytes, "answer", cancel);
        var answer = AnswerReceipt.Read(Bodies.Single(response.Headers, AnswerReceipt.Header), received);
        var whole = new SeenAnswer(question);
        using (var json = JsonDocument.Parse(received, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false }))
            whole.TakeWhole(json.RootElement);
        await ConfirmAsync(answer, whole, cancel);
        response.Content = Bodies.Again(response.Content, received);

        Task ConfirmAsync(AnswerReceipt answer, SeenAnswer seen, CancellationToken cancel) => VerifyAsync(
            answer, exchange, (receipt, shown) => LanguageCheck.Difference(question, seen, answer.Words, receipt, shown), request, cancel);
    }

    private async Task RelayedAsync(LanguageQuestion question, Exchange exchange, HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancel)
    {
        var seen = new RelayedSeen(question);
        if (question.Streams)
        {
            await ConfirmAtEndAsync(
                seen, reading => VerifyAsync(AnswerReceipt.Read(seen.Receipt!.Value), exchange, (receipt, shown) => RelayedCheck.Difference(question, seen, receipt, shown), request, reading),
                response, cancel);
            return;
        }
        await WholeAsync(exchange, (received, receipt, shown) =>
        {
            seen.TakeWhole(received);
            return RelayedCheck.Difference(question, seen, receipt, shown);
        }, request, response, cancel);
    }

    private async Task ConfirmAtEndAsync(ISeenAnswer seen, Func<CancellationToken, Task> confirm, HttpResponseMessage response, CancellationToken cancel)
    {
        var source = await response.Content.ReadAsStreamAsync(cancel);
        response.Content = Bodies.Over(response.Content, new ConfirmedStream(source, seen, confirm, options.HoldsBackStreams, options.MaxBytes));
    }

    private async Task VerifyAsync(AnswerReceipt answer, Exchange exchange, Func<Receipt, Disclosures, string?> body, HttpRequestMessage request, CancellationToken cancel)
    {
        AnswerCheck.Promised(answer, options.Policy);
        var file = await FetchAsync(answer, request, cancel);
        memory.HoldTo(answer, file);
        var verified = AnswerCheck.Accepted(answer, exchange, body, file, options, cache);
        memory.Saw(verified.Bundle.LogProof.Note);
        options.Keeper.Bundle(verified.RecordId, file);
        request.Options.Set(Verified, verified);
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

    private static ReceiptException Unreadable() => new(ReceiptFault.NoReceipt, "the node answered a request that this client cannot read");

    // A success that this handler should have checked, but does not know how to.
    private static HttpResponseMessage Unchecked(HttpRequestMessage request, Endpoint? endpoint, HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode || endpoint is null && !response.Headers.Contains(AnswerReceipt.Header))
            return response;
        response.Dispose();
        throw new ReceiptException(ReceiptFault.NoReceipt, $"an answer from '{request.RequestUri!.AbsolutePath}', which this client does not know how to check");
    }
}
