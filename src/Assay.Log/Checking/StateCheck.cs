using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Log.Wal;
using Assay.Verify.Notes;

namespace Assay.Log.Checking;

/// <summary>Checks a log's private state: the last signed checkpoint, and that the write-ahead segments lead on from what is published.</summary>
internal static class StateCheck
{
    /// <returns>The last signed checkpoint, or null where there is no good one.</returns>
    public static Checkpoint? Run(ILogFiles files, VerifierKey logKey, Checkpoint? published, List<FsckFinding> findings, List<string> notes)
    {
        var before = findings.Count;
        var signed = Fsck.ReadCheckpoint(files, logKey, LogLayout.SignedCheckpoint, findings);
        if (signed is null && findings.Count == before)
            findings.Add(new FsckFinding(LogLayout.SignedCheckpoint, "missing"));
        var end = CheckSegments(files, logKey, published, findings, notes);
        if (signed is null || published is null)
            return signed;
        if (signed.Size < published.Size)
            findings.Add(new FsckFinding(LogLayout.SignedCheckpoint, $"its size {signed.Size} is below the published {published.Size}: the state is older than what is published"));
        else if (signed.Size == published.Size && signed.Root != published.Root)
            findings.Add(new FsckFinding(LogLayout.SignedCheckpoint, "it has another root than the published checkpoint of the same size"));
        else if (signed.Size > end && findings.Count == before)
            findings.Add(new FsckFinding(LogLayout.Segments, $"the segments end at entry {end}, the last signed checkpoint covers {signed.Size}"));
        return signed;
    }

    // The index after the last entry that is published or in a segment.
    private static ulong CheckSegments(ILogFiles files, VerifierKey logKey, Checkpoint? published, List<FsckFinding> findings, List<string> notes)
    {
        var segments = new List<(string Path, ulong First, ulong End)>();
        var names = files.List(LogLayout.Segments);
        for (var i = 0; i < names.Count; i++)
        {
            var path = $"{LogLayout.Segments}/{names[i]}";
            try
            {
                // Dropped by the log since it was listed: nothing to check.
                if (files.Read(path, WalFormat.MaxSegment) is not { } bytes)
                    continue;
                var segment = WalFormat.Read(bytes, logKey.Name, newest: i == names.Count - 1, path);
                if (segment.ValidLength < bytes.Length)
                    notes.Add($"{path}: {bytes.Length - segment.ValidLength} bytes of a batch that was never acknowledged; the next start cuts them off");
                CheckAgainstTree(files, published, segment, path, findings);
                segments.Add((path, segment.First, segment.End));
            }
            catch (LogException e)
            {
                findings.Add(new FsckFinding(path, e.Message));
            }
        }
        // Read now: what was dropped since the listing was published before.
        var start = Fsck.ReadCheckpoint(files, logKey, LogLayout.PublishedCheckpoint, [])?.Size ?? published?.Size ?? 0;
        var end = start;
        foreach (var segment in segments)
        {
            if (segment.First > end)
                findings.Add(new FsckFinding(segment.Path, $"begins with entry {segment.First}, and entry {end} is in no segment"));
            end = Math.Max(end, segment.End);
        }
        if (end > start)
            notes.Add($"{end - start} entries are durable and not yet in the published tree");
        return end;
    }

    private static void CheckAgainstTree(ILogFiles files, Checkpoint? published, WalSegment segment, string path, List<FsckFinding> findings)
    {
        if (published is null || segment.First >= published.Size)
            return;
        LogReader reader;
        try
        {
            reader = new LogReader(TileStore.Over(files), published);
        }
        catch (LogException)
        {
            // The tree is at fault, and reported already.
            return;
        }
        var count = (int)Math.Min(published.Size - segment.First, (ulong)segment.Entries.Count);
        for (var i = 0; i < count; i++)
            if (reader.LeafHash(segment.First + (ulong)i) != segment.Entries[i].Leaf)
            {
                findings.Add(new FsckFinding(path, $"entry {segment.First + (ulong)i} is not the one in the tree"));
                return;
            }
    }
}
