using System.Text;
using System.Text.Json;
using Assay.Verify.Reports;
using OpenAI.Chat;

namespace Assay.Client.Tests;

/// <summary>Good answers of language models come through the handler as they came, under the official OpenAI client too.</summary>
public class LanguageAnswerTests(LanguageFixture node) : IClassFixture<LanguageFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData(",\"n\":2,\"temperature\":0.7,\"top_p\":0.9,\"seed\":-3")]
    [InlineData(",\"logprobs\":true,\"top_logprobs\":3,\"n\":2")]
    [InlineData(",\"stop\":[\"a\",\"e\"],\"presence_penalty\":0.5")]
    [InlineData(LanguageFixture.Tools)]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}],\"parallel_tool_calls\":false")]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}],\"tool_choice\":\"none\"")]
    [InlineData(",\"response_format\":{\"type\":\"json_object\"},\"max_completion_tokens\":40")]
    public async Task Whole_and_streamed_answers_are_handed_on_as_they_came(string more)
    {
        foreach (var streams in (bool[])[false, true])
        {
            // A call needs to be whole before the limit.
            var body = more == LanguageFixture.Tools ? node.Chat(more, streams).Replace("\"max_tokens\":12", "\"max_tokens\":120", StringComparison.Ordinal).Replace(node.NoEnd, "{}", StringComparison.Ordinal) : node.Chat(more, streams);
            byte[]? sent = null;
            using var client = node.Client(new Meddler { Answer = (_, bytes) => sent = bytes });
            using var response = await LanguageFixture.PostAsync(client, body);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
            Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
            Assert.Equal(AxisStatus.Verified, verified.Report[Axis.Output].Status);
            if (more == LanguageFixture.Tools)
                Assert.Contains("\"tool_calls\"", Encoding.UTF8.GetString(sent!), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"logprobs\":2,\"n\":3")]
    [InlineData(",\"logprobs\":0,\"stop\":\"e\"")]
    public async Task Completions_are_handed_on_as_they_came(string more)
    {
        foreach (var stream in (string[])["", ",\"stream\":true"])
        {
            byte[]? sent = null;
            using var client = node.Client(new Meddler { Answer = (_, bytes) => sent = bytes });
            using var response = await LanguageFixture.PostAsync(client, $$"""{"model":"plain","prompt":"once upon"{{more}}{{stream}}}""", "/v1/completions");
            Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
            Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out _));
        }
    }

    [Fact]
    public async Task Stream_is_handed_on_before_it_is_verified_and_ended_after()
    {
        using var client = node.Client();
        using var response = await LanguageFixture.PostAsync(client, node.Chat(streams: true), buffered: false);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var first = new byte[64];
        await stream.ReadExactlyAsync(first);
        Assert.StartsWith("data: {\"id\":\"chatcmpl-", Encoding.UTF8.GetString(first), StringComparison.Ordinal);
        Assert.False(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out _));
        using var rest = new StreamReader(stream);
        Assert.EndsWith("data: [DONE]\n\n", await rest.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.True(response.RequestMessage.Options.TryGetValue(ReceiptHandler.Verified, out _));
    }

    [Fact]
    public async Task Stream_that_is_held_back_comes_when_it_is_verified()
    {
        using var client = node.Client(options: new ReceiptOptions { Policy = node.Policy, HoldsBackStreams = true });
        using var response = await LanguageFixture.PostAsync(client, node.Chat(streams: true), buffered: false);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var first = new byte[1];
        await stream.ReadExactlyAsync(first);
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out _));
    }

    [Fact]
    public async Task Official_client_is_answered_whole_and_streamed_with_tools_choices_stops_and_log_probabilities()
    {
        using var client = node.Client();
        var chat = node.OpenAI(client).GetChatClient("tiny");
        List<ChatMessage> messages = [ChatMessage.CreateSystemMessage("be brief"), ChatMessage.CreateUserMessage("once upon a time")];
        ChatCompletion whole = await chat.CompleteChatAsync(
            messages, new ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 0.7f, IncludeLogProbabilities = true, TopLogProbabilityCount = 2, StopSequences = { "zq" } });
        Assert.Equal(whole.Usage.OutputTokenCount, whole.ContentTokenLogProbabilities.Count);

        var (text, tokens) = (new StringBuilder(), 0);
        await foreach (var update in chat.CompleteChatStreamingAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 12, IncludeLogProbabilities = true }))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(p => p.Text)));
            tokens = update.Usage?.OutputTokenCount ?? tokens;
        }
        Assert.InRange(tokens, 1, 12);

        var tool = ChatTool.CreateFunctionTool("weather", null, BinaryData.FromString(
            """{"type":"object","properties":{"warm":{"type":"boolean"}},"required":["warm"],"additionalProperties":false}"""), functionSchemaIsStrict: true);
        var options = new ChatCompletionOptions { Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = false };
        ChatCompletion asked = await chat.CompleteChatAsync(messages, options);
        Assert.True(JsonDocument.Parse(Assert.Single(asked.ToolCalls).FunctionArguments).RootElement.TryGetProperty("warm", out _));
        messages.AddRange([ChatMessage.CreateAssistantMessage(asked), ChatMessage.CreateToolMessage(asked.ToolCalls[0].Id, "18 degrees")]);
        ChatCompletion said = await chat.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { tool }, MaxOutputTokenCount = 4 });
        Assert.InRange(said.Usage.OutputTokenCount, 1, 4);
        // The client that does not await goes another way through HttpClient.
        Assert.InRange(chat.CompleteChat(messages[..2], new ChatCompletionOptions { MaxOutputTokenCount = 3 }).Value.Usage.OutputTokenCount, 1, 3);
        Assert.NotEmpty(chat.CompleteChatStreaming(messages[..2], new ChatCompletionOptions { MaxOutputTokenCount = 3 }));
    }

    [Fact]
    public async Task Refusals_pass_through_and_a_caller_may_leave()
    {
        using var client = node.Client();
        using var refused = await LanguageFixture.PostAsync(client, """{"model":"none","messages":[]}""");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, refused.StatusCode);
        using var left = await LanguageFixture.PostAsync(client, node.Chat(streams: true), buffered: false);
    }
}
