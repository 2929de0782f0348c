using Assay.Log.Checking;
using Assay.Log.Files;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log;

/// <summary>One thing that is wrong, and the file it is in.</summary>
public sealed record FsckFinding(string Path, string Problem)
{
    public override string ToString() => $"{Path}: {Problem}";
}

/// <summary>What a check of a whole log found.</summary>
/// <param name="Checkpoint">The published checkpoint that everything was checked against, or null where there is no good one.</param>
/// <param name="Findings">Faults; empty if the log is sound.</param>
/// <param name="Notes">What is worth knowing and no fault: a torn tail that the next start will cut off, entries not yet in the tree.</param>
public sealed record FsckReport(Checkpoint? Checkpoint, IReadOnlyList<FsckFinding> Findings, IReadOnlyList<string> Notes)
{
    public bool IsClean => Findings.Count == 0;
}

/// <summary>Judges what an entry means: a sentence that says what is wrong with it, or null.</summary>
public delegate string? EntryCheck(ulong index, ReadOnlyMemory<byte> entry);

/// <summary>Re-reads everything that a log has stored and checks it from the entries up to the signed checkpoint.</summary>
/// <remarks>
/// Reads only, takes no lock, and may run beside the log it checks: what the log writes meanwhile lies beyond the checkpoint that was
/// read first, and is left alone.
/// </remarks>
public static class Fsck
{
    /// <summary>Where there are more faults than this, the rest is not looked at: a report is to be read, and memory is bounded.</summary>
    public const int MostFindings = 1000;

    /// <param name="files">A log's directory; without its <c>state/</c>, only what is published is checked.</param>
    /// <param name="logKey">Its name is the origin that the checkpoint must have.</param>
    /// <param name="witnesses">Who cosigns this log's checkpoints: their lines on the cosigned one are checked, and that they are a quorum. Null where nobody knows.</param>
    /// <param name="progress">Called with entries done and entries in all.</param>
    /// <exception cref="IOException">A file is there but cannot be read.</exception>
    public static FsckReport Run(ILogFiles files, VerifierKey logKey, EntryCheck? entryCheck = null, TlogPolicy? witnesses = null, Action<ulong, ulong>? progress = null, CancellationToken ct = default)
    {
        var findings = new List<FsckFinding>();
        var notes = new List<string>();
        var published = ReadCheckpoint(files, logKey, LogLayout.PublishedCheckpoint, findings);
        if (published is null && findings.Count == 0)
            findings.Add(new FsckFinding(LogLayout.PublishedCheckpoint, "missing"));
        if (published is not null)
        {
            new TreeCheck(files, published, entryCheck, findings).Run(progress, ct);
            CosignedCheck.Run(files, logKey, published, witnesses, findings, notes);
        }
        var signed = files.DirectoryExists(LogLayout.State) ? StateCheck.Run(files, logKey, published, findings, notes) : null;
        if (published is not null)
            new StrayCheck(files, Math.Max(published.Size, signed?.Size ?? 0), NewestSize, findings).Run();
        if (findings.Count >= MostFindings)
            notes.Add($"more than {MostFindings} faults: the rest of the log was not looked at");
        return new FsckReport(published, findings, notes);

        ulong NewestSize() => Math.Max(
            ReadCheckpoint(files, logKey, LogLayout.PublishedCheckpoint, [])?.Size ?? 0,
            ReadCheckpoint(files, logKey, LogLayout.SignedCheckpoint, [])?.Size ?? 0);
    }

    internal static Checkpoint? ReadCheckpoint(ILogFiles files, VerifierKey logKey, string path, List<FsckFinding> findings)
    {
        try
        {
            return files.Read(path, LogLayout.MaxCheckpointBytes) is { } bytes ? LogReader.ReadCheckpoint(bytes, logKey, path) : null;
        }
        catch (LogException e)
        {
            findings.Add(new FsckFinding(path, e.Message));
            return null;
        }
    }
}
