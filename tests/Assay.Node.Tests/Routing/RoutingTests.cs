using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Engine.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Node.Relays;
using Assay.Node.Routing;
using Assay.Node.Tests.Relays;
using Assay.Node.Tests.Web;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Providers.Relay;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Routing;

/// <summary>A node with a model of its own and two relays that claim to serve it; each has the account that a test gives it.</summary>
public sealed class RoutingTests : NodeHost, ICertificates
{
    private const string Answer = """{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"far"},"finish_reason":"stop"}]}""";
    private const string Stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"far\"}}]}\n\ndata: [DONE]\n";

    private readonly TestUpstream cheap = new(), dear = new();
    private readonly Dictionary<string, AccountCertificate> accounts = [];
    private readonly Dictionary<AccountCertificate, ulong> covers = [];

    public AccountCertificate? Of(StoredModel model) => accounts.GetValueOrDefault(model.Name);

    public AccountCertificate? Of(Relay relay) => accounts.GetValueOrDefault(relay.Name);

    protected override Router RouterOf(AssayNode node) => new(node, this, (certificate, rule) => covers.TryGetValue(certificate, out var price) ? price + (rule.Failures ?? 0) : null);

    protected override NodeOptions Options => new()
    {
        Language = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 } },
        Relay = new RelayOptions { AnswerWithin = TimeSpan.FromSeconds(5), SilenceWithin = TimeSpan.FromSeconds(5) },
    };

    protected override async Task ImportAsync()
    {
        await Node.ImportAsync(Test.Write("tiny.gguf", TinyModels.Write("qwen3", WeightType.F32, template: Web.OpenAi.ChatHost.Template, context: 1024)));
        foreach (var (name, upstream, price) in ((string, TestUpstream, string)[])[("cheap", cheap, "1"), ("dear", dear, "5")])
        {
            Node.Relays.Store.Add(new Relay(name, new RelayDescription(upstream.Url, "up", "tiny"), new RelayPrice(RelayPrice.Parse("0.5"), RelayPrice.Parse(price)), 0), null);
            upstream.SaysJson(Answer);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await cheap.DisposeAsync();
        await dear.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task Cheapest_that_proves_it_answers_and_the_receipt_says_why(string stream)
    {
        Proves("cheap", 9_000);
        Proves("dear", 100);
        cheap.SaysJson(Answer);
        if (stream.Length > 0)
            cheap.SaysStream(Stream);
        var (status, last, text) = await AskAsync("tiny@proven>=0.99", stream);
        Assert.True(status == HttpStatusCode.OK, text);
        var receipt = await ReceiptAsync(last);
        var said = RelayParameters.Read(receipt.Parameters);
        var route = said.Route!;
        Assert.Equal(("tiny@proven>=0.99", "cheap", 1_000_000UL, 9_000UL), (route.Asked, route.Chosen.Split('@')[0], route.Price, route.Account?.FailureBound));
        Assert.Equal(accounts["cheap"].State, route.Account!.State);
        Assert.Equal([("dear", RouteClaim.Later), ("tiny", "insufficient-data")], route.Others.Select(o => (o.Name.Split('@')[0], o.Reason)));
        Assert.Equal(route, RouteClaim.Read(new JsonAt(StrictJson.Parse(Encoding.UTF8.GetBytes(last.GetProperty("assay").GetRawText()), 1 << 20), "assay")));
        Assert.Contains("\"model\":\"up\"", Encoding.UTF8.GetString(cheap.Body), StringComparison.Ordinal);
        Assert.Equal(0, dear.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task Nodes_own_model_answers_where_it_is_chosen_and_its_answer_replays(string stream)
    {
        Proves("tiny", 5);
        Proves("cheap", 5);
        var (status, last, text) = await AskAsync("tiny@proven>=0.9999", stream);
        Assert.True(status == HttpStatusCode.OK, text);
        var bundle = await BundleAsync(last);
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        var route = AnswerParametersFormat.Read(receipt.Parameters).Route!;
        Assert.Equal(("tiny@1", 0UL), (route.Chosen, route.Price));
        var replay = await LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(_ => Node.LoadLanguage(Node.Models.Find("tiny"))), default);
        Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
        // A receipt that says another rule than the request asked for is no replay's friend.
        var other = Language.TinyNode.With(bundle, r => r with { Parameters = AnswerParametersFormat.Write(AnswerParametersFormat.Read(r.Parameters) with { Route = route with { Asked = "tiny@proven>=0" } }) });
        Assert.Equal(ReplayStatus.Diverged, (await LanguageReplay.RunAsync(other, LanguageReplayTools.Local(_ => Node.LoadLanguage(Node.Models.Find("tiny"))), default)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    public async Task One_that_fails_before_its_first_byte_is_followed_by_the_next(string stream)
    {
        Proves("cheap", 10);
        Proves("dear", 10);
        if (stream.Length > 0)
            dear.SaysStream(Stream);
        foreach (var fail in (Action[])[() => cheap.SaysJson("{}", 500), () => cheap.SaysJson("{}", 429), () => cheap.Says(""), () => cheap.SaysJson("{}", 401), () => cheap.SaysStream("nonsense\n")])
        {
            fail();
            var (status, last, text) = await AskAsync("tiny@proven>=0.99", stream);
            Assert.True(status == HttpStatusCode.OK, text);
            var route = RelayParameters.Read((await ReceiptAsync(last)).Parameters).Route!;
            Assert.Equal("dear", route.Chosen.Split('@')[0]);
            Assert.Contains(route.Others, o => o.Name.StartsWith("cheap@", StringComparison.Ordinal) && o.Reason == RouteClaim.Failed);
        }
    }

    [Fact]
    public async Task Failure_that_is_the_requests_own_is_told_at_once_and_one_after_the_first_byte_too()
    {
        Proves("cheap", 10);
        Proves("dear", 10);
        cheap.SaysJson("""{"error":{"message":"too long","code":"context_length_exceeded"}}""", 400);
        var (status, _, text) = await AskAsync("tiny@proven>=0.99", "");
        Assert.Equal((HttpStatusCode.BadRequest, 0), (status, dear.Requests));
        Assert.Contains("too long", text, StringComparison.Ordinal);
        cheap.SaysStream("data: {\"choices\":[]}\n\ndata: {\"cho");
        (status, _, text) = await AskAsync("tiny@proven>=0.99", ",\"stream\":true");
        Assert.Equal((HttpStatusCode.OK, 0), (status, dear.Requests));
        Assert.Contains("\"error\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_answer_is_named_with_the_reason()
    {
        Proves("cheap", 10, alarmed: true);
        Proves("dear", 10, age: AccountCertificate.LifeSeconds);
        var (status, last, _) = await AskAsync("tiny@proven>=0.99", "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        var error = last.GetProperty("error");
        Assert.Equal("no_eligible_provider", error.GetProperty("code").GetString());
        var message = error.GetProperty("message").GetString()!;
        foreach (var reason in (string[])["tiny@1: insufficient-data", ": alarmed", ": expired"])
            Assert.Contains(reason, message, StringComparison.Ordinal);
        // Asked for, too little data is enough; what has alarmed is not.
        (status, last, _) = await AskAsync("tiny@proven>=0.99,any", "");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("tiny@1", last.GetProperty("assay").GetProperty("route").GetProperty("chosen").GetString());
        Assert.Equal((0, 0), (cheap.Requests, dear.Requests));
    }

    [Fact]
    public async Task Latency_is_what_was_measured_and_price_what_was_said()
    {
        var (status, last, _) = await AskAsync("tiny@latency<=60000ms", "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("not-measured", last.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("cheap", "")).Status);
        (status, last, _) = await AskAsync("tiny@latency<=60000ms,price<=1", "");
        Assert.Equal(HttpStatusCode.OK, status);
        var route = last.GetProperty("assay").GetProperty("route");
        Assert.StartsWith("cheap@", route.GetProperty("chosen").GetString(), StringComparison.Ordinal);
        Assert.True(route.GetProperty("latency").GetUInt64() <= 60_000);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync("tiny@latency<=60000ms,price<=0.999999", "")).Status);
    }

    [Fact]
    public async Task Price_of_cover_decides_where_it_is_asked_for_and_stands_in_the_receipt()
    {
        Proves("cheap", 10);
        Proves("dear", 20);
        covers[accounts["dear"]] = 5_000;
        dear.SaysJson(Answer);
        var (status, last, text) = await AskAsync("tiny@proven>=0.999,cover<=0.006", "");
        Assert.True(status == HttpStatusCode.OK, text);
        var route = RelayParameters.Read((await ReceiptAsync(last)).Parameters).Route!;
        Assert.Equal(("dear", 6_000UL), (route.Chosen.Split('@')[0], route.Cover));
        Assert.Equal([("tiny", "insufficient-data"), ("cheap", "no-cover")], route.Others.Select(o => (o.Name.Split('@')[0], o.Reason)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync("tiny@proven>=0.999,cover<=0.005999", "")).Status);
        (_, last, _) = await AskAsync("tiny@proven>=0.999", "");
        Assert.False(last.GetProperty("assay").GetProperty("route").TryGetProperty("cover", out _));
    }

    [Theory]
    [InlineData("tiny@proven>=2", HttpStatusCode.BadRequest, "invalid_route")]
    [InlineData("tiny@proven>0.9", HttpStatusCode.BadRequest, "invalid_route")]
    [InlineData("nothing@proven>=0.9", HttpStatusCode.ServiceUnavailable, "no_eligible_provider")]
    [InlineData("../x@proven>=0.9", HttpStatusCode.ServiceUnavailable, "no_eligible_provider")]
    public async Task What_is_no_rule_or_served_by_nobody_is_told(string model, HttpStatusCode expected, string code)
    {
        var (status, last, _) = await AskAsync(model, "");
        Assert.Equal((expected, code), (status, last.GetProperty("error").GetProperty("code").GetString()));
    }

    private void Proves(string name, uint bound, bool alarmed = false, ulong age = 0)
    {
        var figure = new ProvenFigure(new Counts(5000, 0), bound);
        var now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        accounts[name] = new AccountCertificate(Sha256.Of([1]), 2, Sha256.Of([2, (byte)name.Length]), now - age, new AccountFigures(figure, figure, null, figure, alarmed, 0));
    }

    private async Task<(HttpStatusCode Status, JsonElement Last, string Text)> AskAsync(string model, string stream)
    {
        using var content = new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"once"}],"max_tokens":4{{stream}}}""", Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/v1/chat/completions", content);
        var text = await answer.Content.ReadAsStringAsync();
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var last = text.StartsWith('{') ? text : events[^1] == "data: [DONE]" ? events[^2]["data: ".Length..] : "null";
        return (answer.StatusCode, JsonDocument.Parse(last).RootElement, text);
    }

    private async Task<Receipt> ReceiptAsync(JsonElement answer) => Receipt.Parse((await BundleAsync(answer)).Envelope.Payload.Span);

    private async Task<Bundle> BundleAsync(JsonElement answer)
    {
        var assay = answer.GetProperty("assay");
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, assay.GetProperty("bundle").GetString());
            ask.Headers.Add("Assay-Disclosure", assay.GetProperty("salts").GetProperty("output").GetString());
            using var got = await Client.SendAsync(ask);
            if (got.StatusCode == HttpStatusCode.OK)
            {
                var bundle = Bundle.Parse(await got.Content.ReadAsByteArrayAsync());
                Test.AssertAccepted(bundle);
                return bundle;
            }
            await Task.Delay(20);
        }
    }
}
