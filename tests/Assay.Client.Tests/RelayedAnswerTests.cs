using System.Text;
using Assay.Client.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Relays;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Client.Tests;

/// <summary>Relayed answers come through the handler as they came from upstream, or not at all.</summary>
public class RelayedAnswerTests(RelayFixture node) : IClassFixture<RelayFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData(",\"n\":2,\"temperature\":0.7,\"seed\":-3")]
    [InlineData(",\"logprobs\":true,\"top_logprobs\":3")]
    public async Task Whole_and_streamed_answers_are_handed_on_as_they_came(string more)
    {
        foreach (var streams in (bool[])[false, true])
            foreach (var holdsBack in (bool[])[false, true])
            {
                byte[]? sent = null;
                using var client = node.Client(new Meddler { Answer = (_, bytes) => sent = bytes }, holdsBack: holdsBack);
                using var response = await LanguageFixture.PostAsync(client, node.Upstream.Chat(more, streams));
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
                Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
                Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
                Assert.Equal((AxisStatus.Unverifiable, Reasons.Relayed), (verified.Report[Axis.Execution].Status, verified.Report[Axis.Execution].Reason));
                Assert.NotNull(RelayParameters.Read(verified.Receipt.Parameters).Receipt);
            }
    }

    [Fact]
    public async Task Completions_are_handed_on_as_they_came()
    {
        using var client = node.Client();
        using var response = await LanguageFixture.PostAsync(client, """{"model":"plain","prompt":"once upon"}""", "/v1/completions");
        Assert.Contains("\"choices\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_not_said_that_it_takes_them_gets_none(bool streams)
    {
        using var client = node.Client(accepts: false);
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Upstream.Chat(streams: streams)));
        Assert.Equal(ReceiptFault.NotAccepted, refused.Fault);
        Assert.Contains("relayed", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another text", "\"content\":\"", "\"content\":\"x")]
    [InlineData("a member more", "{\"id\":", "{\"more\":1,\"id\":")]
    [InlineData("a member less", "\"object\":\"chat.completion\",", "")]
    [InlineData("another number of the same value", "\"total_tokens\":", "\"total_tokens\":0.0e0,\"x\":")]
    [InlineData("the same text with an escape", "\"role\":\"assistant\"", "\"role\":\"\\u0061ssistant\"")]
    [InlineData("another model", "\"model\":\"tiny", "\"model\":\"Tiny")]
    public async Task Whole_answer_that_was_changed_is_refused(string what, string from, string to)
    {
        using var client = node.Client(new Meddler { Answer = (_, bytes) => Replace(bytes, from, to) });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Upstream.Chat()));
        Assert.True(refused.Fault is ReceiptFault.OtherAnswer or ReceiptFault.NoReceipt, $"{what}: {refused.Message}");
    }

    [Fact]
    public async Task Stream_that_was_changed_is_refused_at_its_end()
    {
        var changes = new Dictionary<string, Func<List<string>, IEnumerable<string>>>
        {
            ["a chunk less"] = chunks => chunks.Where((_, i) => i != 1),
            ["a chunk twice"] = chunks => [chunks[0], .. chunks],
            ["two in another order"] = chunks => [chunks[1], chunks[0], .. chunks[2..]],
            ["another text"] = chunks => chunks.Select((c, i) => i == 1 ? c.Replace("\"content\":\"", "\"content\":\"x", StringComparison.Ordinal) : c),
            ["a member more in a chunk"] = chunks => chunks.Select((c, i) => i == 1 ? c.Replace("{\"id\":", "{\"x\":1,\"id\":", StringComparison.Ordinal) : c),
            ["a member more beside the receipt"] = chunks => chunks.Select(c => c.Replace("\"choices\":[],\"assay\"", "\"choices\":[],\"x\":1,\"assay\"", StringComparison.Ordinal)),
            ["a text beside the receipt"] = chunks => chunks.Select(c => c.Replace("\"choices\":[],\"assay\"", "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}],\"assay\"", StringComparison.Ordinal)),
            ["a chunk behind the receipt"] = chunks => [.. chunks, chunks[0]],
            ["no receipt"] = chunks => chunks[..^1],
        };
        foreach (var (what, change) in changes)
        {
            using var client = node.Client(new Meddler { Answer = (_, bytes) => Chunks(bytes, change) });
            using var response = await LanguageFixture.PostAsync(client, node.Upstream.Chat(streams: true), buffered: false);
            var refused = await Assert.ThrowsAsync<ReceiptException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
            Assert.True(refused.Fault is ReceiptFault.OtherAnswer or ReceiptFault.NoReceipt, $"{what}: {refused.Message}");
        }
    }

    [Fact]
    public async Task Node_that_does_not_say_that_it_relays_is_refused()
    {
        foreach (var streams in (bool[])[false, true])
        {
            using var client = node.Client(new Meddler
            {
                Answer = (response, bytes) =>
                {
                    response.Headers.Remove("Assay-Relayed");
                    return bytes;
                },
            });
            await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Upstream.Chat(streams: streams)));
        }
    }

    [Fact]
    public async Task Node_that_says_it_relays_and_does_not_is_refused()
    {
        using var client = new HttpClient(new ReceiptHandler(new ReceiptOptions { Policy = node.Upstream.Policy, AcceptsRelayed = true }, new Meddler
        {
            Answer = (response, bytes) =>
            {
                response.Headers.Add("Assay-Relayed", "true");
                return bytes;
            },
        })) { BaseAddress = node.Upstream.Url };
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Upstream.Chat()));
        Assert.Contains("its receipt that it was not", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What no honest node writes, well signed: the statement contradicts itself, and the bytes beside it.</summary>
    [Fact]
    public async Task Receipt_of_a_relay_that_does_not_agree_with_itself_is_refused()
    {
        using var client = node.Client();
        using var response = await LanguageFixture.PostAsync(client, node.Upstream.Chat());
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        var (receipt, shown) = (verified.Receipt, verified.Bundle.Disclosures);
        var question = LanguageQuestion.Read(isChat: true, shown.WireInput!.Bytes)!;
        var seen = new RelayedSeen(question);
        seen.TakeWhole(await response.Content.ReadAsByteArrayAsync());
        Assert.Null(RelayedCheck.Difference(question, seen, receipt, shown));

        var said = RelayParameters.Read(receipt.Parameters);
        Differs("what was sent upstream", receipt, shown with { Input = shown.Input! with { Bytes = Replace(shown.Input.Bytes, "once", "twice") } });
        Differs("upstream that the receipt names", With(said with { Upstream = said.Upstream with { Url = "https://elsewhere.example/v1" } }), shown);
        Differs("upstream that the receipt names", With(said with { Upstream = said.Upstream with { Claims = "another" } }), shown);
        Differs("broken off", With(said with { Void = "failed" }), shown);
        Differs("broken off", With(said with { Status = 500 }), shown);
        Differs("another kind", With(said with { Api = "completion" }), shown);
        Differs("another kind", With(said with { Streams = true }), shown);
        Differs("another receipt", With(said with { Receipt = null }), shown);
        Differs("not what came", receipt, shown with { Output = shown.Output! with { Bytes = Replace(shown.Output.Bytes, "assistant", "Assistant") } });
        Differs("does not open", receipt, shown with { Input = null });
        Differs("was not", receipt with { Output = receipt.Output with { IsRelayed = false } }, shown);

        Receipt With(RelayParameters other) => receipt with { Parameters = other.ToJson() };
        void Differs(string why, Receipt r, Disclosures d) => Assert.Contains(why, RelayedCheck.Difference(question, seen, r, d), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_of_whom_the_node_chose_is_held_to_the_rule_that_was_asked_for(bool streams)
    {
        foreach (var (client, url) in (ValueTuple<HttpClient, Uri>[])[(node.Client(), node.Url), (node.Upstream.Client(), node.Upstream.Url)])
        {
            var body = node.Upstream.Chat(streams: streams).Replace("\"tiny\"", "\"tiny@proven>=0.99,any\"", StringComparison.Ordinal);
            using var response = await LanguageFixture.PostAsync(client, body);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
            Assert.Equal(url, new Uri(response.RequestMessage.RequestUri!, "/"));
            Assert.Equal("tiny", verified.Receipt.Model.Name);
            client.Dispose();
            // A node that answers a plain request, or another rule, as if it had been this one.
            foreach (var other in (string[])["\"tiny\"", "\"tiny@proven>=0,any\""])
            {
                using var meddled = url == node.Url
                    ? node.Client(new Meddler { Request = text => text.Replace("\"tiny@proven>=0.99,any\"", other, StringComparison.Ordinal) })
                    : node.Upstream.Client(new Meddler { Request = text => text.Replace("\"tiny@proven>=0.99,any\"", other, StringComparison.Ordinal) });
                await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(meddled, body));
            }
        }
    }

    [Theory]
    [InlineData("\"asked\":\"tiny@proven>=0.99,any\"", "\"asked\":\"tiny@proven>=0.999,any\"")]
    [InlineData("\"route\":{", "\"other\":{")]
    public async Task Choice_that_the_receipt_does_not_say_is_refused(string from, string to)
    {
        using var client = node.Upstream.Client(new Meddler { Answer = (_, bytes) => Replace(bytes, from, to) });
        await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Upstream.Chat().Replace("\"tiny\"", "\"tiny@proven>=0.99,any\"", StringComparison.Ordinal)));
    }

    private static byte[] Replace(ReadOnlyMemory<byte> bytes, string from, string to)
    {
        var text = Encoding.UTF8.GetString(bytes.Span);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{from} is not in {text}");
        return Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)));
    }

    private static byte[] Chunks(byte[] bytes, Func<List<string>, IEnumerable<string>> change)
    {
        var events = Encoding.UTF8.GetString(bytes).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => !e.StartsWith(':')).ToList();
        return Encoding.UTF8.GetBytes(string.Concat(change(events[..^1]).Append(events[^1]).Select(e => e + "\n\n")));
    }
}
