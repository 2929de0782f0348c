using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Chat;

namespace Assay.Client.Tests;

/// <summary>Whatever a node, or anyone on the way, does to an answer of a language model: it is refused, a stream before its end.</summary>
public class HostileAnswerTests(LanguageFixture node) : IClassFixture<LanguageFixture>
{
    private const string Logs = ",\"logprobs\":true,\"top_logprobs\":2";

    [Fact]
    public async Task Altered_whole_answer_is_refused()
    {
        await IsRefusedAsync("text", a => Message(a)["content"] += "!");
        await IsRefusedAsync("without content", a => Message(a)["content"] = null);
        await IsRefusedAsync("finish_reason", a => Choice(a)["finish_reason"] = "stop");
        await IsRefusedAsync("tokens", a => a["usage"] = JsonNode.Parse("""{"prompt_tokens":1,"completion_tokens":12,"total_tokens":13}"""));
        await IsRefusedAsync("add up", a => a["usage"]!["total_tokens"] = 1);
        await IsRefusedAsync("model", a => a["model"] = "tiny@2");
        await IsRefusedAsync("fingerprint", a => a["system_fingerprint"] = "fp_0");
        await IsRefusedAsync("time", a => a["created"] = 1);
        await IsRefusedAsync("member", a => a["service_tier"] = "default");
        await IsRefusedAsync("member", a => Message(a)["reasoning_content"] = "because");
        await IsRefusedAsync("member", a => Choice(a)["more"] = 1);
        await IsRefusedAsync("another id", a => a["id"] = "chatcmpl-" + new string('0', 32));
        await IsRefusedAsync("role", a => Message(a)["role"] = "user");
        await IsRefusedAsync("refusal", a => Message(a)["refusal"] = "no");
        await IsRefusedAsync("number of choices", a => a["choices"]!.AsArray().Add(Choice(a).DeepClone()));
        await IsRefusedAsync("tool", a => Message(a)["tool_calls"] = JsonNode.Parse("""[{"id":"a","type":"function","function":{"name":"x","arguments":"{}"}}]"""));
    }

    [Fact]
    public async Task Altered_log_probability_is_refused()
    {
        await IsRefusedAsync("log-probabilities of token 3", a => Log(a, 3)["logprob"] = -0.5, Logs);
        await IsRefusedAsync("log-probabilities of token 3", a => Log(a, 3)["top_logprobs"]![1]!["logprob"] = -0.5, Logs);
        await IsRefusedAsync("log-probabilities of token 2", a => Log(a, 2)["token"] = "other", Logs);
        await IsRefusedAsync("log-probabilities of token 2", a => Log(a, 2)["bytes"] = new JsonArray(1), Logs);
        await IsRefusedAsync("log-probabilities of token 1", a => Log(a, 1)["top_logprobs"]![0]!["token"] = "other", Logs);
        await IsRefusedAsync("log-probabilities of token 1", a => Log(a, 1)["top_logprobs"]!.AsArray().RemoveAt(1), Logs);
        await IsRefusedAsync("number of log-probabilities", a => Choice(a)["logprobs"] = null, Logs);
        await IsRefusedAsync("called", a => a["assay"]!["words"]![0]!["text"] = "other", Logs);
        await IsRefusedAsync("called", a => a["assay"]!.AsObject().Remove("words"), Logs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Altered_id_of_a_call_is_refused(int digit)
    {
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "other ids", LanguageFixture.Whole(a => Change(Message(a)["tool_calls"]![0]!)), Calls(streams: false));
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "other ids", LanguageFixture.Chunks(all => Change(CallIn(all))), Calls(streams: true));

        void Change(JsonNode call)
        {
            var id = call["id"]!.GetValue<string>();
            call["id"] = id[..digit] + (id[digit] == '0' ? '1' : '0') + id[(digit + 1)..];
        }
    }

