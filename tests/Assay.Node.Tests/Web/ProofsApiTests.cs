using System.Net;
using System.Text.Json;
using Assay.Node.Tests.Proofs;

namespace Assay.Node.Tests.Web;

/// <summary>Proofs over HTTP and on the receipt's page.</summary>
public class ProofsApiTests(ProofsApiTests.Host host) : IClassFixture<ProofsApiTests.Host>
{
    [Fact]
    public async Task A_proof_is_asked_for_looked_after_and_comes_with_the_bundle()
    {
        var id = await ProofDeskTests.RunAsync(host.Test, host.Model, 1);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, id, "none")).Status);
        await SendAsync(HttpMethod.Post, id, null);
        JsonElement state;
        while ((state = (await SendAsync(HttpMethod.Get, id, null)).Body).GetProperty("state").GetString() is "waiting" or "proving")
            await Task.Delay(20);
        Assert.Equal("ready", state.GetProperty("state").GetString());
        Assert.Equal($"/v1/receipts/{id}", state.GetProperty("bundle").GetString());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, id, "ready")).Status);
        Assert.Equal("ready", (await SendAsync(HttpMethod.Delete, id, "ready")).Body.GetProperty("state").GetString());
        var page = await host.Client.GetStringAsync($"/receipts/{id}");
        Assert.Contains("AUTHENTIC · PROVED", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_what_leaks_where_it_asks()
    {
        var id = await ProofDeskTests.RunAsync(host.Test, host.Model, 2);
        var page = await host.Client.GetStringAsync($"/receipts/{id}");
        Assert.Contains("hides nothing", page, StringComparison.Ordinal);
        Assert.Contains($"action=\"/receipts/{id}/proof\"", page, StringComparison.Ordinal);
        using var answer = await host.Client.PostAsync($"/receipts/{id}/proof", null);
        Assert.Equal($"/receipts/{id}", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task A_receipt_that_is_not_there_has_no_proof(string method)
    {
        foreach (var id in (string[])["00000000000000000000000000000000", "x", "..%2f..%2fkeys%2froot.pem"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/receipts/{id}/proof");
            using var answer = await host.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string id, string? state)
    {
        using var request = new HttpRequestMessage(method, $"/v1/receipts/{id}/proof");
        using var answer = await host.Client.SendAsync(request);
        var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement;
        Assert.True(answer.IsSuccessStatusCode, body.GetRawText());
        if (state is not null)
            Assert.Equal(state, body.GetProperty("state").GetString());
        return (answer.StatusCode, body);
    }

    /// <summary>A node with a committed model.</summary>
    public sealed class Host : NodeHost
    {
        internal Store.StoredModel Model { get; private set; } = null!;

        protected override async Task ImportAsync() => Model = await ProofDeskTests.CommittedAsync(Test);
    }
}
