using System.Net;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Tests;
using Assay.Node.Web;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Language;

/// <summary>What happens to an answer whose key goes, or whose log fails, before it is finished.</summary>
public class BrokenAnswerTests
{
    private static string BodyFor(TinyNode tiny) => $$"""{"prompt":[3,4,5],"max_tokens":40,"temperature":1,"logit_bias":{{tiny.NoEnd}}}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_is_replaced_in_mid_answer_leaves_it_signed_and_every_ticket_with_a_record(bool retires)
    {
        await using var tiny = await TinyNode.OpenAsync();
        var first = await tiny.AnswerAsync(BodyFor(tiny));
        await using (var answer = await tiny.BeginAsync(BodyFor(tiny)))
        {
            await foreach (var token in answer.ReadAllAsync())
                if (token.Position == 3 && retires)
                    await tiny.Node.AppendEventAsync(KeyEvent.Retire(tiny.Node.Origin, first.Receipt.Envelope.KeyId));
                else if (token.Position == 3)
                    await tiny.Node.IntroduceKeyAsync(tiny.Model);
            var finished = await answer.FinishAsync();
            Assert.NotEqual(first.Receipt.Envelope.KeyId, finished.Receipt.Envelope.KeyId);
            var bundle = await tiny.Node.BundleAsync(finished.Receipt);
            tiny.Test.AssertAccepted(bundle);
            var replay = await tiny.ReplayAsync(bundle);
            Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
            Assert.Equal((0UL, new SeedClaim.Node(first.Receipt.Envelope.KeyId, 1)), (TinyNode.ParametersOf(bundle).Ticket, TinyNode.ParametersOf(bundle).Seed));
        }
        var next = await tiny.AnswerAsync(BodyFor(tiny));
        Assert.Equal(1UL, TinyNode.ParametersOf(await tiny.Node.BundleAsync(next.Receipt)).Ticket);
        Assert.Equal(2, tiny.Test.Fold().Keys.Count);
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_logged_is_told_and_its_ticket_is_void_at_the_next_start()
    {
        var full = false;
        await using var tiny = await TinyNode.OpenAsync(options: o => o with
        {
            LogFiles = folder => new FaultyFiles(new PosixLogFiles(folder), (operation, _) => full && (operation is "write" or "flush") ? new IOException("No space left on device") : null),
        });
        await tiny.AnswerAsync(BodyFor(tiny));
        await using (var app = WebHost.Build(tiny.Node, new Uri("http://127.0.0.1:0"), apiKey: null))
        {
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            using var content = new StringContent(BodyFor(tiny).Replace("{\"prompt\"", "{\"model\":\"tiny\",\"stream\":true,\"prompt\"", StringComparison.Ordinal), Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content };
            // An answer that begins writes nothing to the log: it is its receipt that finds no room.
            full = true;
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode);
            var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.StartsWith("data: {\"error\":", events[^1], StringComparison.Ordinal);
            Assert.DoesNotContain("data: [DONE]", events);
            // And whoever asks next is told at once.
            using var later = await client.PostAsync("/v1/completions", new StringContent(BodyFor(tiny).Replace("{\"prompt\"", "{\"model\":\"tiny\",\"prompt\"", StringComparison.Ordinal), Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, later.StatusCode);
        }
        full = false;
        await tiny.Test.ReopenAsync();
        await tiny.Node.VoidLostAsync();
        await tiny.AnswerAsync(BodyFor(tiny));
        var all = (await tiny.AllAsync()).Select(TinyNode.ParametersOf).ToList();
        Assert.Equal(Enumerable.Range(0, all.Count).Select(i => (ulong)i), all.Select(p => p.Ticket).Order());
        Assert.Equal(VoidReason.Lost, all.Single(p => p.Ticket == 1).Void);
        tiny.Test.Fold();
    }
}
