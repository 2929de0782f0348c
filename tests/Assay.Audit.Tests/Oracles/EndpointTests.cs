using System.Net;
using System.Text;
using Assay.Audit.Oracles;

namespace Assay.Audit.Tests.Oracles;

public class EndpointTests
{
    private static readonly Probe Chat = ProbeSet.Parse("""{"id": "a", "messages": [{"role": "user", "content": "hello"}]}"""u8.ToArray()).Probes[0];
    private static readonly Probe Plain = ProbeSet.Parse("""{"id": "a", "prompt": "hello"}"""u8.ToArray()).Probes[0];

    private const string Whole = """{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop", "logprobs": {"content": [{"token": "Hi", "bytes": [72, 105]}, {"token": "!", "bytes": null}]}}]}""";
    private const string Streamed = "data: {\"choices\": [{\"delta\": {\"role\": \"assistant\"}}]}\r\n\r\n: still here\n\ndata: {\"choices\": [{\"delta\": {\"content\": \"H\"}}]}\n\ndata: {\"choices\": [{\"delta\": {\"content\": \"i\"}, \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n";

    [Fact]
    public async Task Answers_whole_and_streamed_are_read()
    {
        var whole = await Ask(Chat, Whole, streamed: false);
        Assert.Equal((ReplyKind.Answered, "Hi", "stop"), (whole.Kind, whole.Text, whole.Finish));
        Assert.Equal("HiU", $"{whole.Tokens![0].Text}{(whole.Tokens[1].Bytes is null ? "U" : "")}");
        var streamed = await Ask(Chat, Streamed, streamed: true);
        Assert.Equal((ReplyKind.Answered, "Hi", "stop"), (streamed.Kind, streamed.Text, streamed.Finish));
        var nulled = await Ask(Chat, Streamed.Replace("{\"choices\"", "{\"error\": null, \"choices\"", StringComparison.Ordinal), streamed: true);
        Assert.Equal((ReplyKind.Answered, "Hi", "stop"), (nulled.Kind, nulled.Text, nulled.Finish));
        var plain = await Ask(Plain, """{"choices": [{"text": " world", "finish_reason": "length", "logprobs": {"tokens": [" world"]}}]}""", streamed: false);
        Assert.Equal((" world", " world"), (plain.Text, plain.Tokens![0].Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"choices": []}""")]
    [InlineData("""{"choices": [{"text": null}]}""")]
    [InlineData("""{"choices": [{"message": {}}]}""")]
    [InlineData("<html>")]
    public async Task What_is_no_answer_of_the_API_is_malformed(string body)
    {
        Assert.Equal(ReplyKind.Malformed, (await Ask(Chat, body, streamed: false)).Kind);
        Assert.Equal(ReplyKind.Malformed, (await Ask(Chat, body, streamed: true)).Kind);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_or_ends_with_an_error_is_malformed()
    {
        Assert.Equal(ReplyKind.Malformed, (await Ask(Chat, Streamed.Replace("data: [DONE]", "", StringComparison.Ordinal), streamed: true)).Kind);
        Assert.Equal(ReplyKind.Malformed, (await Ask(Chat, "data: {\"error\": {}}\n\n", streamed: true)).Kind);
    }

    [Fact]
    public async Task A_status_says_not_now_or_that_there_is_nothing_to_testify_to()
    {
        foreach (var status in (int[])[429, 408, 500, 503])
            Assert.Equal(ReplyKind.None, (await Ask(Chat, "", false, (HttpStatusCode)status)).Kind);
        foreach (var status in (int[])[302, 400, 401, 404])
            await Assert.ThrowsAsync<AuditException>(() => Ask(Chat, "", false, (HttpStatusCode)status));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off_and_a_silent_one_is_none()
    {
        using var http = new HttpClient(new Handler(new Endless((byte)' ')));
        var endpoint = new Endpoint(http, "http://x.test/v1/", "m", "key", TimeSpan.FromSeconds(20));
        Assert.Equal("http://x.test/v1", endpoint.Address);
        Assert.Equal(ReplyKind.Malformed, (await endpoint.AskAsync(Chat, false, false, default)).Kind);
        Assert.Equal(ReplyKind.Malformed, (await endpoint.AskAsync(Chat, true, false, default)).Kind);
        using var silent = new HttpClient(new Handler(new Endless(null)));
        Assert.Equal(ReplyKind.None, (await new Endpoint(silent, "http://x.test/v1", "m", null, TimeSpan.FromMilliseconds(50)).AskAsync(Chat, false, false, default)).Kind);
    }

    [Fact]
    public async Task Random_damage_never_throws()
    {
        var random = new Random(7);
        var kinds = new HashSet<ReplyKind>();
        for (var round = 0; round < 4_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(round % 2 == 0 ? Whole : Streamed);
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            kinds.Add((await Ask(Chat, bytes, streamed: round % 2 == 1)).Kind);
        }
        Assert.Contains(ReplyKind.Malformed, kinds);
        Assert.Contains(ReplyKind.Answered, kinds);
    }

    private static Task<Reply> Ask(Probe probe, string body, bool streamed, HttpStatusCode status = HttpStatusCode.OK) => Ask(probe, Encoding.UTF8.GetBytes(body), streamed, status);

    private static async Task<Reply> Ask(Probe probe, byte[] body, bool streamed, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var http = new HttpClient(new Handler(new MemoryStream(body)) { Status = status });
        return await new Endpoint(http, "http://x.test/v1", "m", null, TimeSpan.FromSeconds(10)).AskAsync(probe, streamed, false, default);
    }

    private sealed class Handler(Stream body) : HttpMessageHandler
    {
        public HttpStatusCode Status { get; init; } = HttpStatusCode.OK;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(Status) { Content = new StreamContent(body) });
    }

    /// <summary>The same byte for ever; or nothing, for ever.</summary>
    private sealed class Endless(byte? value) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill(value!.Value);
            return count;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (value is null)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            buffer.Span.Fill(value!.Value);
            return buffer.Length;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
