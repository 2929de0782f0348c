using System.Text.Json;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>The fold of observations: counts, evidence, changes, incidents; taken up from a state's bytes; docs/spec/observed.vectors.json.</summary>
public class ObservedFoldTests
{
    private static readonly Hash Task = AuditedLog.Word("task");
    private static readonly Hash First = AuditedLog.Word("address 1");
    private static readonly Hash Second = AuditedLog.Word("address 2");

    [Fact]
    public void Letters_count_by_address_and_by_observer_and_no_answer_is_a_failure()
    {
        var life = new Life(ObservationOracle.Graded);
        life.See("b", First, "ppfn");
        life.See("a", Second, "pp");
        life.See("a", First, "ppp");
        life.Step(100);
        var segment = life.State.Segments.Single(s => s.Address == First);
        Assert.Equal(new ObservedCounts(5, 1, 1), segment.Counts);
        Assert.Equal(new Counts(5, 2), segment.Counts.Counts);
        Assert.Equal([("a", 3UL), ("b", 4UL)], segment.Observers.Select(o => (o.Origin, o.Counts.Counts.Total)));
        var figures = ObservedFigures.Of(segment);
        Assert.Equal((2, 2UL, false), (figures.Observers, figures.Batches, figures.Alarmed));
        Assert.Equal(Band.Of(new Counts(5, 1)), figures.Answered);
        Assert.Equal(new Counts(2, 0), ObservedFigures.Of(life.State.Segments.Single(s => s.Address == Second)).Life.Judged);
    }

    [Fact]
    public void Other_services_oracles_and_tasks_are_passed_over()
    {
        var life = new Life(ObservationOracle.Drift);
        foreach (var other in (Func<ObservationsEvent, ObservationsEvent>[])
            [e => e with { Service = "other" }, e => e with { Oracle = ObservationOracle.Graded }, e => e with { Task = AuditedLog.Word("other task") }, e => e])
            life.See("a", First, "p", change: other);
        life.Step(1);
        Assert.Equal(1UL, life.State.Segments.Single().Counts.Passed);
        Assert.Equal(AccountId.Observed("svc", ObservationOracle.Drift, Task).Digest(), life.State.Account);
        Assert.Equal(4, ((ObservationOracle[])[ObservationOracle.Likelihood, ObservationOracle.Drift, ObservationOracle.Graded, ObservationOracle.Service])
            .Select(o => AccountId.Observed("svc", o, Task).Digest()).Distinct().Count());
    }

    [Fact]
    public void A_change_alarms_for_as_long_as_its_day_is_shown_and_an_outage_is_none()
    {
        var life = new Life(ObservationOracle.Drift);
        life.See("a", First, new string('p', 200), day: 1);
        life.See("a", First, new string('n', 500), day: 2);
        life.Step(1);
        Assert.Equal((0UL, false), (ObservedFigures.Of(life.State.Segments[0]).Alarms, ObservedFigures.Of(life.State.Segments[0]).Alarmed));
        life.See("a", First, new string('f', 30), day: 3);
        life.Step(2);
        Assert.True(ObservedFigures.Of(life.State.Segments[0]).Alarmed);
        for (var day = 4UL; day < 35; day++)
            life.See("a", First, "p", day);
        life.Step(3);
        Assert.True(ObservedFigures.Of(life.State.Segments[0]).Alarmed);
        life.See("a", First, "p", 35);
        life.Step(4);
        Assert.False(ObservedFigures.Of(life.State.Segments[0]).Alarmed);
        Assert.Equal((ulong)ObservedSegment.TrailingDays, ObservedFigures.Of(life.State.Segments[0]).Trailing.Judged.Total);
    }

    [Fact]
    public void Evidence_adds_up_and_refutes_at_twenty()
    {
        var life = new Life(ObservationOracle.Likelihood);
        foreach (var logE in (long[])[-500_000, 2_000_000, 1_495_732])
            life.See("a", First, null, logE: logE);
        life.Step(1);
        Assert.Equal((2_995_732L, false), (ObservedFigures.Of(life.State.Segments[0]).LogE!.Value, ObservedFigures.Of(life.State.Segments[0]).Refuted));
        life.See("a", First, null, logE: 1);
        life.See("a", First, null, logE: -9_000_000);
        life.Step(2);
        var figures = ObservedFigures.Of(life.State.Segments[0]);
        Assert.Equal((-6_004_267L, true, 0UL), (figures.LogE!.Value, figures.Refuted, figures.Alarms));
        Assert.True(Math.Exp(Evidence.Refuted / 1e6) >= 20 && Math.Exp((Evidence.Refuted - 1) / 1e6) < 20);
    }

