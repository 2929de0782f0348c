using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Web;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Web;

/// <summary>A node with the digits and an adder behind its web host on a free port.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private TestNode? test;
    private WebApplication? app;

    public HttpClient Client { get; private set; } = null!;

    public Uri Url { get; private set; } = null!;

    internal TestNode Test => test!;

    public AssayNode Node => Test.Node;

    public async ValueTask InitializeAsync()
    {
        test = TestNode.Open();
        await test.ImportDigitsAsync();
        await Node.ImportAsync(test.Write("adder.onnx", Digits.Adder(1)));
        app = WebHost.Build(Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Url };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        await Test.DisposeAsync();
    }

    /// <summary>Sends JSON and gives status and body; a body of an error is one line under <c>error</c>.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(path, content);
        var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
        if (!answer.IsSuccessStatusCode)
            AssertOneLine(json);
        return (answer.StatusCode, json);
    }

    public static string AssertOneLine(JsonElement error)
    {
        var text = error.GetProperty("error").GetString()!;
        Assert.InRange(text.Length, 5, 600);
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return text;
    }

    /// <summary>A request to the adder.</summary>
    public static string Adds(string data = "[1,2]", string shape = "[2]", string type = "FP32", string name = "x", string rest = "") =>
        $$"""{"inputs":[{"name":"{{name}}","datatype":"{{type}}","shape":{{shape}},"data":{{data}}}]{{rest}}}""";
}
