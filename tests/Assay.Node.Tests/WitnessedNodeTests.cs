using System.Net;
using System.Text;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Node.Receipts;
using Assay.Node.Tests.Audits;
using Assay.Node.Web;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Node.Tests;

/// <summary>A node whose log has one witness, which answers when the test lets it.</summary>
public sealed class WitnessedNodeTests : IAsyncDisposable
{
    private static readonly SigningKey Key = SigningKey.FromSeed(Sha256.Of("witness"u8).Bytes);
    private static readonly VerifierKey Witness = VerifierKey.Create("w.test", NoteSignatureType.Cosignature, Key.PublicKey);

    private readonly TemporaryFolder place = new();
    private readonly TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CheckpointWitness? witness;
    private TestNode? test;
    private ulong? lie;

    public async ValueTask DisposeAsync()
    {
        if (test is not null)
            await test.DisposeAsync();
        witness?.Dispose();
        place.Dispose();
    }

    [Fact]
    public async Task A_receipt_is_pending_until_a_quorum_has_cosigned_and_the_answer_never_waits_for_it()
    {
        test = Open();
        var model = await test.ImportDigitsAsync();
        var answer = await test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7));
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var path = $"/v1/receipts/{answer.Receipt.RecordId}";
        while (test.Node.Checkpoint.Size <= answer.Receipt.Index)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, (await http.GetAsync(path)).StatusCode);
        Assert.DoesNotContain("w.test", await http.GetStringAsync("/log/checkpoint"), StringComparison.Ordinal);

        mayAnswer.SetResult();
        var bundle = await test.Node.BundleAsync(answer.Receipt, TestContext.Current.CancellationToken);
        test.AssertAccepted(bundle);
        Assert.Contains(test.Policy.Require, a => a == Verify.Reports.Axis.Witnesses);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(path)).StatusCode);
        var shown = SignedNote.Parse(await http.GetByteArrayAsync("/log/checkpoint"));
        Assert.True(shown.IsSignedBy(Witness));
        Assert.True(shown.IsSignedBy(test.Policy.Log.Logs[0]));
        Assert.Contains("has cosigned ", await http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_and_openings_wait_until_the_epochs_end_is_cosigned()
    {
        var auditor = new ScriptedAuditor("auditor.test/log");
        test = Open();
        auditor.OnlyMe.Write(test.Data);
        var model = await test.ImportAdderAsync(1);
        var issued = (await test.Node.InvokeAsync(model, Digits.Pair(1, 2), new CallerTerms(Auditable: true))).Receipt;
        var key = issued.Envelope.KeyId;
        while (test.Node.Checkpoint.Size <= issued.Index)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var own = await test.Node.Audits.CommitAsync(auditor.Commitment(test.Node, key, 0));
        await test.Node.IntroduceKeyAsync(model);
        while (test.Node.Look(s => s.EndedEpochs(key)) == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var secret = new SecretRequest(key, 0, auditor.SecretOf(0));
        var request = auditor.Ask(test.Node, auditor.Draw(test.Node, key, 0, [new RevealedSeed(own, secret.Secret)]));
        Assert.Equal(NodeFault.Conflict, Assert.Throws<NodeException>(() => test.Node.Audits.Keep(secret)).Fault);
        await using var app = WebHost.Build(test.Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var later = await http.PostAsync("/v1/audits/openings", new ByteArrayContent(request.ToBytes()), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (later.StatusCode, later.Headers.RetryAfter?.Delta));

        mayAnswer.SetResult();
        await test.Node.BundleAsync(issued, TestContext.Current.CancellationToken);
        while (test.Node.Shown.Size < test.Node.Checkpoint.Size)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(own, test.Node.Audits.Keep(secret));
        using var now = await http.PostAsync("/v1/audits/openings", new ByteArrayContent(request.ToBytes()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, now.StatusCode);
        var line = await now.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"bundle\":", line, StringComparison.Ordinal);
        // At a checkpoint that the witness has cosigned.
        Assert.Contains("w.test", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_witness_that_has_seen_more_halts_the_node_over_starts_until_the_operator_has_acted()
    {
        test = Open();
        mayAnswer.SetResult();
        var model = await test.ImportDigitsAsync();
        lie = 1_000_000;
        // The next checkpoint goes to the witness, and the node hears of a million entries: the import's last, if it was still on its way.
        try
        {
            await test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7));
        }
        catch (NodeException e) when (e.Fault == NodeFault.Unavailable)
        {
            Assert.NotNull(test.Node.Stopped);
        }
        while (test.Node.Stopped is null)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<NodeException>(() => test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7)));
        Assert.Equal(NodeFault.Unavailable, refused.Fault);
        Assert.Contains("1000000", refused.Message, StringComparison.Ordinal);

        lie = null;
        await test.ReopenAsync();
        Assert.NotNull(test.Node.Stopped);
        var size = test.Node.Checkpoint.Size;
        await Assert.ThrowsAsync<NodeException>(() => test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7)));
        Assert.Equal(size, test.Node.Checkpoint.Size);

        await test.CloseAsync();
        Assert.Contains("1000000", test.Data.Resume(), StringComparison.Ordinal);
        await test.ReopenAsync();
        Assert.Null(test.Node.Stopped);
        test.AssertAccepted(await test.Node.BundleAsync((await test.Node.InvokeAsync(model, Digits.Sample(7), Digits.WithWire(7))).Receipt, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("quorum none\n")]
    [InlineData("witness w VKEY\nquorum w\n")]
    [InlineData("log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nwitness w VKEY http://w.test\nquorum w\n")]
    public void Witnesses_that_cannot_be_used_are_refused_and_nothing_is_changed(string text)
    {
        var refused = Assert.Throws<NodeException>(() => Open(text.Replace("VKEY", Witness.ToString())));
        Assert.Equal(NodeFault.BadRequest, refused.Fault);
    }

    private TestNode Open(string? text = null) => TestNode.Open(new NodeOptions
    {
        Witnesses = text ?? $"witness w {Witness} http://w.test\nquorum w\n",
        Cosigner = new CosignerOptions
        {
            Interval = TimeSpan.FromMilliseconds(5), RetryFirst = TimeSpan.FromMilliseconds(5), RetryMost = TimeSpan.FromMilliseconds(20),
            Timeout = TimeSpan.FromMilliseconds(200), Transport = PostAsync,
        },
    });

    private async Task<WitnessReply> PostAsync(Uri url, byte[] body, CancellationToken ct)
    {
        await mayAnswer.Task.WaitAsync(ct);
        if (lie is { } size)
            return new WitnessReply(409, AddCheckpoint.SizeMediaType, Encoding.ASCII.GetBytes($"{size}\n"));
        // It comes to know the log by what it is shown first.
        witness ??= new CheckpointWitness(new PosixLogFiles(place["w"]), Witness.Name, Key, Policy.Parse(await File.ReadAllBytesAsync(test!.Data.Policy, ct)).Log.Logs);
        var answer = witness.Add(body);
        return new WitnessReply((int)answer.Outcome, answer.ContentType.Split(';')[0], Encoding.UTF8.GetBytes(answer.Body));
    }
}
