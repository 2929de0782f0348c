using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Assay.Market.Journal;
using Assay.Node.Web;

namespace Assay.Node.Tests.Market;

/// <summary>A market over HTTP: public to read, instructions by signature, the operator by the API key or the token in the data folder.</summary>
public class MarketApiTests
{
    private const string Key = "a-key-of-sixteen-or-more";

    [Fact]
    public async Task Operator_and_traders_do_over_HTTP_what_they_do_in_the_program()
    {
        await using var test = TestNode.Open();
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), Key);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, "/v1/market")).Status);
        using var trader = new MarketTrader(test.Node, "a");
        var terms = new TermsEvent(new MarketTerms { Grace = 1 });
        Assert.Equal(HttpStatusCode.Unauthorized, (await OperateAsync(client, null, terms)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await OperateAsync(client, Key + "x", terms)).Status);
        Assert.Equal(HttpStatusCode.OK, (await OperateAsync(client, Key, terms)).Status);
        var (status, joined) = await OperateAsync(client, test.Node.OperatorToken, new JoinEvent(trader.Key, []));
        Assert.Equal((HttpStatusCode.OK, 0), (status, joined.GetProperty("number").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, (await OperateAsync(client, Key, new GrantEvent(0, 1000, "paper:a"))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await OperateAsync(client, Key, new GrantEvent(0, 1000, "paper:a"))).Status);
        // Looks and time are the node's own.
        Assert.Equal(HttpStatusCode.BadRequest, (await OperateAsync(client, Key, new TickEvent())).Status);

        // Whoever reads or signs needs no key.
        var (done, answer) = await trader.PostAsync(client, new FundEvent(0, 0, 400));
        Assert.Equal((HttpStatusCode.OK, 3, 0), (done, answer.GetProperty("entry").GetInt32(), answer.GetProperty("place").GetInt32()));
        (done, answer) = await trader.PostAsync(client, new FundEvent(0, 0, 400));
        Assert.Equal(HttpStatusCode.Conflict, done);
        Assert.Contains("1 comes next", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        var (_, market) = await GetAsync(client, "/v1/market");
        Assert.Equal((400, 1, 1), (market.GetProperty("pool").GetProperty("free").GetInt32(), market.GetProperty("terms").GetProperty("grace").GetInt32(), market.GetProperty("participants").GetInt32()));
        Assert.Equal(test.Node.Market.Look(m => m.Digest).ToHex(), market.GetProperty("state").GetString());
        var (_, me) = await GetAsync(client, $"/v1/market/participants?key={trader.Key.ToHex()}");
        Assert.Equal((0, 1, 600), (me.GetProperty("participant").GetInt32(), me.GetProperty("nonce").GetInt32(), me.GetProperty("units").GetInt32()));
        var (_, held) = await GetAsync(client, "/v1/market/participants/0/positions");
        Assert.Equal(["unit 600", "pool 400"], held.GetProperty("positions").EnumerateArray().Select(p => $"{p.GetProperty("asset").GetString()} {p.GetProperty("shares")}"));
        Assert.Equal(["fund", "grant"], held.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("event").GetProperty("do").GetString()));
        foreach (var what in (string[])["policies", "contracts", "series", "auctions"])
        {
            Assert.Equal(0, (await GetAsync(client, $"/v1/market/{what}")).Answer.GetProperty(what).GetArrayLength());
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, $"/v1/market/{what}/0")).Status);
        }
        foreach (var (path, expected) in ((string, HttpStatusCode)[])
        [
            ($"/v1/market/accounts/{new string('0', 64)}", HttpStatusCode.NotFound), ("/v1/market/participants/9", HttpStatusCode.NotFound), ("/v1/market/participants?key=00", HttpStatusCode.BadRequest),
            ($"/v1/market/quotes?account={new string('0', 64)}&threshold=10000&records=100&sum=10", HttpStatusCode.Conflict), ("/v1/market/quotes?account=x&threshold=1&records=1&sum=1", HttpStatusCode.BadRequest),
            ("/v1/market/policies/0/settlement", HttpStatusCode.NotFound), ("/v1/market/rounds?asset=unit", HttpStatusCode.BadRequest), ("/v1/market/rounds?asset=pool", HttpStatusCode.OK),
            ("/v1/market/prices?kind=pool", HttpStatusCode.OK), ("/v1/market/settlements", HttpStatusCode.OK),
        ])
            Assert.Equal((path, expected), (path, (await GetAsync(client, path)).Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"text\":\"{}\",\"signature\":\"\"}")]
    [InlineData("{\"text\":\"{\\\"do\\\":\\\"fund\\\"}\",\"signature\":\"AAAA\"}")]
    [InlineData("{\"text\":1,\"signature\":2,\"more\":3}")]
    public async Task What_is_no_instruction_is_one_line(string body)
    {
        await using var test = TestNode.Open();
        await test.Node.Market.BeginAsync(new TermsEvent(new MarketTerms()));
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var (status, answer) = await SendAsync(client, new HttpRequestMessage(HttpMethod.Post, "/v1/market/instructions") { Content = new StringContent(body, null, "application/json") });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.DoesNotContain('\n', answer.GetProperty("error").GetString()!);
    }

    private static Task<(HttpStatusCode Status, JsonElement Answer)> GetAsync(HttpClient client, string path) => SendAsync(client, new HttpRequestMessage(HttpMethod.Get, path));

    private static Task<(HttpStatusCode Status, JsonElement Answer)> OperateAsync(HttpClient client, string? key, MarketEvent step)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/market/operator") { Content = new ByteArrayContent(step.ToText()) };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return SendAsync(client, request);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return (answer.StatusCode, JsonDocument.Parse(text.Length > 0 ? text : "{}").RootElement);
        }
    }
}
