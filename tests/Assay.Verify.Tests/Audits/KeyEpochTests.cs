using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

public class KeyEpochTests
{
    private static readonly Segment Segment = AuditEvents.Segment;

    [Fact]
    public void Epochs_end_by_count()
    {
        var log = Log(100);
        var key = log.Introduce("k", Segment);
        log.Serve(key, 99);
        Assert.Empty(log.State.EpochsOf(key.PublicKey.Id));
        log.Serve(key, 102);
        Assert.Equal([new KeyEpoch(0, 0, 100, 103), new KeyEpoch(1, 100, 100, 203)], log.State.EpochsOf(key.PublicKey.Id));
        Assert.Equal(new KeyEpoch(1, 100, 100, 203), log.State.EpochOf(key.PublicKey.Id, 1));
        Assert.Null(log.State.EpochOf(key.PublicKey.Id, 2));
    }

    [Fact]
    public void Terms_hold_for_keys_introduced_after_them_and_a_thousand_before()
    {
        var log = new AuditedLog("p");
        var before = log.Introduce("before", Segment);
        log.Add(new AuditTermsEvent("p", 100, 60));
        var after = log.Introduce("after", Segment with { Region = "us" });
        log.Serve(before, 999);
        log.Serve(after, 100);
        Assert.Empty(log.State.EpochsOf(before.PublicKey.Id));
        Assert.Single(log.State.EpochsOf(after.PublicKey.Id));
        log.Serve(before, 1);
        Assert.Equal(1000UL, Assert.Single(log.State.EpochsOf(before.PublicKey.Id)).Records);
    }

    [Fact]
    public void A_lease_that_runs_out_ends_the_epoch_and_a_renewal_begins_another()
    {
        var log = Log(100);
        var key = log.Introduce("k", Segment, lease: 10);
        log.Serve(key, 5);
        var end = log.State.Keys[key.PublicKey.Id].Until;
        while (log.State.Size < end)
        {
            Assert.Empty(log.State.EpochsOf(key.PublicKey.Id));
            log.Add(new AuditTermsEvent("p", 100, 60));
        }
        KeyEpoch first = new(0, 0, 5, end);
        Assert.Equal([first], log.State.EpochsOf(key.PublicKey.Id));
        log.Add(KeyEvent.Renew("p", key.PublicKey.Id, log.State.Size + 300));
        log.Serve(key, 100);
        Assert.Equal([first, new KeyEpoch(1, 5, 100, log.State.Size)], log.State.EpochsOf(key.PublicKey.Id));
    }

    [Fact]
    public void A_renewal_in_time_ends_nothing_and_a_shorter_one_takes_nothing_away()
    {
        var log = Log(100);
        var key = log.Introduce("k", Segment, lease: 50);
        log.Serve(key, 5);
        log.Add(KeyEvent.Renew("p", key.PublicKey.Id, log.State.Size + 10));
        log.Serve(key, 20);
        log.Add(KeyEvent.Renew("p", key.PublicKey.Id, log.State.Size + 200));
        log.Serve(key, 74);
        Assert.Empty(log.State.EpochsOf(key.PublicKey.Id));
        log.Serve(key, 1);
        Assert.Equal(new KeyEpoch(0, 0, 100, log.State.Size), Assert.Single(log.State.EpochsOf(key.PublicKey.Id)));
    }

    [Fact]
    public void A_key_that_is_retired_or_called_stolen_keeps_the_records_it_has_signed()
    {
        var log = Log(100);
        var (retired, stolen, later) = (log.Introduce("r", Segment), log.Introduce("s", Segment with { Region = "us" }), log.Introduce("t", Segment with { Region = "cn" }));
        foreach (var key in (SigningKey[])[retired, stolen, later])
            log.Serve(key, 7);
        var at = log.Add(KeyEvent.Retire("p", retired.PublicKey.Id));
        Assert.Equal([new KeyEpoch(0, 0, 7, at)], log.State.EpochsOf(retired.PublicKey.Id));
        at = log.Add(KeyEvent.Compromise("p", stolen.PublicKey.Id, 8));
        Assert.Equal([new KeyEpoch(0, 0, 7, at)], log.State.EpochsOf(stolen.PublicKey.Id));
        log.Add(KeyEvent.Compromise("p", later.PublicKey.Id, log.State.Size + 4));
        log.Serve(later, 2);
        Assert.Empty(log.State.EpochsOf(later.PublicKey.Id));
        log.Add(new AuditTermsEvent("p", 100, 60));
        Assert.Equal(9UL, Assert.Single(log.State.EpochsOf(later.PublicKey.Id)).Records);
    }

