using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Verify.Relays;

namespace Assay.Node.Tests.Relays;

/// <summary>Upstreams that fail, lie, send elsewhere or never end: each answer ends in one error for the caller and one void for the log.</summary>
public class BrokenUpstreamTests(RelayHost host) : IClassFixture<RelayHost>
{
    private const string Stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private const string Event = "data: {\"choices\":[]}\n\n";

    [Theory]
    [InlineData(400, "", 400, "invalid_request_error", null)]
    [InlineData(422, "", 422, "invalid_request_error", null)]
    [InlineData(401, "", 502, "server_error", null)]
    [InlineData(403, "", 502, "server_error", null)]
    [InlineData(404, "", 502, "server_error", null)]
    [InlineData(429, "Retry-After: 17\r\n", 429, "rate_limit_error", "17")]
    [InlineData(429, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 429, "rate_limit_error", "1")]
    [InlineData(500, "", 502, "server_error", null)]
    [InlineData(503, "Retry-After: 99999999\r\n", 503, "server_error", "86400")]
    [InlineData(201, "", 502, "server_error", null)]
    [InlineData(301, "Location: http://169.254.169.254/latest\r\n", 502, "server_error", null)]
    [InlineData(307, "Location: /v1/other\r\n", 502, "server_error", null)]
    public async Task Status_of_the_upstream_becomes_the_callers_and_a_void(int status, string headers, int expected, string type, string? retryAfter)
    {
        var (records, requests) = (host.Records, host.Upstream.Requests);
        host.Upstream.SaysJson("""{"error":{"message":"no\nway","type":"t","param":"messages","code":"some_code"}}""", status, headers);
        foreach (var stream in (string[])["", ",\"stream\":true"])
        {
            var (answer, text) = await host.PostAsync(RelayHost.Chat(stream));
            Assert.Equal(expected, (int)answer.StatusCode);
            var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
            Assert.Equal(type, error.GetProperty("type").GetString());
            Assert.Contains($"status {status}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(retryAfter, answer.Headers.TryGetValues("Retry-After", out var after) ? after.Single() : null);
            Assert.Equal(expected is 400 or 422 or 429 ? "messages" : null, error.GetProperty("param").GetString());
            // What an upstream says of the operator's key is not the caller's to read.
            Assert.Equal(status is not (401 or 403 or 301 or 307), text.Contains("no?way", StringComparison.Ordinal));
        }
        var (receipt, bundle) = await host.NewestAsync(records + 2);
        var parameters = RelayParameters.Read(receipt.Parameters);
        Assert.Equal(("failed", status), (parameters.Void, parameters.Status));
        Assert.Contains("some_code", Encoding.UTF8.GetString(bundle.Disclosures.Output!.Bytes.Span), StringComparison.Ordinal);
        // Nothing was asked of anyone else.
        Assert.Equal(requests + 2, host.Upstream.Requests);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"choices\":[]}", "broke off")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"choices\":[]}", "no answer")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho\r\nzz\r\n", "broke off")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "no answer")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1]", "no answer")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":1,\"a\":2}", "two members")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":1} {}", "no answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n{}", "compresses")]
    [InlineData("nothing of HTTP\r\n\r\n", "")]
    [InlineData("", "")]
    public async Task Whole_answer_that_is_none_is_a_bad_gateway_and_a_void(string sent, string says)
    {
        var records = host.Records;
        host.Upstream.Says(sent);
        var (answer, text) = await host.PostAsync(RelayHost.Chat());
        Assert.True(answer.StatusCode == HttpStatusCode.BadGateway, $"{answer.StatusCode} {text}");
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.Equal("upstream_error", error.GetProperty("code").GetString());
        Assert.Contains(says, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        var (receipt, _) = await host.NewestAsync(records + 1);
        Assert.Equal("failed", RelayParameters.Read(receipt.Parameters).Void);
    }

    [Theory]
    [InlineData(Stream + Event)]
    [InlineData(Stream + Event + "data: {\"choices\":[")]
    [InlineData(Stream + Event + "data: {\"a\":1}\ndata: {\"b\":2}\n\n")]
    [InlineData(Stream + Event + "data: {\"a\":1,}\n\n")]
    [InlineData(Stream + Event + "data: {\"a\":1}\r \n\n")]
    [InlineData(Stream + Event + "what is this\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 5000\r\n\r\n" + Event)]
    public async Task Stream_that_breaks_off_or_is_none_ends_with_an_error_and_without_a_receipt(string sent)
    {
        var records = host.Records;
        host.Upstream.Says(sent);
        var (answer, text) = await host.PostAsync(RelayHost.Chat(",\"stream\":true"));
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal(Event.TrimEnd(), events[0]);
        Assert.StartsWith("data: {\"error\":", events[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("\"assay\"", text, StringComparison.Ordinal);
        var (receipt, bundle) = await host.NewestAsync(records + 1);
        Assert.Equal("failed", RelayParameters.Read(receipt.Parameters).Void);
        // The void commits to what had come.
        Assert.StartsWith(Event, Encoding.UTF8.GetString(bundle.Disclosures.Output!.Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_that_does_not_stream_when_it_was_asked_to_is_a_bad_gateway()
    {
        var records = host.Records;
        host.Upstream.SaysJson("""{"choices":[]}""");
        var (answer, text) = await host.PostAsync(RelayHost.Chat(",\"stream\":true"));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("sends none", text, StringComparison.Ordinal);
        await host.NewestAsync(records + 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_without_end_is_cut_off_at_the_limit(bool streams)
    {
        var records = host.Records;
        host.Upstream.Answer = async (stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(streams ? Stream : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"a\":\""), cancel);
            var more = Encoding.ASCII.GetBytes(streams ? string.Concat(Enumerable.Repeat(Event, 2000)) : new string('x', 40_000));
            while (true)
                await stream.WriteAsync(more, cancel);
        };
        var (answer, text) = await host.PostAsync(RelayHost.Chat(streams ? ",\"stream\":true" : ""));
        Assert.Equal(streams ? HttpStatusCode.OK : HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("more than 1048576 bytes", text, StringComparison.Ordinal);
        var (receipt, _) = await host.NewestAsync(records + 1);
        Assert.InRange(receipt.Output.Length, 1UL, 1UL << 20);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Stream)]
    [InlineData(Stream + Event)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")]
    public async Task Upstream_that_hangs_is_given_up(string first)
    {
        var records = host.Records;
        host.Upstream.Answer = async (stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first), cancel);
            await Task.Delay(Timeout.Infinite, cancel);
        };
        var streams = first.StartsWith(Stream, StringComparison.Ordinal);
        var (answer, text) = await host.PostAsync(RelayHost.Chat(streams ? ",\"stream\":true" : ""));
        if (first.EndsWith(Event, StringComparison.Ordinal))
            Assert.Contains("data: {\"error\":", text, StringComparison.Ordinal);
        else
            Assert.True(answer.StatusCode == HttpStatusCode.GatewayTimeout, $"{answer.StatusCode} {text}");
        Assert.Contains("upstream_timeout", text, StringComparison.Ordinal);
        Assert.Equal("failed", RelayParameters.Read((await host.NewestAsync(records + 1)).Receipt.Parameters).Void);
    }

    [Fact]
    public async Task Caller_that_leaves_has_the_upstream_left_and_a_void_logged()
    {
        var (records, came) = (host.Records, new TaskCompletionSource());
        host.Upstream.Answer = async (stream, cancel) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Stream + Event), cancel);
            came.SetResult();
            while (true)
            {
                await Task.Delay(20, cancel);
                await stream.WriteAsync(": still here\n"u8.ToArray(), cancel);
            }
        };
        using var leave = new CancellationTokenSource();
        var answer = host.PostAsync(RelayHost.Chat(",\"stream\":true"), cancel: leave.Token);
        await came.Task;
        await Task.Delay(100);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await host.Upstream.Left.Task;
        Assert.Equal("cancelled", RelayParameters.Read((await host.NewestAsync(records + 1)).Receipt.Parameters).Void);
    }

    [Fact]
    public async Task Upstream_that_is_not_there_is_a_bad_gateway()
    {
        var records = host.Records;
        host.Node.Relays.Store.Add(new Assay.Node.Relays.Relay("gone", new RelayDescription("http://127.0.0.1:1/v1", "m", "gone"), null, 0), null);
        try
        {
            var (answer, text) = await host.PostAsync("""{"model":"gone","messages":[]}""");
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
            var (receipt, _) = await host.NewestAsync(records + 1);
            Assert.Equal(("failed", null), (RelayParameters.Read(receipt.Parameters).Void, RelayParameters.Read(receipt.Parameters).Status));
        }
        finally
        {
            host.Node.Relays.Store.Remove("gone");
        }
    }
}
