using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Node.Tests.Language;
using Assay.Node.Web;
using Assay.Providers.Language;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Readers of streams that are slow, silent, or gone: what they hold comes back, and their answers are void.</summary>
public class StreamReaderTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_caller_that_reads_nothing_is_given_up_and_its_place_and_pages_come_back()
    {
        await using var tiny = await TinyNode.OpenAsync(
            generator: new GeneratorOptions { Kept = 0, Buffered = 16 }, context: 2048, options: o => o with { ReadWithin = TimeSpan.FromSeconds(2) });
        await using var app = await StartAsync(tiny);
        // At least 8 MB, and no more than 4 MB fit into all buffers on the way: each token comes with its alternatives.
        var body = $$"""{"model":"tiny","prompt":[3,4],"max_tokens":2000,"n":16,"temperature":1,"logit_bias":{{tiny.NoEnd}},"logprobs":20,"stream":true}""";
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(new Uri(app.Urls.First()).Host, new Uri(app.Urls.First()).Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        await UntilIdleAsync(tiny, receipts: 1);
        await tiny.AnswerAsync("""{"prompt":[3,4,5],"max_tokens":5}""");
        var all = (await tiny.AllAsync()).Select(TinyNode.ParametersOf).ToList();
        Assert.Equal([VoidReason.Cancelled, null], all.Select(p => p.Void));
        // It was paused as long as it was waited for, instead of being made for nobody.
        Assert.InRange(all[0].CompletionTokens, 0UL, 31_999UL);
    }

    [Fact]
    public async Task Callers_that_leave_at_any_moment_leave_no_page_and_no_ticket_behind()
    {
        await using var tiny = await TinyNode.OpenAsync(
            generator: new GeneratorOptions { Kept = 0, MaxRunning = 2, PrefillTokens = 16 }, context: 1024, options: o => o with { StreamSilence = TimeSpan.FromMilliseconds(5) });
        await using var app = await StartAsync(tiny);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await tiny.AnswerAsync("""{"prompt":[3,4,5],"max_tokens":5}""");
        var prompt = string.Join(',', Enumerable.Repeat("5", 500));
        var began = 0;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            // Some wait in line when they leave, some read their prompts, some their answers. Those that stream leave after so many bytes, the others after a time.
            var streams = i % 2 == 0;
            using var left = new CancellationTokenSource(streams ? Enough : TimeSpan.FromMilliseconds(20 + 15 * i));
            try
            {
                var body = $$"""{"model":"tiny","prompt":[{{prompt}},{{3 + i}}],"max_tokens":400,"temperature":1,"logit_bias":{{tiny.NoEnd}},"stream":{{(streams ? "true" : "false")}}}""";
                using var answer = await PostAsync(client, body, left.Token);
                Interlocked.Increment(ref began);
                await using var said = await answer.Content.ReadAsStreamAsync(left.Token);
                for (int got = 0, more = 1; got < 1 + 40 * i && more > 0; got += more)
                    more = await said.ReadAsync(new byte[64], left.Token);
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }
        }));
        Assert.True(SpinWait.SpinUntil(() => tiny.Node.FiguresOf(tiny.Model) is { Running: 0, Parked: 0, Waiting: 0 } f && f.FreePages == f.Pages, Enough), $"{tiny.Node.FiguresOf(tiny.Model)}");
        // Voids are logged a moment after their answers have ended.
        List<AnswerParameters> all;
        var until = DateTime.UtcNow + Enough;
        do
        {
            await tiny.AnswerAsync("""{"prompt":[3,4,5],"max_tokens":5}""");
            all = [.. (await tiny.AllAsync()).Select(TinyNode.ParametersOf)];
        }
        while (!all.Select(p => p.Ticket).Order().SequenceEqual(Enumerable.Range(0, all.Count).Select(i => (ulong)i)) && DateTime.UtcNow < until);
        Assert.Equal(Enumerable.Range(0, all.Count).Select(i => (ulong)i), all.Select(p => p.Ticket).Order());
        Assert.Contains(all, p => p.Void == VoidReason.Cancelled);
        Assert.True(all.Count > began + 1, $"{all.Count} records of {began} answers that began");
        tiny.Test.Fold();
    }

    [Fact]
    public async Task While_a_request_waits_its_stream_says_so()
    {
        await using var tiny = await TinyNode.OpenAsync(generator: new GeneratorOptions { MaxRunning = 1 }, context: 1024, options: o => o with { StreamSilence = TimeSpan.FromMilliseconds(5) });
        await using var app = await StartAsync(tiny);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var texts = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var answer = await PostAsync(client, $$"""{"model":"tiny","prompt":[3,{{3 + i}}],"max_tokens":700,"temperature":1,"logit_bias":{{tiny.NoEnd}},"stream":true}""", default);
            return await answer.Content.ReadAsStringAsync();
        }));
        Assert.Contains(texts, t => t.StartsWith(": the answer is being made\n\n", StringComparison.Ordinal));
        Assert.All(texts, t => Assert.EndsWith("data: [DONE]\n\n", t, StringComparison.Ordinal));
    }

    private static async Task<WebApplication> StartAsync(TinyNode tiny)
    {
        var app = WebHost.Build(tiny.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        return app;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string body, CancellationToken cancel) => client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) },
        HttpCompletionOption.ResponseHeadersRead, cancel);

    private static async Task UntilIdleAsync(TinyNode tiny, ulong receipts)
    {
        var until = DateTime.UtcNow + Enough;
        while (tiny.Test.Fold().Keys.Values.Sum(k => (long)k.Receipts) < (long)receipts)
        {
            Assert.True(DateTime.UtcNow < until, $"nothing was logged: {tiny.Node.FiguresOf(tiny.Model)}");
            await Task.Delay(50);
        }
        Assert.True(SpinWait.SpinUntil(() => tiny.Node.FiguresOf(tiny.Model) is { Running: 0, Parked: 0, Waiting: 0 } f && f.FreePages == f.Pages, Enough), $"{tiny.Node.FiguresOf(tiny.Model)}");
    }
}
