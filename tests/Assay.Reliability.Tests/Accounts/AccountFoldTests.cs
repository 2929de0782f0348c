using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

public class AccountFoldTests
{
    [Fact]
    public void An_honest_provider_is_proven_by_what_was_drawn_each_record_once()
    {
        var audited = new Audited();
        audited.Commit(0, 1_000_000, 300_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'r');
        audited.Judge(1, 0, _ => 'r');
        var step = audited.Step();
        Assert.Equal(new LetterCounts { Reproduced = 100 }, audited.Traffic);
        Assert.Equal((0UL, audited.Fold.State.Digest()), (step.Step, step.State));
        Assert.Equal(new AccountState(audited.Id).Digest(), step.Previous);
        Assert.Equal(100UL, audited.Fold.State.Auditors[0].Traffic.Reproduced);
        Assert.Equal(((AuditDrawEvent)audited.Auditors[1].Events[1].Event).Drawn, audited.Fold.State.Auditors[1].Traffic.Reproduced);
        Assert.Equal(new Interval(0, 0), AccountFigures.Of(audited.Only).Epoch);
    }

    [Fact]
    public void Of_several_verdicts_on_a_record_the_strongest_counts()
    {
        foreach (var (a, b, expected) in ((char, char, char)[])[('r', 'd', 'd'), ('u', 'r', 'r'), ('w', 'r', 'r'), ('x', 'u', 'u'), ('u', 'w', 'w'), ('o', 'w', 'o'), ('v', 'o', 'v'), ('r', 'v', 'r'), ('d', 'o', 'd')])
        {
            var audited = new Audited();
            audited.Commit(0, 1_000_000, 1_000_000);
            audited.Provider.Serve(audited.Key, 100);
            audited.Judge(0, 0, s => s == 7 ? a : 'r');
            audited.Judge(1, 0, s => s == 7 ? b : 'r');
            audited.Step();
            var counts = default(LetterCounts);
            counts.Add('r', 99);
            counts.Add(expected);
            Assert.Equal(counts, audited.Traffic);
            Assert.Equal(expected == 'r' && a is 'u' or 'w' ? 1UL : 0, audited.Only.Disputed);
            Assert.Equal((a, b) == ('r', 'd') ? 1UL : 0, audited.Fold.State.Auditors[0].Contradicted);
        }
    }

    [Fact]
    public void Counts_are_those_of_a_plain_table_of_records()
    {
        var random = new Random(3);
        var audited = new Audited(auditors: 3);
        var expected = default(LetterCounts);
        for (ulong epoch = 0; epoch < 40; epoch++)
        {
            var rates = Enumerable.Range(0, 3).Select(_ => (uint)random.Next(1, 1_000_001)).ToArray();
            audited.Commit(epoch, rates);
            audited.Provider.Serve(audited.Key, 100);
            var table = new Dictionary<ulong, char>();
            for (var i = 0; i < 3; i++)
            {
                var at = audited.Draw(i, epoch);
                var order = ((AuditDrawEvent)audited.Auditors[i].Events[^1].Event).Order();
                var letters = new string([.. order.Select(_ => VerdictLetters.ByStrength[random.Next(7)])]);
                for (var from = 0; from < letters.Length;)
                {
                    var count = random.Next(1, letters.Length - from + 1);
                    audited.Auditors[i].Add(audited.Auditors[i].Verdicts(at, from, letters.Substring(from, count)));
                    from += count;
                }
                for (var j = 0; j < order.Length; j++)
                    if (!table.TryGetValue(order[j], out var before) || VerdictLetters.ByStrength.IndexOf(letters[j]) < VerdictLetters.ByStrength.IndexOf(before))
                        table[order[j]] = letters[j];
            }
            foreach (var letter in table.Values)
                expected.Add(letter);
        }
        audited.Step();
        Assert.Equal(expected, audited.Traffic);
        Assert.Equal((40UL, 4000UL), (audited.Only.Epochs, audited.Only.Records));
    }

    [Fact]
    public void A_provider_that_audits_itself_proves_nothing()
    {
        var audited = new Audited(ownAuditor: true);
        audited.Commit(0, 1_000_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'r');
        audited.Step();
        Assert.Equal(default, audited.Traffic);
        Assert.Equal(1UL, audited.Only.EpochsWithoutDraw);
        Assert.True(audited.Fold.State.Auditors[0].SelfSampled);
        Assert.Equal(100UL, audited.Fold.State.Auditors[0].Traffic.Reproduced);
    }

