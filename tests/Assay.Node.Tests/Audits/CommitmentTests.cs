using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Node.Audits;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Audits;

/// <summary>Commitments go into the log, secrets onto the board, each at its time (docs/spec/audits.md section 3).</summary>
public class CommitmentTests
{
    private readonly ScriptedAuditor auditor = new("auditor-1.test/log");
    private readonly ScriptedAuditor second = new("auditor-2.test/log");

    private AuditorList Both => new(false, [auditor.Key, second.Key]);

    [Fact]
    public async Task A_commitment_is_logged_once_however_often_it_is_sent()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both });
        await node.ServeAsync(1);
        var request = auditor.Commitment(node.Node, node.Key, 0).ToRequest();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => node.PostAsync("seeds", request)));
        Assert.All(answers, a => Assert.Equal((HttpStatusCode.OK, answers[0].Body), (a.Status, a.Body)));
        var index = JsonDocument.Parse(answers[0].Body).RootElement.GetProperty("index").GetUInt64();
        // In the tree already, and once.
        var logged = Assert.Single(node.Test.Fold().SeedsOf(node.Key, 0));
        Assert.Equal((index, auditor.Log.Origin), (logged.Index, logged.Event.Auditor.Origin));
        await node.ReopenAsync();
        Assert.Equal(index, await node.CommitAsync(auditor, 0));
        Assert.NotEqual(index, await node.CommitAsync(second, 0));
        await node.ServeAsync(1);
        node.Test.AssertAccepted(await node.Node.BundleAsync(node.Issued[^1]));
    }

    [Fact]
    public async Task Commitments_at_once_with_answers_keep_the_log_in_order()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both, MaxLease = 40 });
        await node.ServeAsync(1);
        var commits = Enumerable.Range(0, (int)AuditDesk.EpochsAhead).SelectMany(e => (Task[])[node.CommitAsync(auditor, (ulong)e), node.CommitAsync(second, (ulong)e)]);
        await Task.WhenAll([.. commits, node.ServeAsync(60)]);
        await node.Node.BundleAsync(node.Issued[^1]);
        // The fold refuses whatever does not stand where it must.
        var state = node.Test.Fold();
        Assert.All(Enumerable.Range(0, (int)AuditDesk.EpochsAhead), e => Assert.Equal(2, state.SeedsOf(node.Key, (ulong)e).Length));
        Assert.Equal(61UL, state.Keys.Values.Aggregate(0UL, (sum, k) => sum + k.Receipts));
    }

    [Fact]
    public async Task What_the_logs_rules_refuse_is_409_and_logs_nothing()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both });
        await node.ServeAsync(1);
        await node.CommitAsync(auditor, 0);
        async Task Refused(AuditSeedEvent seed, string why)
        {
            var (status, said) = await node.RefusedAsync("seeds", seed.ToRequest());
            Assert.Equal(HttpStatusCode.Conflict, status);
            Assert.Contains(why, said, StringComparison.Ordinal);
        }
        var size = node.Node.Checkpoint.Size;
        await Refused(auditor.Commitment(node.Node, Sha256.Of("no key"u8), 0), "has no key");
        await Refused(auditor.Commitment(node.Node, node.Key, AuditDesk.EpochsAhead), "lies ahead");
        await Refused(auditor.Commitment(node.Node, node.Key, 0, rate: 5), "second commitment");
        await Refused(AuditSeedEvent.Sign(node.Node.Origin, node.Key, 0, auditor.Log.Origin, auditor.Log.LogKey, 1_000_000, Sha256.Of("other"u8)), "second commitment");
        Assert.Equal(size, node.Node.Checkpoint.Size);
        await node.EndEpochAsync();
        await Refused(second.Commitment(node.Node, node.Key, 0), "has ended");
    }

    [Fact]
    public async Task Only_auditors_that_the_operator_has_named_may_commit_and_a_change_of_the_list_holds_at_once()
    {
        await using var node = await AuditedNode.OpenAsync();
        await node.ServeAsync(1);
        var request = auditor.Commitment(node.Node, node.Key, 0).ToRequest();
        var (status, why) = await node.RefusedAsync("seeds", request);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("has not named the auditor 'auditor-1.test/log'", why, StringComparison.Ordinal);
        second.OnlyMe.Write(node.Test.Data);
        Assert.Equal(HttpStatusCode.Forbidden, (await node.RefusedAsync("seeds", request)).Status);
        // The name of one with the key of another is neither.
        var mixed = AuditSeedEvent.Sign(node.Node.Origin, node.Key, 0, second.Log.Origin, auditor.Log.LogKey, 5, auditor.SecretOf(0));
        Assert.Equal(HttpStatusCode.Forbidden, (await node.RefusedAsync("seeds", mixed.ToRequest())).Status);
        auditor.OnlyMe.Write(node.Test.Data);
        await node.CommitAsync(auditor, 0);
        new AuditorList(true, []).Write(node.Test.Data);
        await node.CommitAsync(second, 0);
        // Whoever else sends what one has not signed, or signed for another log.
        var forged = second.Commitment(node.Node, node.Key, 1) with { Rate = 7 };
        Assert.Equal(HttpStatusCode.Forbidden, (await node.RefusedAsync("seeds", forged.ToRequest())).Status);
        File.WriteAllText(node.Test.Data.Auditors, "rubbish\n");
        var (damaged, said) = await node.RefusedAsync("seeds", request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, damaged);
        Assert.Contains("line 1", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_refused_before_the_epochs_end_and_kept_after_it_if_it_opens_a_commitment()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both });
        await node.ServeAsync(2);
        var (first, other) = (await node.CommitAsync(auditor, 0), await node.CommitAsync(second, 0));
        var secret = new SecretRequest(node.Key, 0, auditor.SecretOf(0));
        var (status, why) = await node.RefusedAsync("secrets", secret.ToBytes());
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("still to be kept", why, StringComparison.Ordinal);
        Assert.Equal("""{"secrets":[]}""", await SecretsAsync(node));
        await node.EndEpochAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await node.RefusedAsync("secrets", (secret with { Secret = Sha256.Of("wrong"u8) }).ToBytes())).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await node.RefusedAsync("secrets", (secret with { KeyId = Sha256.Of("no key"u8) }).ToBytes())).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await node.RefusedAsync("secrets", (secret with { Epoch = 1 }).ToBytes())).Status);
        foreach (var (who, index) in ((ScriptedAuditor, ulong)[])[(second, other), (auditor, first), (auditor, first)])
            Assert.Equal((HttpStatusCode.OK, $$"""{"index":{{index}}}"""), await node.PostAsync("secrets", (secret with { Secret = who.SecretOf(0) }).ToBytes()));
        var all = $$"""{"secrets":[{"index":{{first}},"secret":"{{auditor.SecretOf(0).ToHex()}}"},{"index":{{other}},"secret":"{{second.SecretOf(0).ToHex()}}"}]}""";
        Assert.Equal(all, await SecretsAsync(node));
        await node.ReopenAsync();
        Assert.Equal(all, await SecretsAsync(node));
        Assert.Equal("""{"secrets":[]}""", await node.Client.GetStringAsync($"/v1/audits/secrets?key={node.Key.ToHex()}&epoch=1"));
    }

    [Theory]
    [InlineData("/v1/audits/secrets", 400)]
    [InlineData("/v1/audits/secrets?key=x&epoch=0", 400)]
    [InlineData("/v1/audits/secrets?key=0000000000000000000000000000000000000000000000000000000000000000&epoch=-1", 400)]
    [InlineData("/v1/audits/secrets?key=0000000000000000000000000000000000000000000000000000000000000000&epoch=18446744073709551615", 400)]
    [InlineData("/v1/audits/secrets?key=0000000000000000000000000000000000000000000000000000000000000000&epoch=5", 200)]
    [InlineData("/v1/audits/nothing", 404)]
    public async Task Questions_that_make_no_sense_have_their_status(string path, int status)
    {
        await using var node = await AuditedNode.OpenAsync();
        using var answer = await node.Client.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Bodies_are_bounded_and_damaged_ones_are_told_in_one_line()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both }, apiKey: null);
        await node.ServeAsync(1);
        foreach (var what in (string[])["seeds", "secrets", "openings"])
        {
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await node.RefusedAsync(what, new byte[OpeningRequest.MaxSize + 1])).Status);
            foreach (var body in (string[])["", "{", "[]", "{}", "null", "{\"key\":1}", "{\"key\":\"" + new string('0', 64) + "\",\"key\":\"x\"}"])
                Assert.Equal(HttpStatusCode.BadRequest, (await node.RefusedAsync(what, Encoding.UTF8.GetBytes(body))).Status);
        }
        var random = new Random(13);
        var sent = auditor.Commitment(node.Node, node.Key, 0).ToRequest();
        for (var round = 0; round < 300; round++)
        {
            var bytes = sent.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var (status, why) = await node.RefusedAsync("seeds", bytes);
            Assert.True((int)status is 400 or 403 or 409, $"{status}: {why}");
        }
        Assert.Empty(node.Test.Fold().SeedsOf(node.Key, 0));
    }

    [Fact]
    public async Task Auditors_need_no_api_key()
    {
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { Auditors = Both }, apiKey: new string('k', 20));
        await node.ServeAsync(1);
        await node.CommitAsync(auditor, 0);
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.Client.GetAsync("/v1/receipts/x")).StatusCode);
    }

    private static Task<string> SecretsAsync(AuditedNode node) => node.Client.GetStringAsync($"/v1/audits/secrets?key={node.Key.ToHex()}&epoch=0");
}