    [Fact]
    public void Evidence_of_a_late_change_is_seen_in_spite_of_a_long_good_past()
    {
        var life = new Life(ObservationOracle.Likelihood);
        for (var i = 0; i < 1000; i++)
            life.See("a", First, null, logE: -100_000);
        for (var i = 0; i < 10; i++)
            life.See("a", First, null, logE: 1_000_000, day: 2);
        life.Step(1);
        var figures = ObservedFigures.Of(life.State.Segments[0]);
        Assert.Equal((false, 1UL, true), (figures.Refuted, figures.Alarms, figures.Alarmed));
        Assert.Equal(-90_000_000, figures.LogE);
    }

    [Fact]
    public void Incidents_of_a_service_count_once()
    {
        var life = new Life(ObservationOracle.Service);
        life.See("a", First, "ppnnnp" + new string('p', 120) + "nnnnnnnnnnnnp");
        life.Step(1);
        var uptime = life.State.Segments[0].Observers[0].Uptime;
        Assert.Equal((new Counts(1, 1), new Counts(1, 0)), (uptime.Repairs, uptime.Calms));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_fold_taken_up_at_every_step_is_the_fold_from_scratch(int seed)
    {
        foreach (var oracle in Enum.GetValues<ObservationOracle>())
            Assert.Equal(Play(oracle, seed, resume: false).Digests, Play(oracle, seed, resume: true).Digests);
    }

    [Fact]
    public void The_state_does_not_grow_with_observations()
    {
        var life = new Life(ObservationOracle.Graded);
        for (var day = 0UL; day < 40; day++)
            life.See("a", First, new string('p', 100), day);
        life.Step(1);
        var size = life.State.ToBytes().Length;
        for (var day = 0UL; day < 400; day++)
            life.See("a", First, new string('p', 3000), day);
        life.Step(2);
        Assert.Equal(size, life.State.ToBytes().Length);
    }

    [Fact]
    public void Damaged_states_are_malformed_or_states()
    {
        var random = new Random(5);
        var refused = 0;
        foreach (var oracle in Enum.GetValues<ObservationOracle>())
        {
            var good = Play(oracle, 1, resume: false).State.ToBytes();
            for (var round = 0; round < 5_000; round++)
            {
                var bytes = good.ToArray();
                for (var n = random.Next(1, 4); n > 0; n--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (round % 5 == 0)
                    bytes = bytes[..random.Next(bytes.Length)];
                try
                {
                    var state = ObservedState.Parse(bytes);
                    Assert.Equal(bytes, state.ToBytes());
                    foreach (var segment in state.Segments)
                        _ = ObservedFigures.Of(segment);
                }
                catch (MalformedException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                    refused++;
                }
            }
        }
        Assert.True(refused > 5000, $"{refused}");
    }

    [Fact]
    public void Reads_out_of_order_and_steps_back_in_time_are_refused()
    {
        var fold = new ObservedFold("svc", ObservationOracle.Graded, Task, new ObservedState(AccountId.Observed("svc", ObservationOracle.Graded, Task)));
        ObserverRead Read(string origin) => new(new LogSize(origin, 1, default), default, []);
        Assert.Throws<ArgumentException>(() => fold.Step(1, [Read("b"), Read("a")], "x"));
        fold.Step(5, [Read("a"), Read("b")], "x");
        Assert.Throws<ArgumentOutOfRangeException>(() => fold.Step(4, [Read("a")], "x"));
        // The event of a step is one that a log takes.
        var step = fold.Step(6, [Read("a"), Read("b")], "x");
        Assert.Equal(step, LogEvent.Parse(step.ToBytes()));
    }

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew.</summary>
    [Fact]
    public void The_committed_vectors_are_what_the_fold_computes()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Assay.slnx")))
            root = root.Parent!;
        var file = Path.Combine(root.FullName, "docs", "spec", "observed.vectors.json");
        var cases = Enum.GetValues<ObservationOracle>().SelectMany(oracle => (int[])[7, 8], (oracle, seed) => Play(oracle, seed, resume: true, rounds: 40).Case());
        var text = JsonSerializer.Serialize(cases, new JsonSerializerOptions { WriteIndented = true, IndentSize = 1 }) + "\n";
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    private static Life Play(ObservationOracle oracle, int seed, bool resume, int rounds = 300)
    {
        var random = new Random(seed);
        var life = new Life(oracle);
        for (var round = 0; round < rounds; round++)
        {
            if (random.Next(5) == 0)
            {
                life.Step((ulong)random.Next(1, 100_000));
                if (resume)
                    life.Resume();
                continue;
            }
            var bad = round > rounds / 2 ? 4 : 40;
            life.See(
                random.Next(3) switch { 0 => "a", 1 => "b", _ => "c" }, random.Next(4) == 0 ? Second : First,
                new string([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(bad) > 0 ? 'p' : random.Next(3) > 0 ? 'f' : 'n')]),
                (ulong)(round / 5 + random.Next(3)), random.Next(-400_000, round > rounds / 2 ? 900_000 : 200_000));
        }
        life.Step(1);
        return life;
    }

    /// <summary>Observers' entries, folded in steps.</summary>
    private sealed class Life(ObservationOracle oracle)
    {
        private readonly SortedDictionary<string, List<ObservationsEvent>> waiting = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ulong> sizes = [];
        private readonly List<object> steps = [];
        private ObservedFold fold = new("svc", oracle, Task, new ObservedState(AccountId.Observed("svc", oracle, Task)));
        private ulong time;

        public List<Hash> Digests { get; } = [];

        public ObservedState State => fold.State;

        public void See(string origin, Hash address, string? letters, ulong day = 1, long logE = 0, Func<ObservationsEvent, ObservationsEvent>? change = null)
        {
            var at = DateTimeOffset.UnixEpoch.AddDays(day).AddSeconds(90);
            var isLikelihood = oracle == ObservationOracle.Likelihood;
            var seen = new ObservationsEvent(origin, "svc", address, oracle, Task, at.AddSeconds(-60), at, isLikelihood ? null : letters, isLikelihood ? logE : null);
            if (!waiting.TryGetValue(origin, out var list))
                waiting[origin] = list = [];
            list.Add((ObservationsEvent)LogEvent.Parse((change?.Invoke(seen) ?? seen).ToBytes()));
        }

        public void Step(ulong later)
        {
            var reads = new List<ObserverRead>();
            foreach (var (origin, events) in waiting)
            {
                sizes[origin] = sizes.GetValueOrDefault(origin, 1UL) + (ulong)events.Count;
                reads.Add(new ObserverRead(new LogSize(origin, sizes[origin], AuditedLog.Word($"{origin} {sizes[origin]}")), AuditedLog.Word($"{origin} key"), [.. events]));
                events.Clear();
            }
            time += later;
            Digests.Add(fold.Step(time, reads, "x").State);
            steps.Add(new
            {
                time,
                logs = reads.Select(r => new
                {
                    origin = r.Log.Origin, size = r.Log.Size, root = r.Log.Root.ToHex(), key = r.KeyId.ToHex(),
                    observations = r.New.Select(e => new
                    {
                        address = e.Address.ToHex(), from = e.From.ToUnixTimeSeconds(), to = e.To.ToUnixTimeSeconds(), seen = e.Letters ?? $"{e.LogE}",
                    }),
                }),
                state = Digests[^1].ToHex(),
            });
        }

        public void Resume() => fold = new ObservedFold("svc", oracle, Task, ObservedState.Parse(fold.State.ToBytes()));

        public object Case() => new
        {
            service = "svc", oracle = oracle.ToString().ToLowerInvariant(), task = Task.ToHex(), account = State.Account.ToHex(), steps,
            state = Convert.ToHexStringLower(State.ToBytes()),
            figures = State.Segments.Select(ObservedFigures.Of).Select(f => new
            {
                observers = f.Observers, batches = f.Batches, life = f.Life.FailureBound, trailing = f.Trailing.FailureBound, answered = f.Answered,
                logE = f.LogE is { } e ? $"{e}" : null, refuted = f.Refuted, alarms = f.Alarms, alarmed = f.Alarmed,
            }),
        };
    }
}