    [Theory]
    [InlineData("name", "storm")]
    [InlineData("arguments", "{\"warm\": null}")]
    public async Task Altered_call_of_a_tool_is_refused(string member, string value)
    {
        var body = Calls(streams: false);
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "calls of tools", LanguageFixture.Whole(a => Message(a)["tool_calls"]![0]!["function"]![member] = value), body);
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "calls of tools", LanguageFixture.Chunks(all => CallIn(all)["function"]![member] = value), Calls(streams: true));
    }

    [Fact]
    public async Task Call_that_is_hidden_in_the_text_is_refused()
    {
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "text", LanguageFixture.Whole(a =>
        {
            Message(a)["content"] = "<tool_call>" + Message(a)["tool_calls"]![0]!["function"]!["arguments"];
            Message(a).Remove("tool_calls");
        }), Calls(streams: false));
    }

    [Fact]
    public async Task Altered_stream_ends_in_an_exception()
    {
        await StreamIsRefusedAsync("text", all => DeltaIn(all, 3)["content"] = "x" + DeltaIn(all, 3)["content"]);
        await StreamIsRefusedAsync("text", all => all.Remove(all.First(c => Delta(c)?["content"]?.GetValue<string>().Length > 0)));
        await StreamIsRefusedAsync("text", all => all.Insert(2, LanguageFixture.Clone(all.First(c => Delta(c)?["content"]?.GetValue<string>().Length > 0))));
        await StreamIsRefusedAsync("tokens", all => all[^2]["usage"] = JsonNode.Parse("""{"prompt_tokens":1,"completion_tokens":12,"total_tokens":13}"""));
        await StreamIsRefusedAsync("usage", all => all.RemoveAt(all.Count - 2));
        await StreamIsRefusedAsync("finish_reason", all => all[^3]["choices"]![0]!["finish_reason"] = "stop");
        await StreamIsRefusedAsync("ended", all => all.RemoveAt(all.Count - 3));
        await StreamIsRefusedAsync("one answer", all => all[2]["model"] = "other@1");
        await StreamIsRefusedAsync("model", all => all.ForEach(c => c["model"] = "other@1"));
        await StreamIsRefusedAsync("member", all => Delta(all[2])!["reasoning"] = "because");
        await StreamIsRefusedAsync("under way", all => all[2]["choices"]![0]!["index"] = 1);
        await StreamIsRefusedAsync("goes on", all => all.Add(LanguageFixture.Clone(all[^1])));
        await StreamIsRefusedAsync("log-probabilities", all => all.First(c => c["choices"]![0]!["logprobs"] is not null)["choices"]![0]!["logprobs"]!["content"]![0]!["logprob"] = -0.25, Logs);
    }

    [Fact]
    public async Task Stream_without_a_receipt_ends_in_an_exception()
    {
        await IsRefusedAsync(ReceiptFault.NoReceipt, "before its receipt", LanguageFixture.Chunks(all => all.RemoveAt(all.Count - 1)), node.Chat(streams: true));
        await IsRefusedAsync(ReceiptFault.NoReceipt, "before its receipt", (_, bytes) => bytes[..(bytes.AsSpan().LastIndexOf("data: [DONE]"u8))], node.Chat(streams: true));
        await IsRefusedAsync(ReceiptFault.NoReceipt, "within an event", (_, bytes) => bytes[..^20], node.Chat(streams: true));
        await IsRefusedAsync(ReceiptFault.NoReceipt, "broke the answer off: no more", LanguageFixture.Chunks(all => all[3] = JsonNode.Parse("""{"error":{"message":"no more"}}""")!.AsObject()), node.Chat(streams: true));
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "one line of data", (_, bytes) => [.. "event: x\n"u8, .. bytes], node.Chat(streams: true));
        await IsRefusedAsync(ReceiptFault.OtherAnswer, "after its end", (_, bytes) => [.. bytes, .. "data: {}\n\n"u8], node.Chat(streams: true));
    }

    [Fact]
    public async Task Older_receipt_is_refused()
    {
        foreach (var streams in (bool[])[false, true])
        {
            JsonNode? older = null;
            string? header = null;
            var answers = new Meddler
            {
                Answer = (response, bytes) =>
                {
                    var swapped = streams ? LanguageFixture.Chunks(all => Swap(all[^1]))(response, bytes) : LanguageFixture.Whole(Swap)(response, bytes);
                    if (!streams)
                    {
                        var own = response.Headers.GetValues("Assay-Receipt").Single();
                        response.Headers.Remove("Assay-Receipt");
                        response.Headers.Add("Assay-Receipt", header ??= own);
                    }
                    return swapped;

                    void Swap(JsonObject json)
                    {
                        if (older is null)
                            older = json["assay"]!.DeepClone();
                        else
                            json["assay"] = older.DeepClone();
                    }
                },
            };
            using var client = node.Client(answers);
            using (await LanguageFixture.PostAsync(client, node.Chat(streams: streams))) { }
            var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Chat(streams: streams)));
            Assert.Contains("another request", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Altered_request_is_refused()
    {
        using var client = node.Client(new Meddler { Request = body => body.Replace("once upon", "once more", StringComparison.Ordinal) });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Chat()));
        Assert.Contains("bytes of this request", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_beyond_the_limit_is_refused()
    {
        using var client = node.Client(options: new ReceiptOptions { Policy = node.Policy, MaxBytes = 2000 });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, node.Chat(streams: true)));
        Assert.Contains("2000 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Official_clients_stream_throws_before_its_end(bool holdsBack)
    {
        var meddler = new Meddler { Answer = LanguageFixture.Chunks(all => DeltaIn(all, 3)["content"] = "x" + DeltaIn(all, 3)["content"]) };
        using var client = node.Client(meddler, new ReceiptOptions { Policy = node.Policy, HoldsBackStreams = holdsBack });
        var (text, ended) = (new StringBuilder(), false);
        var refused = await Assert.ThrowsAsync<ReceiptException>(async () =>
        {
            await foreach (var update in node.OpenAI(client).GetChatClient("tiny").CompleteChatStreamingAsync([ChatMessage.CreateUserMessage("once upon a time")], new ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 0 }))
            {
                text.Append(string.Concat(update.ContentUpdate.Select(p => p.Text)));
                ended |= update.FinishReason is not null;
            }
        });
        Assert.Equal(ReceiptFault.OtherAnswer, refused.Fault);
        Assert.False(ended);
        Assert.Equal(holdsBack, text.Length == 0);
    }

    private static JsonObject Choice(JsonObject answer) => answer["choices"]![0]!.AsObject();

    private static JsonObject Message(JsonObject answer) => Choice(answer)["message"]!.AsObject();

    private static JsonObject Log(JsonObject answer, int at) => Choice(answer)["logprobs"]!["content"]![at]!.AsObject();

    private static JsonObject? Delta(JsonObject chunk) => chunk["choices"]!.AsArray() is [{ } choice] ? choice["delta"]!.AsObject() : null;

    private static JsonObject DeltaIn(List<JsonObject> all, int at) => all.Select(Delta).Where(d => d?["content"] is not null).ElementAt(at)!;

    private static JsonObject CallIn(List<JsonObject> all) => all.Select(Delta).First(d => d?["tool_calls"] is not null)!["tool_calls"]![0]!.AsObject();

    private string Calls(bool streams) => node.Chat(LanguageFixture.Tools, streams)
        .Replace("\"max_tokens\":12", "\"max_tokens\":120", StringComparison.Ordinal).Replace(node.NoEnd, "{}", StringComparison.Ordinal);

    private Task IsRefusedAsync(string says, Action<JsonObject> edit, string more = "") =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, says, LanguageFixture.Whole(edit), node.Chat(more));

    private Task StreamIsRefusedAsync(string says, Action<List<JsonObject>> edit, string more = "") =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, says, LanguageFixture.Chunks(edit), node.Chat(more, streams: true));

    private async Task IsRefusedAsync(ReceiptFault fault, string says, Func<HttpResponseMessage, byte[], byte[]> answer, string body)
    {
        using var client = node.Client(new Meddler { Answer = answer });
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => LanguageFixture.PostAsync(client, body));
        Assert.True(refused.Fault == fault, $"{refused.Fault}: {refused.Message}");
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
