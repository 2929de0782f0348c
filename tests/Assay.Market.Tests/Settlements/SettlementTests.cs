using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Settlements;
using Assay.Reliability.Passports;
using Assay.Verify.Statements;

namespace Assay.Market.Tests.Settlements;

public class SettlementTests
{
    internal static readonly Lazy<CoveredLogs> Good = new(() => CoveredLogs.Small());

    [Fact]
    public void A_settlement_recomputes_from_its_file_alone()
    {
        var logs = Good.Value;
        for (var policy = 0UL; policy < 2; policy++)
        {
            var file = CoveredLogs.Bytes(logs.Settlement(policy));
            var report = SettlementCheck.Check(file, logs.Folded.Policy());
            Assert.Empty(report.Differences);
            Assert.Equal((PassportStatus.Recomputed, true, 0), (report.Status, report.Accepted, report.ExitCode));
            Assert.Equal(new JournalCompleteness(true, 0, 0), report.Completeness);
            var says = report.File!.Header.Figures;
            Assert.True(says is { Triggered: true, Payout: > 0, PremiumBack: false });
            Assert.Equal(file, CoveredLogs.Bytes(report.File));
            // Whoever drops the first line has a passport.
            Assert.True(PassportVerifier.Verify(file.AsMemory(file.AsSpan().IndexOf((byte)'\n') + 1), logs.Folded.Policy()).Accepted);
        }
    }

    [Fact]
    public void What_it_says_is_what_the_market_posted()
    {
        var logs = CoveredLogs.Small();
        var (first, second) = (logs.Settlement().Header.Figures, logs.Settlement(1).Header.Figures);
        // 250 of the first cover's 1,000 shares were given away.
        Assert.Equal([new PaidTo(Holder.Participant(1), first.Payout * 3 / 4), new PaidTo(Holder.Participant(3), first.Payout / 4)], first.Paid!.Value);
        Assert.Equal([new PaidTo(Holder.Participant(2), second.Payout)], second.Paid!.Value);
        Assert.Equal((0L, 0L), (logs.Fold.State.Book.UnitsOf(HolderKind.Policy), logs.Fold.State.Book.Issued(new Asset(AssetKind.Cover, 0))));
        // The failures of the window, and none that the account had before or after it.
        Assert.True(first.Window is { Failures: > 5, Epochs: >= 5 } && first.Window.Records >= CoveredLogs.Plain.Records);
        Assert.Equal((uint)(first.Window.Failures * 1_000_000 / (first.Window.Failures + first.Window.Passes)), first.Rate);
        Assert.Equal(1_000 * Math.Min(first.Rate - 20_000, 400_000) / 400_000, first.Payout);
    }

