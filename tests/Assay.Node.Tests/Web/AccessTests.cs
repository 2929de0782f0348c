using System.Net;
using System.Net.Sockets;
using System.Text;
using Assay.Log;
using Assay.Node.Web;

namespace Assay.Node.Tests.Web;

/// <summary>Who is answered, and what of the disk can be seen from outside.</summary>
public class AccessTests(HostFixture host) : IClassFixture<HostFixture>
{
    private const string Key = "0123456789abcdef";

    [Fact]
    public async Task Log_as_served_is_a_log_that_proves_itself()
    {
        var paths = new List<string>();
        var reader = LogReader.Open((path, limit) =>
        {
            paths.Add(path);
            using var answer = host.Client.GetAsync("/log/" + path).GetAwaiter().GetResult();
            return answer.StatusCode == HttpStatusCode.NotFound ? null : answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        }, host.Node.Genesis.LogKey);
        Assert.Equal((int)reader.Checkpoint.Size, reader.ReadEntries(0).Count());

        using var checkpoint = await host.Client.GetAsync("/log/checkpoint");
        Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType?.ToString());
        Assert.True(checkpoint.Headers.CacheControl!.NoCache);
        var tile = paths.First(p => p.StartsWith("tile/", StringComparison.Ordinal));
        using var answer = await host.Client.GetAsync("/log/" + tile);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/log/tile/../../state/checkpoint")]
    [InlineData("/log/tile/%2e%2e/%2e%2e/state/checkpoint")]
    [InlineData("/log/tile/..%2f..%2f..%2fkeys/root.pem")]
    [InlineData("/log/tile/0/%2e%2e%2f%2e%2e%2fcheckpoint")]
    [InlineData("/log/tile//etc/passwd")]
    [InlineData("/log/../keys/root.pem")]
    [InlineData("/log/state/checkpoint")]
    [InlineData("/log/tile/00/000")]
    [InlineData("/log/tile/0/000.p/999")]
    [InlineData("/log/tile/0/999")]
    [InlineData("/receipts.db")]
    [InlineData("/keys/root.pem")]
    public async Task Paths_that_lead_elsewhere_find_nothing(string path)
    {
        var answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (404|400) ", answer);
        Assert.DoesNotContain("PRIVATE KEY", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Node.Origin, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "200")]
    [InlineData("127.0.0.1:99", "200")]
    [InlineData("[::1]", "200")]
    [InlineData("evil.example", "403")]
    [InlineData("127.0.0.1.evil.example", "403")]
    [InlineData("localhost.evil.example", "403")]
    [InlineData("192.168.1.7", "403")]
    public async Task Only_requests_to_loopback_are_answered_without_a_key(string name, string status)
    {
        foreach (var path in (string[])["/healthz", "/v2", "/log/checkpoint", "/openapi/v1.json", "/"])
            Assert.StartsWith($"HTTP/1.1 {status} ", await RawAsync($"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    // A browser lets any page post a body without a type; then it says where the page is from.
    [Theory]
    [InlineData("http://evil.example", "403")]
    [InlineData("null", "403")]
    [InlineData("https://localhost", "403")]
    [InlineData("http://localhost", "400")]
    public async Task A_page_of_another_site_cannot_post(string origin, string status)
    {
        var before = host.Node.Checkpoint.Size;
        var answer = await RawAsync(
            $"POST /v2/models/adder/infer HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(before, host.Node.Checkpoint.Size);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.0.2.7:0")]
    [InlineData("http://example.com:0")]
    public void Open_address_without_a_key_is_refused(string url)
    {
        var e = Assert.Throws<NodeException>(() => WebHost.Build(host.Node, new Uri(url), apiKey: null));
        Assert.Equal(NodeFault.BadRequest, e.Fault);
        Assert.Contains("ASSAY_API_KEY", e.Message, StringComparison.Ordinal);
        Assert.Equal(NodeFault.BadRequest, Assert.Throws<NodeException>(() => WebHost.Build(host.Node, new Uri(url), Key[..15])).Fault);
    }

    [Fact]
    public async Task With_a_key_only_its_holders_are_answered_but_the_log_and_health_are_public()
    {
        await using var app = WebHost.Build(host.Node, new Uri("http://0.0.0.0:0"), Key);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{new Uri(app.Urls.First()).Port}") };
        foreach (var path in (string[])["/log/checkpoint", "/healthz", "/v2/health/live"])
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        foreach (var authorization in (string?[])[null, "Bearer", "Bearer ", $"Bearer {Key}x", $"bearer {Key[..^1]}", Key, $"Basic {Key}"])
            foreach (var path in (string[])["/v2", "/v2/models/adder", "/openapi/v1.json", "/v1/receipts/x", "/", "/nothing"])
                Assert.Equal(HttpStatusCode.Unauthorized, await Get(client, path, authorization));
        Assert.Equal(HttpStatusCode.OK, await Get(client, "/v2/models/adder", $"Bearer {Key}"));
        Assert.Equal(HttpStatusCode.NotFound, await Get(client, "/v1/receipts/x", $"Bearer {Key}"));
    }

    private static async Task<HttpStatusCode> Get(HttpClient client, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    // A client library would tidy the path up.
    private async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Url.Host, host.Url.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
