using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Log.Wal;
using Assay.Log.Writing;
using Assay.Verify.Crypto;

namespace Assay.Log;

/// <summary>
/// An append-only log in a directory: entries are durable and promised when <see cref="AppendAsync"/> returns, and in the signed tree
/// (C2SP tlog-tiles) soon after.
/// </summary>
/// <remarks>
/// Two threads: the sequencer gathers what callers handed in and commits it batch by batch, one flush and one signature each; the
/// integrator takes committed batches into the tree and publishes. After any failure of either, the log has stopped
/// (<see cref="Stopped"/>) and every call says why; opening it again repairs what can be repaired. Thread-safe.
/// </remarks>
public sealed class TileLog : IAsyncDisposable
{
    private const double MostPause = 0.05; // seconds

    private readonly LogWriter writer;
    private readonly TileLogOptions options;
    private readonly AppendQueue queue;
    private readonly CancellationTokenSource closing = new();
    private readonly Signal committed = new();
    private readonly Signal urgent = new();
    private readonly Signal integrated = new();
    private readonly Task sequencer;
    private readonly Task integrator;
    private volatile LogStoppedException? stopped;
    private double integrationPace = double.PositiveInfinity; // bytes a second, of the last step
    private int disposed;

    private TileLog(LogWriter writer, TileLogOptions options)
    {
        this.writer = writer;
        this.options = options;
        queue = new AppendQueue(options.QueueEntries, options.QueueBytes);
        sequencer = Task.Factory.StartNew(Sequence, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        integrator = Task.Factory.StartNew(Integrate, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Begins a log whose entry 0 is <paramref name="genesis"/>; it is integrated and published when this returns.</summary>
    /// <param name="origin">Name of the log, first line of its checkpoints.</param>
    /// <param name="logKey">Signs checkpoints and promises; stays the caller's.</param>
    /// <exception cref="LogException">There is a log already, another process is at it, or the disk refuses.</exception>
    public static TileLog Create(ILogFiles files, string origin, SigningKey logKey, ReadOnlyMemory<byte> genesis, TileLogOptions? options = null)
    {
        options ??= new TileLogOptions();
        CheckEntry(genesis, default);
        return Begin(() => LogWriter.Create(files, origin, logKey, LogEntry.Of(genesis.ToArray(), default), options), options);
    }

    /// <summary>Opens a log and finishes what a crash interrupted: every acknowledged entry is in the published tree when this returns.</summary>
    /// <exception cref="LogLockedException">Another process owns it.</exception>
    /// <exception cref="LogException">There is no log, it is another's, what is stored is damaged, or the disk refuses. Nothing is lost by it.</exception>
    public static TileLog Open(ILogFiles files, string origin, SigningKey logKey, TileLogOptions? options = null)
    {
        options ??= new TileLogOptions();
        return Begin(() => LogWriter.Open(files, origin, logKey, options), options);
    }

    /// <summary>Number of durable entries. Not all of them need be in the tree yet.</summary>
    public ulong Size => writer.Size;

    /// <summary>The newest published checkpoint; the attachments of the entries it covers are with their sink.</summary>
    public SignedCheckpoint Checkpoint => writer.Checkpoint!;

    /// <summary>Entries that wait for the sequencer, and their bytes with attachments.</summary>
    public (int Entries, long Bytes) Queued => queue.Taken;

    /// <summary>Why the log has stopped, or null while it runs.</summary>
    public LogStoppedException? Stopped => stopped;

    /// <summary>How many entries were durable but not in the tree when the log was opened.</summary>
    public int RecoveredEntries => writer.RecoveredEntries;

    /// <summary>Entries and proofs at the newest checkpoint. It stays at that checkpoint: take it again for a newer one.</summary>
    public LogReader Reader => writer.Reader!;

    /// <summary>
    /// Adds an entry; returns when it is durable, and so is every entry with a lower index. Calls made one after the other get their
    /// indexes in that order, awaited or not. Where the queue is full, in entries or in bytes, a call waits its turn.
    /// </summary>
    /// <param name="entry">At most 65,535 bytes; copied once it is in the queue, so not to be changed before the call has returned.</param>
    /// <param name="attachment">Private bytes, at most 64 MiB, made durable with it and handed to the sink; not copied, so not to be changed.</param>
    /// <param name="ct">Gives up waiting. An entry that was queued already is added all the same.</param>
    /// <exception cref="LogException">Too large; or the log has stopped or was closed, and whether the entry is in it shows when it is opened again.</exception>
    public Task<Appended> AppendAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment = default, CancellationToken ct = default)
    {
        CheckEntry(entry, attachment);
        var adding = queue.AddAsync(entry, attachment, ct);
        // The common case without a task of our own, which could end out of turn.
        return adding.IsCompletedSuccessfully ? Outcome(adding.Result, ct) : Later();

        async Task<Appended> Later() => await Outcome(await adding, ct);
    }

    /// <summary>Returns the first checkpoint seen that covers an entry.</summary>
    /// <exception cref="LogException">The log stopped or was closed before that.</exception>
    public async Task<SignedCheckpoint> WaitForCheckpointAsync(ulong index, CancellationToken ct = default)
    {
        while (true)
        {
            var next = integrated.Next;
            if (Checkpoint is { } checkpoint && checkpoint.Size > index)
                return checkpoint;
            if (stopped is not null || integrator.IsCompleted)
                throw Refusal();
            await next.WaitAsync(ct);
        }
    }

    /// <summary>The bytes of a durable entry, whether it is in the tree yet or not.</summary>
    public ReadOnlyMemory<byte> ReadEntry(ulong index) => writer.StagedEntry(index) is { } staged ? staged : Reader.ReadEntry(index);

    /// <inheritdoc cref="LogReader.InclusionProof"/>
    public Hash[] InclusionProof(ulong index, ulong size) => Reader.InclusionProof(index, size);

    /// <inheritdoc cref="LogReader.ConsistencyProof"/>
    public Hash[] ConsistencyProof(ulong oldSize, ulong newSize) => Reader.ConsistencyProof(oldSize, newSize);

    /// <summary>Commits what is queued, takes it into the tree, publishes, and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        queue.Close();
        await sequencer;
        await closing.CancelAsync();
        committed.Pulse();
        await integrator;
        integrated.Pulse();
        writer.Dispose();
        closing.Dispose();
    }

    private static TileLog Begin(Func<LogWriter> open, TileLogOptions options)
    {
        try
        {
            var opened = open();
            try
            {
                return new TileLog(opened, options);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogException(FaultOf(e), $"the log could not be opened: {Reason(e)}", e);
        }
    }

    private static void CheckEntry(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment)
    {
        if (entry.Length > EntryBundle.MaxEntry)
            throw new LogException(LogFault.BadRequest, $"an entry of {entry.Length} bytes: at most {EntryBundle.MaxEntry} fit");
        if (attachment.Length > LogEntry.MaxAttachment)
            throw new LogException(LogFault.BadRequest, $"an attachment of {attachment.Length} bytes: at most {LogEntry.MaxAttachment} fit");
    }

    private Task<Appended> Outcome(PendingAppend? pending, CancellationToken ct) =>
        pending is null ? Task.FromException<Appended>(Refusal()) : ct.CanBeCanceled ? pending.Task.WaitAsync(ct) : pending.Task;

    private void Sequence()
    {
        var batch = new List<PendingAppend>();
        try
        {
            while (queue.WaitAsync().AsTask().GetAwaiter().GetResult())
            {
                ThrowIfStopped();
                WaitForIntegrator();
                var began = options.Clock.GetTimestamp();
                var bytes = Gather(batch);
                var done = writer.Commit(batch.ConvertAll(p => p.Entry));
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Acknowledge(new Appended(done, i));
                batch.Clear();
                committed.Pulse();
                if (IntegrateNow)
                    urgent.Pulse();
                KeepPace(began, bytes);
            }
        }
        catch (Exception e)
        {
            Stop(e);
            foreach (var pending in batch)
                pending.Refuse(Refusal());
            batch.Clear();
            queue.Take(batch, 0, int.MaxValue, long.MaxValue);
            foreach (var pending in batch)
                pending.Refuse(Refusal());
        }
    }

    private long Gather(List<PendingAppend> batch)
    {
        var bytes = queue.Take(batch, 0, options.BatchEntries, options.BatchBytes);
        if (options.BatchWait <= TimeSpan.Zero || batch.Count >= options.BatchEntries || bytes >= options.BatchBytes)
            return bytes;
        Task.Delay(options.BatchWait, options.Clock).Wait();
        return queue.Take(batch, bytes, options.BatchEntries, options.BatchBytes);
    }

    // What is durable but not in the tree is also in memory: it is bounded.
    private void WaitForIntegrator()
    {
        while (writer.StagedBytes >= options.StagedBytes)
        {
            var next = integrated.Next;
            ThrowIfStopped();
            if (writer.StagedBytes >= options.StagedBytes)
                next.Wait();
        }
    }

    // From half of that bound on, the sequencer goes no faster than the integrator did last: every caller waits a little, instead of
    // all of them for a whole step once the bound is reached.
    private void KeepPace(long began, long bytes)
    {
        if (writer.StagedBytes < options.StagedBytes / 2)
            return;
        var rest = TimeSpan.FromSeconds(Math.Min(bytes / Volatile.Read(ref integrationPace), MostPause)) - options.Clock.GetElapsedTime(began);
        if (rest > TimeSpan.Zero)
            Task.Delay(rest, options.Clock).Wait();
    }

    private void Integrate()
    {
        try
        {
            var last = options.Clock.GetTimestamp();
            while (true)
            {
                ThrowIfStopped();
                var more = committed.Next;
                if (writer.Size == Checkpoint.Size)
                {
                    if (closing.IsCancellationRequested)
                        break;
                    more.Wait();
                    continue;
                }
                WaitForInterval(last);
                ThrowIfStopped();
                last = options.Clock.GetTimestamp();
                var taken = writer.Integrate();
                if (options.Clock.GetElapsedTime(last) is { Ticks: > 0 } step)
                    Volatile.Write(ref integrationPace, taken / step.TotalSeconds);
                integrated.Pulse();
            }
            writer.Finish();
        }
        catch (Exception e)
        {
            Stop(e);
        }
    }

    private void WaitForInterval(long last)
    {
        var rest = options.IntegrateInterval - options.Clock.GetElapsedTime(last);
        if (rest <= TimeSpan.Zero)
            return;
        var delay = Task.Delay(rest, options.Clock, closing.Token);
        while (true)
        {
            var hurry = urgent.Next;
            if (delay.IsCompleted || IntegrateNow || stopped is not null)
                return;
            Task.WhenAny(delay, hurry).Wait();
        }
    }

    // Enough has gathered for the integrator not to wait for its interval.
    private bool IntegrateNow => writer.Size - Checkpoint.Size >= (ulong)options.IntegrateEntries || writer.StagedBytes >= options.StagedBytes;

    private void ThrowIfStopped()
    {
        if (stopped is { } reason)
            throw reason;
    }

    private void Stop(Exception e)
    {
        if (stopped is null)
            stopped = e as LogStoppedException ?? new LogStoppedException(FaultOf(e), Reason(e), e);
        queue.Close();
        committed.Pulse();
        urgent.Pulse();
        integrated.Pulse();
    }

    private LogException Refusal() => stopped is { } reason
        ? new LogStoppedException(reason.Fault, Reason(reason.InnerException ?? reason), reason.InnerException)
        : new LogException(LogFault.Closed, "the log was closed");

    private static LogFault FaultOf(Exception e) => e switch
    {
        LogException known => known.Fault,
        _ when DiskErrors.IsFull(e) => LogFault.DiskFull,
        _ => LogFault.Io,
    };

    private static string Reason(Exception e) => DiskErrors.Describe(e);
}
