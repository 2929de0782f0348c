using System.Threading.Channels;
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
    private readonly LogWriter writer;
    private readonly TileLogOptions options;
    private readonly Channel<PendingAppend> queue;
    private readonly CancellationTokenSource closing = new();
    private readonly Signal committed = new();
    private readonly Signal urgent = new();
    private readonly Signal integrated = new();
    private readonly Task sequencer;
    private readonly Task integrator;
    private volatile LogStoppedException? stopped;
    private int disposed;

    private TileLog(LogWriter writer, TileLogOptions options)
    {
        this.writer = writer;
        this.options = options;
        queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(options.QueueEntries) { SingleReader = true });
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

    /// <summary>Why the log has stopped, or null while it runs.</summary>
    public LogStoppedException? Stopped => stopped;

    /// <summary>How many entries were durable but not in the tree when the log was opened.</summary>
    public int RecoveredEntries => writer.RecoveredEntries;

    /// <summary>Entries and proofs at the newest checkpoint. It stays at that checkpoint: take it again for a newer one.</summary>
    public LogReader Reader => writer.Reader!;

    /// <summary>
    /// Adds an entry; returns when it is durable. Entries of one caller that awaits each keep their order. Where the queue is full,
    /// the call waits.
    /// </summary>
    /// <param name="entry">At most 65,535 bytes; copied.</param>
    /// <param name="attachment">Private bytes, at most 64 MiB, made durable with it and handed to the sink; not copied, so not to be changed.</param>
    /// <param name="ct">Gives up waiting. An entry that was queued already is added all the same.</param>
    /// <exception cref="LogException">Too large; or the log has stopped or was closed, and whether the entry is in it shows when it is opened again.</exception>
    public async Task<Appended> AppendAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment = default, CancellationToken ct = default)
    {
        CheckEntry(entry, attachment);
        var pending = new PendingAppend(LogEntry.Of(entry.ToArray(), attachment));
        if (!queue.Writer.TryWrite(pending))
        {
            try
            {
                await queue.Writer.WriteAsync(pending, ct);
            }
            catch (ChannelClosedException)
            {
                throw Refusal();
            }
        }
        return await (ct.CanBeCanceled ? pending.Task.WaitAsync(ct) : pending.Task);
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
    public ReadOnlyMemory<byte> ReadEntry(ulong index) => writer.StagedEntry(index) ?? Reader.ReadEntry(index);

    /// <inheritdoc cref="LogReader.InclusionProof"/>
    public Hash[] InclusionProof(ulong index, ulong size) => Reader.InclusionProof(index, size);

    /// <inheritdoc cref="LogReader.ConsistencyProof"/>
    public Hash[] ConsistencyProof(ulong oldSize, ulong newSize) => Reader.ConsistencyProof(oldSize, newSize);

    /// <summary>Commits what is queued, takes it into the tree, publishes, and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        queue.Writer.TryComplete();
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

    private void Sequence()
    {
        var batch = new List<PendingAppend>();
        try
        {
            while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                ThrowIfStopped();
                WaitForIntegrator();
                Gather(batch);
                var done = writer.Commit(batch.ConvertAll(p => p.Entry));
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Acknowledge(new Appended(done, i));
                batch.Clear();
                committed.Pulse();
                if (IntegrateNow)
                    urgent.Pulse();
            }
        }
        catch (Exception e)
        {
            Stop(e);
            foreach (var pending in batch)
                pending.Refuse(Refusal());
            while (queue.Reader.TryRead(out var pending))
                pending.Refuse(Refusal());
        }
    }

    private void Gather(List<PendingAppend> batch)
    {
        var bytes = Take(batch, 0);
        if (options.BatchWait > TimeSpan.Zero && batch.Count < options.BatchEntries && bytes < options.BatchBytes)
        {
            Task.Delay(options.BatchWait, options.Clock).Wait();
            Take(batch, bytes);
        }
    }

    private long Take(List<PendingAppend> batch, long bytes)
    {
        while (batch.Count < options.BatchEntries && bytes < options.BatchBytes && queue.Reader.TryRead(out var pending))
        {
            batch.Add(pending);
            bytes += WalFormat.RecordOverhead + pending.Entry.Bytes.Length + pending.Entry.Attachment.Length;
        }
        return bytes;
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
                writer.Integrate();
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
        queue.Writer.TryComplete();
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

    private static string Reason(Exception e) => DiskErrors.IsFull(e) ? "the disk is full: make room and open the log again" : e.Message;
}
