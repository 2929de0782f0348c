using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Engine.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Providers.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;
using OpenAI;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>A node with a small random language model that has a chat template, behind its web host on a free port.</summary>
public sealed class ChatHost : NodeHost
{
    /// <summary>Turns between marks, tools in front, calls between tags: the way of the Qwen family, written short.</summary>
    public const string Template = """
        {%- if tools %}<|im_start|>system
        {%- for tool in tools %}{{ tool.function.name }}{% endfor %}<tool_call></tool_call><|im_end|>{% endif %}
        {%- for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content }}{% for call in message.tool_calls %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}<|im_end|>
        {%- endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    public const int Context = 1024;

    /// <summary>The official client, as it comes.</summary>
    public OpenAIClient OpenAI => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(Url, "/v1") });

    protected override NodeOptions Options => new NodeOptions
    {
        Language = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 } },
    };

    protected override async Task ImportAsync()
    {
        await Node.ImportAsync(Test.Write("tiny.gguf", TinyModels.Write("qwen3", WeightType.F32, template: Template, context: Context)));
        await Node.ImportAsync(Test.Write("plain.gguf", TinyModels.Write("llama", WeightType.Q8_0)));
        await Node.ImportAsync(Test.Write("adder.onnx", Digits.Adder(1)));
    }

    /// <summary>A bias that keeps a random model from ending its answers at once.</summary>
    public string NoEnd(string model) => Language.TinyNode.NoEndOf(Node, Node.Models.Find(model));

    public async Task<(HttpResponseMessage Answer, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await Client.PostAsync(path, content);
        return (answer, JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    /// <summary>A request that is refused: its status, and the one line, parameter and code that say why.</summary>
    public async Task<(HttpStatusCode Status, string Message, string? Parameter, string? Code)> RefusedAsync(string path, string body)
    {
        var (answer, json) = await PostAsync(path, body);
        Assert.False(answer.IsSuccessStatusCode, json.GetRawText());
        Assert.StartsWith("req_", Assert.Single(answer.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
        var error = json.GetProperty("error");
        var message = error.GetProperty("message").GetString()!;
        Assert.InRange(message.Length, 5, 600);
        Assert.DoesNotContain('\n', message);
        Assert.NotNull(error.GetProperty("type").GetString());
        return (answer.StatusCode, message, error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }

    /// <summary>The events of a stream, the last of which is [DONE].</summary>
    public async Task<List<JsonElement>> StreamAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(path, content);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => !e.StartsWith(':')).ToList();
        Assert.All(events, e => Assert.StartsWith("data: ", e, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement)];
    }

    /// <summary>The receipt in an answer, once its bundle was had with the salt that came with it, and accepted.</summary>
    public async Task<(Receipt Receipt, Bundle Bundle)> ReceiptAsync(JsonElement answer)
    {
        var assay = answer.GetProperty("assay");
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, assay.GetProperty("bundle").GetString());
            ask.Headers.Add("Assay-Disclosure", assay.GetProperty("salts").GetProperty("output").GetString());
            using var got = await Client.SendAsync(ask);
            if (got.StatusCode == HttpStatusCode.Accepted)
            {
                await Task.Delay(20);
                continue;
            }
            var bundle = Bundle.Parse(await got.Content.ReadAsByteArrayAsync());
            Test.AssertAccepted(bundle);
            return (Receipt.Parse(bundle.Envelope.Payload.Span), bundle);
        }
    }
}
