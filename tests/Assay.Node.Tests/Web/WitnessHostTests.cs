using System.Net;
using System.Net.Sockets;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Node.Web;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Web;

/// <summary>Who sends slowly, or much, keeps nobody else from the witness.</summary>
public sealed class WitnessHostTests : IAsyncDisposable
{
    private static readonly SigningKey LogKey = SigningKey.FromSeed(Sha256.Of("log"u8).Bytes);
    private static readonly SigningKey WitnessKey = SigningKey.FromSeed(Sha256.Of("witness"u8).Bytes);
    private static readonly VerifierKey Log = VerifierKey.Create("log.test", NoteSignatureType.Ed25519, LogKey.PublicKey);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder place = new();
    private readonly CheckpointWitness witness;
    private readonly List<TcpClient> clients = [];
    private WebApplication? app;

    public WitnessHostTests() => witness = new CheckpointWitness(new PosixLogFiles(place["w"]), "w.test", WitnessKey, [Log]);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            client.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        witness.Dispose();
        place.Dispose();
    }

    [Fact]
    public async Task Bodies_that_do_not_end_keep_nobody_waiting()
    {
        using var http = await StartAsync(TimeSpan.FromHours(1));
        for (var i = 0; i < 300; i++)
            await BeginAsync(http.BaseAddress!);
        using var content = new ByteArrayContent(Body);
        using var answer = await http.PostAsync("/add-checkpoint", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("\u2014 w.test ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("log log.test 1 ", await http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_end_has_its_time()
    {
        using var http = await StartAsync(TimeSpan.FromMilliseconds(50));
        var client = await BeginAsync(http.BaseAddress!);
        using var reader = new StreamReader(client.GetStream());
        var line = await reader.ReadLineAsync().WaitAsync(Patience);
        Assert.StartsWith("HTTP/1.1 408 ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_has_at_most_64_KiB()
    {
        using var http = await StartAsync(Patience);
        using var largest = new ByteArrayContent(new byte[AddCheckpoint.MaxSize]);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PostAsync("/add-checkpoint", largest)).StatusCode);
        using var larger = new ByteArrayContent(new byte[64 * 1024 + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync("/add-checkpoint", larger)).StatusCode);
    }

    private static byte[] Body => new AddCheckpoint(0, [], new Checkpoint("log.test", 1, MerkleTree.LeafHash("entry"u8)).Sign(LogKey)).ToBytes();

    private async Task<HttpClient> StartAsync(TimeSpan bodyWithin)
    {
        app = WitnessHost.Build(witness, new Uri("http://127.0.0.1:0"), bodyWithin);
        await app.StartAsync();
        return new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Patience };
    }

    // A request whose body stops after its first bytes.
    private async Task<TcpClient> BeginAsync(Uri url)
    {
        var client = new TcpClient();
        clients.Add(client);
        await client.ConnectAsync(url.Host, url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /add-checkpoint HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: 500\r\n\r\nold 0\n"));
        return client;
    }
}
