using System.Text;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Monitoring;

/// <summary>A look at a followed log.</summary>
/// <param name="Note">The checkpoint that it shows, with the lines of those whom the policy knows.</param>
/// <param name="Reader">At that checkpoint.</param>
/// <param name="IsOld">It is smaller than one that was seen before.</param>
public sealed record FollowedCheckpoint(SignedNote Note, LogReader Reader, bool IsOld);

/// <summary>Follows a log's tree: every new checkpoint must be signed and extend the last one accepted; what was read of it stays in a mirror.</summary>
/// <remarks>
/// <code>
/// lock               held by the one process that follows from this folder
/// checkpoint         the last one accepted; everything newer must extend it
/// mirror/tile/...    what was read of the log
/// faults/*.fault.json
/// </code>
/// The checkpoint is replaced durably, after all that it stands for. After a stop at any point the next look goes on from it. What
/// entries mean is the affair of whoever reads them. Not for several threads.
/// </remarks>
public sealed class LogFollower : IDisposable
{
    private const string Last = "checkpoint";

    private readonly ILogFiles files;
    private readonly TileSource log;
    private readonly VerifierKey logKey;
    private readonly TlogPolicy policy;
    private readonly IDisposable held;
    private readonly Mirror mirror;

    /// <param name="log">Reads the log's published resources, such as <see cref="HttpLogSource.Read"/>.</param>
    /// <param name="logKey">One of the policy's; its name is the origin.</param>
    /// <exception cref="LogException">Another process follows from this folder.</exception>
    public LogFollower(ILogFiles files, TileSource log, VerifierKey logKey, TlogPolicy policy)
    {
        (this.files, this.log, this.logKey, this.policy) = (files, log, logKey, policy);
        held = files.Lock("lock");
        mirror = new Mirror(files, log);
    }

    /// <summary>Looks at the log once.</summary>
    /// <param name="findings">What is wrong is added.</param>
    /// <param name="read">Reads what it wants of a tree that goes on from the last one, or is an old one of it. What it reads is kept, and then the checkpoint accepted.</param>
    /// <returns>The checkpoint that the log shows, or null where it shows none that it signed.</returns>
    public SignedNote? Look(List<MonitorFinding> findings, Action<FollowedCheckpoint> read)
    {
        SignedNote? note = null;
        try
        {
            note = ReadCheckpoint(findings);
            if (note is not null)
                Follow(note, findings, read);
        }
        catch (LogException e)
        {
            mirror.TakeBack();
            if (e.Fault == LogFault.Corrupt)
                mirror.ClearBeyond(LastSize());
            findings.Add(new MonitorFinding(e.Fault == LogFault.Io ? MonitorFinding.Unreachable : "unreadable", e.Message));
        }
        return note;
    }

    /// <summary>What is kept, at the last checkpoint accepted; null before there is one. Asks nobody.</summary>
    /// <exception cref="LogException">What is kept is damaged.</exception>
    public FollowedCheckpoint? OpenKept() =>
        ReadLast() is { } last ? new FollowedCheckpoint(last, new LogReader(mirror.Kept, Checkpoint.Parse(last.Text)), IsOld: false) : null;

    public void Dispose() => held.Dispose();

    private void Follow(SignedNote note, List<MonitorFinding> findings, Action<FollowedCheckpoint> read)
    {
        var next = Checkpoint.Parse(note.Text);
        var last = ReadLast();
        if (OpenTree(next, last, note, findings) is not { } reader)
            return;
        var old = last is null ? 0 : Checkpoint.Parse(last.Text).Size;
        if (next.Size < old)
            findings.Add(new MonitorFinding("went-back", $"the log shows size {next.Size}, and had shown {old}: an old copy of it is being served"));
        read(new FollowedCheckpoint(note, reader, IsOld: next.Size < old));
        if (last is null || next.Size > old)
            Accept(note, old, next.Size);
    }

