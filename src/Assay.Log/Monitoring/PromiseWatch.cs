using Assay.Verify.Faults;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Monitoring;

/// <summary>Holds a log to promises: what was promised must stand where it was promised, by the time that was promised.</summary>
/// <param name="promises">Each signed by the log; others are the caller's to refuse.</param>
internal sealed class PromiseWatch(IEnumerable<HeldPromise> promises, TlogPolicy policy, TimeProvider clock)
{
    // Of a promise that is held without its leaf, the whole batch is hashed again: no more than any batch has.
    private const ulong MaxBatch = 64 * 1024;

    private readonly List<HeldPromise> open = [.. promises];

    public int Kept { get; private set; }

    public int Open => open.Count;

    /// <summary>Judges every promise by one tree of the log. One that was kept is watched no longer.</summary>
    /// <param name="found">Told of each that was not: the fault if it can be shown, and a line.</param>
    public void Judge(LogReader log, SignedNote note, Action<Fault?, string, string> found)
    {
        foreach (var promise in open.ToList())
        {
            if (log.Checkpoint.Size < promise.End)
                JudgeDeadline(promise, note, found);
            else if (Broken(promise, log, note) is { } broken)
                found(broken.Fault, TwoLeaves.KindName, broken.Detail);
            else
            {
                open.Remove(promise);
                Kept++;
            }
        }
    }

    private static (Fault? Fault, string Detail)? Broken(HeldPromise promise, LogReader log, SignedNote note)
    {
        if (promise.Leaf is { } leaf)
            return log.LeafHash(promise.Index) == leaf.Leaf
                ? null
                : (new TwoLeaves(promise.Index, leaf, Forks.Claim(log, note, promise.Index)), $"broken promise: at index {promise.Index} the log shows another entry than it promised");
        if (promise.Promise.Count > MaxBatch)
            return (null, $"a promise over {promise.Promise.Count} entries: at most {MaxBatch} are read again");
        var tree = new Frontier();
        for (var index = promise.Promise.First; index < promise.End; index++)
            tree.Append(log.LeafHash(index));
        return tree.Head() == promise.Promise.Root
            ? null
            : (null, $"broken promise: entries {promise.Promise.First} to {promise.End - 1} are not those promised; whoever holds one of them with its path can prove it");
    }

    private void JudgeDeadline(HeldPromise promise, SignedNote note, Action<Fault?, string, string> found)
    {
        var late = new Late(promise.Note, note);
        if (FaultJudge.Judge(late, policy).Proved)
            found(late, Late.KindName, $"late: entries up to {promise.End - 1} were promised by {promise.Promise.Deadline}, and a quorum saw the log without them after that");
        else if ((ulong)clock.GetUtcNow().ToUnixTimeSeconds() > promise.Promise.Deadline)
            found(null, "overdue", $"entries up to {promise.End - 1} were promised by {promise.Promise.Deadline} and are not there, by this machine's clock");
    }
}
