using System.Net;
using System.Text;
using Assay.Providers.Language;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Callers that leave, and many at once.</summary>
public class LeavingTests(ChatHost host) : IClassFixture<ChatHost>
{
    [Fact]
    public async Task Caller_that_leaves_a_stream_leaves_a_void_and_the_others_are_answered()
    {
        for (var i = 0; i < 3; i++)
            await LeaveAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.StreamAsync("/v1/completions",
            $$"""{"model":"plain","prompt":"once upon","max_tokens":30,"seed":{{i % 2}},"stream":true}""")));
        foreach (var alike in answers.Select((chunks, i) => (i, Text: string.Concat(chunks.SelectMany(c => c.GetProperty("choices").EnumerateArray()).Select(c => c.GetProperty("text").GetString())))).GroupBy(a => a.i % 2))
            Assert.Single(alike.Select(a => a.Text).Distinct());
        // A void is logged when the node has noticed. On a busy machine the answer may be whole before that: then another caller leaves.
        for (var attempt = 0; Voids() < 3; attempt++)
        {
            Assert.InRange(attempt, 0, 500);
            await Task.Delay(20);
            if (attempt % 20 == 19)
                await LeaveAsync();
        }
        host.Test.Fold();
    }

    private int Voids()
    {
        var count = 0;
        foreach (var summary in host.Node.Vault.Between(0, 1 << 20))
            if (host.Node.Vault.Find(summary.RecordId) is { } kept && !host.Node.IsPending(summary.RecordId)
                && Receipt.Parse(host.Node.MakeBundle(kept, disclose: false).Envelope.Payload.Span) is { Output.Tokens: not null } receipt
                && AnswerParametersFormat.Read(receipt.Parameters).Void == VoidReason.Cancelled)
                count++;
        return count;
    }

    private async Task LeaveAsync()
    {
        using var content = new StringContent(
            $$"""{"model":"tiny","messages":[{"role":"user","content":"once"}],"max_tokens":900,"stream":true,"logit_bias":{{host.NoEnd("tiny")}}}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = content };
        // Without this the client reads an answer that it does not want to its end, for up to two seconds, to keep the connection.
        using var client = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = host.Url };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.True(await body.ReadAsync(new byte[64]) > 0);
    }
}
