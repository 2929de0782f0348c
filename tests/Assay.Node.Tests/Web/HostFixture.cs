using System.Net;
using System.Text;
using System.Text.Json;

namespace Assay.Node.Tests.Web;

/// <summary>A node with the digits and an adder behind its web host on a free port.</summary>
public sealed class HostFixture : NodeHost
{
    protected override async Task ImportAsync()
    {
        await Test.ImportDigitsAsync();
        await Node.ImportAsync(Test.Write("adder.onnx", Digits.Adder(1)));
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
