using System.Net;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Requests that cannot be answered: one line, the parameter, and a code that programs know.</summary>
public class RefusalTests(ChatHost host) : IClassFixture<ChatHost>
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData("", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("{\"model\":\"tiny\"", null, null)]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}]}""", "model", null)]
    [InlineData("""{"model":"tiny"}""", "messages", null)]
    [InlineData("""{"model":"tiny","messages":[]}""", "messages", null)]
    [InlineData("""{"model":"tiny","messages":"hi"}""", "messages", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"king","content":"hi"}]}""", "messages[0].role", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "messages[0].content", null)]
    [InlineData("""{"model":"plain","messages":[{"role":"user","content":"hi"}]}""", null, null)]
    [InlineData("""{"model":"adder","messages":[{"role":"user","content":"hi"}]}""", "model", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"temperature":3}""", "temperature", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"temperature":"hot"}""", "temperature", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"n":0}""", "n", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"max_tokens":0}""", "max_tokens", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"top_logprobs":3}""", "top_logprobs", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"stop":[""]}""", null, null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"logit_bias":{"x":1}}""", "logit_bias", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"reasoning_effort":"high"}""", "reasoning_effort", "unknown_parameter")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"tool_choice":"required"}""", "tool_choice", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web"}]}""", "tools", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"yaml"}}""", "response_format.type", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"x"}}}""", "response_format.json_schema.schema", null)]
    public async Task Wrong_request_is_refused_with_a_line_that_names_what_is_wrong(string body, string? parameter, string? code)
    {
        var refused = await host.RefusedAsync(Chat, body);
        Assert.Equal((HttpStatusCode.BadRequest, parameter, code), (refused.Status, refused.Parameter, refused.Code));
    }

    [Theory]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"\ud800"}]}""", "messages")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi","\ud800":1}]}""", "messages")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"\udc00":1}""", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"logit_bias":{"\ud800":1}}""", "logit_bias")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"tool_choice":"\ud800"}""", "tool_choice")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"modalities":["\ud800"]}""", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"chat_template_kwargs":{"a":["\ud800"]}}""", "chat_template_kwargs")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","description":"\ud800"}}]}""", "tools")]
    [InlineData("""{"model":"tiny","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\"\\ud800\":1}"}}]}]}""", "messages[0].tool_calls.arguments")]
    public async Task Text_that_is_not_of_whole_characters_is_refused_wherever_it_stands(string body, string? parameter)
    {
        var refused = await host.RefusedAsync(Chat, body);
        Assert.Equal((HttpStatusCode.BadRequest, parameter), (refused.Status, refused.Parameter));
        Assert.Contains("whole characters", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Harmless_parameters_are_ignored()
    {
        var (answer, body) = await host.PostAsync(Chat, """
            {"model":"tiny","messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"h"},{"type":"text","text":"i"}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"2"}],
            "max_completion_tokens":2,"user":"u","metadata":{"a":"b"},"store":true,"service_tier":"auto","modalities":["text"],"audio":null,"top_k":5,"min_p":0.01}
            """);
        Assert.True(answer.IsSuccessStatusCode, body.GetRawText());
    }

    [Fact]
    public async Task Unknown_model_is_not_found() =>
        Assert.Equal((HttpStatusCode.NotFound, "model", "model_not_found"), await host.RefusedAsync(Chat, """{"model":"nothing","messages":[]}""") is var r ? (r.Status, r.Parameter, r.Code) : default);

    [Fact]
    public async Task Prompt_of_200000_tokens_is_longer_than_the_context()
    {
        var tokens = string.Join(',', Enumerable.Repeat("3", 200_000));
        var refused = await host.RefusedAsync("/v1/completions", $$"""{"model":"tiny","prompt":[{{tokens}}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "prompt", "context_length_exceeded"), (refused.Status, refused.Parameter, refused.Code));
        Assert.Contains("room for 1024", refused.Message, StringComparison.Ordinal);
        var chat = await host.RefusedAsync(Chat, $$$"""{"model":"tiny","messages":[{"role":"user","content":"{{{new string('x', 200_000)}}}"}]}""");
        Assert.Equal("context_length_exceeded", chat.Code);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await host.RefusedAsync(Chat, new string(' ', 5 << 20))).Status);
    }
}
