using System.Text;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Monitoring;

/// <summary>An indexer's key and the name that it signs index notes under.</summary>
public sealed record Indexer(string Name, SigningKey Key);

/// <summary>Follows a log: every new checkpoint must be signed, extend the last one seen, and hold entries that mean what they may.</summary>
/// <remarks>
/// <code>
/// lock               held by the one process that follows from this folder
/// checkpoint         the last one accepted; everything newer must extend it
/// mirror/tile/...    what was read of the log
/// faults/*.fault.json
/// index/SIZE.note    index notes that were signed here
/// </code>
/// The checkpoint is replaced durably, after all that it stands for. After a stop at any point the next look goes on from it. Not for
/// several threads.
/// </remarks>
public sealed class LogMonitor : IDisposable
{
    private const string Last = "checkpoint";

    private readonly ILogFiles files;
    private readonly TileSource log;
    private readonly VerifierKey logKey;
    private readonly TlogPolicy policy;
    private readonly Indexer? indexer;
    private readonly IDisposable held;
    private readonly Mirror mirror;
    private readonly PromiseWatch promises;
    private readonly LogState state = new();
    private readonly List<MonitorFinding> lasting = [];
    private ulong followed;
    private bool foldBroken;

    /// <param name="log">Reads the log's published resources, such as <see cref="HttpLogSource.Read"/>.</param>
    /// <param name="logKey">One of the policy's; its name is the origin.</param>
    /// <param name="watched">Promises to hold the log to.</param>
    /// <exception cref="LogException">Another process follows from this folder, or what it holds is damaged or of another log.</exception>
    public LogMonitor(
        ILogFiles files, TileSource log, VerifierKey logKey, TlogPolicy policy, IEnumerable<HeldPromise> watched, Indexer? indexer = null, TimeProvider? clock = null)
    {
        (this.files, this.log, this.logKey, this.policy, this.indexer) = (files, log, logKey, policy, indexer);
        held = files.Lock("lock");
        mirror = new Mirror(files, log);
        promises = new PromiseWatch(watched, policy, clock ?? TimeProvider.System);
    }

    /// <summary>Looks at the log once.</summary>
    public MonitorReport Look()
    {
        var findings = new List<MonitorFinding>();
        var before = followed;
        var notes = new List<string>();
        SignedNote? note = null;
        try
        {
            note = ReadCheckpoint(findings);
            if (note is not null)
                Follow(note, findings, notes);
        }
        catch (LogException e)
        {
            mirror.TakeBack();
            if (e.Fault == LogFault.Corrupt)
                mirror.ClearBeyond(LastSize());
            findings.Add(new MonitorFinding(e.Fault == LogFault.Io ? MonitorFinding.Unreachable : "unreadable", e.Message));
        }
        return new MonitorReport(
            note is null ? null : Checkpoint.Parse(note.Text), followed - before, note is null ? 0 : Cosigned(note), [.. lasting, .. findings],
            promises.Kept, promises.Open, notes);
    }

    public void Dispose() => held.Dispose();

    private void Follow(SignedNote note, List<MonitorFinding> findings, List<string> notes)
    {
        var next = Checkpoint.Parse(note.Text);
        var last = ReadLast();
        if (OpenTree(next, last, note, findings) is not { } reader)
            return;
        if (last is { } seen)
        {
            var old = Checkpoint.Parse(seen.Text);
            if (next.Size < old.Size)
                findings.Add(new MonitorFinding("went-back", $"the log shows size {next.Size}, and had shown {old.Size}: an old copy of it is being served"));
            else
                Fold(reader, notes);
            if (next.Size > old.Size)
                Accept(note, old.Size, next.Size);
        }
        else
        {
            Fold(reader, notes);
            Accept(note, 0, next.Size);
        }
        promises.Judge(reader, note, (fault, kind, detail) => Find(fault, kind, detail, findings));
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

    private void Fold(LogReader reader, List<string> notes)
    {
        // All are read, so that the mirror is whole, also where they mean nothing any more.
        foreach (var entry in reader.ReadEntries(followed))
        {
            if (!foldBroken)
                Fold(entry, notes);
            followed++;
        }
        if (!foldBroken && state.RootAt(followed) != reader.RootAt(followed))
            Break(followed, "what was read before is not what the log shows now");
    }

    private void Fold(ReadOnlyMemory<byte> entry, List<string> notes)
    {
        try
        {
            state.Apply(entry.Span);
            if (followed == 0 && !state.Genesis!.LogKey.Equals(logKey))
                throw new MalformedException($"genesis names another log key, {state.Genesis.LogKey}");
        }
        catch (MalformedException e)
        {
            Break(followed, e.Message);
            return;
        }
        if (indexer is not null && state.Epoch is { } epoch && epoch.Index == followed)
            Confirm(epoch.Event.Size, notes);
    }

    // Entries after it mean nothing that could be told: only the tree is followed from here on.
    private void Break(ulong index, string problem)
    {
        foldBroken = true;
        lasting.Add(new MonitorFinding("meaning", $"entry {index}: {problem}"));
    }

    // The fold refuses an epoch that lies, so this index is the one that we derived.
    private void Confirm(ulong size, List<string> notes)
    {
        var path = $"index/{size}.note";
        if (files.Length(path) is not null)
            return;
        var text = IndexNote.Of(state.IndexAt(size).ToEvent(logKey.Name)).Sign(indexer!.Name, indexer.Key).ToString();
        Write(path, Encoding.UTF8.GetBytes(text));
        notes.Add(path);
    }

    private void Accept(SignedNote note, ulong old, ulong size)
    {
        mirror.Settle();
        files.Replace(Last, Last + ".new", Encoding.UTF8.GetBytes(note.ToString()), Visibility.Private);
        mirror.Clean(old, size);
    }

    private void Find(Fault? fault, string kind, string detail, List<MonitorFinding> findings)
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

    private void Write(string path, byte[] bytes)
    {
        new DurableDirectories(files).Make(LogLayout.Parent(path), Visibility.Private);
        files.Replace(path, path + ".new", bytes, Visibility.Private);
    }

    private int Cosigned(SignedNote note) => policy.Witnesses.Count(w => note.LinesOf(w.Key).Any());
}
