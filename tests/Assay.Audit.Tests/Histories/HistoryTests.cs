using System.Text;
using Assay.Audit.Histories;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Histories;

public class HistoryTests
{
    [Fact]
    public void Calls_are_judged_by_the_clock_and_errors_are_no_answers()
    {
        var read = Read("thefastest", """
            time_utc,region,provider,model,ttr_s,ttft_s,tps,num_tokens,total_time_s,error,commit
            2024-04-15T08:04:59.267946,sea,p,m,0.1,0.5,80,100,1.7,,c
            2024-04-15T09:04:59,sea,p,m,0.1,1.5,80,100,1.7,,c
            2024-04-15T10:04:59,sea,p,m,0.1,,,,,"timed out, at last",c
            2024-04-16T10:04:59,sea,p,m,0.1,0.5,80,100,11,,c
            2024-04-16T10:04:59,iad,p,m,0.1,0.5,80,100,1,,c
            """);
        Assert.Equal(["pfn", "f", "p"], read.Select(i => i.Batch.Letters));
        Assert.Equal(2, read.Select(i => i.Observed.Address).Distinct().Count());
        Assert.StartsWith("p m, imported from file.csv (sha256:", Assert.Single(read.Select(i => i.Observed.Service).Distinct()), StringComparison.Ordinal);
        Assert.All(read, i => LogEvent.Parse(i.Observed.Event("a.test/log", i.Batch).ToBytes()));
    }

    [Fact]
    public void A_published_score_counts_once_and_a_correction_again()
    {
        var read = Read("minimax-provider-verifier", """
            vendor,metric,value,unit,table,date,commit
            minimax,M,98,%,T,2025-11-18,a
            x,M,97,%,T,2025-11-18,a
            y,M,90,%,T,2025-11-18,a
            z,M,TBD,%,T,2025-11-18,a
            minimax,M,98,%,T,2025-12-18,b
            x,M,97,%,T,2025-12-18,b
            y,M,96.5,%,T,2025-12-18,b
            """);
        Assert.Equal([("x", "p"), ("y", "f"), ("z", "n"), ("y", "p")], read.Select(i => (i.Observed.Service[..1], i.Batch.Letters!)));
    }

    [Fact]
    public void Solved_tasks_are_counted_back_from_their_rate()
    {
        var read = Read("aider-quant", """
            - dirname: d
              test_cases: 133
              model: "HuggingFace: BF16"
              pass_rate_1: 59.4
              pass_rate_2: 71.4
              date: 2024-11-09
            """);
        Assert.Equal(new ObservedCounts(95, 38, 0), ObservedCounts.Of(Assert.Single(read).Batch.Letters!));
    }

    [Fact]
    public void What_is_no_such_file_is_refused_in_one_line()
    {
        foreach (var kind in History.Kinds)
            foreach (var file in (string[])["", "x", "a,b\n1", "\"", "- x: 1\ny", "\u001f\u008b"])
            {
                var e = Record.Exception(() => Read(kind, file));
                Assert.True(e is null or AuditException, $"{kind}: {e}");
                Assert.DoesNotContain('\n', e?.Message ?? "");
            }
        Assert.Throws<AuditException>(() => History.Read("other", "x", []));
        Assert.Throws<AuditException>(() => History.Read("llmdrift-prime", "x", [0x1f, 0x8b, 8, 0, 1, 2, 3]));
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_history()
    {
        var random = new Random(2);
        var good = "vendor,metric,value,unit,table,date,commit\nminimax,M,98,%,T,2025-11-18,a\nx,M,97,%,\"T\"\"s\",2025-11-18,a\n"u8.ToArray();
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                foreach (var i in History.Read("minimax-provider-verifier", "f", bytes))
                    LogEvent.Parse(i.Observed.Event("a.test/log", i.Batch).ToBytes());
            }
            catch (AuditException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1_000, 19_999);
    }

    [Theory]
    [InlineData("thefastest", "thefastest_history.csv", 5_985)]
    [InlineData("llmperf", "llmperf_individual.csv", 2_845)]
    [InlineData("aider-quant", "aider_quant.yml", 0)]
    [InlineData("kimi-vendor-verifier", "kimi_vendor_verifier_history.csv", 0)]
    [InlineData("minimax-provider-verifier", "minimax_provider_verifier_history.csv", 0)]
    [InlineData("llmdrift-prime", "llmdrift/prime.csv.gz", 4_000)]
    public void Real_histories_become_accounts(string kind, string file, int letters)
    {
        var read = History.Read(kind, file, File.ReadAllBytes(TestData.Require("reliability/" + file)));
        Assert.True(letters == 0 || read.Sum(i => i.Batch.Letters!.Length) == letters, $"{read.Sum(i => i.Batch.Letters!.Length)}");
        var states = Fold(read);
        Assert.All(states, s => Assert.NotEmpty(s.Segments));
        TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {read.Count} entries, {states.Count} accounts, {read.Sum(i => i.Batch.Letters!.Length)} letters");
    }

    [Fact]
    public void The_change_of_GPT_4_alarms_in_the_account_and_not_before_it()
    {
        var read = History.Read("llmdrift-prime", "prime.csv.gz", File.ReadAllBytes(TestData.Require("reliability/llmdrift/prime.csv.gz")));
        var states = Fold(read.Where(i => i.Observed.Service.StartsWith("openaichat/gpt-4", StringComparison.Ordinal)));
        var segment = Assert.Single(Assert.Single(states).Segments);
        Assert.Equal(new Counts(840 + 502, 160 + 498), segment.Counts.Counts);
        var before = Fold(read.Where(i => i.Observed.Service.StartsWith("openaichat/gpt-4", StringComparison.Ordinal)).Take(1));
        Assert.Equal(0UL, before[0].Segments[0].Change.Alarms);
        Assert.InRange(segment.Change.Alarms, 1UL, 100UL);
    }

    private static List<ObservedState> Fold(IEnumerable<Imported> read) => [.. read.GroupBy(i => (i.Observed.Service, i.Observed.Oracle, i.Observed.Task)).Select(account =>
    {
        var fold = new ObservedFold(account.Key.Service, account.Key.Oracle, account.Key.Task, new ObservedState(AccountId.Observed(account.Key.Service, account.Key.Oracle, account.Key.Task)));
        fold.Step(2_000_000_000, [new ObserverRead(new LogSize("a.test/log", 1, default), default, [.. account.Select(i => i.Observed.Event("a.test/log", i.Batch))])], "a.test/log");
        return fold.State;
    })];

    private static IReadOnlyList<Imported> Read(string kind, string file) => History.Read(kind, "file.csv", Encoding.UTF8.GetBytes(file));
}
