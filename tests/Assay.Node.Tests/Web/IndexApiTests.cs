using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Receipts;
using Assay.Node.Web;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Web;

/// <summary>The verifiable index over HTTP, and what a receipt's page says of a key that was revoked.</summary>
public class IndexApiTests
{
    [Fact]
    public async Task Indexer_reads_an_epoch_brings_its_note_without_an_api_key_and_bundles_carry_it()
    {
        using var indexer = SigningKey.FromSeed(Sha256.Of("an indexer"u8).Bytes);
        var vkey = VerifierKey.Create("indexer.example", NoteSignatureType.Ed25519, indexer.PublicKey);
        await using var test = TestNode.Open(new NodeOptions { Indexers = [vkey] });
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: "a key of sixteen and more");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, "/v1/index")).Status);
        var epoch = await test.Node.Index.AppendAsync();
        var (status, newest) = await GetAsync(client, "/v1/index");
        Assert.Equal((HttpStatusCode.OK, epoch.Event.Size), (status, newest.GetProperty("size").GetUInt64()));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, $"/v1/index/{epoch.Event.Size + 1}")).Status);
        var note = SignedNote.Parse(newest.GetProperty("note").GetString()!);
        Assert.True(note.IsSignedBy(test.Node.Genesis.LogKey));
        Assert.Equal(IndexNote.Of(epoch.Event).ToText(), note.Text);

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, note.ToString()));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, "no note"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, new string('x', 70_000)));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, (IndexNote.Of(epoch.Event) with { Size = 1 }).Sign("indexer.example", indexer).ToString()));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, IndexNote.Of(epoch.Event).Sign("indexer.example", indexer).ToString()));
        var cosigned = (await GetAsync(client, $"/v1/index/{epoch.Event.Size}")).Body;
        Assert.Equal(vkey.ToString(), Assert.Single(cosigned.GetProperty("cosignedBy").EnumerateArray().ToArray()).GetString());
        var report = test.Verify(await test.Node.BundleAsync(answer.Receipt));
        Assert.Equal((AxisStatus.Verified, "indexed"), (report[Axis.Completeness].Status, report[Axis.Completeness].Reason));
    }

    [Fact]
    public async Task Page_of_a_receipt_shows_a_revocation_beside_the_verdict()
    {
        await using var test = TestNode.Open();
        var answer = await test.Node.InvokeAsync(await test.ImportAdderAsync(1), Digits.Pair(1, 2), new CallerTerms());
        await test.Node.BundleAsync(answer.Receipt);
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var path = $"/receipts/{answer.Receipt.RecordId}";
        Assert.DoesNotContain("revoked", await client.GetStringAsync(path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await test.Node.AppendEventAsync(KeyEvent.Compromise(test.Node.Origin, answer.Receipt.Envelope.KeyId, answer.Receipt.Index + 1));
        var page = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("AUTHENTIC", page, StringComparison.Ordinal);
        Assert.Contains("<b>revoked</b>", page, StringComparison.Ordinal);
        Assert.Contains("after this receipt", page, StringComparison.Ordinal);
        Assert.Contains("not trusted from index 4 on, says entry 4", page, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string note)
    {
        using var body = new StringContent(note, Encoding.UTF8, "text/plain");
        using var answer = await client.PostAsync("/v1/index/cosignatures", body);
        if (!answer.IsSuccessStatusCode)
            HostFixture.AssertOneLine(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
        return answer.StatusCode;
    }
}
