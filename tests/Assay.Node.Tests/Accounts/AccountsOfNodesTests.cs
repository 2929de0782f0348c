using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Assay.Audit.Accounts;
using Assay.Log;
using Assay.Log.Files;
using Assay.Node.Tests.Audits;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;

namespace Assay.Node.Tests.Accounts;

/// <summary>A node keeps its own account and another node the same one over HTTP: one history, two keepers, the same figures.</summary>
public class AccountsOfNodesTests
{
    [Fact]
    public async Task Two_keepers_have_the_same_figures_of_one_provider()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var files = new TemporaryFolder();
        var auditor = new ScriptedAuditor("auditor.test/log");
        await using var provider = await AuditedNode.OpenAsync(new NodeOptions { Auditors = auditor.OnlyMe });
        var draw = await provider.AuditAsync(auditor, records: 40);
        var index = auditor.Log.Add(draw.Event);
        auditor.Log.Judge(index, 0, (int)draw.Event.Drawn, s => s == 7 ? 'd' : 'r');
        await PublishAsync(auditor, files["auditor"], cancel);

        await using var keeper = TestNode.Open();
        Follow(provider.Node, FollowedAddress.Own, files["auditor"]);
        Follow(keeper.Node, provider.Client.BaseAddress!.ToString(), files["auditor"]);
        foreach (var node in new[] { provider.Node, keeper.Node })
        {
            var update = Assert.Single(await node.Accounts.UpdateAsync(cancel: cancel));
            Assert.Empty(update.Problems);
            Assert.Equal(1UL, update.Settled);
        }
        var id = new AccountId(provider.Node.Genesis.Roots.Id, "assay", "replay").Digest();
        var (own, theirs) = (View(provider.Node), View(keeper.Node));
        Assert.Equal(39UL, own.State.Segments[0].Traffic.Reproduced);
        Assert.Equal(own.Figures[0], theirs.Figures[0]);
        Assert.Equal(own.Names, theirs.Names);
        // Each step is an entry of the keeper's own log, and the next one goes on from it; its own entries are no news to fold.
        foreach (var node in new[] { provider.Node, keeper.Node })
        {
            Assert.Equal(View(node).State.Digest(), node.Look(s => s.StepOf(id))!.State);
            Assert.Equal(0, Assert.Single(await node.Accounts.UpdateAsync(cancel: cancel)).Steps);
        }
        await provider.ReopenAsync();
        Assert.Equal(0, Assert.Single(await provider.Node.Accounts.UpdateAsync(cancel: cancel)).Steps);

        await AnswersAsync(provider, own, cancel);
        await PassportAsync(provider, own, cancel);

