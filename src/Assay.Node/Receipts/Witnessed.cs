using System.Text;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Witnessing;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;

namespace Assay.Node.Receipts;

/// <summary>A node's witnesses: who they are, what they cosigned, and what they hold against its log.</summary>
/// <remarks>
/// What they hold against it is kept in the data folder: a log that was put back from an older copy issues nothing until the operator
/// has acted, however often it is started. The keys' owner decides then; see docs/log.md.
/// </remarks>
internal sealed class Witnessed : IAsyncDisposable
{
    private const int MaxText = 1 << 20;

    private readonly DataFolder folder;
    private readonly PosixLogFiles files;
    private readonly Cosigner? cosigner;
    private readonly TimeSpan within;
    private string? halted;

    /// <exception cref="NodeException">What was asked for is no list of witnesses for this log.</exception>
    public Witnessed(DataFolder folder, TileLog log, VerifierKey logKey, NodeOptions options)
    {
        (this.folder, within) = (folder, options.CosignWithin);
        files = new PosixLogFiles(folder.Path);
        if (options.Witnesses is { } chosen)
            Choose(chosen, logKey);
        LogPolicy = Read(logKey);
        halted = ReadHalted();
        var policy = TlogPolicy.Parse(Encoding.UTF8.GetBytes(LogPolicy));
        if (halted is null && policy.AsksForWitnesses)
            cosigner = Cosigner.Start(log, new PosixLogFiles(folder.Log), logKey, policy, options.Cosigner with { Failed = Tell }, Halt);
    }

    /// <summary>The tlog-policy of whoever trusts this log as its operator does.</summary>
    public string LogPolicy { get; }

    /// <summary>Why nothing may be issued, or null.</summary>
    public string? Halted => (Volatile.Read(ref halted) ?? cosigner?.Halted) is { } reason
        ? $"nothing is issued: {reason}; `assay log witnesses` says what to do"
        : null;

    public IReadOnlyList<WitnessStatus> Statuses => cosigner?.Witnesses ?? [];

    /// <summary>Where bundles are made: at the newest cosigned checkpoint, at the log's own where nobody witnesses it, nowhere (null) before the first is cosigned.</summary>
    public LogReader? Reader(TileLog log) => cosigner is null ? log.Reader : cosigner.Reader;

    /// <exception cref="NodeException">A witness has seen a log that this one is not.</exception>
    public void ThrowIfHalted()
    {
        if (Halted is { } reason)
            throw new NodeException(NodeFault.Unavailable, reason);
    }

    /// <summary>Before anything is issued, every witness is asked what it knows; one that does not answer in time is not waited for.</summary>
    public void WaitForFirstRound() => cosigner?.FirstRound.GetAwaiter().GetResult();

    /// <summary>Waits until bundles of an entry can be made.</summary>
    /// <exception cref="NodeException">No quorum has cosigned in time.</exception>
    public async Task WaitForAsync(ulong index, CancellationToken cancel)
    {
        if (cosigner is null)
            return;
        try
        {
            await cosigner.WaitForAsync(index, cancel).WaitAsync(within, cancel);
        }
        catch (TimeoutException e)
        {
            throw new NodeException(NodeFault.Unavailable,
                "the answer is in the log, and no quorum of witnesses has cosigned it yet: `assay receipt` gives its bundle once they have", e);
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    /// <summary>This node's own policy, with the witnesses of today.</summary>
    public Policy Revise(Policy policy)
    {
        var log = TlogPolicy.Parse(Encoding.UTF8.GetBytes(LogPolicy));
        var require = policy.Require.Remove(Axis.Witnesses);
        return policy with { LogText = LogPolicy, Log = log, Require = log.AsksForWitnesses ? require.Add(Axis.Witnesses) : require };
    }

    public ValueTask DisposeAsync() => cosigner?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What stands in a halted folder, or null.</summary>
    public static string? HaltedIn(DataFolder folder) =>
        new PosixLogFiles(folder.Path).Read(Path.GetFileName(folder.Halted), MaxText) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : null;

    private string? ReadHalted() => HaltedIn(folder);

    private void Halt(string reason)
    {
        Volatile.Write(ref halted, reason);
        Console.Error.WriteLine($"assay: ROLLBACK OR FORK: {reason}");
        Replace(folder.Halted, reason + "\n", Visibility.Private);
    }

    private static void Tell(string reason) => Console.Error.WriteLine($"assay: WITNESSES: {reason}; nothing is issued until the node is started again");

    private void Choose(string text, VerifierKey logKey)
    {
        try
        {
            if (text.Length > 0)
                Cosigner.Check(TlogPolicy.Parse(Encoding.UTF8.GetBytes(WithLog(text, logKey))));
        }
        catch (MalformedException e)
        {
            throw new NodeException(NodeFault.BadRequest, $"these witnesses cannot be used: {e.Message}", e);
        }
        if (text.Length > 0)
            Replace(folder.Witnesses, text, Visibility.Public);
        else
            files.Delete(Path.GetFileName(folder.Witnesses));
    }

    private string Read(VerifierKey logKey) => files.Read(Path.GetFileName(folder.Witnesses), MaxText) is { } bytes
        ? WithLog(Encoding.UTF8.GetString(bytes), logKey)
        : $"log {logKey}\nquorum none\n";

    // A list of witnesses may leave the log to us, which alone knows its key when it is new.
    private static string WithLog(string text, VerifierKey logKey)
    {
        var logs = TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)).Logs;
        return logs.IsEmpty ? $"log {logKey}\n{text}"
            : logs.Contains(logKey) ? text
            : throw new MalformedException($"the log of this node, {logKey}, is not among the policy's logs");
    }

    private void Replace(string path, string text, Visibility visibility) =>
        files.Replace(Path.GetFileName(path), Path.GetFileName(path) + ".new", Encoding.UTF8.GetBytes(text), visibility);
}
