using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Assay.Reliability.Routing;
using Assay.Verify;
using Assay.Verify.Relays;

namespace Assay.Client.Routing;

/// <summary>Nobody may answer by the rule that was asked for.</summary>
/// <param name="excluded">Whom the rule left out, and why (<see cref="RouteReasons"/>).</param>
public sealed class NoRouteException(string message, ImmutableArray<(string Name, string Reason)> excluded) : Exception(message)
{
    public ImmutableArray<(string Name, string Reason)> Excluded => excluded;
}

/// <summary>Whom a rule chose.</summary>
/// <param name="Endpoint">Who answered.</param>
/// <param name="Failed">Those before it, which gave no answer.</param>
public sealed record RouteChoice(RouteRule Rule, RoutedEndpoint Endpoint, RoutePlan Plan, ImmutableArray<string> Failed);

/// <summary>
/// An <see cref="HttpClient"/> handler for requests whose model says what is asked of whoever answers (<c>MODEL@proven&gt;=0.99</c>): it sends them to the endpoint that the rule
/// chooses by the caller's own certificates, and, where that gives no answer, to the next. The rule is the one that nodes use (docs/routing.md). All other requests go on as they are.
/// </summary>
/// <param name="inner">For requests that name a model.</param>
public sealed class RoutingHandler(IReadOnlyList<RoutedEndpoint> endpoints, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>In the options of the request that an answer names: whom the rule chose.</summary>
    public static readonly HttpRequestOptionsKey<RouteChoice> Chosen = new("Assay.Chosen");

    private const int MaxRequest = 16 << 20;

    private readonly Dictionary<string, (RoutedEndpoint Endpoint, HttpMessageInvoker Invoker)> byName =
        endpoints.ToDictionary(e => e.Name, e => (e, new HttpMessageInvoker(e.Handler)), StringComparer.Ordinal);

    public RoutingHandler(IReadOnlyList<RoutedEndpoint> endpoints)
        : this(endpoints, new HttpClientHandler { AllowAutoRedirect = false })
    {
    }

    /// <summary>How long each took to begin its answers, as this handler has measured it.</summary>
    public Latencies Latencies { get; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="NoRouteException">Nobody is eligible.</exception>
    /// <exception cref="MalformedException">The model's name is no rule.</exception>
    /// <exception cref="ReceiptException">An answer was refused. It is not asked for elsewhere: who gave it has a fault to answer for.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Endpoint.Of(request) is not Endpoint.Language(var isChat) || request.Content is not { } content)
            return await base.SendAsync(request, cancellationToken);
        var body = await Bodies.ReadAsync(content, MaxRequest, "request", cancellationToken);
        if (AskedOf(body) is not { } asked)
        {
            request.Content = Bodies.Again(content, body);
            return await base.SendAsync(request, cancellationToken);
        }
        var rule = RouteRule.Parse(asked);
        var plan = PlanOf(rule);
        if (plan.Order.IsEmpty)
            throw new NoRouteException(
                plan.Excluded.IsEmpty ? $"nobody is known who serves {rule.Model}"
                    : $"nobody who serves {rule.Model} is eligible ({string.Join(", ", plan.Excluded.Select(e => $"{e.Candidate.Name}: {e.Reason}"))})",
                [.. plan.Excluded.Select(e => (e.Candidate.Name, e.Reason))]);
        var failed = ImmutableArray<string>.Empty;
        for (var place = 0; ; place++)
        {
            var (endpoint, invoker) = byName[plan.Order[place].Name];
            var isLast = place + 1 == plan.Order.Length;
            var sent = RequestTo(endpoint, isChat, request, content, body);
            sent.Options.Set(Chosen, new RouteChoice(rule, endpoint, plan, failed));
            try
            {
                var since = Stopwatch.StartNew();
                var response = await invoker.SendAsync(sent, cancellationToken);
                if (isLast || !IsItsOwn(response.StatusCode))
                {
                    if (response.IsSuccessStatusCode)
                        Latencies.Add(endpoint.Name, since.Elapsed);
                    response.RequestMessage = sent;
                    return response;
                }
                response.Dispose();
            }
            catch (Exception e) when (!isLast && !cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException { InnerException: TimeoutException })
            {
                // The next one may be reached.
            }
            failed = failed.Add(endpoint.Name);
        }
    }

    /// <inheritdoc cref="SendAsync"/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.Run(() => SendAsync(request, cancellationToken), cancellationToken).GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var (_, invoker) in byName.Values)
                invoker.Dispose();
        base.Dispose(disposing);
    }

    private RoutePlan PlanOf(RouteRule rule) => RoutePlan.Of(
        rule, endpoints.Where(e => e.Serves == rule.Model).Select(e => new RouteCandidate(e.Name, e.Certificate, Latencies.Of(e.Name), e.Price, e.Cover)), (ulong)Clock.GetUtcNow().ToUnixTimeSeconds());

    private static string? AskedOf(byte[] body)
    {
        try
        {
            return JsonMembers.Find(body, "model") is { } member && JsonSerializer.Deserialize<JsonElement>(member) is { ValueKind: JsonValueKind.String } model
                && RouteRule.IsRoute(model.GetString()!) ? model.GetString() : null;
        }
        catch (Exception e) when (e is MalformedException or JsonException or InvalidOperationException)
        {
            // Whoever it was meant for says what is wrong with it.
            return null;
        }
    }

    // What the caller sends to one place, its key above all, is not for another.
    private static HttpRequestMessage RequestTo(RoutedEndpoint endpoint, bool isChat, HttpRequestMessage request, HttpContent content, byte[] body)
    {
        var sent = new HttpRequestMessage(HttpMethod.Post, $"{endpoint.Address.ToString().TrimEnd('/')}/{(isChat ? "chat/completions" : "completions")}")
        {
            Content = Bodies.Again(content, JsonMembers.With(body, "model", Encoding.ASCII.GetBytes($"\"{endpoint.Model}\""))),
        };
        foreach (var name in (string[])["Accept", "Assay-Nonce", "Assay-Auditable"])
            if (request.Headers.TryGetValues(name, out var values))
                sent.Headers.TryAddWithoutValidation(name, values);
        if (endpoint.Key is { } key)
            sent.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return sent;
    }

    private static bool IsItsOwn(HttpStatusCode status) => (int)status is 401 or 403 or 404 or 408 or 429 or >= 500;
}
