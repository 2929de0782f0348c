using Assay.Audit.Auditing;
using Assay.Reliability.Accounts;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Auditing;

/// <summary>An auditor against a provider that is honest, or is not.</summary>
public sealed class AuditorTests : IAsyncLifetime
{
    private readonly PlayedModels models = new();
    private PlayedProvider provider = null!;

    public ValueTask InitializeAsync()
    {
        provider = new PlayedProvider(models);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        models.Dispose();
    }

    [Fact]
    public async Task An_honest_provider_has_every_drawn_record_reproduced()
    {
        using var auditor = new PlayedAuditor(provider, models.Store);
        Assert.Equal(1, (await auditor.RunAsync()).Commitments);
        await provider.EndEpochAsync();
        var news = await auditor.RunAsync();
        Assert.Equal((1, 0), (news.Draws, news.Refusals));
        var draw = Assert.Single(auditor.Log.All<AuditDrawEvent>());
        Assert.NotNull(DrawCheck.Order(draw, auditor.Log.Key.Id, provider.State));
        Assert.InRange(draw.Drawn, 5UL, 40UL);
        Assert.Equal(new string('r', (int)draw.Drawn), auditor.Log.Letters);
        Assert.Equal(draw.Drawn, auditor.Plan.Runs);
        Assert.Equal(models.Stored.Digest, Assert.Single(auditor.Plan.Models).Digest);
        Assert.Equal(AuditPhase.Judged, auditor.Status[0].Phase);
        Assert.Empty(auditor.Notes);
        // Nothing is left to be done.
        var size = auditor.Log.Log.State.Size;
        await auditor.RunAsync();
        Assert.Equal(size, auditor.Log.Log.State.Size);
    }

