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
/// <remarks>Keeps in its folder what <see cref="LogFollower"/> does, and <c>index/SIZE.note</c>, the index notes that were signed here. Not for several threads.</remarks>
public sealed class LogMonitor : IDisposable
{
    private readonly ILogFiles files;
    private readonly VerifierKey logKey;
    private readonly TlogPolicy policy;
    private readonly Indexer? indexer;
    private readonly LogFollower follower;
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
        (this.files, this.logKey, this.policy, this.indexer) = (files, logKey, policy, indexer);
        follower = new LogFollower(files, log, logKey, policy);
        promises = new PromiseWatch(watched, policy, clock ?? TimeProvider.System);
    }

    /// <summary>What the entries that were followed add up to; null where one of them means nothing, which the findings then say. It grows with each look.</summary>
    public LogState? State => foldBroken ? null : state;

    /// <summary>Looks at the log once.</summary>
    public MonitorReport Look()
    {
        var findings = new List<MonitorFinding>();
        var before = followed;
        var notes = new List<string>();
        var note = follower.Look(findings, seen =>
        {
            if (!seen.IsOld)
                Fold(seen.Reader, notes);
            promises.Judge(seen.Reader, seen.Note, (fault, kind, detail) => follower.Find(fault, kind, detail, findings));
        });
        return new MonitorReport(
            note is null ? null : Checkpoint.Parse(note.Text), followed - before, note is null ? 0 : Cosigned(note), [.. lasting, .. findings],
            promises.Kept, promises.Open, notes)
        {
            HasQuorum = note is not null && policy.IsQuorum(policy.Witnesses.Where(w => note.LinesOf(w.Key).Any()).Select(w => w.Name).ToHashSet(StringComparer.Ordinal)),
        };
    }

    public void Dispose() => follower.Dispose();

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
        follower.Write(path, Encoding.UTF8.GetBytes(text));
        notes.Add(path);
    }

    private int Cosigned(SignedNote note) => policy.Witnesses.Count(w => note.LinesOf(w.Key).Any());
}
