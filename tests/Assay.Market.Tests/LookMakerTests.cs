using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Reliability.Statistics;
using Assay.Reliability.Tests.Passports;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Market.Tests;

public class LookMakerTests
{
    /// <summary>Makes looks of what a passport's verifier meets.</summary>
    private sealed class Watch : IPassportWatch
    {
        public LookMaker Maker { get; } = new();

        public List<LookEvent> Looks { get; } = [];

        public void Settled(AccountState state, int place, ulong time) => Maker.Settled(state, place, time);

        public void Stepped(AccountEpochEvent step, AccountState state, IProviderHistory provider) => Looks.Add(Maker.Of(state));
    }

    [Fact]
    public void A_look_says_what_the_step_says()
    {
        var folded = Folded.Small();
        var watch = new Watch();
        Assert.Equal(PassportStatus.Recomputed, PassportVerifier.Verify(folded.Passport(), null, watch).Status);
        var (look, own) = (watch.Looks[^1], folded.Audited.Only);
        Assert.Equal((folded.Audited.Fold.State.Account, 1UL), (look.Account, look.Step));
        var segment = Assert.Single(look.Segments);
        Assert.Equal(
            new SegmentCounts(500, 5, own.Traffic.Counts.Passes, own.Traffic.Counts.Failures, own.Traffic.Undecided, own.Traffic.Outside + own.Traffic.Voids), segment.Counts);
        Assert.True(segment.Counts is { Passes: > 50, Failures: > 0 });
        // One key, and nothing of it waits.
        Assert.Equal(1UL, segment.Waiting);
        Assert.Equal(folded.Audited.Auditors.Select(a => new AuditorLook(a.Origin, a.LogKey.PublicKey.Id, 5, 0)), look.Auditors);

        // The forecast is that of the epochs, each closed at its step's time.
        var forecast = Forecast.Start;
        foreach (var (at, epoch) in own.Trailing.Index())
            forecast = forecast.Close(folded.Audited.Time - (at < 3 ? 3600UL : 0), epoch.Judged.Counts, false);
        Assert.Equal((forecast.Expected, forecast.Hazard, forecast.Remembered), (segment.Expected, segment.Hazard, new Counts(segment.MemoryPasses, segment.MemoryFailures)));
        Assert.Equal(look, MarketEvents.Parse(look.ToText()));
    }

    [Fact]
    public void What_waits_is_counted_with_one_for_each_key_and_who_audits_itself_is_left_out()
    {
        var folded = new Folded(new(auditors: 2, ownAuditor: true));
        folded.Audited.Run(1, 500_000, _ => 'r');
        folded.Audited.Commit(1, 500_000, 500_000);
        folded.Audited.Provider.Serve(folded.Audited.Key, 230);
        folded.Audited.Provider.Introduce("another", Assay.Reliability.Tests.Accounts.Audited.Segment with { Region = "us" });
        folded.Audited.Provider.Introduce("a third", Assay.Reliability.Tests.Accounts.Audited.Segment);
        folded.Step();
        var look = new LookMaker().Of(folded.Audited.Fold.State);
        // Nobody committed for epochs 2 and 3, of which the third key ended the last: but 1 waits before them.
        Assert.Equal([3UL + 2, 1], look.Segments.Select(s => s.Waiting));
        Assert.Equal(folded.Audited.Auditors[1].Origin, Assert.Single(look.Auditors).Origin);
    }
}
