using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Providers.Language;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Language;

/// <summary>What a request asks for is read from its bytes, the model and the clock, and what is not understood is named.</summary>
public sealed class RequestReaderTests : IDisposable
{
    private const string Template =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}={{ c.function.arguments.x }}{% endfor %}{% endfor %}" +
        "{% if tools %}{{ tools | length }} tools{% if tools == 1 %}<tool_call> arguments name </tool_call>{% endif %}{% endif %}{% if date %}{{ strftime_now('%Y') }}{% endif %}{% if add_generation_prompt %}>{% endif %}";

    private static readonly DateTimeOffset Clock = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private readonly LanguageModel opened = LanguageModel.Read(TinyModels.Write("llama", WeightType.F32));

    public void Dispose() => opened.Dispose();

    [Fact]
    public void Conversation_becomes_the_templates_prompt()
    {
        var request = Chat("""{"messages":[{"role":"system","content":"ab"},{"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}]}""");
        Assert.Equal(Ids("<system>ab<user>cd>"), request.Generation.Prompt);
        Assert.Null(request.TemplateClock);
        var called = Chat("""
            {"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":7}"}}]}],
             "tools":[{"type":"function","function":{"name":"f"}}]}
            """);
        Assert.Equal(Ids("<assistant>f=71 tools>"), called.Generation.Prompt);
        Assert.Equal("tags", called.Tools!.Format.Name);
        Assert.Equal(Ids("<user>a>"), Chat("""{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none"}""").Generation.Prompt);
    }

    [Fact]
    public void A_template_for_tools_is_the_one_where_tools_may_be_called()
    {
        using var two = new LanguageModel(opened.Architecture, opened.Weights, opened.Tokenizer, "plain", opened.Digest, []) { ToolTemplate = "with {{ tools | length }}<tool_call> arguments name </tool_call>" };
        LanguageRequest Read(string body) => RequestReader.Read(RequestReader.Chat, Encoding.UTF8.GetBytes(body), new RunnableLanguageModel(new ModelClaim("tiny", "1", Sha256.Of([1]), "gguf"), two), Clock);
        const string Tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
        Assert.Equal(Ids("plain"), Read("""{"messages":[{"role":"user","content":"a"}]}""").Generation.Prompt);
        var called = Read($$"""{"messages":[{"role":"user","content":"a"}],{{Tools}}}""");
        Assert.Equal(Ids("with 1<tool_call> arguments name </tool_call>"), called.Generation.Prompt);
        Assert.Equal("tags", called.Tools!.Format.Name);
        Assert.NotNull(Read($$"""{"messages":[{"role":"user","content":"a"}],{{Tools}},"tool_choice":"required"}""").Grammar);
        Assert.Equal(Ids("plain"), Read($$"""{"messages":[{"role":"user","content":"a"}],{{Tools}},"tool_choice":"none"}""").Generation.Prompt);

        // Receipts commit to both texts.
        LanguageModel With(string? plain, string? tools) => new(opened.Architecture, opened.Weights, opened.Tokenizer, plain, opened.Digest, []) { ToolTemplate = tools };
        Assert.Equal(Sha256.Of("plain"u8), ModelDigests.TemplatesOf(With("plain", null)));
        Assert.Null(ModelDigests.TemplatesOf(With(null, null)));
        Assert.Equal(Sha256.Of("assay/chat-templates/v1\n\0\0\0\u0001d\0\0\0\u0002tt"u8), ModelDigests.TemplatesOf(With("d", "tt")));
        Assert.NotEqual(ModelDigests.TemplatesOf(With("d", "tt")), ModelDigests.TemplatesOf(With("dt", "t")));
    }

    [Fact]
    public void Clock_is_told_only_where_the_template_asks_and_to_the_second()
    {
        var request = Chat("""{"messages":[{"role":"user","content":"a"}],"chat_template_kwargs":{"date":true}}""");
        Assert.Equal(Ids("<user>a2026>"), request.Generation.Prompt);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), request.TemplateClock);
    }

    [Fact]
    public void Parameters_are_those_of_the_body()
    {
        var request = Chat("""
            {"messages":[{"role":"user","content":"a"}],"temperature":0.25,"top_p":0.5,"top_k":7,"min_p":0.125,"presence_penalty":1,"frequency_penalty":-1,
             "logit_bias":{"5":-3.5},"n":3,"max_tokens":9,"max_completion_tokens":8,"stop":["x","y"],"seed":-4,"logprobs":true,"top_logprobs":4}
            """);
        var (g, s) = (request.Generation, request.Generation.Sampler);
        Assert.Equal((0.25f, 0.5f, 7, 0.125f, 1f, -1f, -3.5f), (s.Temperature, s.TopP, s.TopK, s.MinP, s.PresencePenalty, s.FrequencyPenalty, s.LogitBias[5]));
        Assert.Equal((3, 8, 4, -4L), (g.Choices, g.MaxTokens, g.Alternatives, request.Seed));
        Assert.Equal(["x", "y"], g.Stop);
        Assert.Null(request.Grammar);
    }

    [Fact]
    public void Form_of_the_answer_has_a_digest_of_its_own()
    {
        Hash? Of(string format) => Chat($$"""{"messages":[{"role":"user","content":"a"}],"response_format":{{format}}}""") is { Generation.Grammar: not null } r ? r.Grammar : null;
        Hash?[] all =
        [
            Of("""{"type":"json_object"}"""),
            Of("""{"type":"json_schema","json_schema":{"schema":{"type":"integer"}}}"""),
            Of("""{"type":"json_schema","json_schema":{"schema":{"type":"boolean"}}}"""),
        ];
        Assert.Distinct(all);
        Assert.DoesNotContain(null, all);
        Assert.Null(Of("""{"type":"text"}"""));
    }

    [Fact]
    public void Choice_of_a_tool_constrains_the_answer()
    {
        LanguageRequest With(string choice) => Chat(
            $$$"""{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{{{choice}}}}""");
        Assert.Null(With("\"auto\"").Grammar);
        Assert.Null(With("\"none\"").Tools);
        Hash?[] all = [With("\"required\"").Grammar, With("""{"type":"function","function":{"name":"f"}}""").Grammar, With("""{"type":"function","function":{"name":"g"}}""").Grammar];
        Assert.Distinct(all);
        Assert.DoesNotContain(null, all);
        Assert.Contains("not among the tools", Assert.Throws<ModelException>(() => With("""{"type":"function","function":{"name":"h"}}""")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "the body is not a JSON object")]
    [InlineData("{", "the body is not JSON")]
    [InlineData("""{"messages":[],"messages":[]}""", "two members called 'messages'")]
    [InlineData("{}", "messages is not a list")]
    [InlineData("""{"messages":[{"role":"king","content":"a"}]}""", "messages[0].role is 'king'")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", "a part that is no text")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"n":99}""", "n is 99: a whole number from 1 to 16 is right")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"temperature":"hot"}""", "temperature is \"hot\": a number is right")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"top_logprobs":2}""", "logprobs is not true")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"functions":[]}""", "functions is not supported")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"xml"}}""", "response_format.type")]
    public void What_is_not_understood_is_named(string body, string says) =>
        Assert.Contains(says, Assert.Throws<ModelException>(() => Chat(body)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parameters_of_a_receipt_are_written_and_read_without_loss()
    {
        var request = Chat("""{"messages":[{"role":"user","content":"a"}],"temperature":0.1,"top_p":0.3,"logit_bias":{"7":0.0000001},"stop":"é\n"}""");
        var parameters = new AnswerParameters
        {
            Api = "chat", Ticket = 5, Seed = new SeedClaim.Node(Sha256.Of([1]), 4), Sampler = request.Generation.Sampler, MaxTokens = 7, Stop = request.Generation.Stop,
            Alternatives = 0, Grammar = Sha256.Of([2]), TemplateClock = Clock.AddMilliseconds(-678), PromptTokens = 3, Choices = [new ChoiceClaim(2, "stop", 1)],
            SystemFingerprint = "fp_1", Void = VoidReason.Failed,
        };
        var json = AnswerParametersFormat.Write(parameters);
        var read = AnswerParametersFormat.Read(json);
        Assert.Equal(parameters.Sampler.LogitBias, read.Sampler.LogitBias);
        Assert.Equal("0.1", json.Find("temperature")!.Text);
        Assert.Equal(
            parameters with { Sampler = new(), Stop = [], Choices = [] }, read with { Sampler = new(), Stop = [], Choices = [] });
        Assert.Equal((parameters.Stop[0], parameters.Choices[0]), (read.Stop[0], read.Choices[0]));
    }

    private LanguageRequest Chat(string body) => RequestReader.Read(RequestReader.Chat, Encoding.UTF8.GetBytes(body), new RunnableLanguageModel(
        new ModelClaim("tiny", "1", Sha256.Of([1]), "gguf"),
        new LanguageModel(opened.Architecture, opened.Weights, opened.Tokenizer, Template, opened.Digest, [])), Clock);

    private IEnumerable<int> Ids(string text) => [opened.Tokenizer.Bos!.Value, .. opened.Tokenizer.Encode(text, special: true)];
}
