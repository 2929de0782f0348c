using Assay.Log.Tests.Crashes;
using Assay.Verify.Notes;

namespace Assay.Log.Tests;

/// <summary>A disk that flushes only when it is told to: what waits is bounded, nothing is dropped, and the order holds.</summary>
public sealed class BackPressureTests : IDisposable
{
    private readonly SemaphoreSlim flushes = new(0);
    private readonly SemaphoreSlim arrived = new(0);
    private volatile bool slow;

    // The log's files are its own threads' business, one at a time: integration waits until the log closes.
    private TileLogOptions Options => new() { IntegrateInterval = TimeSpan.FromHours(1), QueueEntries = 20, QueueBytes = 10_000, BatchEntries = 7 };

    public void Dispose()
    {
        flushes.Dispose();
        arrived.Dispose();
    }

    private FaultyFiles SlowDisk() => new(new SimulatedFiles(new Random(1)), (operation, path) =>
    {
        if (slow && operation == "flush" && path.Contains("wal", StringComparison.Ordinal))
        {
            arrived.Release();
            flushes.Wait();
        }
        return null;
    });

    private static byte[] Entry(int i, int length)
    {
        var entry = new byte[length];
        BitConverter.TryWriteBytes(entry, i);
        return entry;
    }

    [Theory]
    [InlineData(100, 20)] // the number of entries is the bound
    [InlineData(2000, 4)] // their bytes are
    public async Task What_waits_for_a_slow_disk_is_bounded_and_nothing_is_dropped(int length, int most)
    {
        const int callers = 300;
        await using var log = TestLogs.Create(SlowDisk(), Options);
        slow = true;
        var first = log.AppendAsync(Entry(0, length));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        // The sequencer stands in its flush: from here on, nothing leaves the queue.
        var appends = Enumerable.Range(1, callers - 1).Select(i => log.AppendAsync(Entry(i, length))).Prepend(first).ToArray();
        Assert.Equal((most, (long)most * (length + 6)), log.Queued);
        Assert.DoesNotContain(appends, a => a.IsCompleted);

        for (var pending = appends; pending.Length > 0; pending = [.. pending.Where(a => !a.IsCompleted)])
        {
            flushes.Release();
            await Task.WhenAny(pending);
            var (entries, bytes) = log.Queued;
            Assert.True(entries <= 20 && bytes <= 10_000, $"{entries} entries of {bytes} bytes wait");
        }
        slow = false;
        flushes.Release(callers);
        var indexes = (await Task.WhenAll(appends)).Select(a => a.Index).ToArray();
        Assert.Equal(Enumerable.Range(1, callers).Select(i => (ulong)i), indexes.Order());
        for (var i = 0; i < callers; i++)
            Assert.Equal(Entry(i, length), log.ReadEntry(indexes[i]).ToArray());
        Assert.Equal((0, 0L), log.Queued);
    }

    [Fact]
    public async Task Entries_are_acknowledged_in_the_order_of_their_indexes()
    {
        await using var log = TestLogs.Create(SlowDisk(), new TileLogOptions { IntegrateInterval = TimeSpan.FromHours(1), BatchEntries = 7 });
        slow = true;
        var appends = Enumerable.Range(0, 100).Select(i => log.AppendAsync(Entry(i, 10))).ToArray();
        var acknowledged = 0;
        while (acknowledged < appends.Length)
        {
            flushes.Release();
            var appended = await appends[acknowledged];
            Assert.Equal((ulong)acknowledged + 1, appended.Index);
            // Seen from the last to the first: none is done while one before it is not.
            for (var (i, done) = (appends.Length - 1, false); i >= 0; i--)
            {
                var now = appends[i].IsCompleted;
                Assert.True(now || !done, $"entry {i + 1} is not acknowledged and a later one is");
                done |= now;
            }
            var promise = Promise.Parse(appended.Promise.Text);
            acknowledged = (int)(promise.First - 1 + promise.Count);
        }
        slow = false;
    }

    [Fact]
    public async Task Caller_that_gives_up_waiting_for_room_leaves_it_to_others()
    {
        await using var log = TestLogs.Create(SlowDisk(), Options);
        slow = true;
        var first = log.AppendAsync(Entry(0, 10));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var queued = Enumerable.Range(1, 20).Select(i => log.AppendAsync(Entry(i, 10))).ToArray();
        using var cancel = new CancellationTokenSource();
        var impatient = log.AppendAsync(Entry(21, 10), ct: cancel.Token);
        var patient = log.AppendAsync(Entry(22, 10));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        slow = false;
        flushes.Release(100);
        Assert.Equal(1UL, (await first).Index);
        await Task.WhenAll(queued);
        Assert.Equal(Entry(22, 10), log.ReadEntry((await patient).Index).ToArray());
        Assert.Equal(23UL, log.Size);
    }

    [Fact]
    public async Task Callers_that_wait_for_room_are_refused_when_the_log_stops()
    {
        var full = new IOException("Input/output error", 5);
        var fails = false;
        var files = new FaultyFiles(SlowDisk(), (operation, path) => fails && operation == "write" ? full : null);
        var log = TestLogs.Create(files, Options);
        slow = true;
        var first = log.AppendAsync(Entry(0, 10));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(1, 100).Select(i => log.AppendAsync(Entry(i, 10))).ToArray();
        (fails, slow) = (true, false);
        flushes.Release(100);
        await first;
        foreach (var caller in waiting)
            Assert.Equal(LogFault.Io, (await Assert.ThrowsAsync<LogStoppedException>(() => caller)).Fault);
        await log.DisposeAsync();
    }

    // A single entry may be larger than all the room there is: it goes alone.
    [Fact]
    public async Task Entry_larger_than_the_queue_goes_when_the_queue_is_empty()
    {
        await using var log = TestLogs.Create(SlowDisk(), Options with { QueueBytes = 100 });
        var appended = await Task.WhenAll(log.AppendAsync(Entry(1, 50)), log.AppendAsync(Entry(2, 5000)), log.AppendAsync(Entry(3, 50)));
        Assert.Equal([1UL, 2UL, 3UL], appended.Select(a => a.Index).Order());
    }

    // The memory is the caller's: it may be gone by the time that it is read.
    [Fact]
    public async Task Caller_whose_memory_cannot_be_read_fails_alone_and_its_room_is_given_back()
    {
        await using var log = TestLogs.Create(SlowDisk(), Options);
        var gone = new GoneMemory(10);
        for (var i = 0; i < 100; i++)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => log.AppendAsync(gone.Memory).WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal((0, 0L), log.Queued);

        slow = true;
        var first = log.AppendAsync(Entry(0, 10));
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var queued = Enumerable.Range(1, 20).Select(i => log.AppendAsync(Entry(i, 10))).ToArray();
        // These wait outside, and are let in by the sequencer.
        var failing = log.AppendAsync(gone.Memory);
        var patient = log.AppendAsync(Entry(22, 10));
        slow = false;
        flushes.Release(100);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => failing.WaitAsync(TimeSpan.FromMinutes(1)));
        await Task.WhenAll([first, patient, .. queued]).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Null(log.Stopped);
        Assert.Equal((0, 0L), log.Queued);
    }

    private sealed class GoneMemory(int length) : System.Buffers.MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(length);

        public override Span<byte> GetSpan() => throw new ObjectDisposedException(nameof(GoneMemory));

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new ObjectDisposedException(nameof(GoneMemory));

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
