using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Statements;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>A fold taken up from a state's bytes at any step gives what the fold from scratch gives.</summary>
public class IncrementalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_fold_taken_up_at_every_step_is_the_fold_from_scratch(int seed)
    {
        var (through, resumed) = (Play(seed, resume: false), Play(seed, resume: true));
        Assert.Equal(through.Digests, resumed.Digests);
        // So does one that keeps of the provider's log only what is not settled.
        Assert.Equal(through.Digests, Play(seed, resume: false, keepsLittle: true).Digests);
        Assert.Equal(through.Digests, Play(seed, resume: true, keepsLittle: true).Digests);
        Assert.Equal(through.Digests.Count, through.Digests.Distinct().Count());
        // The scenario reaches what it is meant to reach.
        var state = through.State;
        Assert.True(state.Segments.Sum(s => (long)s.Traffic.Counts.Total) > 1200);
        Assert.True(state.Auditors.Any(a => a.Late > 0) && state.Auditors.Any(a => a.Unfinished > 0) && state.Segments.Any(s => s.Change.Rate is not null));
        Assert.Equal(state.ToBytes(), AccountState.Parse(state.ToBytes()).ToBytes());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Verdicts_on_a_draw_that_came_after_its_epoch_was_settled_are_late(bool resume)
    {
        var audited = new Audited(auditors: 1);
        audited.Commit(0, 500_000);
        audited.Provider.Serve(audited.Key, 100);
        audited.Step();
        audited.Step(AccountFold.PatienceSeconds);
        Assert.Equal(1UL, audited.Only.EpochsWithoutDraw);
        var draw = audited.Draw(0, 0);
        audited.Auditors[0].Judge(draw, 0, 5, _ => 'd');
        audited.Step();
        if (resume)
            audited.Resume(AccountState.Parse(audited.Fold.State.ToBytes()));
        audited.Auditors[0].Judge(draw, 5, 7, _ => 'd');
        audited.Step();
        var tally = Assert.Single(audited.Fold.State.Auditors);
        Assert.Equal((12UL, 0UL, 0UL, 1UL), (tally.Late, tally.Draws, tally.RefusedDraws, tally.Commitments));
        Assert.Equal(0UL, audited.Traffic.Counts.Total);
    }

    [Fact]
    public void The_state_does_not_grow_with_verdicts()
    {
        var audited = new Audited(auditors: 2);
        audited.Run(40, 1_000_000, _ => 'r');
        audited.Step();
        var (size, judged) = (audited.Fold.State.ToBytes().Length, audited.Traffic.Reproduced);
        audited.Run(60, 1_000_000, s => s % 7 == 0 ? 'u' : 'r');
        audited.Step();
        Assert.Equal(size, audited.Fold.State.ToBytes().Length);
        Assert.True(size < 8192, $"{size} bytes");
        Assert.Equal((4000UL, 10_000UL), (judged, audited.Traffic.Counts.Total));
    }

    [Fact]
    public void Damaged_states_are_malformed_or_states()
    {
        var good = Play(1, resume: false).State.ToBytes();
        var random = new Random(5);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (round % 5 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                var state = AccountState.Parse(bytes);
                Assert.Equal(bytes, state.ToBytes());
                foreach (var segment in state.Segments)
                    _ = segment.Traffic.Counts;
            }
            catch (MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.True(refused > 5000, $"{refused}");
        Assert.Throws<MalformedException>(() => AccountState.Parse((byte[])[.. good, 0]));
    }

    // The same random life each time: keys that come and go, auditors that are late or stop, steps at odd moments.
    private static (List<Verify.Crypto.Hash> Digests, AccountState State) Play(int seed, bool resume, bool keepsLittle = false)
    {
        var random = new Random(seed);
        var audited = new Audited(auditors: 3, keepsLittle: keepsLittle);
        var digests = new List<Verify.Crypto.Hash>();
        var open = new List<(int Auditor, ulong Draw, int Next, int Drawn)>();
        var drawn = new Dictionary<(int Auditor, Verify.Crypto.Hash Key), ulong>();
        for (var round = 0; round < 900; round++)
        {
            var id = audited.Key.PublicKey.Id;
            var epoch = audited.Provider.State.EndedEpochs(id);
            switch (random.Next(12))
            {
                case 0 when random.Next(5) == 0:
                    audited.Key = audited.Provider.Introduce($"key {round}", Audited.Segment with { Region = random.Next(2) == 0 ? "eu" : "us" });
                    break;
                case 1 or 2:
                    for (var i = 0; i < 3; i++)
                        if (audited.Provider.State.SeedsOf(id, epoch).All(s => s.Event.Auditor.Origin != audited.Auditors[i].Origin))
                            audited.Provider.Commit(audited.Auditors[i], audited.Key, epoch, (uint)random.Next(200_000, 1_000_001));
                    break;
                case 3 or 4 or 5:
                    audited.Provider.Serve(audited.Key, random.Next(90));
                    break;
                case 6 or 7 when epoch > 0:
                    var auditor = random.Next(3);
                    var from = drawn.GetValueOrDefault((auditor, id), 0UL);
                    for (var e = from; e < epoch; e++)
                        if (audited.Provider.State.SeedsOf(id, e).Any(s => s.Event.Auditor.Origin == audited.Auditors[auditor].Origin) && random.Next(8) > 0)
                        {
                            var at = audited.Draw(auditor, e);
                            open.Add((auditor, at, 0, (int)((AuditDrawEvent)audited.Auditors[auditor].Events[^1].Event).Drawn));
                        }
                    drawn[(auditor, id)] = epoch;
                    break;
                case 8 or 9 or 10 when open.Count > 0:
                    for (var n = 0; n < 3 && open.Count > 0; n++)
                    {
                        var which = random.Next(open.Count);
                        var (a, draw, next, of) = open[which];
                        var count = Math.Min(of - next, random.Next(1, 90));
                        if (count > 0)
                            audited.Auditors[a].Add(audited.Auditors[a].Verdicts(draw, next, new string([.. Enumerable.Range(0, count).Select(_ => random.Next(50) == 0 ? VerdictLetters.ByStrength[random.Next(7)] : 'r')])));
                        if (next + count < of)
                            open[which] = (a, draw, next + count, of);
                        else
                            open.RemoveAt(which);
                    }
                    break;
                case 11:
                    digests.Add(audited.Step((ulong)random.Next(1, 4 * 24 * 3600)).State);
                    if (resume)
                        audited.Resume(AccountState.Parse(audited.Fold.State.ToBytes()));
                    break;
            }
        }
        return (digests, audited.Fold.State);
    }
}