    [Fact]
    public void A_draw_that_is_not_what_the_log_and_the_secrets_give_is_ignored()
    {
        foreach (var lie in (Func<AuditDrawEvent, AuditDrawEvent>[])
                 [
                     d => d with { Root = default }, d => d with { Rate = 999_999 }, d => d with { Drawn = d.Drawn - 1 },
                     d => d with { Epoch = d.Epoch with { First = 1 } }, d => d with { Epoch = d.Epoch with { Records = 101 } },
                     d => d with { Seeds = [d.Seeds[0] with { Secret = default }, d.Seeds[1]] }, d => d with { Seeds = [d.Seeds[0], d.Seeds[1] with { Secret = default }] },
                     d => d with { Seeds = [d.Seeds[0]] }, d => d with { Own = d.Seeds[1].Index }, d => d with { Seeds = [d.Seeds[0]], Missing = [1] },
                 ])
        {
            var audited = new Audited();
            audited.Commit(0, 500_000, 500_000);
            audited.Provider.Serve(audited.Key, 100);
            var draw = lie(audited.Auditors[0].DrawOf(audited.Provider, audited.Key, 0, audited.Auditors));
            var at = audited.Auditors[0].Add(draw);
            audited.Auditors[0].Add(audited.Auditors[0].Verdicts(at, 0, new string('r', (int)draw.Drawn)));
            audited.Judge(1, 0, _ => 'd');
            audited.Step();
            Assert.Equal(0UL, audited.Traffic.Reproduced);
            Assert.Equal((1UL, 0UL), (audited.Fold.State.Auditors[0].RefusedDraws, audited.Fold.State.Auditors[0].Draws));
        }
    }

    [Fact]
    public void Secrets_that_a_draw_lacks_are_counted()
    {
        var audited = new Audited();
        audited.Commit(0, 500_000, 500_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'r', audited.Auditors[1]);
        audited.Judge(1, 0, _ => 'r');
        audited.Step();
        Assert.Equal([1UL, 0UL], audited.Fold.State.Auditors.Select(a => a.MissingSeeds));
        Assert.True(audited.Traffic.Reproduced > 0);
    }

    [Fact]
    public void An_epoch_waits_for_its_auditors_and_no_longer_than_it_must()
    {
        var audited = new Audited();
        audited.Commit(0, 1_000_000, 1_000_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'r');
        var draw = audited.Draw(1, 0);
        audited.Auditors[1].Judge(draw, 0, 60, s => s < 50 ? 'd' : 'r');
        audited.Step();
        Assert.Equal(0UL, audited.Only.Epochs);
        audited.Step(AccountFold.PatienceSeconds - 1);
        Assert.Equal(0UL, audited.Only.Epochs);
        audited.Step(1);
        Assert.Equal(1UL, audited.Only.Epochs);
        Assert.InRange(audited.Traffic.Diverged, 1UL, 50UL);
        Assert.Equal((40UL, 0UL), (audited.Fold.State.Auditors[1].Unfinished, audited.Fold.State.Auditors[1].Late));
        var (before, judged) = (audited.Traffic, audited.Fold.State.Auditors[1].Traffic);
        audited.Auditors[1].Judge(draw, 60, 40, _ => 'd');
        audited.Step();
        Assert.Equal((before, judged, 40UL), (audited.Traffic, audited.Fold.State.Auditors[1].Traffic, audited.Fold.State.Auditors[1].Late));
    }

    [Fact]
    public void An_auditor_that_commits_and_says_nothing_is_seen()
    {
        var audited = new Audited();
        audited.Commit(0, 1_000_000, 1_000_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'r');
        audited.Step();
        audited.Step(AccountFold.PatienceSeconds);
        Assert.Equal([(1UL, 1UL), (1UL, 0UL)], audited.Fold.State.Auditors.Select(a => (a.Commitments, a.Draws)));
    }

    [Fact]
    public void An_epoch_without_commitments_is_settled_at_once_and_proves_nothing()
    {
        var audited = new Audited();
        audited.Provider.Serve(audited.Key, 250);
        audited.Step();
        Assert.Equal((2UL, 2UL, 200UL), (audited.Only.Epochs, audited.Only.EpochsWithoutDraw, audited.Only.Records));
        var figures = AccountFigures.Of(audited.Only);
        Assert.Null(figures.Life.FailureBound);
        Assert.Equal(new Interval(0, 1_000_000), figures.Epoch);
    }