    [Fact]
    public void Another_key_of_the_segment_ends_the_epoch_and_one_of_another_does_not()
    {
        var log = Log(100);
        var key = log.Introduce("k", Segment);
        log.Serve(key, 5);
        log.Introduce("l", Segment with { Region = "us" });
        Assert.Empty(log.State.EpochsOf(key.PublicKey.Id));
        var at = log.State.Size;
        log.Introduce("m", Segment);
        log.Serve(key, 100);
        Assert.Equal([new KeyEpoch(0, 0, 5, at), new KeyEpoch(1, 5, 100, log.State.Size)], log.State.EpochsOf(key.PublicKey.Id));
    }

    /// <summary>Random lives of three keys against a scan of the whole history by the definition.</summary>
    [Fact]
    public void Epochs_are_those_of_a_plain_scan_of_the_log()
    {
        var cuts = 0;
        for (var round = 0; round < 60; round++)
        {
            var random = new Random(round);
            var log = Log(100);
            List<(ulong Index, KeyEvent Event)> events = [];
            List<(ulong Index, Hash KeyId)> records = [];
            void Add(KeyEvent step) => events.Add((log.Add(step), step));
            var keys = Enumerable.Range(0, 4).Select(i => log.KeyOf($"{i}")).ToArray();
            while (log.State.Size < 700)
            {
                var key = keys[random.Next(keys.Length)];
                var id = key.PublicKey.Id;
                if (!log.State.Keys.TryGetValue(id, out var known))
                    Add(KeyEvent.Introduce("p", key.PublicKey, Segment with { Region = random.Next(2) == 0 ? "a" : "b" }, log.State.Size + (ulong)random.Next(1, 400)));
                else if (random.Next(120) == 0)
                    Add(KeyEvent.Retire("p", id));
                else if (random.Next(120) == 0)
                    Add(KeyEvent.Compromise("p", id, (ulong)random.Next(1, 700)));
                else if (random.Next(12) == 0)
                    Add(KeyEvent.Renew("p", id, log.State.Size + (ulong)random.Next(1, 300)));
                else
                    for (var n = random.Next(40); n > 0 && log.State.Keys[id].Covers(log.State.Size); n--)
                    {
                        records.Add((log.State.Size, id));
                        log.Serve(key, 1);
                    }
            }
            foreach (var (id, _) in log.State.Keys)
            {
                var expected = Scan(id, events, records, log.State, 100);
                cuts += expected.Count(e => e.Records < 100);
                Assert.Equal(expected, log.State.EpochsOf(id));
                Assert.Equal(expected.Length == 0 ? null : expected[^1], expected.Length == 0 ? null : log.State.EpochOf(id, (ulong)expected.Length - 1));
            }
        }
        Assert.True(cuts > 300, $"only {cuts} epochs were cut short");
    }

    private static KeyEpoch[] Scan(Hash id, List<(ulong Index, KeyEvent Event)> events, List<(ulong Index, Hash KeyId)> records, LogState state, ulong length)
    {
        var epochs = new List<KeyEpoch>();
        var key = state.Keys[id];
        var covered = Enumerable.Range(0, (int)state.Size).Select(i => CoversThen(key, (ulong)i)).ToArray();
        var (first, count) = (0UL, 0UL);
        for (ulong index = 0; index < state.Size; index++)
        {
            if (records.Any(r => r.Index == index && r.KeyId == id))
            {
                count++;
                if (count == length)
                    End(index + 1);
            }
            else if (!covered[index] || events.Any(e => e.Index == index && EndsEpoch(e.Event)))
                End(index);
        }
        if (!CoversThen(key, state.Size))
            End(state.Size);
        return [.. epochs];

        bool EndsEpoch(KeyEvent step) => step.Action switch
        {
            KeyAction.Introduce => step.Segment == key.Segment,
            KeyAction.Retire => step.KeyId == id,
            KeyAction.Compromise => step.KeyId == id && step.From <= state.Size && events.First(e => e.Event == step).Index >= step.From,
            _ => false,
        };

        void End(ulong size)
        {
            if (count > 0)
                epochs.Add(new KeyEpoch((ulong)epochs.Count, first, count, size));
            (first, count) = (first + count, 0);
        }
    }

    // Whether the events below an index let the key sign there: a compromise that was found later does not reach back.
    private static bool CoversThen(KeyState key, ulong index) => (key with { Events = [.. key.Events.Where(e => e.Index < index)] }).Events is { IsEmpty: false } known
        && (key with { Events = known }).Covers(index);

    private static AuditedLog Log(ulong epochRecords)
    {
        var log = new AuditedLog("p");
        log.Add(new AuditTermsEvent("p", epochRecords, 60));
        return log;
    }
}
