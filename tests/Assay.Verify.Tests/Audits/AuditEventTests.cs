using System.Text;
using Assay.Verify.Audits;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

public class AuditEventTests
{
    [Fact]
    public void Events_come_back_in_the_same_bytes()
    {
        foreach (var (_, sent) in AuditEvents.All)
        {
            var back = LogEvent.Parse(sent.ToBytes());
            Assert.Equal(sent, back);
            Assert.Equal(sent.ToBytes(), back.ToBytes());
            Assert.True(sent.SignedByLogKey != (sent is AuditTermsEvent or OwnerEvent));
        }
    }

    /// <summary>Values that break a bound or contradict another; whatever the subject's digest covers is refused before it by its own member.</summary>
    [Theory]
    [InlineData("audit terms", "\"epochRecords\":1000", "\"epochRecords\":99", "epochRecords")]
    [InlineData("audit terms", "\"epochRecords\":1000", "\"epochRecords\":1000001", "epochRecords")]
    [InlineData("audit terms", "\"epochRecords\":1000", "\"epochRecords\":2000", "subject")]
    [InlineData("audit terms", "\"openingSeconds\":86400", "\"openingSeconds\":59", "openingSeconds")]
    [InlineData("audit terms", "\"openingSeconds\":86400", "\"openingSeconds\":604801", "openingSeconds")]
    [InlineData("a commitment", "\"rate\":50000", "\"rate\":0", "rate")]
    [InlineData("a commitment", "\"rate\":50000", "\"rate\":1000001", "rate")]
    [InlineData("a draw with two secrets, one missing", "\"own\":17", "\"own\":18", "own")]
    [InlineData("a draw with two secrets, one missing", "\"missing\":[19]", "\"missing\":[21]", "missing")]
    [InlineData("a draw with two secrets, one missing", "\"missing\":[19]", "\"missing\":[19,19]", "missing")]
    [InlineData("a draw with two secrets, one missing", "\"missing\":[19]", "\"missing\":[3456]", "size")]
    [InlineData("a draw with two secrets, one missing", "\"index\":17", "\"index\":22", "seeds")]
    [InlineData("a draw with two secrets, one missing", "\"size\":3456", "\"size\":21", "size")]
    [InlineData("a draw with two secrets, one missing", "\"records\":1000", "\"records\":0", "records")]
    [InlineData("a draw with two secrets, one missing", "\"records\":1000", "\"records\":1000001", "records")]
    [InlineData("a draw with two secrets, one missing", "\"drawn\":", "\"drawn\":99", "drawn")]
    [InlineData("a draw with two secrets, one missing", "\"epoch\":2", "\"epoch\":3", "subject")]
    [InlineData("verdicts of traffic", "rrduwovxd", "rrduwovxq", "letters")]
    [InlineData("verdicts of traffic", "rrduwovxd", "", "letters")]
    [InlineData("verdicts of traffic", "rrduwovxd", "rrruwovxd", "details")]
    [InlineData("verdicts of traffic", "rrduwovxd", "rrduwovxr", "details")]
    [InlineData("verdicts of traffic", "rrduwovxd", "rrduwovrd", "subject")]
    [InlineData("verdicts of traffic", "\"position\":15", "\"position\":14", "details")]
    [InlineData("verdicts of traffic", "\"first\":7", "\"first\":8", "details")]
    [InlineData("verdicts of traffic", "\"work\":", "\"no\":", "letters")]
    [InlineData("verdicts without a run", "\"details\"", "\"work\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"details\"", "letters")]
    [InlineData("verdicts of traffic", "\"lane\":\"traffic\"", "\"lane\":\"both\"", "lane")]
    [InlineData("verdicts of traffic", "\"lane\":\"traffic\"", "\"lane\":\"canary\"", "canary")]
    [InlineData("verdicts of canaries", "\"records\":[5,9]", "\"records\":[5]", "records")]
    [InlineData("verdicts of canaries", "\"records\":[5,9]", "\"records\":[9,9]", "records")]
    [InlineData("a canary's commitment", "\"requests\":2", "\"requests\":0", "requests")]
    [InlineData("an opened plant", "\"sequence\":3", "\"sequence\":8", "records")]
    [InlineData("an opened plant", "\"sequence\":3", "\"sequence\":4", "subject")]
    [InlineData("an opened plant", "\"action\":\"open\"", "\"action\":\"close\"", "action")]
    [InlineData("a challenge", "\"provider\":\"provider.test/log\"", "\"provider\":\"x\"", "subject")]
    [InlineData("graded observations", "ppfn", "ppfr", "letters")]
    [InlineData("graded observations", "1970-01-01T01:00:00.000Z", "1969-01-01T01:00:00.000Z", "to")]
    [InlineData("a batch's likelihood", "\"-1234567\"", "\"-01234567\"", "logE")]
    [InlineData("a batch's likelihood", "\"-1234567\"", "\"-0\"", "logE")]
    [InlineData("a batch's likelihood", "\"-1234567\"", "\"9007199254740992\"", "logE")]
    [InlineData("a batch's likelihood", "\"-1234567\"", "\"-9223372036854775808\"", "logE")]
    [InlineData("a step of an account", "\"origin\":\"auditor-1.test/log\",\"size\"", "\"origin\":\"provider.test/log\",\"size\"", "logs")]
    [InlineData("a step of an account", "\"account\":\"", "\"account\":\"A", "account")]
    public void What_breaks_a_bound_or_contradicts_itself_is_malformed(string what, string from, string to, string where)
    {
        var text = Encoding.UTF8.GetString(Named(what).ToBytes());
        Assert.Contains(from, text);
        var e = Assert.Throws<MalformedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to))));
        Assert.Contains(where, e.Message);
    }

    [Theory]
    [InlineData("verdicts of traffic", "\"oracle\":\"replay\"", "\"oracle\":\"proof\"")]
    [InlineData("graded observations", "\"oracle\":\"graded\"", "\"oracle\":\"opinion\"")]
    public void Another_oracle_is_unsupported(string what, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Named(what).ToBytes());
        Assert.Throws<UnsupportedException>(() => LogEvent.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to))));
    }

    [Fact]
    public void Every_member_removed_doubled_or_of_another_type_is_refused()
    {
        foreach (var (what, sent) in AuditEvents.All)
            foreach (var (change, mutant) in Mutations.Of(StrictJson.Parse(sent.ToBytes(), Bound), "statement"))
                // A list that is shorter may be as good: what belongs in it is for those who know the other log.
                // The events of a journal are for those who know its state.
                if (!change.Contains("missing[") && !change.Contains("logs[") && !change.Contains("events[0] doubled"))
                    Assert.True(IsRefused(Mutations.Bytes(mutant)), $"{what}: {change} is not refused");
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_an_event_that_can_be_written_again()
    {
        var random = new Random(12);
        byte[][] seeds = [.. AuditEvents.All.Select(e => e.Event.ToBytes())];
        var refused = 0;
        for (var round = 0; round < 60_000; round++)
        {
            var seed = seeds[round % seeds.Length];
            var bytes = seed.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = random.Next(4) == 0 ? (byte)random.Next(256) : seed[random.Next(seed.Length)];
            try
            {
                var read = LogEvent.Parse(bytes);
                Assert.Equal(read, LogEvent.Parse(read.ToBytes()));
            }
            catch (MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.True(refused > 30_000);
    }

    [Fact]
    public void The_largest_verdicts_and_draw_are_entries_of_a_log()
    {
        var most = AuditEvents.First.Verdicts(1, 0, new string('r', VerdictLetters.Most));
        Assert.Equal(most, LogEvent.Parse(OpenEntry.Parse(most.ToEntry(AuditEvents.First.LogKey)).Payload.Span));
        var draw = (AuditDrawEvent)Named("a draw with two secrets, one missing");
        var wide = draw with { Seeds = [.. Enumerable.Range(17, 60).Select(i => new RevealedSeed((ulong)i, AuditedLog.Word($"{i}")))], Missing = [1, 2, 3, 4] };
        Assert.Equal(wide, LogEvent.Parse(OpenEntry.Parse(wide.ToEntry(AuditEvents.First.LogKey)).Payload.Span));
        Assert.Throws<MalformedException>(() => LogEvent.Parse((wide with { Missing = [1, 2, 3, 4, 5] }).ToBytes()));
        Assert.Throws<MalformedException>(() => LogEvent.Parse((most with { Letters = most.Letters + "r" }).ToBytes()));
        var plant = AuditPlantEvent.Open("a", "b", new OpenedPlant(1, default, [.. Enumerable.Range(0, AuditPlantEvent.MostRecords).Select(i => new PlantedRecord((ulong)i, default))], default));
        Assert.Equal(plant, LogEvent.Parse(OpenEntry.Parse(plant.ToEntry(AuditEvents.First.LogKey)).Payload.Span));
    }

    [Fact]
    public void A_commitment_counts_for_one_log_auditor_key_epoch_and_rate()
    {
        var good = (AuditSeedEvent)Named("a commitment");
        Assert.True(good.IsSignedByAuditor());
        Assert.False((good with { Origin = "other.test/log" }).IsSignedByAuditor());
        Assert.False((good with { Auditor = good.Auditor with { Origin = "other.test/log" } }).IsSignedByAuditor());
        Assert.False((good with { Auditor = AuditEvents.Second.Id }).IsSignedByAuditor());
        Assert.False((good with { KeyId = default }).IsSignedByAuditor());
        Assert.False((good with { Epoch = 3 }).IsSignedByAuditor());
        Assert.False((good with { Rate = 50_001 }).IsSignedByAuditor());
        Assert.False((good with { Commitment = default }).IsSignedByAuditor());
    }

    private const int Bound = 1 << 20;

    private static LogEvent Named(string what) => AuditEvents.All.Single(e => e.What == what).Event;

    private static bool IsRefused(byte[] payload)
    {
        try
        {
            LogEvent.Parse(payload);
            return false;
        }
        catch (MalformedException)
        {
            return true;
        }
    }
}
