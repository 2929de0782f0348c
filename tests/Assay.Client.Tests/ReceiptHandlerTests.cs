using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Faults;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Client.Tests;

/// <summary>Good answers come through unchanged; of bad ones nothing does, and the fault is named.</summary>
public class ReceiptHandlerTests(NodeFixture node) : IClassFixture<NodeFixture>
{
    [Fact]
    public async Task Verified_answer_is_handed_on_as_it_came()
    {
        byte[]? sent = null;
        using var client = Client(new Meddler { Answer = (_, bytes) => sent = bytes });
        using var response = await InferAsync(client);
        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.RequestMessage!.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        Assert.Equal(AxisStatus.Verified, verified.Report[Axis.Output].Status);
        Assert.Contains(verified.RecordId, response.Headers.GetValues("Assay-Receipt").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundle_is_kept_and_stands_alone()
    {
        using var folder = new TemporaryFolder();
        using var client = Client(new Meddler(), Options() with { Keeper = new FolderKeeper(folder["kept"]) });
        using var response = await InferAsync(client);
        var file = Directory.GetFiles(folder["kept"], "*.receipt.json").Single();
        Assert.True(Verifier.Verify(await File.ReadAllBytesAsync(file), node.Policy).Accepted);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Single(Directory.GetFiles(folder["kept"], "*.checkpoint"));
    }

    [Fact]
    public async Task Callers_own_nonce_is_sent_and_must_come_back()
    {
        using var client = Client(new Meddler());
        using var request = Inference();
        request.Headers.Add("Assay-Nonce", "mine");
        using var response = await client.SendAsync(request);
        Assert.True(request.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
        Assert.Equal("mine", verified.Receipt.ClientNonce);
    }

    [Theory]
    [InlineData("true", "true", true)]
    [InlineData("false", "false", true)]
    [InlineData(null, "false", true)]
    [InlineData("true", "false", false)]
    [InlineData("false", "true", false)]
    [InlineData(null, "true", false)]
    public async Task Node_cannot_say_by_itself_whether_auditors_may_be_shown_a_record(string? asked, string heard, bool accepted)
    {
        using var client = Client(new Meddler { Auditable = heard });
        using var request = Inference();
        if (asked is not null)
            request.Headers.Add("Assay-Auditable", asked);
        if (accepted)
        {
            using var response = await client.SendAsync(request);
            Assert.True(request.Options.TryGetValue(ReceiptHandler.Verified, out var verified));
            Assert.Equal(heard == "true", verified.Receipt.Auditable);
            return;
        }
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => client.SendAsync(request));
        Assert.Equal(ReceiptFault.OtherAnswer, refused.Fault);
        Assert.Contains("auditors", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_that_does_not_await_is_protected_too()
    {
        using var client = Client(new Meddler { Answer = (_, bytes) => Replace(bytes, "\"y\"", "\"w\"") });
        using var request = Inference();
        Assert.Equal(ReceiptFault.OtherAnswer, (await Task.Run(() => Assert.Throws<ReceiptException>(() => client.Send(request)))).Fault);
    }

    [Fact]
    public async Task Some_outputs_may_be_asked_for_and_inputs_may_be_nested()
    {
        using var client = Client(new Meddler());
        using var response = await InferAsync(client, """{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"data":[[0.1],[-0.0]]}],"outputs":[{"name":"z"}]}""");
        var output = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("outputs").EnumerateArray().Single();
        Assert.Equal("z", output.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Other_requests_and_refusals_pass_through()
    {
        using var client = Client(new Meddler());
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        using var refused = await InferAsync(client, "{}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("inputs", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Answer_without_a_receipt_is_refused() => IsRefusedAsync(ReceiptFault.NoReceipt, new Meddler
    {
        Answer = (response, bytes) =>
        {
            response.Headers.Remove("Assay-Receipt");
            return bytes;
        },
    });

    [Theory]
    [InlineData("\"data\":[2,3]", "\"data\":[2,4]")]
    [InlineData("\"data\":[2,3]", "\"data\":[2,3,3]")]
    [InlineData("\"data\":[2,3]", "\"data\":[2]")]
    [InlineData("\"data\":[2,3]", "\"data\":[2,\"NaN\"]")]
    [InlineData("\"name\":\"y\"", "\"name\":\"z\"")]
    [InlineData("\"name\":\"y\"", "\"name\":\"w\"")]
    [InlineData("\"shape\":[2]", "\"shape\":[1,2]")]
    [InlineData("\"datatype\":\"FP32\"", "\"datatype\":\"FP64\"")]
    [InlineData("\"outputs\":[", "\"outputs\":[],\"more\":[")]
    [InlineData("\"model_name\":\"adder\"", "\"model_name\":\"gpt-9\"")]
    [InlineData("\"model_version\":\"1\"", "\"model_version\":\"2\"")]
    [InlineData("\"id\":\"", "\"id\":\"0")]
    [InlineData("{\"model_name\"", "{\"parameters\":{},\"model_name\"")]
    [InlineData("\"name\":\"y\"", "\"name\":\"y\",\"parameters\":{}")]
    public Task Answer_that_was_changed_is_refused(string was, string becomes) =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, new Meddler { Answer = (_, bytes) => Replace(bytes, was, becomes) });

    [Theory]
    [InlineData("/v2/models/adder/INFER")]
    [InlineData("/v2/models/adder/infer/")]
    [InlineData("/v2/Models/adder/infer")]
    [InlineData("/v2/models/adder/%69nfer")]
    [InlineData("/v2/models/adder/versions/1/Infer")]
    [InlineData("/V2/models/adder/Versions/1/infer//")]
    public async Task However_the_path_is_spelled_no_answer_comes_through_unchecked(string path)
    {
        using var client = Client(new Meddler { Answer = (response, bytes) => response.IsSuccessStatusCode ? Replace(bytes, "[2,3]", "[2,4]") : bytes });
        using var request = Inference();
        request.RequestUri = new Uri(node.Url, path);
        try
        {
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
        catch (ReceiptException refused)
        {
            Assert.Equal(ReceiptFault.OtherAnswer, refused.Fault);
        }
    }

    [Fact]
    public async Task Receipt_where_none_is_expected_is_refused_and_not_ignored()
    {
        using var client = Client(new Meddler { Elsewhere = new Uri(node.Url, "/v2/models/adder/infer") });
        using var request = Inference();
        request.RequestUri = new Uri(node.Url, "/somewhere/else");
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => client.SendAsync(request));
        Assert.Equal(ReceiptFault.NoReceipt, refused.Fault);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/Completions/")]
    [InlineData("/behind/v1/embeddings")]
    public async Task Success_of_a_language_model_is_refused_even_without_a_receipt(string path)
    {
        using var client = Client(new Meddler { Elsewhere = new Uri(node.Url, "/v2/models/adder/infer"), Answer = (response, bytes) => response.Headers.Remove("Assay-Receipt") ? bytes : [] });
        using var request = Inference();
        request.RequestUri = new Uri(node.Url, path);
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => client.SendAsync(request));
        Assert.Equal(ReceiptFault.NoReceipt, refused.Fault);
    }

    [Theory]
    [InlineData("Content-Type", "application/json; charset=utf-16")]
    [InlineData("Content-Encoding", "gzip")]
    public Task Answer_that_would_be_read_otherwise_than_it_was_checked_is_refused(string header, string value) =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, new Meddler { Headers = (header, value) });

    [Fact]
    public async Task Request_that_is_sent_again_does_not_keep_what_was_verified_before()
    {
        var status = HttpStatusCode.OK;
        using var client = new HttpMessageInvoker(new ReceiptHandler(Options(), new Meddler { Status = () => status }));
        using var request = Inference();
        using (await client.SendAsync(request, CancellationToken.None))
            Assert.True(request.Options.TryGetValue(ReceiptHandler.Verified, out _));
        status = HttpStatusCode.NotModified;
        using (await client.SendAsync(request, CancellationToken.None))
            Assert.False(request.Options.TryGetValue(ReceiptHandler.Verified, out _));
    }

    [Theory]
    [InlineData(0, 201)] // Every 25 ms, however soon the node says.
    [InlineData(3600, 9)] // 25 ms, 50 ms, ... 1.6 s, and what is left, however late it says.
    public async Task Node_that_always_says_wait_is_asked_now_and_then_and_not_for_ever(int retryAfter, int times)
    {
        var asked = 0;
        var meddler = new Meddler { InsteadOfBundle = HttpStatusCode.Accepted, RetryAfter = TimeSpan.FromSeconds(retryAfter), Asked = () => asked++ };
        await IsRefusedAsync(ReceiptFault.NoBundle, meddler, Options() with { Patience = TimeSpan.FromSeconds(5), Clock = new Jumping() });
        Assert.Equal(times, asked);
    }

    [Fact]
    public async Task Answer_to_another_request_is_refused()
    {
        byte[]? first = null;
        string? header = null;
        await IsRefusedAsync(ReceiptFault.OtherAnswer, new Meddler
        {
            Answer = (response, bytes) =>
            {
                first ??= bytes;
                header ??= response.Headers.GetValues("Assay-Receipt").Single();
                response.Headers.Remove("Assay-Receipt");
                response.Headers.Add("Assay-Receipt", header);
                return first;
            },
        }, before: 1);
    }

    [Fact]
    public Task Request_that_was_changed_on_its_way_is_refused() =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, new Meddler { Request = body => body.Replace("[1,2]", "[1,3]", StringComparison.Ordinal) });

    [Fact]
    public Task Answer_by_another_model_is_refused() =>
        IsRefusedAsync(ReceiptFault.OtherAnswer, new Meddler { Elsewhere = new Uri(node.Url, "/v2/models/other/infer") });

    [Fact]
    public Task Damaged_bundle_is_refused() =>
        IsRefusedAsync(ReceiptFault.NotAccepted, new Meddler { Bundle = bytes => Replace(bytes, "\"salt\":\"", "\"salt\":\"A") });

    [Fact]
    public Task Bundle_that_is_not_there_is_refused() =>
        IsRefusedAsync(ReceiptFault.NoBundle, new Meddler { InsteadOfBundle = HttpStatusCode.NotFound });

    [Fact]
    public async Task Promise_of_a_log_that_the_policy_does_not_know_is_refused()
    {
        using var root = SigningKey.FromSeed(RandomNumberGenerator.GetBytes(SigningKey.SeedSize));
        using var log = SigningKey.FromSeed(RandomNumberGenerator.GetBytes(SigningKey.SeedSize));
        var policy = Policy.ForLog("other", VerifierKey.Create("other", NoteSignatureType.Ed25519, log.PublicKey), RootSet.Of(root.PublicKey));
        await IsRefusedAsync(ReceiptFault.BadPromise, new Meddler(), Options() with { Policy = policy });
    }

    [Fact]
    public async Task Promise_that_ran_out_is_reported_and_proved_where_witnesses_saw_it()
    {
        using var plain = new HttpClient { BaseAddress = node.Url };
        var before = SignedNote.Parse(await plain.GetByteArrayAsync(new Uri("/log/checkpoint", UriKind.Relative)));
        using var witness = SigningKey.FromSeed(RandomNumberGenerator.GetBytes(SigningKey.SeedSize));
        var line = Cosignature.Sign(before.Text, "witness", witness, (ulong)DateTimeOffset.UtcNow.AddDays(2).ToUnixTimeSeconds());
        var seen = before with { Signatures = before.Signatures.Add(line) };
        var text = node.Policy.LogText.Replace("quorum none", $"witness w {VerifierKey.Create("witness", NoteSignatureType.Cosignature, witness.PublicKey)}\nquorum w", StringComparison.Ordinal);
        var policy = node.Policy with { LogText = text, Log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)) };

        var keeper = new MemoryKeeper();
        var late = Options() with { Policy = policy, Keeper = keeper, Patience = TimeSpan.Zero, Clock = new Later(TimeSpan.FromDays(365)) };
        var meddler = new Meddler { InsteadOfBundle = HttpStatusCode.Accepted, Checkpoint = Encoding.UTF8.GetBytes(seen.ToString()) };
        var refused = await IsRefusedAsync(ReceiptFault.BrokenPromise, meddler, late);
        Assert.True(FaultJudge.Judge(Fault.Parse(refused.Evidence.Span), policy.Log).Proved);
        Assert.Equal(refused.Evidence.ToArray(), keeper.Faults.Values.Single().ToArray());

        // Without witnesses it is one clock against another: said, but not called evidence.
        var unproved = await IsRefusedAsync(
            ReceiptFault.BrokenPromise, new Meddler { InsteadOfBundle = HttpStatusCode.Accepted }, late with { Policy = node.Policy });
        Assert.True(unproved.Evidence.IsEmpty);
    }

    [Fact]
    public async Task Log_that_shows_another_entry_than_it_promised_is_convicted()
    {
        using var log = SigningKey.FromPem(await File.ReadAllTextAsync(Path.Combine(node.Data.Keys, "log.pem")));
        Bundle? first = null;
        var meddler = new Meddler
        {
            // The second time the first receipt's entry stands where the second's was promised.
            Bundle = bytes =>
            {
                var bundle = Bundle.Parse(bytes);
                first ??= bundle;
                return ReferenceEquals(first, bundle) ? bytes : (first with { LogProof = ProofAt(bundle.LogProof.Index, first, log) }).ToBytes();
            },
        };
        var keeper = new MemoryKeeper();
        var refused = await IsRefusedAsync(ReceiptFault.BrokenPromise, meddler, Options() with { Keeper = keeper }, before: 1);
        var fault = Assert.IsType<TwoLeaves>(Fault.Parse(refused.Evidence.Span));
        Assert.True(FaultJudge.Judge(fault, node.Policy.Log).Proved);
        Assert.Equal(refused.Evidence.ToArray(), keeper.Faults.Values.Single().ToArray());
    }

    // Any path leads to some root, and a log that lies signs it.
    private static TlogProof ProofAt(ulong index, Bundle of, SigningKey log)
    {
        var leaf = MerkleTree.LeafHash(SealedEntry.Of(of.Envelope, Receipt.Parse(of.Envelope.Payload.Span).Sequence, KeyAlgorithm.Ed25519).ToBytes());
        var path = ImmutableArray<Hash>.Empty;
        Hash? root;
        while ((root = MerkleProof.RootFromInclusion(index, index + 1, leaf, path.AsSpan())) is null)
            path = path.Add(leaf);
        var origin = Checkpoint.Parse(of.LogProof.Note.Text).Origin;
        return new TlogProof(null, index, path, new Checkpoint(origin, index + 1, root.Value).Sign(log));
    }

    [Fact]
    public async Task Log_that_shows_two_trees_of_one_size_is_caught()
    {
        using var log = SigningKey.FromPem(await File.ReadAllTextAsync(Path.Combine(node.Data.Keys, "log.pem")));
        var keeper = new MemoryKeeper();
        var meddler = new Meddler
        {
            // As if the log had shown this client the other side of a fork before.
            Bundle = bytes =>
            {
                var shown = Checkpoint.Parse(Bundle.Parse(bytes).LogProof.Note.Text);
                keeper.Checkpoint(shown.Origin, (shown with { Root = Sha256.Of("another tree"u8) }).Sign(log).ToString());
                return bytes;
            },
        };
        var refused = await IsRefusedAsync(ReceiptFault.SplitView, meddler, Options() with { Keeper = keeper });
        Assert.True(FaultJudge.Judge(Fault.Parse(refused.Evidence.Span), node.Policy.Log).Proved);
        Assert.Equal(refused.Evidence.ToArray(), keeper.Faults.Values.Single().ToArray());
    }

    [Fact]
    public Task Answer_beyond_the_limit_is_refused() => IsRefusedAsync(ReceiptFault.NoReceipt, new Meddler(), Options() with { MaxBytes = 1000 });

    private ReceiptOptions Options() => new() { Policy = node.Policy };

    private HttpClient Client(Meddler meddler, ReceiptOptions? options = null) =>
        new(new ReceiptHandler(options ?? Options(), meddler)) { BaseAddress = node.Url };

    private HttpRequestMessage Inference(string? body = null) =>
        new(HttpMethod.Post, new Uri(node.Url, "/v2/models/adder/infer")) { Content = new StringContent(body ?? NodeFixture.Request(), Encoding.UTF8, "application/json") };

    private async Task<HttpResponseMessage> InferAsync(HttpClient client, string? body = null)
    {
        using var request = Inference(body);
        return await client.SendAsync(request);
    }

    private async Task<ReceiptException> IsRefusedAsync(ReceiptFault fault, Meddler meddler, ReceiptOptions? options = null, int before = 0)
    {
        using var client = Client(meddler, options);
        for (var i = 0; i < before; i++)
            using (await InferAsync(client)) { }
        var refused = await Assert.ThrowsAsync<ReceiptException>(() => InferAsync(client));
        Assert.True(refused.Fault == fault, $"{refused.Fault}: {refused.Message}");
        Assert.DoesNotContain('\n', refused.Message);
        return refused;
    }

    private static byte[] Replace(byte[] bytes, string was, string becomes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var at = text.IndexOf(was, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{was}' is not in the body");
        return Encoding.UTF8.GetBytes(text[..at] + becomes + text[(at + was.Length)..]);
    }

    // Time goes on only by waiting, and then at once.
    private sealed class Jumping : TimeProvider
    {
        private DateTimeOffset now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