    [Fact]
    public void Canaries_and_challenges_are_in_no_rate_of_the_traffic()
    {
        var audited = new Audited();
        audited.Provider.Serve(audited.Key, 20);
        var auditor = audited.Auditors[0];
        var canary = auditor.Add(new AuditCanaryEvent(auditor.Origin, audited.Provider.Origin, audited.Key.PublicKey.Id, 4, default));
        auditor.Add(auditor.Verdicts(canary, 0, "rdrr") with { Lane = AuditLane.Canary, Records = [2, 5, 19, 20] });
        foreach (var (log, sequence) in ((AuditedLog, ulong)[])[(auditor, 3), (audited.Auditors[1], 3), (audited.Auditors[1], 4), (auditor, 500)])
            log.Add(new ChallengeEvent(log.Origin, audited.Provider.Origin, audited.Key.PublicKey.Id, sequence, AuditedLog.Word($"{sequence}"), 0));
        auditor.Add(new AuditRefusalEvent(auditor.Origin, audited.Provider.Origin, audited.Key.PublicKey.Id, 0, 5, default));
        audited.Step();
        Assert.Equal(default, audited.Traffic);
        Assert.Equal(new LetterCounts { Reproduced = 2, Diverged = 1, Undecided = 1 }, audited.Only.Canary);
        Assert.Equal((2UL, 2), (audited.Only.Faults, audited.Only.NamedFaultList.Count));
        Assert.Equal(1UL, audited.Fold.State.Auditors[0].Refusals);
        var again = audited.Fold.State.ToBytes();
        audited.Step();
        Assert.Equal(2UL, audited.Only.Faults);
        Assert.Equal(again.Length, audited.Fold.State.ToBytes().Length);
    }

    [Fact]
    public void A_clean_past_does_not_hide_bad_epochs_and_the_change_is_noticed()
    {
        var audited = new Audited(auditors: 1);
        audited.Run(40, 1_000_000, _ => 'r');
        audited.Step();
        var clean = AccountFigures.Of(audited.Only);
        Assert.InRange(clean.Life.FailureBound!.Value, 1u, 1_000u);
        Assert.False(clean.Alarmed);
        var certificate = AccountCertificate.Of(audited.Fold.State, 0);
        Assert.True(certificate.Proves(2_000, audited.Time));
        Assert.False(certificate.Proves(2_000, audited.Time + AccountCertificate.LifeSeconds));
        Assert.False(certificate.Proves(200, audited.Time));

        audited.Run(4, 1_000_000, s => s % 10 == 0 ? 'd' : 'r');
        var step = audited.Step();
        var after = AccountFigures.Of(audited.Only);
        Assert.True(after.Alarmed);
        Assert.True(after.Trailing.FailureBound > after.Life.FailureBound);
        Assert.Equal(40UL, after.Life.Judged.Failures);
        Assert.Equal(new Interval(100_000, 100_000), after.Epoch);
        Assert.False(AccountCertificate.Of(audited.Fold.State, 0).Proves(500_000, audited.Time));
        Assert.True(AccountCertificate.Of(audited.Fold.State, 0).IsOf(step));
        Assert.False(certificate.IsOf(step));
    }

    [Fact]
    public void Keys_of_one_segment_add_up_and_another_segment_begins_at_nothing()
    {
        var audited = new Audited(auditors: 1);
        audited.Run(2, 1_000_000, _ => 'r');
        audited.Key = audited.Provider.Introduce("second", Audited.Segment);
        audited.Run(1, 1_000_000, _ => 'r');
        audited.Key = audited.Provider.Introduce("quantised", Audited.Segment with { Model = AuditedLog.Word("smaller") });
        audited.Run(1, 1_000_000, _ => 'd');
        audited.Provider.Introduce("stranger", Audited.Segment with { Service = "another" });
        audited.Step();
        Assert.Equal([(300UL, 0UL), (0UL, 100UL)], audited.Fold.State.Segments.Select(s => (s.Traffic.Reproduced, s.Traffic.Diverged)));
    }

    [Fact]
    public void A_history_does_not_go_with_a_sale()
    {
        var audited = new Audited(auditors: 1);
        var (provider, first) = (audited.Provider, audited.Key);
        audited.Commit(0, 1_000_000);
        provider.Serve(first, 100);
        audited.Judge(0, 0, _ => 'r');
        var sale = new OwnerEvent(provider.Origin, "somebody else");
        Assert.Contains("is not retired", Assert.Throws<MalformedException>(() => provider.Add(sale)).Message, StringComparison.Ordinal);
        provider.Add(KeyEvent.Retire(provider.Origin, first.PublicKey.Id));
        provider.Add(sale);
        audited.Key = provider.Introduce("of the new owner", Audited.Segment);
        audited.Commit(0, 1_000_000);
        provider.Serve(audited.Key, 100);
        audited.Judge(0, 0, _ => 'd');
        audited.Step();
        Assert.Equal([0UL, 1UL], audited.Fold.State.Segments.Select(s => s.Owner));
        Assert.Equal([new LetterCounts { Reproduced = 100 }, new LetterCounts { Diverged = 100 }], audited.Fold.State.Segments.Select(s => s.Traffic));
        Assert.Equal(audited.Fold.State.Digest(), AccountState.Parse(audited.Fold.State.ToBytes()).Digest());
    }
}
