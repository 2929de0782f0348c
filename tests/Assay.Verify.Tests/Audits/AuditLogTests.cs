using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>The fold of a log refuses audit entries that must not be the next one, and is then as it was before.</summary>
public class AuditLogTests
{
    private readonly AuditedLog provider = new("provider.test/log");
    private readonly AuditedLog first = new("auditor-1.test/log");
    private readonly AuditedLog second = new("auditor-2.test/log");
    private readonly SigningKey key;

    public AuditLogTests()
    {
        provider.Add(new AuditTermsEvent(provider.Origin, 100, 3600));
        key = provider.Introduce("serving", AuditEvents.Segment);
    }

    private Hash KeyId => key.PublicKey.Id;

    [Fact]
    public void A_commitment_counts_if_it_stands_below_the_end_of_its_epoch()
    {
        var at = provider.Commit(first, key, 0, 10_000);
        provider.Commit(second, key, 0, 20_000);
        provider.Commit(first, key, 1, 10_000);
        provider.Serve(key, 99);
        Assert.Null(provider.State.EpochOf(KeyId, 0));
        provider.Serve(key, 1);
        Assert.Equal([at, at + 1], provider.State.SeedsOf(KeyId, 0).Select(s => s.Index));
        Assert.All(provider.State.SeedsOf(KeyId, 0), s => Assert.True(s.Index < provider.State.EpochOf(KeyId, 0)!.Value.Size));
        Refused(provider, Seed(0, auditor: new("auditor-3.test/log")), "which has ended");
        provider.Commit(second, key, 1, 20_000);
    }

    [Fact]
    public void A_commitment_that_is_not_its_auditors_or_a_second_one_is_refused()
    {
        provider.Commit(first, key, 0, 10_000);
        Refused(provider, Seed(0), "second commitment");
        Refused(provider, Seed(0, second) with { Rate = 7 }, "has not signed");
        var impostor = new AuditedLog(first.Origin + "x");
        Refused(provider, AuditSeedEvent.Sign(provider.Origin, KeyId, 0, first.Origin, impostor.LogKey, 5, default), "second commitment");
        Refused(provider, Seed(0, second) with { KeyId = default }, "never introduced");
        Refused(provider, AuditSeedEvent.Sign("another.test/log", KeyId, 0, second.Origin, second.LogKey, 5, default) with { Origin = provider.Origin }, "has not signed");
    }

    [Fact]
    public void An_epoch_has_room_for_64_commitments()
    {
        for (var i = 0; i < 64; i++)
            provider.Commit(new AuditedLog($"auditor-{i}.test"), key, 0, 10);
        Refused(provider, Seed(0), "more than 64");
        provider.Commit(first, key, 1, 10);
    }

    [Fact]
    public void Each_event_is_signed_by_whom_the_specification_says()
    {
        foreach (var (_, step) in AuditEvents.All)
        {
            var log = new AuditedLog(step.Origin);
            var wrong = step.SignedByLogKey ? log.Root : log.LogKey;
            var e = Assert.Throws<MalformedException>(() => log.State.Apply(OpenEntry.Sign(step.ToBytes(), wrong).ToBytes()));
            Assert.Contains(step.SignedByLogKey ? "log key alone has not signed" : "roots have not signed", e.Message);
            Assert.Throws<MalformedException>(() => log.State.Apply(OpenEntry.Sign(step.ToBytes(), log.Root, log.LogKey).ToBytes()));
        }
    }

    [Fact]
    public void Verdicts_follow_one_another_without_gap_or_overlap_up_to_the_last_drawn()
    {
        var draw = Drawn(first, 1_000_000);
        Refused(first, first.Verdicts(draw, 1, "r"), "a gap or an overlap");
        Refused(first, first.Verdicts(draw + 1, 0, "r"), "no draw");
        first.Add(first.Verdicts(draw, 0, new string('r', 60)));
        Refused(first, first.Verdicts(draw, 59, "r"), "a gap or an overlap");
        Refused(first, first.Verdicts(draw, 61, "r"), "a gap or an overlap");
        Refused(first, first.Verdicts(draw, 60, new string('r', 41)), "where 40 are to come");
        first.Add(first.Verdicts(draw, 60, new string('r', 40)));
        Refused(first, first.Verdicts(draw, 100, "r"), "no draw");
    }

    [Fact]
    public void A_key_is_drawn_from_in_the_order_of_its_epochs_and_once_from_each()
    {
        provider.Commit(first, key, 0, 500_000);
        provider.Commit(first, key, 1, 500_000);
        provider.Serve(key, 200);
        first.Add(first.DrawOf(provider, key, 1, [first]));
        Refused(first, first.DrawOf(provider, key, 1, [first]), "after one from epoch 1");
        Refused(first, first.DrawOf(provider, key, 0, [first]), "after one from epoch 1");
    }

    [Fact]
    public void Canary_records_are_judged_once_in_order()
    {
        var canary = first.Add(new AuditCanaryEvent(first.Origin, provider.Origin, KeyId, 3, default));
        AuditVerdictsEvent Canaries(ulong of, int from, string letters, params ulong[] records) =>
            first.Verdicts(of, from, letters) with { Lane = AuditLane.Canary, Records = [.. records] };
        first.Add(Canaries(canary, 0, "rr", 4, 9));
        Refused(first, Canaries(canary, 2, "r", 9), "after 9");
        Refused(first, Canaries(canary, 2, "rr", 10, 11), "where 1 are to come");
        Refused(first, first.Verdicts(canary, 2, "r"), "no draw");
        var next = first.Add(new AuditCanaryEvent(first.Origin, provider.Origin, KeyId, 3, default));
        Refused(first, Canaries(next, 0, "r", 8), "after 9");
        first.Add(Canaries(next, 0, "r", 10));
    }

