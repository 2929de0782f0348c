using System.Text;
using Assay.Audit.Auditing;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Node.Tests.Web.OpenAi;
using Assay.Reliability.Accounts;
using Assay.Store;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Audits;

/// <summary>An auditor and a provider, each a node of its own, over HTTP.</summary>
public class AuditRunTests
{
    [Fact]
    public async Task An_auditor_commits_draws_has_records_opened_and_reproduces_them()
    {
        await using var provider = await AuditedNode.OpenAsync();
        await using var auditor = new WorkingAuditor();
        await provider.ServeAsync(1, some: true);
        auditor.Follow(provider.Node, provider.Client.BaseAddress!);
        auditor.Node.Models.Import(provider.Test.Write("again.onnx", Digits.Adder(1)), "as-i-call-it", null, DateTimeOffset.UnixEpoch);
        Assert.Equal(2, Assert.Single(await auditor.RunAsync()).Commitments);
        await provider.ServeAsync(19, some: true);
        await provider.EndEpochAsync();
        var news = Assert.Single(await auditor.RunAsync());
        Assert.Equal((1, 20), (news.Draws, news.Opened));
        var draw = Assert.Single(auditor.Own.Draws);
        Assert.Equal(string.Concat(draw.Event.Order().Select(s => Receipt.Parse(provider.Issued[(int)s].Envelope.Payload.Span).Auditable ? 'r' : 'o')), draw.Letters);
        Assert.Equal((12UL, 8UL, 0UL), (auditor.Plan.Runs, auditor.Plan.WithoutRun, auditor.Plan.Tokens));
        // What anyone else who reads both logs finds.
        Assert.NotNull(DrawCheck.Order(draw.Event, auditor.Key.Key.Id, provider.Test.Fold()));
        Assert.Empty(auditor.Notes);
    }

    [Fact]
    public async Task An_auditor_that_is_not_listed_logs_the_refusal()
    {
        await using var provider = await AuditedNode.OpenAsync();
        await using var auditor = new WorkingAuditor();
        await provider.ServeAsync(1);
        auditor.Follow(provider.Node, provider.Client.BaseAddress!);
        new Node.Audits.AuditorList(false, []).Write(provider.Test.Data);
        var news = Assert.Single(await auditor.RunAsync());
        Assert.Equal((0, 1), (news.Commitments, news.Refusals));
        Assert.Contains("has not named", Assert.Single(news.Notes), StringComparison.Ordinal);
        Assert.Equal((provider.Node.Origin, provider.Key, 0UL), Assert.Single(auditor.Own.Refusals));
        Assert.IsType<AuditRefusalEvent>(auditor.Node.Audits.OwnLog.Events().Last().Event);
    }

    [Fact]
    public async Task A_provider_that_is_gone_is_told_and_nothing_is_held_against_it()
    {
        await using var auditor = new WorkingAuditor();
        var provider = await AuditedNode.OpenAsync();
        auditor.Follow(provider.Node, provider.Client.BaseAddress!);
        await provider.DisposeAsync();
        var news = Assert.Single(await auditor.RunAsync());
        Assert.False(news.IsFollowed);
        Assert.Contains("unreachable", Assert.Single(news.Notes), StringComparison.Ordinal);
        Assert.Empty(auditor.Own.Refusals);
    }

    [Fact]
    public async Task Answers_of_language_models_are_audited_too_and_the_cost_is_known_in_tokens()
    {
        await using var provider = new ChatHost();
        await provider.InitializeAsync();
        await using var auditor = new WorkingAuditor();
        auditor.Follow(provider.Node, provider.Url);
        await AskAsync(provider, 1);
        var model = provider.Node.Models.Find("plain");
        await auditor.RunAsync();
        await AskAsync(provider, 5);
        var key = provider.Node.Look(s => Assert.Single(s.Keys).Key);
        await provider.Node.IntroduceKeyAsync(model);
        while (provider.Node.Look(s => s.EndedEpochs(key)) == 0)
            await Task.Delay(5);
        // Its model is not here yet: the cost is told, and the records wait.
        await auditor.RunAsync();
        var cost = Assert.Single(auditor.Plan.Models);
        Assert.Equal((6UL, model.Digest, null, model.Size), (cost.Records, cost.Digest, cost.Here, cost.Bytes));
        Assert.Contains("is not here", Assert.Single(auditor.Notes), StringComparison.Ordinal);
        auditor.Node.Models.Import(provider.Test.Write("again.gguf", TinyModels.Write("llama", WeightType.Q8_0)), null, null, DateTimeOffset.UnixEpoch);
        await auditor.RunAsync();
        var tokens = provider.Node.Vault.Recent(100).Select(r => Receipt.Parse(Envelope.Parse(JsonAt.Root(StrictJson.Parse(
            Opening.Parse(provider.Node.Vault.Find(r.RecordId)!.Opening).Envelope, 1 << 20), "envelope")).Payload.Span)).Aggregate(0UL, (sum, r) => sum + r.Input.Length / 4 - 1 + r.Output.Tokens!.Value);
        Assert.Equal(tokens, auditor.Plan.Tokens);
        Assert.Equal("rrrrrr", Assert.Single(auditor.Own.Draws).Letters);
    }

    [Fact]
    public async Task Canaries_are_committed_to_asked_as_any_caller_asks_and_judged_in_a_lane_of_their_own()
    {
        await using var provider = new ChatHost();
        await provider.InitializeAsync();
        await using var auditor = new WorkingAuditor { Options = new AuditorOptions { Retries = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(100), 50)] } };
        auditor.Follow(provider.Node, provider.Url);
        await AskAsync(provider, 2);
        auditor.Node.Models.Import(provider.Test.Write("again.gguf", TinyModels.Write("llama", WeightType.Q8_0)), null, null, DateTimeOffset.UnixEpoch);
        var requests = string.Join('\n', Enumerable.Range(0, 4).Select(i => $$$"""{"path":"/v1/completions","body":{"model":"plain","prompt":"canary {{{i}}}","max_tokens":3,"temperature":0.7}}"""))
            + "\n" + """{"path":"/v1/completions","body":{"model":"plain","prompt":7.5}}""";
        Assert.Contains("request 5 of 5 got no answer: status 400: ", Assert.Single(await auditor.CanariesAsync(Encoding.UTF8.GetBytes(requests))), StringComparison.Ordinal);
        var canary = Assert.Single(auditor.Own.Canaries);
        Assert.Equal((5UL, "rrrr"), (canary.Event.Requests, canary.Letters));
        var verdicts = Assert.IsType<AuditVerdictsEvent>(auditor.Node.Audits.OwnLog.Events().Last().Event);
        // Two ordinary answers came before: canaries are records of the same key, and look no different.
        Assert.Equal((AuditLane.Canary, "2,3,4,5"), (verdicts.Lane, string.Join(',', verdicts.Records)));
        Assert.Empty(auditor.Own.Draws);
    }

    private static async Task AskAsync(ChatHost provider, int answers)
    {
        for (; answers > 0; answers--)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
            {
                Content = new StringContent($$"""{"model":"plain","prompt":"question {{answers}}","max_tokens":4}""", Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Assay-Auditable", "true");
            using var answer = await provider.Client.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
        // Auditors learn of keys and records from the published log.
        while (provider.Node.Look(s => s.Keys.Values.Aggregate(0UL, (sum, k) => sum + k.Receipts)) < (ulong)provider.Node.Vault.Count() || provider.Node.Vault.Count() == 0)
            await Task.Delay(5);
    }
}
