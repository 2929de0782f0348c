using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify.Merkle;

namespace Assay.Log.Tests;

public sealed class FsckTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly PosixLogFiles files;

    public FsckTests() => files = new PosixLogFiles(directory.Path);

    public void Dispose() => directory.Dispose();

    // Each size is integrated in one step, on closing, so that the same files are there every time.
    private async Task MakeLog(params ulong[] sizes)
    {
        var options = new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1), IntegrateEntries = 1_000_000 };
        await TestLogs.Create(files, options).DisposeAsync();
        foreach (var size in sizes)
        {
            await using var log = TestLogs.Open(files, options);
            await Task.WhenAll(Enumerable.Range((int)log.Size, (int)(size - log.Size)).Select(i => log.AppendAsync(TestLogs.Entry((ulong)i))));
        }
    }

    private FsckReport Check(EntryCheck? check = null) => Fsck.Run(files, TestLogs.VerifierKey, check);

    private string Full(string path) => Path.Combine(directory.Path, path);

    private IEnumerable<string> PublicFiles => Directory.EnumerateFiles(Full("public"), "*", SearchOption.AllDirectories)
        .Select(p => Path.GetRelativePath(directory.Path, p)).Order(StringComparer.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(66_000)]
    public async Task Sound_log_is_clean_at_each_size(int size)
    {
        await MakeLog((ulong)size);
        var seen = new List<ulong>();
        var report = Check((index, entry) =>
        {
            seen.Add(index);
            return entry.Span.SequenceEqual(TestLogs.Entry(index)) ? null : "not the entry that was put in";
        });
        Assert.Empty(report.Findings);
        Assert.Equal((ulong)size, report.Checkpoint!.Size);
        Assert.Equal(Enumerable.Range(0, size).Select(i => (ulong)i), seen);
    }

    [Fact]
    public async Task One_changed_bit_in_any_file_is_one_finding_that_names_it()
    {
        await MakeLog(300, 520, 600);
        Assert.Contains("public/tile/0/002.p/8", PublicFiles);
        foreach (var path in PublicFiles)
        {
            var good = File.ReadAllBytes(Full(path));
            foreach (var at in new[] { 0, good.Length / 3, good.Length - 1 })
            {
                var bad = good.ToArray();
                bad[at] ^= 0x10;
                File.WriteAllBytes(Full(path), bad);
                var report = Check();
                Assert.True(report.Findings.Count > 0, $"byte {at} of {path} was changed and not found");
                Assert.All(report.Findings, f => Assert.Equal(path, f.Path));
            }
            File.WriteAllBytes(Full(path), good);
        }
        Assert.True(Check().IsClean);
    }

    [Fact]
    public async Task Missing_or_cut_file_is_named()
    {
        await MakeLog(600);
        foreach (var path in PublicFiles)
        {
            var good = File.ReadAllBytes(Full(path));
            File.WriteAllBytes(Full(path), good[..^1]);
            Assert.Contains(Check().Findings, f => f.Path == path);
            File.Delete(Full(path));
            Assert.Contains(Check().Findings, f => f.Path == path);
            File.WriteAllBytes(Full(path), [.. good, 0]);
            Assert.Contains(Check().Findings, f => f.Path == path);
            File.WriteAllBytes(Full(path), good);
        }
    }

    [Fact]
    public async Task History_written_anew_in_bundle_and_tile_alike_is_found()
    {
        await MakeLog(600);
        var bundle = Full("public/tile/entries/000");
        var entries = EntryBundle.Read(File.ReadAllBytes(bundle), 256, exact: true, "bundle");
        entries[7] = "another past"u8.ToArray();
        File.WriteAllBytes(bundle, EntryBundle.Write(entries));
        File.WriteAllBytes(Full("public/tile/0/000"), TileStore.Bytes([.. entries.Select(e => MerkleTree.LeafHash(e.Span))]));
        Assert.Contains(Check().Findings, f => f.Path == "public/tile/0/000");
    }

    [Fact]
    public async Task Log_does_not_sign_over_a_changed_edge()
    {
        await MakeLog(600);
        var signed = File.ReadAllBytes(Full(LogLayout.SignedCheckpoint));
        foreach (var path in new[] { "public/tile/0/002.p/88", "public/tile/1/000.p/2", "public/tile/entries/002.p/88" })
        {
            var good = File.ReadAllBytes(Full(path));
            await using (var log = TestLogs.Open(files))
            {
                var bad = good.ToArray();
                bad[40] ^= 1;
                File.WriteAllBytes(Full(path), bad);
                await log.AppendAsync(TestLogs.Entry(600));
                await Assert.ThrowsAsync<LogStoppedException>(() => log.WaitForCheckpointAsync(600));
                Assert.Equal(LogFault.Corrupt, log.Stopped!.Fault);
            }
            Assert.Equal(signed, File.ReadAllBytes(Full(LogLayout.SignedCheckpoint)));
            Assert.Equal(signed, File.ReadAllBytes(Full(LogLayout.PublishedCheckpoint)));
            Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => TestLogs.Open(files)).Fault);
            Assert.Contains(Check().Findings, f => f.Path == path);
            File.WriteAllBytes(Full(path), good);
            foreach (var segment in files.List(LogLayout.Segments))
                files.Delete($"{LogLayout.Segments}/{segment}");
        }
    }

    [Theory]
    [InlineData("public/tile/0/003")]
    [InlineData("public/tile/0/002.p/89")]
    [InlineData("public/tile/entries/900")]
    [InlineData("public/tile/2/000.p/1")]
    [InlineData("public/tile/notes.txt")]
    [InlineData("public/tile/0/000.p/300")]
    public async Task Stray_file_among_the_tiles_is_named(string path)
    {
        await MakeLog(600);
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllBytes(Full(path), new byte[32]);
        Assert.Equal(path, Assert.Single(Check().Findings).Path);
    }

    [Fact]
    public async Task Report_ends_after_a_thousand_faults_and_says_so()
    {
        await MakeLog(600);
        for (var i = 0; i < Fsck.MostFindings + 100; i++)
            File.WriteAllBytes(Full($"public/tile/stray-{i}"), []);
        var report = Check();
        Assert.Equal(Fsck.MostFindings, report.Findings.Count);
        Assert.Contains(report.Notes, n => n.Contains("was not looked at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_state_is_named()
    {
        await MakeLog(600);
        var signed = File.ReadAllBytes(Full(LogLayout.SignedCheckpoint));
        File.Delete(Full(LogLayout.SignedCheckpoint));
        Assert.Equal(LogLayout.SignedCheckpoint, Assert.Single(Check().Findings).Path);
        Assert.Equal(LogFault.NotFound, Assert.Throws<LogException>(() => TestLogs.Open(files)).Fault);
        File.WriteAllBytes(Full(LogLayout.SignedCheckpoint), signed[..^5]);
        Assert.Equal(LogLayout.SignedCheckpoint, Assert.Single(Check().Findings).Path);
        Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => TestLogs.Open(files)).Fault);
        File.WriteAllBytes(Full(LogLayout.SignedCheckpoint), signed);
        Assert.True(Check().IsClean);
    }

    [Fact]
    public async Task State_that_is_older_than_what_is_published_is_refused()
    {
        await MakeLog(10);
        var old = File.ReadAllBytes(Full(LogLayout.SignedCheckpoint));
        await using (var log = TestLogs.Open(files))
            await log.GrowTo(20);
        File.WriteAllBytes(Full(LogLayout.SignedCheckpoint), old);
        Assert.Equal(LogFault.Corrupt, Assert.Throws<LogException>(() => TestLogs.Open(files)).Fault);
        Assert.Equal(LogLayout.SignedCheckpoint, Assert.Single(Check().Findings).Path);
    }

    [Fact]
    public async Task Durable_entries_that_are_not_in_the_tree_are_noted_and_a_damaged_segment_is_named()
    {
        await using var log = TestLogs.Create(files, new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1) });
        await log.AppendAsync(TestLogs.Entry(1));
        await log.AppendAsync(TestLogs.Entry(2));
        var report = Check();
        Assert.True(report.IsClean);
        Assert.Contains(report.Notes, n => n.StartsWith("2 entries", StringComparison.Ordinal));
        var path = $"{LogLayout.Segments}/{files.List(LogLayout.Segments)[0]}";
        var bytes = File.ReadAllBytes(Full(path));
        bytes[^200] ^= 1;
        File.WriteAllBytes(Full(path), bytes);
        var damaged = Check();
        Assert.True(damaged.Findings.Any(f => f.Path == path) || damaged.Notes.Any(n => n.StartsWith(path, StringComparison.Ordinal)));
        bytes[20] ^= 1;
        File.WriteAllBytes(Full(path), bytes);
        Assert.Equal(path, Assert.Single(Check().Findings).Path);
    }

    [Fact]
    public async Task Entry_that_a_check_refuses_is_a_finding_in_its_bundle()
    {
        await MakeLog(300);
        var finding = Assert.Single(Check((index, _) => index == 299 ? "says nothing" : null).Findings);
        Assert.Equal("public/tile/entries/001.p/44", finding.Path);
        Assert.Contains("entry 299: says nothing", finding.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_can_be_checked_while_it_grows()
    {
        await using var log = TestLogs.Create(files);
        using var done = new CancellationTokenSource();
        var growing = Task.Run(async () =>
        {
            for (ulong i = 1; !done.IsCancellationRequested; i++)
                await Task.WhenAll(log.AppendAsync(TestLogs.Entry(i)), log.AppendAsync(TestLogs.Entry(i), "private"u8.ToArray()));
        });
        for (var round = 0; round < 20; round++)
            Assert.Equal("", string.Join('\n', Check().Findings));
        await done.CancelAsync();
        await growing;
    }

    [Fact]
    public void Directory_without_a_log_has_one_finding()
    {
        Assert.Equal(LogLayout.PublishedCheckpoint, Assert.Single(Check().Findings).Path);
    }

    [Fact]
    public void Published_part_alone_can_be_checked()
    {
        var folder = TestData.Require("tlog/log");
        var copy = new PosixLogFiles(Path.Combine(directory.Path, "copy"));
        Directory.CreateDirectory(Full("copy/public"));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".txt", StringComparison.Ordinal)))
        {
            var target = Path.Combine(Full("copy/public"), Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        var key = Verify.Notes.VerifierKey.Parse(File.ReadAllText(Path.Combine(folder, "verifier-key.txt")).Trim());
        Assert.Empty(Fsck.Run(copy, key).Findings);
    }
}
