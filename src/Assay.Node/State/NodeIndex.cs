using Assay.Log;
using Assay.Node.Receipts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Node.State;

/// <summary>An epoch with its index note as it stands.</summary>
/// <param name="Note">Signed by the log, and by whichever indexers have brought their lines.</param>
/// <param name="CosignedBy">Those of the node's policy.</param>
public sealed record IndexedEpoch(EpochAt Epoch, SignedNote Note, IReadOnlyList<VerifierKey> CosignedBy);

/// <summary>The verifiable index of a node's log: its epoch entries, and what others have said of them (docs/spec/receipt.md, Epochs).</summary>
public sealed class NodeIndex
{
    // So far back one looks for an epoch that indexers have signed before taking the newest.
    private const int MostEpochsBack = 64;

    private readonly DataFolder folder;
    private readonly SigningKey logKey;
    private readonly TileLog log;
    private readonly LogQueue queue;
    private readonly FoldedLog folded;
    private readonly IndexNotes notes;
    private readonly ulong every;
    private readonly SemaphoreSlim appending = new(1, 1);
    private VerifiableIndex? made;
    private ulong sinceEpoch;
    private Task background = Task.CompletedTask;

    internal NodeIndex(OpenedFolder opened, LogQueue queue, FoldedLog folded, ulong every)
    {
        (folder, logKey, log, this.queue, this.folded, this.every) = (opened.Folder, opened.LogKey, opened.Log, queue, folded, every);
        notes = new IndexNotes(folder.Index, logKey);
        sinceEpoch = Look((state, _) => Records(state, state.Size) - Records(state, state.Epoch?.Event.Size ?? 0));
    }

    /// <summary>The newest epoch, or null before there is one.</summary>
    public IndexedEpoch? Newest => Look((_, epochs) => epochs.Count > 0 ? epochs[^1] : null) is { } epoch ? With(epoch, NodePolicy.Read(folder)) : null;

    /// <summary>The epoch of the first <paramref name="size"/> entries, or null.</summary>
    public IndexedEpoch? At(ulong size) => Find(size) is { } epoch ? With(epoch, NodePolicy.Read(folder)) : null;

    /// <summary>Keeps what an indexer says of an epoch.</summary>
    /// <exception cref="NodeException">Not a note about an epoch of this log, or not by an indexer that the node's policy names.</exception>
    public IndexedEpoch Add(SignedNote note)
    {
        IndexNote said;
        try
        {
            said = IndexNote.Parse(note.Text);
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, e.Message, e);
        }
        var epoch = Find(said.Size) ?? throw new NodeException(NodeFault.NotFound, $"this log has no epoch of {said.Size} entries");
        var policy = NodePolicy.Read(folder);
        notes.Add(epoch.Event, note, policy.Indexers);
        return With(epoch, policy);
    }

    /// <summary>Appends an epoch about everything in the log so far; the newest one, where it says that already. In the tree when this returns.</summary>
    public async Task<EpochAt> AppendAsync()
    {
        await appending.WaitAsync();
        try
        {
            ulong last;
            using (var turn = await queue.TakeAsync())
                last = turn.Next - 1;
            await log.WaitForCheckpointAsync(last);
            if (Look((_, epochs) => epochs.Count > 0 && epochs[^1].Index == last ? epochs[^1] : null) is { } newest)
                return newest;
            var step = Look((state, _) => state.IndexAt(state.Size).ToEvent(state.Genesis!.Origin));
            Volatile.Write(ref sinceEpoch, 0);
            Task<Appended> durable;
            using (var turn = await queue.TakeAsync())
                durable = turn.Append(step.ToEntry(logKey));
            var index = (await durable).Index;
            await log.WaitForCheckpointAsync(index);
            return new EpochAt(index, step);
        }
        finally
        {
            appending.Release();
        }
    }

    /// <summary>Counts a receipt; with so many of them, an epoch is appended while nobody waits for it.</summary>
    internal void Count()
    {
        if (Interlocked.Increment(ref sinceEpoch) < every)
            return;
        lock (notes)
            if (background.IsCompleted)
                background = AppendQuietlyAsync();
    }

    /// <summary>Waits for what <see cref="Count"/> began.</summary>
    internal Task SettleAsync()
    {
        lock (notes)
            return background;
    }

    /// <summary>What goes into a bundle: the newest epoch about the receipt that enough indexers have signed, else the newest about it; null where there is none.</summary>
    /// <param name="reader">At the bundle's checkpoint.</param>
    internal IndexedEpoch? For(ulong receipt, LogReader reader)
    {
        var known = Look((_, epochs) => epochs.Where(e => e.Index < reader.Checkpoint.Size && e.Event.Size > receipt).TakeLast(MostEpochsBack).Reverse().ToList());
        if (known.Count == 0)
            return null;
        var policy = NodePolicy.Read(folder);
        var noted = known.Take(policy.Indexers.IsEmpty ? 1 : MostEpochsBack).Select(e => With(e, policy)).ToList();
        return noted.Find(n => n.CosignedBy.Count >= policy.IndexerThreshold) ?? noted[0];
    }

    /// <summary>The index of an epoch, made once for many receipts. For whoever is looking at the fold.</summary>
    internal VerifiableIndex IndexAt(LogState state, ulong size) => made?.Size == size ? made : made = state.IndexAt(size);

    private async Task AppendQuietlyAsync()
    {
        try
        {
            await Task.Yield();
            await AppendAsync();
        }
        catch (LogException)
        {
            // The log has stopped, and says so to everyone who asks for something.
        }
    }

    private IndexedEpoch With(EpochAt epoch, Policy policy)
    {
        var note = notes.Of(epoch.Event, policy.Indexers);
        return new IndexedEpoch(epoch, note, note.VerifiedBy(policy.Indexers));
    }

    private EpochAt? Find(ulong size) => Look((_, epochs) => epochs.FirstOrDefault(e => e.Event.Size == size));

    private T Look<T>(Func<LogState, IReadOnlyList<EpochAt>, T> look) => folded.Look(log.Reader, look);

    private static ulong Records(LogState state, ulong size) =>
        size == state.Size ? state.Keys.Values.Aggregate(0UL, (sum, k) => sum + k.Receipts)
        : size == 0 ? 0
        : state.IndexAt(size).Leaves.Aggregate(0UL, (sum, leaf) => sum + leaf.Count);
}
