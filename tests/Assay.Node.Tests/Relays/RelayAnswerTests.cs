using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Engine.Execution;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Commitments;
using Assay.Verify.Relays;
using Assay.Verify.Reports;

namespace Assay.Node.Tests.Relays;

/// <summary>Answers of an honest upstream: what is sent to it, what the caller sees, and what the receipt commits to.</summary>
public class RelayAnswerTests(RelayHost host) : IClassFixture<RelayHost>
{
    // Numbers, escapes and members as no writer here would put them.
    private const string Answer = """{ "id":"x-1", "object":"chat.completion","created":1.0e3,"model":"far-model-2-2026", "choices":[{"index":0,"message":{"role":"assistant","content":"h\u0065llo"},"finish_reason":"stop"}],"usage":{"total_tokens":3},"odd":[1.50] }""";

    [Fact]
    public async Task What_came_is_handed_on_byte_for_byte_and_the_receipt_commits_to_all_of_it()
    {
        host.Upstream.SaysJson(Answer);
        var body = RelayHost.Chat(""", "temperature":0.30,"odd":{"x":[1e2]},"tools":[]""");
        var (answer, text) = await host.PostAsync(body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Assay-Relayed")));
        // Members as they stood, and the receipt behind them.
        Assert.StartsWith("""{"id":"x-1","object":"chat.completion","created":1.0e3,"model":"far-model-2-2026","choices":[{"index":0,"message":{"role":"assistant","content":"h\u0065llo"},"finish_reason":"stop"}],"usage":{"total_tokens":3},"odd":[1.50],"assay":{""", text, StringComparison.Ordinal);

        var json = JsonDocument.Parse(text).RootElement;
        var (receipt, bundle) = await host.ReceiptAsync(json);
        Assert.Equal($"{receipt.RecordId}; sha256={json.GetProperty("assay").GetProperty("sha256").GetString()}", Assert.Single(answer.Headers.GetValues("Assay-Receipt")));
        Assert.Equal(OutputKind.Relayed, receipt.Output.Kind);
        Assert.Equal(Answer, Encoding.UTF8.GetString(bundle.Disclosures.Output!.Bytes.Span));
        Assert.Equal(body, Encoding.UTF8.GetString(bundle.Disclosures.WireInput!.Bytes.Span));
        Assert.Equal(host.Upstream.Body, bundle.Disclosures.Input!.Bytes.ToArray());
        Assert.Equal("""{"model":"far-model-2","messages":[{"role":"user","content":"hello"}],"temperature":0.30,"odd":{"x":[1e2]},"tools":[]}""", Encoding.UTF8.GetString(host.Upstream.Body));
        Assert.Contains("POST /v1/chat/completions ", host.Upstream.Head, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {RelayHost.Key}", host.Upstream.Head, StringComparison.Ordinal);
        Assert.Contains($"Assay-Nonce: {RelayParameters.NonceOf(receipt.RecordId)}", host.Upstream.Head, StringComparison.Ordinal);

        var parameters = RelayParameters.Read(receipt.Parameters);
        Assert.Equal(("chat", false, 200, null, null), (parameters.Api, parameters.Streams, parameters.Status, parameters.Void, parameters.Receipt));
        Assert.Equal((parameters.Upstream.Manifest, "far", "relay"), (receipt.Model.Manifest, receipt.Model.Name, receipt.Model.Format));
        Assert.Equal(new RelayDescription(host.Upstream.Url, "far-model-2", "far"), parameters.Upstream);
        var report = host.Test.Verify(bundle);
        Assert.Equal((AxisStatus.Unverifiable, Reasons.Relayed), (report[Axis.Execution].Status, report[Axis.Execution].Reason));
        Assert.StartsWith("AUTHENTIC · RELAYED", report.Headline, StringComparison.Ordinal);
        Assert.False(LanguageReplay.Owns(receipt));
        using var engine = new LocalEngine(new SessionOptions());
        var replay = await Replay.RunAsync(bundle, engine, _ => null, default);
        Assert.Equal(ReplayStatus.Unverifiable, replay.Status);
        Assert.Contains("relayed", replay.Detail, StringComparison.Ordinal);
        var page = await host.Client.GetStringAsync($"/receipts/{receipt.RecordId}");
        Assert.Contains("This node computed nothing.", page, StringComparison.Ordinal);
        host.Test.Fold();
    }

    [Fact]
    public async Task Stream_is_handed_on_event_by_event_and_ends_with_the_receipt()
    {
        string[] events = ["""{"id":"x-2","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"one"}}]}""", """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}], "x":1.0}"""];
        // Comments, other fields, line ends of two kinds, and no blank behind the colon.
        var sent = $": hello\n\nevent: message\ndata: {events[0]}\r\n\r\nid: 5\ndata:{events[1]}\n\ndata: [DONE]\n";
        host.Upstream.SaysStream(sent + "\nwhatever");
        var (answer, text) = await host.PostAsync(RelayHost.Chat(",\"stream\":true"));
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var seen = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["data: " + events[0], "data: " + events[1].Replace(", ", ",", StringComparison.Ordinal)], seen[..2]);
        Assert.StartsWith("""data: {"id":"x-2","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"assay":{""", seen[2], StringComparison.Ordinal);
        Assert.Equal("data: [DONE]", Assert.Single(seen[3..]));
        var (receipt, bundle) = await host.ReceiptAsync(JsonDocument.Parse(seen[2]["data: ".Length..]).RootElement);
        Assert.Equal(sent, Encoding.UTF8.GetString(bundle.Disclosures.Output!.Bytes.Span));
        Assert.True(RelayParameters.Read(receipt.Parameters).Streams);
    }

    [Fact]
    public async Task Events_are_handed_on_while_the_upstream_still_sends()
    {
        var go = new TaskCompletionSource();
        host.Upstream.Answer = async (stream, cancel) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {\"choices\":[]}\n\n"u8.ToArray(), cancel);
            await go.Task.WaitAsync(cancel);
            await stream.WriteAsync("data: [DONE]\n\n"u8.ToArray(), cancel);
        };
        using var content = new StringContent(RelayHost.Chat(",\"stream\":true"), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("""data: {"choices":[]}""", await reader.ReadLineAsync());
        go.SetResult();
        Assert.Contains("\"assay\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_that_an_upstream_claims_is_not_handed_on_as_the_nodes()
    {
        host.Upstream.SaysJson("""{"choices":[],"\u0061ssay":{"receipt":"0123"},"x":1}""");
        var (_, text) = await host.PostAsync(RelayHost.Chat());
        Assert.StartsWith("""{"choices":[],"x":1,"assay":{"receipt":""", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0123", text.Split("\"envelope\"")[0], StringComparison.Ordinal);
        var (receipt, _) = await host.ReceiptAsync(JsonDocument.Parse(text).RootElement);
        Assert.Null(RelayParameters.Read(receipt.Parameters).Receipt);
    }

    [Fact]
    public async Task Completions_go_where_completions_go()
    {
        host.Upstream.SaysJson("""{"object":"text_completion","choices":[{"text":"a","index":0,"finish_reason":"stop"}]}""");
        var (answer, text) = await host.PostAsync("""{"model":"far","prompt":"once","n":2}""", "/v1/completions");
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Contains("POST /v1/completions ", host.Upstream.Head, StringComparison.Ordinal);
        var (receipt, _) = await host.ReceiptAsync(JsonDocument.Parse(text).RootElement);
        Assert.Equal("completion", RelayParameters.Read(receipt.Parameters).Api);
    }

    [Fact]
    public async Task Relay_is_listed_and_its_address_and_key_are_nowhere()
    {
        var list = await host.Client.GetStringAsync("/v1/models");
        var card = Assert.Single(JsonDocument.Parse(list).RootElement.GetProperty("data").EnumerateArray());
        Assert.Equal(("far", true, "far"), (card.GetProperty("id").GetString(), card.GetProperty("relayed").GetBoolean(), card.GetProperty("claims").GetString()));
        Assert.Equal(host.Node.Genesis.Node, card.GetProperty("owned_by").GetString());
        Assert.DoesNotContain("127.0.0.1", list, StringComparison.Ordinal);
        Assert.DoesNotContain(RelayHost.Key, list, StringComparison.Ordinal);
        Assert.Equal("far", JsonDocument.Parse(await host.Client.GetStringAsync("/v1/models/far")).RootElement.GetProperty("id").GetString());
        foreach (var file in Directory.GetFiles(host.Test.Data.Relays))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        host.Upstream.SaysJson("""{"choices":[]}""");
        var (_, text) = await host.PostAsync(RelayHost.Chat());
        Assert.DoesNotContain(RelayHost.Key, text, StringComparison.Ordinal);
        var (_, bundle) = await host.ReceiptAsync(JsonDocument.Parse(text).RootElement);
        Assert.DoesNotContain(RelayHost.Key, Encoding.UTF8.GetString(bundle.ToBytes()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"far","model":"far","messages":[]}""")]
    [InlineData("""{"model":"far","messages":[]""")]
    [InlineData("""[1]""")]
    public async Task Body_that_readers_could_read_in_two_ways_is_not_forwarded(string body)
    {
        var before = host.Upstream.Requests;
        var (answer, _) = await host.PostAsync(body);
        Assert.Equal((HttpStatusCode.BadRequest, before), (answer.StatusCode, host.Upstream.Requests));
    }

    [Fact]
    public async Task Embeddings_are_not_relayed()
    {
        var (answer, text) = await host.PostAsync("""{"model":"far","input":"x"}""", "/v1/embeddings");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("embeddings are not relayed", text, StringComparison.Ordinal);
    }
}
