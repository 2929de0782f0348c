using Assay.Log.Files;

namespace Assay.Log.Wal;

/// <summary>The durable queue in front of the tree: an entry is acknowledged once its batch is flushed here.</summary>
/// <remarks>
/// <see cref="Append"/> belongs to the sequencer alone, <see cref="DropBelow"/> to the integrator alone; the list of closed segments
/// is the only thing they share.
/// </remarks>
internal sealed class WriteAheadLog(ILogFiles files, string origin, TileLogOptions options) : IDisposable
{
    private readonly List<(string Path, ulong End)> closed = [];
    private readonly byte[] marker = new byte[WalFormat.MarkerSize];
    private ILogFile? active;
    private string activePath = "";
    private long activeLength;

    /// <summary>Makes a batch durable.</summary>
    /// <returns>Its bytes as they were written, in which <see cref="WalFormat.Placed"/> finds the entries again.</returns>
    public PooledBytes Append(ulong first, IReadOnlyList<LogEntry> entries)
    {
        if (active is null)
            StartSegment(first);
        var batch = new PooledBytes();
        WalFormat.WriteBatch(batch, marker, first, entries);
        active!.Append(batch.Written.Span);
        active.Flush();
        activeLength += batch.Written.Length;
        if (activeLength >= options.SegmentBytes)
            CloseSegment(first + (ulong)entries.Count);
        return batch;
    }

    /// <summary>Drops the segments all of whose entries are below this index: they are in the published tree, their attachments in the sink.</summary>
    public void DropBelow(ulong index)
    {
        List<(string Path, ulong End)> done;
        lock (closed)
        {
            done = closed.FindAll(s => s.End <= index);
            closed.RemoveAll(s => s.End <= index);
        }
        foreach (var (path, _) in done)
            files.Delete(path);
    }

    /// <summary>Ends the segment that is open, so that it can be dropped.</summary>
    public void CloseSegment(ulong end)
    {
        if (active is null)
            return;
        active.Dispose();
        active = null;
        lock (closed)
            closed.Add((activePath, end));
    }

    /// <summary>
    /// Reads back what a former owner left, oldest first. The newest segment is written anew without its torn tail: what is in memory
    /// of a file whose flush once failed may not be what is on the disk, and nothing may be signed that rests on it.
    /// </summary>
    /// <returns>The segments, which the caller drops once their entries are published.</returns>
    public static List<WalSegment> Recover(ILogFiles files, string origin)
    {
        var names = files.List(LogLayout.Segments);
        var segments = new List<WalSegment>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var path = $"{LogLayout.Segments}/{names[i]}";
            var newest = i == names.Count - 1;
            var bytes = files.Read(path, WalFormat.MaxSegment) ?? throw new LogException(LogFault.Corrupt, $"{path} is missing");
            var segment = WalFormat.Read(bytes, origin, newest, path);
            if (SegmentName(segment.First) != names[i])
                throw new LogException(LogFault.Corrupt, $"{path} begins with entry {segment.First}, its name says otherwise");
            if (newest)
                files.Replace(path, bytes.AsSpan(0, segment.ValidLength), Visibility.Private);
            segments.Add(segment);
        }
        return segments;
    }

    public static void DropAll(ILogFiles files)
    {
        foreach (var name in files.List(LogLayout.Segments))
            files.Delete($"{LogLayout.Segments}/{name}");
    }

    public void Dispose() => active?.Dispose();

    private void StartSegment(ulong first)
    {
        options.Random(marker);
        activePath = $"{LogLayout.Segments}/{SegmentName(first)}";
        active = files.CreateNamed(activePath, WalFormat.WriteHeader(first, marker, origin), Visibility.Private);
        activeLength = WalFormat.HeaderSize;
    }

    // Twenty digits hold any index, so that names sort as numbers do.
    private static string SegmentName(ulong first) => $"{first:D20}";
}
