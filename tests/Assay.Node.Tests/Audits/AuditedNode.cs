using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Receipts;
using Assay.Node.Tests.Web;
using Assay.Node.Web;
using Assay.Store;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Audits;

/// <summary>A provider's node behind its web host, which serves an adder and is asked by scripted auditors.</summary>
internal sealed class AuditedNode : IAsyncDisposable
{
    private readonly string? apiKey;
    private WebApplication? app;

    private AuditedNode(TestNode test, string? apiKey) => (Test, this.apiKey) = (test, apiKey);

    public TestNode Test { get; }

    public AssayNode Node => Test.Node;

    public HttpClient Client { get; private set; } = null!;

    public StoredModel Model { get; private set; } = null!;

    public List<Issued> Issued { get; } = [];

    /// <summary>The key that signed the first receipt.</summary>
    public Hash Key => Issued[0].Envelope.KeyId;

    public static async Task<AuditedNode> OpenAsync(NodeOptions? options = null, string? apiKey = null)
    {
        var node = new AuditedNode(TestNode.Open(options), apiKey);
        node.Model = await node.Test.ImportAdderAsync(1);
        await node.StartAsync();
        return node;
    }

    public async Task ReopenAsync()
    {
        await app!.DisposeAsync();
        await Test.ReopenAsync();
        Model = Node.Models.Find(Model.Reference);
        await StartAsync();
    }

    /// <summary>Answers so often, every third time for a caller that wants no auditor to see it if <paramref name="some"/>.</summary>
    public async Task ServeAsync(int records, bool some = false)
    {
        for (var i = 0; i < records; i++)
            Issued.Add((await Node.InvokeAsync(Model, Digits.Pair(i, records), new CallerTerms("a nonce", !some || i % 3 != 0, new WireInput("text/plain", [(byte)i])))).Receipt);
        // Auditors learn of a key from the published log.
        while (Node.Look(s => !s.Keys.ContainsKey(Key)))
            await Task.Delay(5);
    }

    /// <summary>Ends the current epoch: another key takes the segment over.</summary>
    public async Task EndEpochAsync()
    {
        await Node.IntroduceKeyAsync(Model);
        while (Node.Look(s => s.EndedEpochs(Key)) == 0)
            await Task.Delay(5);
    }

    /// <summary>A commitment for the key's first epoch, which then has so many records and ends.</summary>
    /// <returns>The draw of all of them.</returns>
    public async Task<AuditDrawEventAt> AuditAsync(ScriptedAuditor auditor, int records, bool some = false, uint rate = 1_000_000)
    {
        await ServeAsync(1, some);
        var index = await CommitAsync(auditor, 0, rate);
        await ServeAsync(records - 1, some);
        await EndEpochAsync();
        return new AuditDrawEventAt(index, auditor.Draw(Node, Key, 0, [new RevealedSeed(index, auditor.SecretOf(0))]));
    }

    public async Task<ulong> CommitAsync(ScriptedAuditor auditor, ulong epoch, uint rate = 1_000_000)
    {
        var (status, body) = await PostAsync("seeds", auditor.Commitment(Node, Key, epoch, rate).ToRequest());
        Assert.Equal((HttpStatusCode.OK, body), (status, body));
        return JsonDocument.Parse(body).RootElement.GetProperty("index").GetUInt64();
    }

    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string what, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await Client.PostAsync($"/v1/audits/{what}", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The lines of openings.</summary>
    public async Task<JsonElement[]> OpenAsync(OpeningRequest request)
    {
        var (status, body) = await PostAsync("openings", request.ToBytes());
        Assert.True(status == HttpStatusCode.OK, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The one line that says why a request was refused.</summary>
    public async Task<(HttpStatusCode Status, string Why)> RefusedAsync(string what, byte[] body)
    {
        var (status, text) = await PostAsync(what, body);
        return (status, HostFixture.AssertOneLine(JsonDocument.Parse(Encoding.UTF8.GetBytes(text)).RootElement));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app!.DisposeAsync();
        await Test.DisposeAsync();
    }

    private async Task StartAsync()
    {
        app = WebHost.Build(Node, new Uri("http://127.0.0.1:0"), apiKey);
        await app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }
}

/// <summary>A draw, with the index of the commitment that it calls its own.</summary>
internal sealed record AuditDrawEventAt(ulong Own, Verify.Statements.AuditDrawEvent Event);
