using Assay.Log.Wal;

namespace Assay.Log.Writing;

/// <summary>Entries that are durable but not in the tree yet, in order. The sequencer adds at the end, the integrator takes from the front.</summary>
/// <remarks>
/// Their bytes stay where they were put together for the write-ahead segment, in one pooled array for each batch: a busy log keeps a
/// million small entries here, and as objects of their own they would be most of what the garbage collector has to move.
/// </remarks>
internal sealed class StagedEntries
{
    private readonly Lock turn = new();
    private readonly Queue<Batch> batches = [];
    private ulong first;
    private int inTree; // of the oldest batch
    private int count;
    private long bytes;

    /// <param name="first">Index of the first entry to come.</param>
    public void Begin(ulong first) => this.first = first;

    /// <summary>Index after the last entry.</summary>
    public ulong End
    {
        get
        {
            lock (turn)
                return first + (ulong)count;
        }
    }

    /// <summary>Of entries and attachments.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <param name="holder">What their bytes are part of, disposed of when all of them are in the tree; or null.</param>
    public void Add(LogEntry[] entries, IDisposable? holder)
    {
        if (entries.Length == 0)
            return;
        lock (turn)
        {
            batches.Enqueue(new Batch(entries, holder));
            count += entries.Length;
        }
        Interlocked.Add(ref bytes, BytesOf(entries));
    }

    /// <summary>The oldest entries, which stay here.</summary>
    public void CopyOldest(int most, List<LogEntry> to)
    {
        lock (turn)
        {
            var skip = inTree;
            foreach (var batch in batches)
            {
                var taken = Math.Min(batch.Entries.Length - skip, most - to.Count);
                to.AddRange(batch.Entries.AsSpan(skip, taken));
                skip = 0;
                if (to.Count == most)
                    return;
            }
        }
    }

    /// <summary>Forgets the oldest: they are in the tree, and whoever looks for them finds them there.</summary>
    public void Drop(int dropped)
    {
        var freed = 0L;
        lock (turn)
        {
            first += (ulong)dropped;
            count -= dropped;
            while (dropped > 0)
            {
                var (entries, holder) = batches.Peek();
                var here = Math.Min(dropped, entries.Length - inTree);
                freed += BytesOf(entries.AsSpan(inTree, here));
                (dropped, inTree) = (dropped - here, inTree + here);
                if (inTree < entries.Length)
                    break;
                batches.Dequeue();
                inTree = 0;
                holder?.Dispose();
            }
        }
        Interlocked.Add(ref bytes, -freed);
    }

    /// <summary>A copy of an entry, or null where it is not here.</summary>
    public byte[]? Copy(ulong index)
    {
        lock (turn)
        {
            if (index < first || index - first >= (ulong)count)
                return null;
            var at = index - first + (ulong)inTree;
            foreach (var (entries, _) in batches)
            {
                if (at < (ulong)entries.Length)
                    return entries[at].Bytes.ToArray();
                at -= (ulong)entries.Length;
            }
            return null;
        }
    }

    private static long BytesOf(ReadOnlySpan<LogEntry> entries)
    {
        var sum = 0L;
        foreach (ref readonly var entry in entries)
            sum += entry.Bytes.Length + entry.Attachment.Length;
        return sum;
    }

    private readonly record struct Batch(LogEntry[] Entries, IDisposable? Holder);
}
