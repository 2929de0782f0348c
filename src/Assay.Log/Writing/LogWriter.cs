using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Log.Wal;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;

namespace Assay.Log.Writing;

/// <summary>A durable batch: its promise, and its tree for the callers' paths.</summary>
internal sealed record CommittedBatch(ulong First, SignedNote Promise, HashTree Tree);

/// <summary>
/// The log without its threads: two steps, each of which one thread at a time may take. <see cref="Commit"/> makes a batch durable and
/// promises it; <see cref="Integrate"/> takes durable entries into the tree. Between them stands only the list of staged entries.
/// </summary>
/// <remarks>
/// The order of <see cref="Integrate"/>, and why: the new checkpoint is swapped into the <see cref="CheckpointStore"/> first, because
/// from then on no other can be signed; then tiles and bundles, all flushed; then the published checkpoint, since it promises that they
/// are there; then attachments to their sink; last the segments, which until here could have rebuilt everything.
/// A crash anywhere is repaired by <see cref="Open"/> from the stored tiles of the published checkpoint and the segments.
/// An exception from either step leaves the disk in a state that only <see cref="Open"/> can judge: the caller stops.
/// </remarks>
internal sealed class LogWriter : IDisposable
{
    private const string Prefix = LogLayout.Public + "/";

    private readonly ILogFiles files;
    private readonly SigningKey key;
    private readonly string origin;
    private readonly TileLogOptions options;
    private readonly IDisposable held;
    private readonly CheckpointStore checkpoints;
    private readonly WriteAheadLog wal;
    private readonly TileStore tiles;
    private readonly DurableDirectories directories;
    private readonly TileCache cache = new();
    private readonly StagedEntries staged = new();
    private readonly List<LogEntry> taking = [];
    private ulong integrated;

    private LogWriter(ILogFiles files, string origin, SigningKey key, TileLogOptions options, IDisposable held, VerifierKey logKey)
    {
        (this.files, this.origin, this.key, this.options, this.held) = (files, origin, key, options, held);
        checkpoints = new CheckpointStore(files, logKey);
        wal = new WriteAheadLog(files, origin, options);
        directories = new DurableDirectories(files);
        tiles = TileStore.Mapped(files);
    }

    /// <summary>The published checkpoint; null only while a log is being created.</summary>
    public SignedCheckpoint? Checkpoint { get; private set; }

    /// <summary>A reader at <see cref="Checkpoint"/>; it is there before the entries it covers are staged no longer.</summary>
    public LogReader? Reader { get; private set; }

    /// <summary>Entries that are durable.</summary>
    public ulong Size => staged.End;

    /// <summary>Bytes of the entries and attachments that are durable but not integrated.</summary>
    public long StagedBytes => staged.Bytes;

    /// <summary>What was found in the write-ahead segments on opening.</summary>
    public int RecoveredEntries { get; private set; }

    public static LogWriter Create(ILogFiles files, string origin, SigningKey key, LogEntry genesis, TileLogOptions options)
    {
        new DurableDirectories(files).Make(LogLayout.State, Visibility.Private);
        return Locked(files, origin, key, options, writer =>
        {
            if (files.Length(LogLayout.SignedCheckpoint) is not null || files.Length(LogLayout.PublishedCheckpoint) is not null)
                throw new LogException(LogFault.Exists, "there is a log in this directory already");
            writer.directories.Make(LogLayout.Segments, Visibility.Private);
            writer.directories.Make(LogLayout.Temporary, Visibility.Private);
            writer.directories.Make(LogLayout.Public, Visibility.Public);
            files.ClearTemporary();
            // Without a signed checkpoint, a segment is of a creation that did not finish; nobody was told of its entries.
            WriteAheadLog.DropAll(files);
            writer.Commit([genesis]);
            writer.Integrate();
        });
    }

    public static LogWriter Open(ILogFiles files, string origin, SigningKey key, TileLogOptions options)
    {
        if (files.Length(LogLayout.SignedCheckpoint) is null)
            throw new LogException(LogFault.NotFound, files.Length(LogLayout.PublishedCheckpoint) is null
                ? "there is no log in this directory: create one"
                : $"{LogLayout.SignedCheckpoint} is missing: without it nothing keeps this log from signing two histories");
        return Locked(files, origin, key, options, writer => writer.Recover());
    }