    [Fact]
    public async Task A_swapped_model_diverges_where_it_differs_and_the_evidence_is_published()
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 1_000_000);
        await auditor.RunAsync();
        await provider.EndEpochAsync(s => s % 10 == 7 ? Trick.Swap : Trick.None);
        await auditor.RunAsync();
        var order = Assert.Single(auditor.Log.All<AuditDrawEvent>()).Order();
        Assert.Equal(string.Concat(order.Select(s => s % 10 == 7 ? 'd' : 'r')), auditor.Log.Letters);
        var details = Assert.Single(auditor.Log.All<AuditVerdictsEvent>()).Divergences;
        Assert.Equal(10, details.Length);
        Assert.All(details, d =>
        {
            Assert.Equal(3UL, d.At);
            var bytes = auditor.Evidence.Read(d.Evidence)!;
            Assert.Equal(d.Evidence, Sha256.Of(bytes));
            Assert.Equal(order[d.Position], Receipt.Parse(Bundle.Parse(bytes).Envelope.Payload.Span).Sequence);
        });
    }

    [Theory]
    [InlineData(Trick.Lose, 'u')]
    [InlineData(Trick.ShowAnother, 'w')]
    [InlineData(Trick.LieOfInput, 'w')]
    [InlineData(Trick.FeignPrivate, 'w')]
    [InlineData(Trick.OtherGraph, 'w')]
    [InlineData(Trick.Private, 'o')]
    public async Task What_is_opened_otherwise_has_its_letter(object trick, char letter)
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 1_000_000);
        await auditor.RunAsync();
        await provider.EndEpochAsync(s => s % 4 == 1 ? (Trick)trick : Trick.None);
        await auditor.RunAsync();
        var order = Assert.Single(auditor.Log.All<AuditDrawEvent>()).Order();
        Assert.Equal(string.Concat(order.Select(s => s % 4 == 1 ? letter : 'r')), auditor.Log.Letters);
    }

    [Fact]
    public async Task What_is_not_opened_is_waited_for_until_its_time_is_over_and_then_unopened()
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 1_000_000);
        await auditor.RunAsync();
        await provider.EndEpochAsync(s => s == 42 ? Trick.Hide : Trick.None);
        await auditor.RunAsync();
        var order = Assert.Single(auditor.Log.All<AuditDrawEvent>()).Order();
        var at = Array.IndexOf(order, 42UL);
        Assert.Equal(new string('r', at), auditor.Log.Letters);
        Assert.Equal((AuditPhase.Drawn, 1UL), (auditor.Status[0].Phase, auditor.Plan.Waiting));
        auditor.Clock.Move(TimeSpan.FromSeconds(3599));
        await auditor.RunAsync();
        Assert.Equal(at, auditor.Log.Letters.Length);
        auditor.Clock.Move(TimeSpan.FromSeconds(1));
        var asked = provider.OpeningRequests;
        await auditor.RunAsync();
        Assert.Equal(string.Concat(order.Select(s => s == 42 ? 'u' : 'r')), auditor.Log.Letters);
        Assert.Equal(asked, provider.OpeningRequests);
    }

    [Fact]
    public async Task A_provider_that_opens_nothing_has_nothing_but_unopened_records()
    {
        using var auditor = new PlayedAuditor(provider, models.Store);
        await auditor.RunAsync();
        await provider.EndEpochAsync();
        provider.Asked = what => provider.IsDown = what == "openings";
        await auditor.RunAsync();
        Assert.Equal("", auditor.Log.Letters);
        auditor.Clock.Move(TimeSpan.FromHours(1));
        await auditor.RunAsync();
        var draw = Assert.Single(auditor.Log.All<AuditDrawEvent>());
        Assert.Equal(new string('u', (int)draw.Drawn), auditor.Log.Letters);
        Assert.All(auditor.Log.All<AuditVerdictsEvent>(), v => Assert.Null(v.Work));
    }

    [Fact]
    public async Task Answers_that_break_off_are_taken_up_where_they_broke()
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 1_000_000) { Options = new AuditorOptions { Ahead = 1, Retries = [TimeSpan.Zero, TimeSpan.Zero] } };
        await auditor.RunAsync();
        await provider.EndEpochAsync();
        provider.BreaksOffAfter = 10;
        for (var run = 0; run < 3; run++)
            await auditor.RunAsync();
        Assert.Equal(new string('r', 100), auditor.Log.Letters);
        // 64 positions of the first page in seven requests, 36 of the second in four.
        Assert.Equal(11, provider.OpeningRequests);
    }

    [Fact]
    public async Task A_refusal_is_logged_once_and_a_node_that_does_not_answer_has_refused_nothing()
    {
        using var auditor = new PlayedAuditor(provider, models.Store);
        provider.IsDown = true;
        Assert.Equal((0, 0), ((await auditor.RunAsync()).Refusals, auditor.Log.All<AuditRefusalEvent>().Count()));
        provider.IsDown = false;
        provider.RefusesCommitments = true;
        Assert.Equal(1, (await auditor.RunAsync()).Refusals);
        Assert.Equal(0, (await auditor.RunAsync()).Refusals);
        var refusal = Assert.Single(auditor.Log.All<AuditRefusalEvent>());
        Assert.Equal((PlayedProvider.KeyId, 0UL), (refusal.KeyId, refusal.Epoch));
        Assert.Equal(AuditPhase.Refused, Assert.Single(auditor.Status).Phase);
        // Taken after all, the same commitment counts.
        provider.RefusesCommitments = false;
        await auditor.RunAsync();
        Assert.Equal(refusal.Commitment, Assert.Single(provider.State.SeedsOf(PlayedProvider.KeyId, 0)).Event.Commitment);
    }

    [Fact]
    public async Task Two_auditors_draw_with_each_others_secrets_and_the_lower_rate_is_the_beginning()
    {
        using var one = new PlayedAuditor(provider, models.Store, "one.test/log", 100_000);
        using var two = new PlayedAuditor(provider, models.Store, "two.test/log", 300_000);
        await one.RunAsync();
        await two.RunAsync();
        await provider.EndEpochAsync();
        // The first finds no secret of the second's, and waits; then both are there.
        await one.RunAsync();
        Assert.Empty(one.Log.All<AuditDrawEvent>());
        Assert.Equal(AuditPhase.Ended, one.Status[0].Phase);
        await two.RunAsync();
        await one.RunAsync();
        var (a, b) = (Assert.Single(one.Log.All<AuditDrawEvent>()), Assert.Single(two.Log.All<AuditDrawEvent>()));
        Assert.Equal(a.Seed, b.Seed);
        Assert.Empty(a.Missing);
        Assert.Equal(b.Order()[..(int)a.Drawn], a.Order());
        Assert.NotEqual(one.Log.All<AuditVerdictsEvent>().Single().Work, two.Log.All<AuditVerdictsEvent>().Single().Work);
    }

    [Fact]
    public async Task Of_many_epochs_that_ended_all_secrets_are_shown_at_once()
    {
        using var one = new PlayedAuditor(provider, models.Store, "one.test/log") { Options = new AuditorOptions { Retries = [], Ahead = 4 } };
        using var two = new PlayedAuditor(provider, models.Store, "two.test/log") { Options = new AuditorOptions { Retries = [], Ahead = 4 } };
        await one.RunAsync();
        await two.RunAsync();
        for (var i = 0; i < 4; i++)
            await provider.EndEpochAsync();
        await one.RunAsync();
        Assert.Empty(one.Log.All<AuditDrawEvent>());
        await two.RunAsync();
        await one.RunAsync();
        Assert.Equal([0UL, 1, 2, 3], one.Log.All<AuditDrawEvent>().Select(d => d.Epoch.Number));
        Assert.All(one.Log.All<AuditDrawEvent>().Concat(two.Log.All<AuditDrawEvent>()), d => Assert.Empty(d.Missing));
    }

    [Fact]
    public async Task A_withheld_secret_is_waited_for_as_long_as_the_grace_lasts_and_then_missing()
    {
        using var one = new PlayedAuditor(provider, models.Store, "one.test/log");
        using var two = new PlayedAuditor(provider, models.Store, "two.test/log");
        await one.RunAsync();
        await two.RunAsync();
        await provider.EndEpochAsync();
        provider.Hidden.Add("two.test/log");
        await one.RunAsync();
        one.Clock.Move(TimeSpan.FromHours(23));
        await one.RunAsync();
        Assert.Empty(one.Log.All<AuditDrawEvent>());
        one.Clock.Move(TimeSpan.FromHours(1));
        await one.RunAsync();
        var draw = Assert.Single(one.Log.All<AuditDrawEvent>());
        Assert.Equal(provider.State.SeedsOf(PlayedProvider.KeyId, 0).Single(s => s.Event.Auditor.Origin == "two.test/log").Index, Assert.Single(draw.Missing));
        Assert.NotNull(DrawCheck.Order(draw, one.Log.Key.Id, provider.State));
    }

    [Fact]
    public async Task Whoever_withholds_its_secrets_delays_every_epoch_by_one_grace_and_no_more()
    {
        using var one = new PlayedAuditor(provider, models.Store, "one.test/log", 10_000) { Options = new AuditorOptions { Retries = [], Ahead = 3 } };
        using var two = new PlayedAuditor(provider, models.Store, "two.test/log", 10_000) { Options = one.Options };
        await one.RunAsync();
        await two.RunAsync();
        for (var epoch = 0; epoch < 3; epoch++)
            await provider.EndEpochAsync();
        await one.RunAsync();
        Assert.All(one.Status.Where(s => s.Epoch < 3), s => Assert.Equal(AuditPhase.Ended, s.Phase));
        one.Clock.Move(TimeSpan.FromHours(24));
        await one.RunAsync();
        Assert.Equal([0UL, 1, 2], one.Log.All<AuditDrawEvent>().Select(d => d.Epoch.Number));
    }

    [Fact]
    public async Task Records_whose_model_is_not_here_wait_and_are_undecided_only_where_that_is_asked_for()
    {
        using var empty = new TemporaryFolder();
        using var auditor = new PlayedAuditor(provider, new Store.ModelStore(empty["store"]));
        await auditor.RunAsync();
        await provider.EndEpochAsync();
        await auditor.RunAsync();
        Assert.Equal("", auditor.Log.Letters);
        Assert.Null(Assert.Single(auditor.Plan.Models).Here);
        Assert.Contains(auditor.Notes, n => n.Contains(models.Stored.Digest.ToHex(), StringComparison.Ordinal));
        auditor.Options = auditor.Options with { GiveUpMissingModels = true };
        await auditor.RunAsync();
        Assert.Equal(new string('x', (int)Assert.Single(auditor.Log.All<AuditDrawEvent>()).Drawn), auditor.Log.Letters);
    }

    [Fact]
    public async Task The_faster_epochs_end_the_further_ahead_is_committed()
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 10_000) { Options = new AuditorOptions { Retries = [], Ahead = 4 } };
        Assert.Equal(4, (await auditor.RunAsync()).Commitments);
        for (var i = 0; i < 4; i++)
            await provider.EndEpochAsync();
        // Four ended: nine lie ahead now.
        Assert.Equal(9, (await auditor.RunAsync()).Commitments);
        Assert.Equal([0UL, 1, 2, 3], auditor.Log.All<AuditDrawEvent>().Select(d => d.Epoch.Number));
        Assert.Equal(0, (await auditor.RunAsync()).Commitments);
    }

    [Fact]
    public async Task A_log_that_shows_two_histories_is_not_acted_upon()
    {
        using var auditor = new PlayedAuditor(provider, models.Store);
        await auditor.RunAsync();
        await provider.EndEpochAsync();
        await auditor.RunAsync();
        var size = auditor.Log.Log.State.Size;
        // The same keys, the same beginning, other answers.
        await using var other = new PlayedProvider(models);
        await other.ServeAsync(150, _ => Trick.Swap);
        auditor.Show(other);
        var news = await auditor.RunAsync();
        Assert.Contains("its log: ", Assert.Single(news.Notes), StringComparison.Ordinal);
        Assert.Equal((size, 0), (auditor.Log.Log.State.Size, other.State.SeedsOf(PlayedProvider.KeyId, 1).Length));
    }

    [Fact]
    public async Task Stopped_in_the_middle_it_keeps_what_it_found_and_goes_on_from_there()
    {
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 1_000_000);
        await auditor.RunAsync();
        await provider.EndEpochAsync();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => auditor.RunAsync(stop.Token, at =>
        {
            if (at is { Stage: AuditStage.Replaying, Done: 30 })
                stop.Cancel();
        }));
        Assert.Equal(30, auditor.Log.Letters.Length);
        await auditor.RunAsync();
        Assert.Equal(new string('r', 100), auditor.Log.Letters);
    }
}