        AccountView View(AssayNode node) => AccountView.Of(node.Accounts.Vault!, node.Accounts.Vault!.Find(id)!);
    }

    [Fact]
    public async Task A_serving_node_updates_by_itself()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await AuditedNode.OpenAsync(new NodeOptions { AccountsEvery = TimeSpan.FromMilliseconds(50) });
        await node.ServeAsync(3);
        Follow(node.Node, FollowedAddress.Own, null);
        var told = new List<string>();
        node.Node.Accounts.KeepUpdating(told.Add);
        await node.EndEpochAsync();
        while (node.Node.Accounts.Vault?.List() is not [{ } account] || AccountView.Of(node.Node.Accounts.Vault, account).State.Segments is not [{ Epochs: 1 }])
            await Task.Delay(20, cancel);
        Assert.Empty(told);
        // A list that is damaged is told, and stops nothing.
        File.WriteAllText(AccountKeeper.ListIn(node.Node.Folder.Accounts), "{}");
        while (told.Count == 0)
            await Task.Delay(20, cancel);
        await Task.Delay(200, cancel);
        Assert.Contains("accounts.json", Assert.Single(told));
        await node.ServeAsync(1);
    }

    private static async Task PassportAsync(AuditedNode node, AccountView view, CancellationToken cancel)
    {
        var id = view.Account.Id.ToHex();
        var passport = await node.Client.GetByteArrayAsync($"/v1/passports/{id}", cancel);
        var report = PassportVerifier.Verify(passport, null, cancel);
        Assert.Equal(PassportStatus.Recomputed, report.Status);
        Assert.Equal(view.State.Digest(), report.State!.Digest());
        Assert.Equal(passport, await node.Client.GetByteArrayAsync($"/v1/passports/{id}", cancel));
        Assert.Single(Directory.GetFiles(Path.Combine(node.Node.Folder.Accounts, "passports")));
        using var none = await node.Client.GetAsync($"/v1/passports/{new string('0', 64)}", cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private static async Task AnswersAsync(AuditedNode node, AccountView view, CancellationToken cancel)
    {
        var id = view.Account.Id.ToHex();
        using var answer = await node.Client.GetAsync($"/v1/accounts/{id}", cancel);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel)).RootElement;
        Assert.Equal((HttpStatusCode.OK, id), (answer.StatusCode, json.GetProperty("account").GetString()));
        Assert.Equal(AccountWords.NotPromised, json.GetProperty("notPromised").GetString());
        Assert.Equal(view.State.Digest().ToHex(), json.GetProperty("state").GetString());
        Assert.Equal(view.Account.Time + AccountCertificate.LifeSeconds, json.GetProperty("expires").GetUInt64());
        var segment = json.GetProperty("segments")[0];
        Assert.Equal((40UL, 1UL), (segment.GetProperty("proven").GetProperty("n").GetUInt64(), segment.GetProperty("proven").GetProperty("failures").GetUInt64()));
        Assert.Equal(view.Figures[0].Life.FailureBound, segment.GetProperty("proven").GetProperty("failureBound").GetUInt32());
        Assert.Equal("insufficient data", segment.GetProperty("canary").GetProperty("answer").GetString());
        Assert.Equal(["auditor.test/log"], json.GetProperty("auditors").EnumerateArray().Select(a => a.GetProperty("origin").GetString()));

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/accounts/{id}");
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(answer.Headers.ETag!.Tag));
        using var same = await node.Client.SendAsync(again, cancel);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        var model = segment.GetProperty("model").GetString();
        foreach (var (query, count) in new[] { ("", 1), ($"?model={model}", 1), ("?model=adder1", 1), ("?model=other", 0), ($"?provider={view.Account.Origin}", 1), ("?provider=x", 0), ($"?after={id}", 0) })
        {
            var list = JsonDocument.Parse(await node.Client.GetStringAsync($"/v1/accounts{query}", cancel)).RootElement.GetProperty("accounts");
            Assert.True(count == list.GetArrayLength(), query);
        }
        foreach (var bad in new[] { new string('0', 64), "x", id.ToUpperInvariant() })
            Assert.Equal(HttpStatusCode.NotFound, (await node.Client.GetAsync($"/v1/accounts/{bad}", cancel)).StatusCode);
    }

    private static void Follow(AssayNode node, string provider, string? auditor)
    {
        FollowedAddress At(string address)
        {
            if (address == FollowedAddress.Own)
                return new FollowedAddress(address, node.Genesis.LogKey);
            using var log = LogAddress.Open(address);
            return log.Pin(log.ReadGenesis(), [], []);
        }
        Directory.CreateDirectory(node.Folder.Accounts);
        FollowList.Empty.With(new FollowedAccount("assay", At(provider), auditor is null ? [] : [At(auditor)])).Write(AccountKeeper.ListIn(node.Folder.Accounts));
    }

    private static async Task PublishAsync(ScriptedAuditor auditor, string folder, CancellationToken cancel)
    {
        await using var log = TileLog.Create(new PosixLogFiles(folder), auditor.Log.Origin, auditor.Log.LogKey, auditor.Log.Entries[0]);
        foreach (var entry in auditor.Log.Entries.Skip(1))
            await log.AppendAsync(entry, ct: cancel);
        await log.WaitForCheckpointAsync((ulong)auditor.Log.Entries.Count - 1, cancel);
    }
}
