using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>Whether an auditor may be shown a record is the caller's word, and no unless it says so.</summary>
public class AuditableTests(ChatHost host) : IClassFixture<ChatHost>
{
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"tiny","messages":[{"role":"user","content":"hi"}],"max_tokens":3}""")]
    [InlineData("/v1/completions", """{"model":"tiny","prompt":"hi","max_tokens":3}""")]
    [InlineData("/v1/embeddings", """{"model":"tiny","input":"hi"}""")]
    [InlineData("/v2/models/adder/infer", """{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"data":[1,2]}]}""")]
    public async Task The_receipt_says_what_the_header_says(string path, string body)
    {
        foreach (var (header, expected) in ((string?, bool)[])[(null, false), ("false", false), ("true", true)])
        {
            using var answer = await SendAsync(path, body, header);
            var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
            Assert.True(answer.IsSuccessStatusCode, json.GetRawText());
            var payload = Base64.Read(json.GetProperty("assay").GetProperty("envelope").GetProperty("payload").GetString()!);
            Assert.Equal(expected, Receipt.Parse(payload).Auditable);
        }
        using var refused = await SendAsync(path, body, "yes");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Assay-Auditable", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, string? auditable)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (auditable is not null)
            request.Headers.Add("Assay-Auditable", auditable);
        return await host.Client.SendAsync(request);
    }
}
