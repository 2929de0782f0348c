using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Engine.Language;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Node;
using Assay.Node.Web;
using Assay.Providers.Language;
using Assay.Verify.Policies;
using Microsoft.AspNetCore.Builder;
using OpenAI;

namespace Assay.Client.Tests;

/// <summary>A node with two small random language models, one of which has a chat template with tools.</summary>
public sealed class LanguageFixture : IAsyncLifetime
{
    private const string Template = """
        {%- if tools %}<|im_start|>system
        {%- for tool in tools %}{{ tool.function.name }}{% endfor %}<tool_call></tool_call><|im_end|>{% endif %}
        {%- for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content }}{% for call in message.tool_calls %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}<|im_end|>
        {%- endfor %}
        {%- if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    public const string Tools = """
        ,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"warm":{"type":"boolean"}},"required":["warm"],"additionalProperties":false}}}],
        "tool_choice":{"type":"function","function":{"name":"weather"}}
        """;

    private readonly TemporaryFolder folder = new();
    private WebApplication? app;
    private AssayNode? node;

    public Uri Url { get; private set; } = null!;

    public Policy Policy { get; private set; } = null!;

    /// <summary>Keeps the random model from ending at once.</summary>
    public string NoEnd { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var data = new DataFolder(folder["data"]);
        node = AssayNode.Open(data, new NodeOptions { Language = new LanguageEngineOptions { Session = new LanguageSessionOptions { Threads = 1, CacheBytes = 1 << 24 } } });
        await node.ImportAsync(folder.Write("tiny.gguf", TinyModels.Write("qwen3", WeightType.F32, template: Template, context: 1024)));
        await node.ImportAsync(folder.Write("plain.gguf", TinyModels.Write("llama", WeightType.Q8_0)));
        app = WebHost.Build(node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Policy = Policy.Parse(await File.ReadAllBytesAsync(data.Policy));
        var tokenizer = node.LoadLanguage(node.Models.Find("tiny")).Model.Tokenizer;
        NoEnd = "{" + string.Join(',', Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsEndOfGeneration).Select(id => $"\"{id}\":-100")) + "}";
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        folder.Dispose();
    }

    internal HttpClient Client(Meddler? meddler = null, ReceiptOptions? options = null) =>
        new(new ReceiptHandler(options ?? new ReceiptOptions { Policy = Policy }, meddler ?? new Meddler())) { BaseAddress = Url };

    /// <summary>The official client, over a handler that checks.</summary>
    internal OpenAIClient OpenAI(HttpClient client) => new(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = new Uri(Url, "/v1"), Transport = new HttpClientPipelineTransport(client), RetryPolicy = new ClientRetryPolicy(0),
    });

    /// <summary>A body of the chat API.</summary>
    public string Chat(string more = "", bool streams = false) =>
        $$"""{"model":"tiny","messages":[{"role":"user","content":"once upon a time"}],"max_tokens":12,"logit_bias":{{NoEnd}}{{more}}{{(streams ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")}}}""";

    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string body, string path = "/v1/chat/completions", bool buffered = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await client.SendAsync(request, buffered ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Changes the JSON of an answer.</summary>
    internal static Func<HttpResponseMessage, byte[], byte[]> Whole(Action<JsonObject> edit) => (response, bytes) =>
    {
        if (!response.IsSuccessStatusCode)
            return bytes;
        var json = JsonNode.Parse(bytes)!.AsObject();
        edit(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    };

    /// <summary>Changes the chunks of a stream.</summary>
    internal static Func<HttpResponseMessage, byte[], byte[]> Chunks(Action<List<JsonObject>> edit) => (_, bytes) =>
    {
        var events = Encoding.UTF8.GetString(bytes).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        var chunks = events[..^1].Where(e => !e.StartsWith(':')).Select(e => JsonNode.Parse(e["data: ".Length..])!.AsObject()).ToList();
        edit(chunks);
        return Encoding.UTF8.GetBytes(string.Concat(chunks.Select(c => $"data: {c.ToJsonString()}\n\n")) + "data: [DONE]\n\n");
    };

    internal static JsonObject Clone(JsonObject json) => JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(json))!.AsObject();
}
