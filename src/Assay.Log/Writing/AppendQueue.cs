using System.Threading.Channels;
using Assay.Log.Wal;

namespace Assay.Log.Writing;

/// <summary>What waits for the sequencer: bounded in entries and in bytes. Callers beyond that wait outside, and come in in order of arrival.</summary>
/// <remarks>
/// Nothing is copied of an entry outside; its caller holds it. An entry larger than all the room there is comes in when the queue is
/// empty.
/// </remarks>
internal sealed class AppendQueue(int mostEntries, long mostBytes)
{
    private readonly Channel<PendingAppend> queue = Channel.CreateUnbounded<PendingAppend>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock turn = new();
    private readonly Queue<Outside> outside = [];
    private int entries;
    private long bytes;
    private bool closed;

    /// <summary>What is inside now.</summary>
    public (int Entries, long Bytes) Taken
    {
        get
        {
            lock (turn)
                return (entries, bytes);
        }
    }

    /// <summary>Queues an entry; waits for room first where there is none.</summary>
    /// <returns>Its outcome, or null if the queue is closed. Where the caller's memory cannot be read, its own exception, and nothing is queued.</returns>
    public async ValueTask<PendingAppend?> AddAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment, CancellationToken ct)
    {
        if (TryEnter(SizeOf(entry, attachment)))
        {
            PendingAppend pending;
            try
            {
                pending = Copy(entry, attachment);
            }
            catch
            {
                Leave(SizeOf(entry, attachment));
                throw;
            }
            return queue.Writer.TryWrite(pending) ? pending : null;
        }
        var caller = new Outside(entry, attachment);
        lock (turn)
        {
            if (closed)
                return null;
            outside.Enqueue(caller);
            LetIn();
        }
        // Whoever gives up is passed over; whoever came in before that is in.
        await using (ct.Register(() => caller.Entrance.TrySetCanceled(ct)))
            return await caller.Entrance.Task;
    }

    /// <summary>Waits until there is something to take. False once the queue is closed and empty.</summary>
    public ValueTask<bool> WaitAsync() => queue.Reader.WaitToReadAsync();

    /// <summary>Moves what waits into a batch that holds <paramref name="size"/> bytes already, until it has so many entries or bytes.</summary>
    /// <returns>The bytes that it holds now.</returns>
    public long Take(List<PendingAppend> batch, long size, int mostInBatch, long mostBytesInBatch)
    {
        var (before, taken) = (batch.Count, size);
        while (batch.Count < mostInBatch && taken < mostBytesInBatch && queue.Reader.TryRead(out var pending))
        {
            batch.Add(pending);
            taken += SizeOf(pending.Entry.Bytes, pending.Entry.Attachment);
        }
        lock (turn)
        {
            (entries, bytes) = (entries - (batch.Count - before), bytes - (taken - size));
            LetIn();
        }
        return taken;
    }

    /// <summary>Lets nobody in any more. What is inside can still be taken.</summary>
    public void Close()
    {
        lock (turn)
        {
            closed = true;
            while (outside.TryDequeue(out var caller))
                caller.Entrance.TrySetResult(null);
        }
        queue.Writer.TryComplete();
    }

    private bool TryEnter(long size)
    {
        lock (turn)
        {
            if (closed || outside.Count > 0 || !Fits(size))
                return false;
            (entries, bytes) = (entries + 1, bytes + size);
            return true;
        }
    }

    private void Leave(long size)
    {
        lock (turn)
        {
            (entries, bytes) = (entries - 1, bytes - size);
            LetIn();
        }
    }

    private void LetIn()
    {
        while (outside.TryPeek(out var caller) && (caller.Entrance.Task.IsCompleted || Fits(caller.Size)))
        {
            outside.Dequeue();
            if (caller.Entrance.Task.IsCompleted || Read(caller) is not { } pending || !caller.Entrance.TrySetResult(pending))
                continue;
            (entries, bytes) = (entries + 1, bytes + caller.Size);
            queue.Writer.TryWrite(pending);
        }
    }

    // Memory that its caller has let go of is the caller's failure, and not that of the thread that finds out.
    private static PendingAppend? Read(Outside caller)
    {
        try
        {
            return Copy(caller.Entry, caller.Attachment);
        }
        catch (Exception e)
        {
            caller.Entrance.TrySetException(e);
            return null;
        }
    }

    private bool Fits(long size) => entries == 0 || (entries < mostEntries && bytes + size <= mostBytes);

    private static PendingAppend Copy(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment) => new(LogEntry.Of(entry.ToArray(), attachment));

    private static long SizeOf(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> attachment) => WalFormat.RecordOverhead + entry.Length + attachment.Length;

    private sealed record Outside(ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Attachment)
    {
        public long Size => SizeOf(Entry, Attachment);

        public TaskCompletionSource<PendingAppend?> Entrance { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
