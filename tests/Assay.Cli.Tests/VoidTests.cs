using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Cli.Tests;

/// <summary>The replay of a record that holds no answer says so.</summary>
public sealed class VoidTests
{
    [Fact]
    public async Task A_void_is_called_a_void_with_what_was_reserved_and_why()
    {
        using var assay = new Assay();
        Assert.Equal(0, assay.Run("import", assay.Write("tiny.gguf", TinyModels.Write("llama", WeightType.F32, context: 1024))).ExitCode);
        string id;
        using (var serving = assay.Start([], "serve", "--url", "http://127.0.0.1:0"))
        {
            try
            {
                var url = serving.StandardOutput.ReadLine()!["listening on ".Length..];
                id = await LeaveAsync(url);
                // Not known until its record is logged.
                using var client = new HttpClient { BaseAddress = new Uri(url) };
                for (var until = DateTime.UtcNow.AddSeconds(60); (await client.GetAsync($"/v1/receipts/{id}")).StatusCode != HttpStatusCode.OK;)
                {
                    Assert.True(DateTime.UtcNow < until, "no void was logged");
                    await Task.Delay(50);
                }
            }
            finally
            {
                serving.Kill();
                await serving.WaitForExitAsync();
            }
        }
        var file = assay.Run("receipt", id, "--json").Json.GetProperty("receiptFile").GetString()!;
        var text = assay.Run("replay", file);
        Assert.Equal(0, text.ExitCode);
        var json = assay.Run("replay", file, "--json").Json;
        Assert.Equal("reproduced", json.GetProperty("status").GetString());
        var unanswered = json.GetProperty("void");
        Assert.Equal((0, "cancelled"), (unanswered.GetProperty("ticket").GetInt32(), unanswered.GetProperty("reason").GetString()));
        var tokens = unanswered.GetProperty("tokens").GetInt32().ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            [
                $"void: ticket 0 was reserved, and no answer was finished: it was broken off after {tokens} tokens (cancelled: the caller left, or wanted no more)",
                $"reproduced: the record is void: the {tokens} tokens that were made before it was broken off are the same",
            ], text.Output.Split('\n')[..2]);

        // A whole answer is none.
        var whole = assay.Run("run", "tiny", "once", "--max-tokens", "3", "--json").Json.GetProperty("receiptFile").GetString()!;
        Assert.False(assay.Run("replay", whole, "--json").Json.TryGetProperty("void", out _));
        Assert.StartsWith("reproduced: ", assay.Run("replay", whole).Output, StringComparison.Ordinal);
    }

    // Of so many long choices that it cannot be whole before the node has noticed. The record's id.
    private static async Task<string> LeaveAsync(string url)
    {
        using var content = new StringContent(
            """{"model":"tiny","prompt":[3,4],"max_tokens":1000,"n":16,"temperature":1,"logit_bias":{"2":-100},"logprobs":20,"stream":true}""", Encoding.UTF8, "application/json");
        using var client = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = new Uri(url) };
        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = content }, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("id").GetString()!["cmpl-".Length..];
        throw new InvalidOperationException("the stream said nothing");
    }
}
