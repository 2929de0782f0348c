using System.Net;
using Assay.Client.Routing;
using Assay.Reliability.Accounts;
using Assay.Reliability.Routing;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Accounts;
using Assay.Reliability.Tests.Passports;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Client.Tests;

/// <summary>Requests that say what is asked of whoever answers go to whom the rule chooses, by the caller's own certificates.</summary>
public class RoutingHandlerTests(LanguageFixture node) : IClassFixture<LanguageFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chosen_endpoint_answers_and_its_receipt_is_verified(bool streams)
    {
        var dear = new Stub(_ => throw new InvalidOperationException("not asked"));
        using var client = Client(
            Endpoint("node", new ReceiptHandler(new ReceiptOptions { Policy = node.Policy }), 100, 1) with { Address = new Uri(node.Url, "/v1"), Model = "tiny" },
            Endpoint("dear", dear, 10, 2));
        using var response = await LanguageFixture.PostAsync(client, node.Chat(streams: streams).Replace("\"tiny\"", "\"m@proven>=0.99\"", StringComparison.Ordinal));
        Assert.Contains("\"assay\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var options = response.RequestMessage!.Options;
        Assert.True(options.TryGetValue(ReceiptHandler.Verified, out var verified));
        Assert.True(options.TryGetValue(RoutingHandler.Chosen, out var choice));
        Assert.Equal(("tiny", "node"), (verified.Receipt.Model.Name, choice.Endpoint.Name));
        Assert.Equal(["node", "dear"], choice.Plan.Order.Select(c => c.Name));
    }

    [Fact]
    public async Task One_that_gives_no_answer_is_followed_by_the_next_and_keys_go_where_they_belong()
    {
        var (asked, sent) = (new List<string>(), new List<string?>());
        Stub Answering(string name, Func<HttpResponseMessage> answer) => new(request =>
        {
            asked.Add(name);
            sent.Add($"{request.Headers.Authorization} {request.RequestUri} {request.Content!.ReadAsStringAsync().Result}");
            return answer();
        });
        using var client = Client(
            Endpoint("gone", Answering("gone", () => throw new HttpRequestException("no")), 10, 1),
            Endpoint("busy", Answering("busy", () => new HttpResponseMessage(HttpStatusCode.TooManyRequests)), 10, 2) with { Key = "second" },
            Endpoint("good", Answering("good", () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") }), 10, 3) with { Key = "third" },
            Endpoint("never", Answering("never", () => throw new InvalidOperationException()), 10, 4));
        client.DefaultRequestHeaders.Add("Authorization", "Bearer the-callers-own");
        using var response = await LanguageFixture.PostAsync(client, """{"model":"m@proven>=0.99,any","n":1.0}""", "/v1/completions");
        Assert.Equal(["gone", "busy", "good"], asked);
        Assert.Equal("""Bearer third https://good.example/v1/completions {"model":"there","n":1.0}""", sent[2]);
        Assert.DoesNotContain(sent, s => s!.Contains("the-callers-own", StringComparison.Ordinal));
        Assert.True(response.RequestMessage!.Options.TryGetValue(RoutingHandler.Chosen, out var choice));
        Assert.Equal(["gone", "busy"], choice.Failed);
    }

    [Fact]
    public async Task Refusal_of_the_request_itself_and_a_receipt_that_is_wrong_go_to_the_caller()
    {
        var asked = 0;
        var next = new Stub(_ => new HttpResponseMessage((HttpStatusCode)(200 + asked++)));
        using var refusing = Client(Endpoint("a", new Stub(_ => new HttpResponseMessage(HttpStatusCode.BadRequest)), 10, 1), Endpoint("b", next, 10, 2));
        using var response = await LanguageFixture.PostAsync(refusing, """{"model":"m@proven>=0.9"}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var lying = new ReceiptHandler(new ReceiptOptions { Policy = node.Policy }, new Meddler { Answer = LanguageFixture.Whole(json => json["id"] = "other") });
        using var client = Client(Endpoint("a", lying, 10, 1) with { Address = new Uri(node.Url, "/v1"), Model = "tiny" }, Endpoint("b", next, 10, 2));
        await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Chat().Replace("\"tiny\"", "\"m@proven>=0.9\"", StringComparison.Ordinal)));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Who_may_not_answer_is_named_and_what_is_no_route_goes_on_as_it_is()
    {
        var asked = 0;
        using var client = Client(new Stub(_ => new HttpResponseMessage((HttpStatusCode)(200 + asked++))),
            Endpoint("worse", new Stub(_ => throw new InvalidOperationException()), 20_000, 1),
            Endpoint("alarmed", new Stub(_ => throw new InvalidOperationException()), 1, 1, alarmed: true),
            Endpoint("unknown", new Stub(_ => throw new InvalidOperationException()), null, 1),
            Endpoint("other", new Stub(_ => throw new InvalidOperationException()), 1, 1) with { Serves = "another" });
        var refused = await Assert.ThrowsAsync<NoRouteException>(() => LanguageFixture.PostAsync(client, """{"model":"m@proven>=0.99"}"""));
        Assert.Equal([("worse", RouteReasons.ProvesLess), ("alarmed", RouteReasons.Alarmed), ("unknown", RouteReasons.InsufficientData)], refused.Excluded);
        await Assert.ThrowsAsync<NoRouteException>(() => LanguageFixture.PostAsync(client, """{"model":"nobody@proven>=0.99"}"""));
        await Assert.ThrowsAsync<MalformedException>(() => LanguageFixture.PostAsync(client, """{"model":"m@proven>=7"}"""));
        Assert.Equal(0, asked);
        foreach (var body in (string[])["""{"model":"m"}""", """{"model":"m@1"}""", "{", """{"model":"m@proven>=0.9","model":"m"}"""])
            (await LanguageFixture.PostAsync(client, body)).Dispose();
        (await LanguageFixture.PostAsync(client, """{"model":"m@proven>=0.9"}""", "/v1/embeddings")).Dispose();
        Assert.Equal(5, asked);
    }

    [Fact]
    public void Certificates_come_of_files_that_hold_for_the_callers_policy()
    {
        var folded = Folded.Small();
        var state = folded.Audited.Fold.State;
        var (policy, model, provider) = (folded.Policy(), state.Segments[0].Model, folded.Audited.Provider.Origin);
        var certificate = folded.Certificate().ToBytes();
        Assert.Equal(AccountCertificate.Of(state, 0), RoutedEndpoint.OfCertificate(certificate, policy.Log, provider, model));
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfCertificate(certificate, policy.Log, provider, Sha256.Of([1])));
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfCertificate(certificate, node.Policy.Log, provider, model));
        var passport = Folded.Bytes(folded.Passport());
        Assert.Equal(AccountCertificate.Of(state, 0), RoutedEndpoint.OfPassport(passport, policy, provider, model));
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfPassport(passport, node.Policy, provider, model));
        // What is true of one provider is not of another.
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfCertificate(certificate, policy.Log, "other.test/log", model));
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfPassport(passport, policy, "other.test/log", model));
        passport[passport.Length / 2] ^= 1;
        Assert.Throws<MalformedException>(() => RoutedEndpoint.OfPassport(passport, policy, provider, model));
    }

    [Fact]
    public void Provider_certifies_nothing_of_itself()
    {
        var audited = new Audited(2);
        var self = new Folded(audited) { Folder = audited.Provider };
        audited.Run(3, 300_000, _ => 'r');
        self.Step();
        var (policy, state, file) = (self.Policy(), audited.Fold.State, self.Certificate());
        Assert.Single(file.Check(policy.Log));
        var refused = Assert.Throws<MalformedException>(() => RoutedEndpoint.OfCertificate(file.ToBytes(), policy.Log, audited.Provider.Origin, state.Segments[0].Model));
        Assert.Contains("own word", refused.Message, StringComparison.Ordinal);
        // Recomputed from the auditors' logs, it is more than its word.
        Assert.Equal(AccountCertificate.Of(state, 0), RoutedEndpoint.OfPassport(Folded.Bytes(self.Passport()), policy, audited.Provider.Origin, state.Segments[0].Model));
    }

    private static HttpClient Client(params RoutedEndpoint[] endpoints) => Client(new Stub(_ => throw new InvalidOperationException()), endpoints);

    private static HttpClient Client(HttpMessageHandler inner, params RoutedEndpoint[] endpoints) => new(new RoutingHandler(endpoints, inner)) { BaseAddress = new Uri("http://nowhere.example") };

    private static RoutedEndpoint Endpoint(string name, HttpMessageHandler handler, uint? bound, ulong price, bool alarmed = false)
    {
        var figure = new ProvenFigure(new Counts(5000, 0), bound);
        return new RoutedEndpoint
        {
            Name = name, Address = new Uri($"https://{name}.example/v1"), Serves = "m", Model = "there", Handler = handler, Price = price,
            Certificate = new AccountCertificate(default, 0, default, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 10, new AccountFigures(figure, figure, null, figure, alarmed, 0)),
        };
    }

    private sealed class Stub(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
