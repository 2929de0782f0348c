using Assay.Log.Files;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests;

public sealed class TileLogTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly PosixLogFiles files;

    public TileLogTests() => files = new PosixLogFiles(directory.Path);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task New_log_holds_its_genesis_under_a_signed_checkpoint()
    {
        await using var log = TestLogs.Create(files);
        Assert.Equal(1UL, log.Size);
        Assert.Equal(TestLogs.Root(1), log.Checkpoint.Checkpoint.Root);
        Assert.True(SignedNote.Parse(log.Checkpoint.Note).IsSignedBy(TestLogs.VerifierKey));
        Assert.Equal(TestLogs.Genesis, log.ReadEntry(0).ToArray());
    }

    [Fact]
    public async Task Acknowledged_entry_has_a_promise_that_covers_its_leaf()
    {
        await using var log = TestLogs.Create(files);
        var all = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => log.AppendAsync(TestLogs.Entry((ulong)i))));
        for (var i = 0; i < all.Length; i++)
        {
            var appended = all[i];
            Assert.Equal((ulong)i + 1, appended.Index);
            Assert.Equal(TestLogs.Leaf(appended.Index), appended.LeafHash);
            Assert.True(appended.Promise.IsSignedBy(TestLogs.VerifierKey));
            var promise = Promise.Parse(appended.Promise.Text);
            Assert.Equal(TestLogs.Origin, promise.Origin);
            Assert.True(MerkleProof.VerifyInclusion(appended.Index - promise.First, promise.Count, appended.LeafHash, appended.BatchPath, promise.Root));
        }
    }

    [Fact]
    public async Task Deadline_of_a_promise_comes_from_the_clock_that_was_handed_in()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await using var log = TestLogs.Create(files, TestLogs.Quick with { Clock = new StandingClock(now), PromiseWithin = TimeSpan.FromSeconds(90) });
        var appended = await log.AppendAsync(TestLogs.Entry(1));
        Assert.Equal((ulong)now.ToUnixTimeSeconds() + 90, Promise.Parse(appended.Promise.Text).Deadline);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(512)]
    [InlineData(70_000)]
    public async Task Log_of_each_size_gives_the_root_of_its_entries_and_proofs_that_verify(int size)
    {
        await using var log = TestLogs.Create(files);
        await log.GrowTo((ulong)size);
        var checkpoint = log.Checkpoint.Checkpoint;
        Assert.Equal((ulong)size, checkpoint.Size);
        Assert.Equal(TestLogs.Root((ulong)size), checkpoint.Root);
        foreach (var index in new[] { 0, 1, size / 3, size / 2, size - 2, size - 1 }.Select(i => (ulong)i))
        {
            Assert.Equal(TestLogs.Entry(index), log.ReadEntry(index).ToArray());
            Assert.True(MerkleProof.VerifyInclusion(index, (ulong)size, TestLogs.Leaf(index), log.InclusionProof(index, (ulong)size), checkpoint.Root));
            if (index > 0)
                Assert.True(MerkleProof.VerifyConsistency(index, (ulong)size, TestLogs.Root(index), checkpoint.Root, log.ConsistencyProof(index, (ulong)size)));
        }
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public async Task Log_grows_over_the_edge_of_a_level_in_steps(int size)
    {
        await using var log = TestLogs.Create(files);
        await log.GrowTo((ulong)size - 2);
        for (var next = (ulong)size - 1; next <= (ulong)size + 1; next++)
        {
            await log.GrowTo(next);
            Assert.Equal(TestLogs.Root(next), log.Checkpoint.Checkpoint.Root);
        }
    }

    [Fact]
    public async Task Closed_log_opens_again_and_goes_on()
    {
        await using (var log = TestLogs.Create(files))
            await log.GrowTo(300);
        Assert.Empty(files.List(LogLayout.Segments));
        await using (var log = TestLogs.Open(files))
        {
            Assert.Equal(300UL, log.Size);
            Assert.Equal(0, log.RecoveredEntries);
            await log.GrowTo(600);
        }
        var reader = LogReader.Open(files.Published(), TestLogs.VerifierKey);
        Assert.Equal(TestLogs.Root(600), reader.Checkpoint.Root);
    }

    [Fact]
    public async Task Entries_queued_when_the_log_closes_are_kept()
    {
        Task<Appended>[] pending;
        await using (var log = TestLogs.Create(files, new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1) }))
            pending = [.. Enumerable.Range(1, 1000).Select(i => log.AppendAsync(TestLogs.Entry((ulong)i)))];
        await Task.WhenAll(pending);
        Assert.Equal(TestLogs.Root(1001), LogReader.Open(files.Published(), TestLogs.VerifierKey).Checkpoint.Root);
    }

    [Fact]
    public async Task Entry_can_be_read_before_it_is_in_the_tree()
    {
        await using var log = TestLogs.Create(files, new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1) });
        var appended = await log.AppendAsync(TestLogs.Entry(1));
        Assert.Equal(1UL, log.Checkpoint.Size);
        Assert.Equal(TestLogs.Entry(1), log.ReadEntry(appended.Index).ToArray());
        Assert.Equal(LogFault.BadRequest, Assert.Throws<LogException>(() => log.ReadEntry(2)).Fault);
    }

    [Fact]
    public async Task Second_writer_is_refused_and_told_who_owns_the_log()
    {
        await using var log = TestLogs.Create(files);
        var refused = Assert.Throws<LogLockedException>(() => TestLogs.Open(new PosixLogFiles(directory.Path)));
        Assert.Equal(Environment.ProcessId, refused.Owner);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<LogLockedException>(() => TestLogs.Create(new PosixLogFiles(directory.Path)));
    }

    [Fact]
    public async Task Log_is_not_created_twice_nor_opened_before_it_is_created()
    {
        Assert.Equal(LogFault.NotFound, Assert.Throws<LogException>(() => TestLogs.Open(files)).Fault);
        await TestLogs.Create(files).DisposeAsync();
        Assert.Equal(LogFault.Exists, Assert.Throws<LogException>(() => TestLogs.Create(files)).Fault);
    }

    [Fact]
    public async Task Log_is_not_opened_under_another_key_or_origin()
    {
        await TestLogs.Create(files).DisposeAsync();
        using var other = Verify.Crypto.SigningKey.FromSeed(new byte[32]);
        Assert.Equal(LogFault.WrongIdentity, Assert.Throws<LogException>(() => TileLog.Open(files, TestLogs.Origin, other)).Fault);
        Assert.Equal(LogFault.WrongIdentity, Assert.Throws<LogException>(() => TileLog.Open(files, "other.example", TestLogs.Key)).Fault);
        await TestLogs.Open(files).DisposeAsync();
    }

    [Fact]
    public async Task Entry_or_attachment_that_is_too_large_is_refused_and_the_log_goes_on()
    {
        await using var log = TestLogs.Create(files);
        Assert.Equal(LogFault.BadRequest, (await Assert.ThrowsAsync<LogException>(() => log.AppendAsync(new byte[65_536]))).Fault);
        Assert.Equal(LogFault.BadRequest, (await Assert.ThrowsAsync<LogException>(() => log.AppendAsync(new byte[1], new byte[64 * 1024 * 1024 + 1]))).Fault);
        Assert.Equal(1UL, (await log.AppendAsync(new byte[65_535])).Index);
        Assert.Equal(2UL, (await log.AppendAsync(ReadOnlyMemory<byte>.Empty)).Index);
        await log.WaitForCheckpointAsync(2);
        Assert.Equal(65_535, log.Reader.ReadEntry(1).Length);
        Assert.Equal(0, log.Reader.ReadEntry(2).Length);
    }

    [Fact]
    public async Task Closed_log_refuses_entries()
    {
        var log = TestLogs.Create(files);
        await log.DisposeAsync();
        Assert.Equal(LogFault.Closed, (await Assert.ThrowsAsync<LogException>(() => log.AppendAsync(TestLogs.Entry(1)))).Fault);
        Assert.Equal(LogFault.Closed, (await Assert.ThrowsAsync<LogException>(() => log.WaitForCheckpointAsync(1))).Fault);
        await log.DisposeAsync();
    }

    [Fact]
    public async Task Full_queue_makes_callers_wait_and_loses_none()
    {
        await using var log = TestLogs.Create(files, TestLogs.Quick with { QueueEntries = 2, BatchEntries = 3, StagedBytes = 64, IntegrateEntries = 5 });
        var appended = await Task.WhenAll(Enumerable.Range(1, 500).Select(i => log.AppendAsync(TestLogs.Entry((ulong)i))));
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (ulong)i), appended.Select(a => a.Index).Order());
        await log.WaitForCheckpointAsync(500);
    }

    [Fact]
    public async Task Cancelled_wait_gives_up_and_the_log_goes_on()
    {
        await using var log = TestLogs.Create(files, new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1) });
        await log.AppendAsync(TestLogs.Entry(1));
        using var cancel = new CancellationTokenSource();
        var waiting = log.WaitForCheckpointAsync(1, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(2UL, (await log.AppendAsync(TestLogs.Entry(2))).Index);
    }

    [Fact]
    public async Task Partial_tiles_go_when_the_full_tile_is_there_and_stay_before()
    {
        await using var log = TestLogs.Create(files);
        await log.GrowTo(100);
        await log.GrowTo(200);
        Assert.Contains("100", files.List("public/tile/0/000.p"));
        Assert.Contains("200", files.List("public/tile/entries/000.p"));
        await log.GrowTo(300);
        await log.GrowTo(301);
        Assert.False(files.DirectoryExists("public/tile/0/000.p"));
        Assert.False(files.DirectoryExists("public/tile/entries/000.p"));
        Assert.Contains("301", string.Concat(files.List("public/tile/entries/001.p").Select(n => $"{256 + int.Parse(n)} ")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_files_are_for_their_owner_and_public_ones_for_all()
    {
        await using var log = TestLogs.Create(files, new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1) });
        await log.AppendAsync(TestLogs.Entry(1));
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(directory.Path, "state"), "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(directory.Path, "state")) & others);
        Assert.NotEmpty(files.List(LogLayout.Segments));
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
