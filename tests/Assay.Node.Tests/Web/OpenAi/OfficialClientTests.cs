using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>The official OpenAI client for .NET, unchanged, against a node.</summary>
public class OfficialClientTests(ChatHost host) : IClassFixture<ChatHost>
{
    private ChatClient Chat => host.OpenAI.GetChatClient("tiny");

    [Fact]
    public async Task Chat_is_answered()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync(
            [ChatMessage.CreateSystemMessage("be brief"), ChatMessage.CreateUserMessage("once upon a time")],
            new ChatCompletionOptions { MaxOutputTokenCount = 12, Temperature = 0.7f, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 });
        Assert.StartsWith("chatcmpl-", answer.Id, StringComparison.Ordinal);
        Assert.InRange(answer.Usage.OutputTokenCount, 1, 12);
        Assert.Equal(answer.Usage.OutputTokenCount, answer.ContentTokenLogProbabilities.Count);
        Assert.InRange((DateTimeOffset.UtcNow - answer.CreatedAt).TotalHours, -1, 1);
    }

    [Fact]
    public async Task Chat_is_streamed()
    {
        var (text, reasons, usage) = (new StringBuilder(), new List<ChatFinishReason>(), 0);
        await foreach (var update in Chat.CompleteChatStreamingAsync(
            [ChatMessage.CreateUserMessage("once upon a time")], new ChatCompletionOptions { MaxOutputTokenCount = 12, StopSequences = { "zzz" } }))
        {
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
            if (update.FinishReason is { } reason)
                reasons.Add(reason);
            usage = update.Usage?.OutputTokenCount ?? usage;
        }
        Assert.Single(reasons);
        Assert.InRange(usage, 1, 12);
        Assert.InRange(text.Length, 0, 400);
    }

    [Fact]
    public async Task Tool_is_called_and_its_result_given_back()
    {
        var tool = ChatTool.CreateFunctionTool("weather", "What it is like outside", BinaryData.FromString(
            """{"type":"object","properties":{"warm":{"type":"boolean"}},"required":["warm"],"additionalProperties":false}"""), functionSchemaIsStrict: true);
        var options = new ChatCompletionOptions { Tools = { tool }, ToolChoice = ChatToolChoice.CreateRequiredChoice(), AllowParallelToolCalls = false };
        List<ChatMessage> messages = [ChatMessage.CreateUserMessage("how is it outside")];
        ChatCompletion asked = await Chat.CompleteChatAsync(messages, options);
        Assert.Equal(ChatFinishReason.ToolCalls, asked.FinishReason);
        var call = Assert.Single(asked.ToolCalls);
        Assert.Equal("weather", call.FunctionName);
        Assert.NotNull(JsonDocument.Parse(call.FunctionArguments).RootElement.GetProperty("warm").GetRawText());

        messages.AddRange([ChatMessage.CreateAssistantMessage(asked), ChatMessage.CreateToolMessage(call.Id, "18 degrees")]);
        ChatCompletion said = await Chat.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { tool }, MaxOutputTokenCount = 4 });
        Assert.InRange(said.Usage.OutputTokenCount, 1, 4);

        var (name, arguments) = ("", "");
        await foreach (var update in Chat.CompleteChatStreamingAsync([messages[0]], options))
            foreach (var part in update.ToolCallUpdates)
                (name, arguments) = (name + part.FunctionName, arguments + part.FunctionArgumentsUpdate);
        Assert.Equal("weather", name);
        Assert.True(JsonDocument.Parse(arguments).RootElement.TryGetProperty("warm", out _));
    }

    [Fact]
    public async Task Structured_output_keeps_to_its_schema()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync([ChatMessage.CreateUserMessage("yes or no")], new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(
                """{"type":"object","properties":{"yes":{"type":"boolean"}},"required":["yes"],"additionalProperties":false}"""), jsonSchemaIsStrict: true),
        });
        Assert.True(JsonDocument.Parse(answer.Content[0].Text).RootElement.TryGetProperty("yes", out _));
    }

    [Fact]
    public async Task Texts_are_embedded()
    {
        var embeddings = host.OpenAI.GetEmbeddingClient("tiny");
        OpenAIEmbedding one = await embeddings.GenerateEmbeddingAsync("once upon a time");
        OpenAIEmbeddingCollection several = await embeddings.GenerateEmbeddingsAsync(["a text", "once upon a time"], new EmbeddingGenerationOptions { EndUserId = "me" });
        Assert.Equal([0, 1], several.Select(e => e.Index));
        Assert.Equal(one.ToFloats().ToArray(), several[1].ToFloats().ToArray());
        Assert.Equal(several.Usage.InputTokenCount, several.Usage.TotalTokenCount);
        OpenAIEmbeddingCollection shorter = await embeddings.GenerateEmbeddingsAsync([new[] { 3, 4 }, new[] { 5 }], new EmbeddingGenerationOptions { Dimensions = 16 });
        Assert.Equal([16, 16], shorter.Select(e => e.ToFloats().Length));
        Assert.Equal(3, shorter.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Models_are_listed()
    {
        var models = await host.OpenAI.GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal(["plain", "tiny"], models.Value.Select(m => m.Id));
        Assert.Equal("tiny", (await host.OpenAI.GetOpenAIModelClient().GetModelAsync("tiny")).Value.Id);
    }

    [Fact]
    public async Task Refusal_is_an_exception_with_our_line()
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => host.OpenAI.GetChatClient("nothing").CompleteChatAsync("hi"));
        Assert.Equal(404, refused.Status);
        Assert.Contains("there is no model 'nothing'", refused.Message, StringComparison.Ordinal);
    }
}
