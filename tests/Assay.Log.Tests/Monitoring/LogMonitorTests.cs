using System.Text;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Log.Tests.Witnessing;
using Assay.Log.Tiles;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Tests.Monitoring;

public sealed class LogMonitorTests : IDisposable
{
    private static readonly SigningKey WitnessKey = SigningKey.FromSeed(Sha256.Of("w"u8).Bytes);
    private static readonly VerifierKey Witness = VerifierKey.Create("w.test", NoteSignatureType.Cosignature, WitnessKey.PublicKey);
    private static readonly TlogPolicy Policy = TlogPolicy.Parse(Encoding.UTF8.GetBytes($"log {TestLogs.VerifierKey}\nwitness w {Witness}\nquorum w\n"));

    private readonly TemporaryDirectory place = new();
    private readonly SetClock clock = new() { Now = DateTimeOffset.UtcNow };

    public void Dispose() => place.Dispose();

    [Fact]
    public async Task A_log_that_keeps_its_word_is_followed_without_a_finding_over_starts()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        var total = 0UL;
        foreach (var count in (int[])[1, 100, 300, 1, 600])
        {
            await log.RecordAsync(count);
            using var monitor = Monitor(log.Published);
            foreach (var _ in (int[])[1, 2])
            {
                var report = monitor.Look();
                Assert.Empty(report.Findings);
                Assert.Equal(log.Log.Size, report.Checkpoint!.Size);
                total += report.Entries;
            }
        }
        Assert.True(total > log.Log.Size);
        // Partial tiles of sizes that were passed do not pile up.
        Assert.InRange(Directory.GetFiles(Place("monitor/mirror"), "*", SearchOption.AllDirectories).Length, 7, 14);
    }

    [Fact]
    public async Task What_was_read_is_not_read_again()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(700);
        using (var monitor = Monitor(log.Published))
            monitor.Look();
        var asked = new List<string>();
        using var again = Monitor((path, limit) =>
        {
            asked.Add(path);
            return log.Published(path, limit);
        });
        Assert.Equal(log.Log.Size, again.Look().Entries);
        Assert.Equal(["checkpoint"], asked);
    }

    [Fact]
    public async Task Two_trees_of_one_size_are_a_split_view_that_a_file_proves()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await using var fork = await log.CopyAsync(Place("fork"));
        await log.RecordAsync();
        await fork.RecordAsync(salt: 1);
        var source = log.Published;
        using var monitor = Monitor((path, limit) => source(path, limit));
        Assert.Empty(monitor.Look().Findings);
        source = fork.Published;
        var finding = Assert.Single(monitor.Look().Findings);
        Assert.IsType<TwoRoots>(Proved(finding));
        // It does not forget what it saw first, and says the same again.
        Assert.Equal(finding, Assert.Single(monitor.Look().Findings));
        source = log.Published;
        Assert.Empty(monitor.Look().Findings);
    }

    [Theory]
    [InlineData(300, 20, 500)]
    [InlineData(10, 290, 3)]
    [InlineData(300, 300, 20)]
    public async Task A_tree_that_does_not_extend_the_one_seen_is_shown_by_the_entry_where_they_part(int common, int seen, int shown)
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(common);
        await using var fork = await log.CopyAsync(Place("fork"));
        await log.RecordAsync(seen);
        await fork.RecordAsync(shown, salt: 1);
        var source = log.Published;
        using var monitor = Monitor((path, limit) => source(path, limit));
        Assert.Empty(monitor.Look().Findings);
        source = fork.Published;
        var fault = Assert.IsType<TwoLeaves>(Proved(Assert.Single(monitor.Look().Findings)));
        Assert.Equal((ulong)common + 2, fault.Index);
        source = log.Published;
        Assert.Empty(monitor.Look().Findings);
    }

    [Fact]
    public async Task An_old_copy_that_is_served_is_said_to_be_one_and_is_no_proof()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(20);
        await using var old = await log.CopyAsync(Place("old"));
        await log.RecordAsync(20);
        var source = log.Published;
        using var monitor = Monitor((path, limit) => source(path, limit));
        monitor.Look();
        source = old.Published;
        var finding = Assert.Single(monitor.Look().Findings);
        Assert.Equal(("went-back", null), (finding.Kind, finding.File));
    }

    [Fact]
    public async Task An_entry_that_was_promised_and_dropped_is_shown_to_be_missing()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await using var dropping = await log.CopyAsync(Place("dropping"));
        // The client's entry is promised by one, and the world is shown the other.
        var promised = await log.RecordAsync();
        await dropping.RecordAsync(5, salt: 1);
        var held = new HeldPromise(
            promised.Promise, Promise.Parse(promised.Promise.Text), promised.Index, new PromisedLeaf(promised.Promise, promised.LeafHash, [.. promised.BatchPath]));
        using var monitor = Monitor(dropping.Published, held);
        var report = monitor.Look();
        var fault = Assert.IsType<TwoLeaves>(Proved(Assert.Single(report.Findings)));
        Assert.Equal(promised.Index, fault.Index);
        Assert.Equal((0, 1), (report.PromisesKept, report.PromisesOpen));
        // The bare note is enough where the batch was of one.
        using var place2 = new TemporaryDirectory();
        using var other = new LogMonitor(new PosixLogFiles(place2.Path), dropping.Published, TestLogs.VerifierKey, Policy, [HeldPromise.Parse(Encoding.UTF8.GetBytes(promised.Promise.ToString()))]);
        Assert.Equal("two-leaves", Assert.Single(other.Look().Findings).Kind);
    }

    [Fact]
    public async Task A_promise_that_is_kept_is_done_with()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        var promised = await log.RecordAsync();
        await log.RecordAsync(3);
        using var monitor = Monitor(log.Published, HeldPromise.Parse(Encoding.UTF8.GetBytes(promised.Promise.ToString())));
        var report = monitor.Look();
        Assert.Empty(report.Findings);
        Assert.Equal((1, 0), (report.PromisesKept, report.PromisesOpen));
    }

    [Fact]
    public async Task A_promise_past_its_deadline_is_overdue_and_proved_late_once_witnesses_say_when()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(5);
        var deadline = (ulong)clock.Now.ToUnixTimeSeconds();
        var note = new Promise(TestLogs.Origin, 100, 1, Sha256.Of("x"u8), deadline).Sign(TestLogs.Key);
        var checkpoint = SignedNote.Parse(log.Published("checkpoint", 65536)!);
        using var monitor = Monitor(
            (path, limit) => path == "checkpoint" ? Encoding.UTF8.GetBytes(checkpoint.ToString()) : log.Published(path, limit),
            HeldPromise.Parse(Encoding.UTF8.GetBytes(note.ToString())));
        Assert.Empty(monitor.Look().Findings);
        clock.Now = clock.Now.AddSeconds(1);
        var overdue = Assert.Single(monitor.Look().Findings);
        Assert.Equal(("overdue", null), (overdue.Kind, overdue.File));
        checkpoint = checkpoint with { Signatures = [.. checkpoint.Signatures, Cosignature.Sign(checkpoint.Text, Witness.Name, WitnessKey, deadline + 1)] };
        var report = monitor.Look();
        Assert.IsType<Late>(Proved(Assert.Single(report.Findings)));
        Assert.Equal(1, report.Cosigned);
    }

    [Fact]
    public async Task An_entry_that_may_not_be_there_is_found_and_the_tree_is_followed_on()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(3);
        await log.RawAsync("an entry of no kind"u8.ToArray());
        using var monitor = Monitor(log.Published);
        var finding = Assert.Single(monitor.Look().Findings);
        Assert.Equal("meaning", finding.Kind);
        Assert.StartsWith("entry 5:", finding.Detail, StringComparison.Ordinal);
        await log.RecordAsync(400);
        Assert.Equal(finding, Assert.Single(monitor.Look().Findings));
    }

    [Fact]
    public async Task A_genesis_that_names_another_log_key_is_found()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"), genesisLogKey: WitnessKey);
        using var monitor = Monitor(log.Published);
        Assert.Contains("genesis names another log key", Assert.Single(monitor.Look().Findings).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_epoch_is_derived_anew_and_confirmed_by_a_note()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(10);
        await log.EpochAsync();
        await log.RecordAsync(10);
        await log.EpochAsync();
        var key = VerifierKey.Create("indexer.test", NoteSignatureType.Ed25519, WitnessKey.PublicKey);
        using var monitor = new LogMonitor(new PosixLogFiles(Place("monitor")), log.Published, TestLogs.VerifierKey, Policy, [], new Indexer(key.Name, WitnessKey), clock);
        var report = monitor.Look();
        Assert.Empty(report.Findings);
        Assert.Equal(["index/12.note", "index/23.note"], report.IndexNotes);
        var note = SignedNote.Parse(File.ReadAllBytes(Place("monitor/index/23.note")));
        Assert.True(note.IsSignedBy(key));
        Assert.Equal(23UL, IndexNote.Parse(note.Text).Size);
        // One that lies is a finding, and is not confirmed.
        await log.RecordAsync();
        await log.EpochAsync(lie: true);
        var lied = monitor.Look();
        Assert.Equal("meaning", Assert.Single(lied.Findings).Kind);
        Assert.Empty(lied.IndexNotes);
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_and_nothing_of_it_is_kept()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(300);
        Func<string, byte[]?> wrong = _ => null;
        using var monitor = Monitor((path, limit) => wrong(path) ?? log.Published(path, limit));
        (string Kind, Func<string, byte[]?> Wrong)[] cases =
        [
            (MonitorFinding.Unreachable, path => path == "checkpoint" ? throw new LogException(LogFault.Io, "no answer") : null),
            ("unsigned", path => path == "checkpoint" ? "rubbish"u8.ToArray() : null),
            ("unsigned", path => path == "checkpoint" ? Encoding.UTF8.GetBytes(new TestTree(5).Checkpoint(5, WitnessKey).ToString()) : null),
            ("unreadable", path => path.StartsWith("tile/0", StringComparison.Ordinal) ? new byte[8192] : null),
            ("unreadable", path => path.StartsWith("tile/entries/000", StringComparison.Ordinal) ? log.Published(path, 1 << 26)!.Select(b => (byte)(b ^ 1)).ToArray() : null),
            ("unreadable", path => path.StartsWith("tile/entries/001", StringComparison.Ordinal) ? [] : null),
        ];
        foreach (var (kind, how) in cases)
        {
            wrong = how;
            Assert.Equal(kind, Assert.Single(monitor.Look().Findings).Kind);
        }
        wrong = _ => null;
        Assert.Empty(monitor.Look().Findings);
    }

    [Fact]
    public async Task A_damaged_mirror_is_read_anew()
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        await log.RecordAsync(300);
        using (var monitor = Monitor(log.Published))
            monitor.Look();
        foreach (var file in Directory.GetFiles(Place("monitor/mirror"), "*", SearchOption.AllDirectories))
            File.WriteAllBytes(file, [1, 2, 3]);
        await log.RecordAsync(5);
        using var again = Monitor(log.Published);
        Assert.Empty(again.Look().Findings);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_look_that_was_cut_short_left_behind_does_no_harm(bool followedBefore)
    {
        await using var log = await SpokenLog.CreateAsync(Place("log"));
        if (followedBefore)
        {
            await log.RecordAsync(20);
            using var first = Monitor(log.Published);
            first.Look();
        }
        await log.RecordAsync(700);
        // Killed after it had kept what nobody had checked yet.
        foreach (var path in (string[])["tile/entries/000", "tile/0/001"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Place("monitor/mirror/" + path))!);
            File.WriteAllBytes(Place("monitor/mirror/" + path), new byte[8192]);
        }
        using var monitor = Monitor(log.Published);
        Assert.Equal("unreadable", Assert.Single(monitor.Look().Findings).Kind);
        Assert.Empty(monitor.Look().Findings);
    }

    private string Place(string name) => Path.Combine(place.Path, name);

    private LogMonitor Monitor(TileSource source, params HeldPromise[] promises) =>
        new(new PosixLogFiles(Place("monitor")), source, TestLogs.VerifierKey, Policy, promises, clock: clock);

    private Fault Proved(MonitorFinding finding)
    {
        Assert.NotNull(finding.File);
        var fault = Fault.Parse(File.ReadAllBytes(Place("monitor/" + finding.File)));
        Assert.True(FaultJudge.Judge(fault, Policy).Proved);
        Assert.Equal(fault.Kind, finding.Kind);
        return fault;
    }
}