    // The log's checkpoint, with the lines of those whom the policy knows.
    private SignedNote? ReadCheckpoint(List<MonitorFinding> findings)
    {
        var bytes = log("checkpoint", LogLayout.MaxCheckpointBytes);
        if (bytes is null)
        {
            findings.Add(new MonitorFinding("unreadable", "the log has no checkpoint"));
            return null;
        }
        try
        {
            var note = SignedNote.Parse(bytes);
            if (Checkpoint.Parse(note.Text).Origin != logKey.Name || !note.IsSignedBy(logKey))
                throw new MalformedException($"not signed by {logKey.Name}");
            var known = policy.Witnesses.Select(w => w.Key).Prepend(logKey);
            return note with { Signatures = [.. known.SelectMany(k => note.LinesOf(k).Where(l => k.Verify(note.Text, l.Bytes.Span)).Take(1))] };
        }
        catch (MalformedException e)
        {
            findings.Add(new MonitorFinding("unsigned", $"the log shows a checkpoint that says nothing: {e.Message}"));
            return null;
        }
    }

    private SignedNote? ReadLast()
    {
        if (files.Read(Last, LogLayout.MaxCheckpointBytes) is not { } bytes)
            return null;
        // Ours, but of the log that we were told to follow now?
        LogReader.ReadCheckpoint(bytes, logKey, Last);
        return SignedNote.Parse(bytes);
    }

    private ulong LastSize() => ReadLast() is { } last ? Checkpoint.Parse(last.Text).Size : 0;

    // A reader at the new checkpoint, if it and the last one seen are of one tree.
    private LogReader? OpenTree(Checkpoint next, SignedNote? last, SignedNote note, List<MonitorFinding> findings)
    {
        if (last is null)
            return new LogReader(mirror.Read, next);
        var old = Checkpoint.Parse(last.Text);
        if (next.Size == old.Size && next.Root != old.Root)
        {
            Find(new TwoRoots(last, note), TwoRoots.KindName, $"split view: two trees of size {next.Size}, both signed by the log", findings);
            return null;
        }
        try
        {
            var reader = new LogReader(mirror.Read, next);
            if (next.Size < old.Size ? new LogReader(mirror.Kept, old).RootAt(next.Size) == next.Root : reader.RootAt(old.Size) == old.Root)
                return reader;
        }
        catch (LogException e) when (e.Fault == LogFault.Corrupt)
        {
            // What was kept and what is shown now do not fit.
        }
        return Compare(next, note, old, last, findings);
    }

    // The log alone has to say what it shows now, and the mirror alone what it had shown.
    private LogReader? Compare(Checkpoint next, SignedNote note, Checkpoint old, SignedNote last, List<MonitorFinding> findings)
    {
        mirror.TakeBack();
        var shown = new LogReader(log, next);
        LogReader kept;
        try
        {
            kept = new LogReader(mirror.Kept, old);
            if (Forks.Between(kept, last, shown, note) is { } fault)
            {
                Find(fault, "fork", $"split view: the tree of {next.Size} entries that the log shows now is none with that of {old.Size} which it had shown", findings);
                return null;
            }
        }
        catch (LogException) when (next.Size >= old.Size && shown.RootAt(old.Size) == old.Root)
        {
            // It is the mirror that was damaged: the log still shows what it had shown.
            mirror.Clear();
            return new LogReader(mirror.Read, next);
        }
        catch (LogException e)
        {
            findings.Add(new MonitorFinding("fork", $"the tree of {next.Size} entries is none with that of {old.Size}, and the mirror does not have what would show where they part: {e.Message}"));
            return null;
        }
        return shown;
    }

    private void Accept(SignedNote note, ulong old, ulong size)
    {
        mirror.Settle();
        files.Replace(Last, Last + ".new", Encoding.UTF8.GetBytes(note.ToString()), Visibility.Private);
        mirror.Clean(old, size);
    }

    // With a fault file where the fault can be proved to others.
    internal void Find(Fault? fault, string kind, string detail, List<MonitorFinding> findings)
    {
        string? path = null;
        if (fault is not null && FaultJudge.Judge(fault, policy).Proved)
        {
            var bytes = fault.ToBytes();
            kind = fault.Kind;
            path = $"faults/{fault.Kind}-{Sha256.Of(bytes).ToHex()[..16]}{Fault.FileExtension}";
            if (files.Length(path) is null)
                Write(path, bytes);
        }
        findings.Add(new MonitorFinding(kind, detail, path));
    }

    internal void Write(string path, byte[] bytes)
    {
        new DurableDirectories(files).Make(LogLayout.Parent(path), Visibility.Private);
        files.Replace(path, path + ".new", bytes, Visibility.Private);
    }
}