    private static LogWriter Locked(ILogFiles files, string origin, SigningKey key, TileLogOptions options, Action<LogWriter> begin)
    {
        options.Check();
        var logKey = VerifierKey.Create(origin, NoteSignatureType.Ed25519, key.PublicKey);
        var writer = new LogWriter(files, origin, key, options, files.Lock(LogLayout.LockFile), logKey);
        try
        {
            begin(writer);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Makes entries durable, in this order, and signs the promise for them.</summary>
    public CommittedBatch Commit(IReadOnlyList<LogEntry> entries)
    {
        var first = Size;
        var tree = new HashTree([.. entries.Select(e => e.Leaf)]);
        var written = wal.Append(first, entries);
        var deadline = (options.Clock.GetUtcNow() + options.PromiseWithin).ToUnixTimeSeconds();
        var promise = new Promise(origin, first, (ulong)entries.Count, tree.Root, (ulong)deadline).Sign(key);
        staged.Add(WalFormat.Placed(written.Written, entries), written);
        return new CommittedBatch(first, promise, tree);
    }

    /// <summary>Takes staged entries into the tree and publishes its checkpoint.</summary>
    /// <returns>Their bytes with what the write-ahead segment adds to each; 0 if there was nothing to do.</returns>
    public long Integrate()
    {
        staged.CopyOldest(options.IntegrateEntries, taking);
        if (taking.Count == 0)
            return 0;
        var growth = TreeGrowth.Extend(tiles, Checkpoint?.Checkpoint, taking, Prefix);
        var next = SignedCheckpoint.Sign(new Checkpoint(origin, growth.Size, growth.Root), key);
        checkpoints.CompareAndSwap(Checkpoint, next);
        Publish(growth, next);
        KeepAttachments(integrated, taking);
        // Only now do callers see it: whoever waited for a checkpoint finds the attachments in their sink.
        Use(next);
        var bytes = taking.Sum(e => (long)WalFormat.RecordOverhead + e.Bytes.Length + e.Attachment.Length);
        integrated += (ulong)taking.Count;
        staged.Drop(taking.Count);
        taking.Clear();
        wal.DropBelow(integrated);
        CleanUp(growth);
        return bytes;
    }

    /// <summary>After the last <see cref="Integrate"/>: leaves no segment behind, since nothing in it is needed.</summary>
    public void Finish()
    {
        if (Size != integrated)
            return;
        wal.CloseSegment(integrated);
        wal.DropBelow(integrated);
    }

    /// <summary>The bytes of a durable entry that is not in the tree yet, or null.</summary>
    public byte[]? StagedEntry(ulong index) => staged.Copy(index);

    public void Dispose()
    {
        wal.Dispose();
        held.Dispose();
    }

    private void Recover()
    {
        // A former owner may have set names and failed to flush them: what we read must not go away after we have built on it.
        files.FlushDirectory(LogLayout.State);
        files.FlushDirectory(LogLayout.Segments);
        files.FlushDirectory(LogLayout.Public);
        var signed = checkpoints.Signed()!;
        var published = checkpoints.Published();
        if (published?.Size > signed.Size)
            throw new LogException(LogFault.Corrupt,
                $"the published checkpoint has size {published.Size}, the last signed one {signed.Size}: {LogLayout.State} is older than {LogLayout.Public}");
        files.ClearTemporary();
        var segments = WriteAheadLog.Recover(files, origin);
        var entries = EntriesFrom(published?.Size ?? 0, segments);
        integrated = published?.Size ?? 0;
        if (integrated + (ulong)entries.Count < signed.Size)
            throw new LogException(LogFault.Corrupt,
                $"the write-ahead segments end before entry {signed.Size - 1}, which the last signed checkpoint covers");
        Checkpoint = published;
        RepublishSigned(signed, entries.GetRange(0, (int)(signed.Size - integrated)));
        entries.RemoveRange(0, (int)(signed.Size - integrated));
        integrated = signed.Size;
        foreach (var segment in segments)
            KeepAttachments(segment.First, segment.Entries.Take((int)(Math.Min(Math.Max(signed.Size, segment.First), segment.End) - segment.First)).ToList());
        staged.Begin(integrated);
        staged.Add([.. entries], holder: null);
        RecoveredEntries = entries.Count;
        while (Integrate() > 0) { }
        WriteAheadLog.DropAll(files);
    }

    // What was signed but perhaps not published: the same tiles again, which must lead to the very same root.
    private void RepublishSigned(SignedCheckpoint signed, List<LogEntry> missing)
    {
        var growth = TreeGrowth.Extend(tiles, Checkpoint?.Checkpoint, missing, Prefix);
        if (growth.Root != signed.Checkpoint.Root)
            throw new LogException(LogFault.Corrupt,
                $"the entries up to {signed.Size} have the root {growth.Root.ToBase64()}, the last signed checkpoint says {signed.Checkpoint.Root.ToBase64()}");
        if (missing.Count > 0 || Checkpoint is null)
            Publish(growth, signed);
        Use(signed);
    }

    // The segments' entries from an index on. Below it, a segment that was dropped may be back, and its neighbour gone.
    private static List<LogEntry> EntriesFrom(ulong start, List<WalSegment> segments)
    {
        var entries = new List<LogEntry>();
        foreach (var segment in segments)
        {
            var next = start + (ulong)entries.Count;
            if (segment.End <= next)
                continue;
            if (segment.First > next)
                throw new LogException(LogFault.Corrupt, $"the write-ahead segment before entry {segment.First} is missing: entry {next} is in none");
            entries.AddRange(segment.Entries.Skip((int)(next - segment.First)));
        }
        return entries;
    }

    private void Publish(TreeGrowth growth, SignedCheckpoint checkpoint)
    {
        files.WriteAll(growth.Files, directories, Visibility.Public);
        checkpoints.Publish(checkpoint);
    }

    private void Use(SignedCheckpoint checkpoint)
    {
        Reader = new LogReader(tiles, checkpoint, cache);
        Checkpoint = checkpoint;
    }

    private void KeepAttachments(ulong first, IReadOnlyList<LogEntry> entries)
    {
        if (options.Attachments is not { } sink)
            return;
        var attachments = entries.Select((e, i) => new Attachment(first + (ulong)i, e.Attachment)).Where(a => !a.Bytes.IsEmpty).ToList();
        if (attachments.Count > 0)
            sink.Keep(attachments);
    }

    // Partial tiles may go once the full tile is there (C2SP tlog-tiles, partial tiles); not before, however old their checkpoint.
    private void CleanUp(TreeGrowth growth)
    {
        foreach (var tile in growth.Completed)
            directories.Delete(Prefix + tile.PartialDirectory);
    }
}