    [Fact]
    public void A_plant_is_opened_once_as_it_was_committed_to()
    {
        OpenedPlant plant = new(0, KeyId, [new PlantedRecord(3, default)], AuditedLog.Word("salt"));
        var commit = first.Add(new AuditPlantEvent(first.Origin, "p", AuditPlantEvent.CommitTo("p", plant.KeyId, plant.Records.AsSpan(), plant.Salt)));
        plant = plant with { Commit = commit };
        Refused(first, AuditPlantEvent.Open(first.Origin, "q", plant), "does not commit to");
        Refused(first, AuditPlantEvent.Open(first.Origin, "p", plant with { Salt = default }), "does not commit to");
        Refused(first, AuditPlantEvent.Open(first.Origin, "p", plant with { Commit = commit + 1 }), "does not commit to");
        first.Add(AuditPlantEvent.Open(first.Origin, "p", plant));
        Refused(first, AuditPlantEvent.Open(first.Origin, "p", plant), "open already");
    }

    [Fact]
    public void Steps_of_an_account_follow_one_another()
    {
        AccountEpochEvent step = new(first.Origin, default, 0, 100, default, [new LogSize("p", 10, default), new LogSize("q", 5, default)], AuditedLog.Word("1"));
        Refused(first, step with { Step = 1 }, "where 0 comes next");
        first.Add(step);
        var next = step with { Step = 1, Previous = step.State, State = AuditedLog.Word("2") };
        Refused(first, step, "where 1 comes next");
        Refused(first, next with { Previous = default }, "does not begin");
        Refused(first, next with { Time = 99 }, "does not begin");
        Refused(first, next with { Logs = [step.Logs[0]] }, "reads less");
        Refused(first, next with { Logs = [step.Logs[0], step.Logs[1] with { Size = 4 }] }, "reads less");
        first.Add(next with { Account = AuditedLog.Word("another"), Step = 0 });
        first.Add(next);
    }

    [Fact]
    public void Entries_of_a_journal_follow_one_another()
    {
        JournalEvent entry = new(first.Origin, "market", 0, 100, default, [new byte[] { 1 }], AuditedLog.Word("1"));
        Assert.Null(first.State.EndOf("market"));
        Refused(first, entry with { Number = 1 }, "where 0 comes next");
        Refused(first, entry with { Previous = AuditedLog.Word("x") }, "does not begin");
        first.Add(entry);
        var next = entry with { Number = 1, Previous = entry.State, State = AuditedLog.Word("2") };
        Refused(first, entry, "where 1 comes next");
        Refused(first, next with { Number = 2 }, "where 1 comes next");
        Refused(first, next with { Previous = default }, "does not begin");
        Refused(first, next with { Time = 99 }, "does not begin");
        first.Add(entry with { Journal = "other", Time = 5 });
        first.Add(next);
        Assert.Equal(new JournalEnd(1, 100, next.State), first.State.EndOf("market"));
    }

    [Fact]
    public void Of_a_journal_that_is_shown_in_part_no_more_is_missing_than_was_left_out()
    {
        List<byte[]> entries = [.. first.Entries];
        for (ulong number = 0; number < 20; number++)
            entries.Add(new JournalEvent(
                first.Origin, "market", number, 100 + number, number == 0 ? default : AuditedLog.Word($"{number - 1}"), [new byte[] { 1 }], AuditedLog.Word($"{number}")).ToEntry(first.LogKey));
        var cut = (entries.Count - 20) / 4 * 4 + 4;
        var shown = new ShownLog();
        foreach (var entry in entries[..cut])
            shown.Apply(entry);
        shown.Skip(AuditedLog.Word("left out"), 2);
        Refused(cut + 5);
        Refused(cut - 1);
        shown.Apply(entries[cut + 4]);
        shown.Apply(entries[cut + 5]);
        Refused(cut + 5);
        Refused(cut + 11);

        void Refused(int entry) => Assert.Contains("comes next", Assert.Throws<MalformedException>(() => { shown.Apply(entries[entry]); }).Message);
    }

    private AuditSeedEvent Seed(ulong epoch, AuditedLog? auditor = null) => AuditSeedEvent.Sign(
        provider.Origin, KeyId, epoch, (auditor ?? first).Origin, (auditor ?? first).LogKey, 10_000, AuditedLog.SecretOf(auditor ?? first, epoch));

    private ulong Drawn(AuditedLog auditor, uint rate, ulong? drawn = null)
    {
        provider.Commit(auditor, key, 0, rate);
        provider.Serve(key, 100);
        var draw = auditor.DrawOf(provider, key, 0, [auditor]);
        return auditor.Add(drawn is { } n ? draw with { Drawn = n, Epoch = draw.Epoch with { Records = n } } : draw);
    }

    private static void Refused(AuditedLog log, LogEvent step, string because)
    {
        var size = log.State.Size;
        var e = Assert.Throws<MalformedException>(() => log.Add(step));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Equal(size, log.State.Size);
    }
}