    [Fact]
    public void The_evidence_goes_down_to_every_failure_in_the_window_and_to_no_other()
    {
        var logs = Good.Value;
        var report = SettlementCheck.Check(CoveredLogs.Bytes(logs.Settlement()), null);
        Assert.Equal(("no-policy", 20), (report.Verdict, report.ExitCode));
        var window = report.Recomputed!.Window;
        Assert.Equal(window.Epochs, (ulong)report.Evidence.Length);
        Assert.Equal(window.Records, report.Evidence.Aggregate(0UL, (sum, e) => sum + e.Records));
        Assert.Equal(window.Failures, (ulong)report.Evidence.Sum(e => e.Failures.Length));
        foreach (var epoch in report.Evidence)
        {
            Assert.Equal(logs.Audited.Auditors.Select(a => (a.Origin, (string?)null)), epoch.Draws.Select(d => (d.Auditor, d.Fault)));
            Assert.Equal(epoch.Failures.Select(f => f.Sequence).Order(), epoch.Failures.Select(f => f.Sequence));
            foreach (var record in epoch.Failures)
            {
                Assert.InRange(record.Sequence, epoch.First, epoch.First + epoch.Records - 1);
                var auditor = logs.Audited.Auditors.Single(a => a.Origin == record.Auditor);
                var verdicts = (AuditVerdictsEvent)auditor.Events.Single(e => e.Index == record.Entry).Event;
                var order = ((AuditDrawEvent)auditor.Events.Single(e => e.Index == verdicts.Of).Event).Order();
                var at = Array.IndexOf(order, record.Sequence) - (int)verdicts.First;
                Assert.Equal(verdicts.Letters[at], record.Letter);
                Assert.Equal(record.Letter == 'd' ? verdicts.Divergences.Single(d => (int)d.Position == at + (int)verdicts.First).Evidence : null, record.Bundle);
                Assert.Equal(record.Letter == 'd', record.At == 3);
            }
        }
        Assert.Contains(report.Evidence.SelectMany(e => e.Failures), f => f.Letter == 'w');
        var text = SettlementReportFormat.ToText(report);
        Assert.Contains("bundle ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERS", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_the_journal_recomputes_what_it_can_and_says_what_it_cannot()
    {
        var logs = CoveredLogs.Small();
        // The log is long, and most of the journal is about other things.
        for (var i = 0UL; i < 1200; i++)
            logs.Log.Add(new AuditRefusalEvent(logs.Log.Origin, "other.test/log", default, i, 5, default));
        var (whole, part) = (CoveredLogs.Bytes(logs.Settlement()), CoveredLogs.Bytes(logs.Settlement(whole: false)));
        var (all, some) = (SettlementCheck.Check(whole, logs.Folded.Policy()), SettlementCheck.Check(part, logs.Folded.Policy()));
        Assert.Equal((PassportStatus.Recomputed, "accepted", 0), (all.Status, all.Verdict, all.ExitCode));
        Assert.Equal((PassportStatus.Recomputed, "unfolded", 20, false), (some.Status, some.Verdict, some.ExitCode, some.Accepted));
        Assert.Equal(new JournalCompleteness(true, 0, 0), all.Completeness);
        // Money, a gift and the second purchase stand between.
        Assert.Equal(new JournalCompleteness(false, 3, 0), some.Completeness);
        Assert.Null(some.Recomputed!.Paid);
        Assert.Equal(all.Recomputed! with { Paid = null }, some.Recomputed);
        Assert.Equal(all.Evidence.Length, some.Evidence.Length);
        Assert.Contains("3 entries left out", SettlementReportFormat.ToText(some), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_judged_in_time_gives_the_premium_back_and_a_tick_settles()
    {
        var logs = new CoveredLogs();
        logs.Live(6, _ => 'r');
        logs.Buy(1, seconds: 86_400);
        logs.Live(1, _ => 'r');
        logs.Audited.Time += 100_000;
        logs.Do(SignedEvent.Of(new TickEvent()).ToBytes());
        var report = SettlementCheck.Check(CoveredLogs.Bytes(logs.Settlement()), null);
        Assert.Empty(report.Differences);
        Assert.True(report.Recomputed is { PremiumBack: true, Payout: 0, Window.Records: 0 });
        Assert.True(Assert.Single(report.Recomputed.Paid!.Value) is { Units: > 0, Holder: { Kind: HolderKind.Participant, Number: 1 } });
        Assert.Empty(report.Evidence);
    }

    [Fact]
    public void Steps_that_the_market_did_not_look_at_are_told()
    {
        var logs = new CoveredLogs();
        logs.Live(6, _ => 'r');
        logs.Buy(1);
        logs.Live(4, _ => 'r');
        logs.Live(3, _ => 'd', look: false);
        logs.Live(5, _ => 'd');
        var report = SettlementCheck.Check(CoveredLogs.Bytes(logs.Settlement()), null);
        Assert.Equal((PassportStatus.Recomputed, new JournalCompleteness(true, 0, 1)), (report.Status, report.Completeness));
        Assert.Equal(8UL, report.Recomputed!.Window.Epochs);
        Assert.Contains("the market did not look at them", SettlementReportFormat.ToText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_no_file_of_what_is_not_settled_or_was_not_sold()
    {
        var logs = new CoveredLogs(1);
        logs.Live(6, _ => 'r');
        logs.Buy(1);
        Assert.Equal("cover 0 is not settled yet", Assert.Throws<MarketRefusal>(() => logs.Settlement()).Message);
        Assert.Equal("1 covers were sold, none is number 1", Assert.Throws<MarketRefusal>(() => logs.Settlement(1)).Message);
    }
}
