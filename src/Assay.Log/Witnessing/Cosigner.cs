using System.Collections.Immutable;
using Assay.Log.Files;
using Assay.Log.Writing;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Witnessing;

/// <summary>The log's side of tlog-witness: has each new checkpoint cosigned, and publishes it once a quorum has.</summary>
/// <remarks>
/// One task, round by round: the newest checkpoint goes to every witness that is due, all at once; when the quorum's lines are there,
/// the cosigned checkpoint is stored and <see cref="Reader"/> moves on. Appending never waits for it. If a witness has cosigned what
/// this log does not hold, the log was put back from an older copy or forked: the cosigner halts for good and says so.
/// </remarks>
public sealed class Cosigner : IAsyncDisposable
{
    private readonly TileLog log;
    private readonly TlogPolicy policy;
    private readonly CosignerOptions options;
    private readonly CosignedStore store;
    private readonly ImmutableArray<WitnessSession> sessions;
    private readonly Action<string>? halting;
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource firstRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal changed = new();
    private readonly SemaphoreSlim atOnce;
    private readonly Dictionary<string, NoteSignature> lines = new(StringComparer.Ordinal);
    private readonly Task running;
    private LogReader? reader;
    private string? halted;
    private ulong linesFor;

    private Cosigner(TileLog log, ILogFiles files, VerifierKey logKey, TlogPolicy policy, CosignerOptions options, Action<string>? halting)
    {
        (this.log, this.policy, this.options, this.halting) = (log, policy, options, halting);
        store = new CosignedStore(files, logKey, policy);
        sessions = [.. policy.Witnesses.Where(w => w.Url is not null).Select(w => new WitnessSession(w, Address(w), options.Transport))];
        atOnce = new SemaphoreSlim(options.AtOnce, options.AtOnce);
        Resume();
        running = Task.Run(RunAsync);
    }

    /// <param name="log">The open log; it outlives the cosigner.</param>
    /// <param name="files">The log's directory.</param>
    /// <param name="policy">Names the witnesses, each with its URL, and the quorum.</param>
    /// <param name="halting">Called once, before <see cref="Halted"/> is set, with one line for the operator.</param>
    /// <exception cref="MalformedException">The witnesses that have a URL are no quorum, or a URL is none.</exception>
    public static Cosigner Start(TileLog log, ILogFiles files, VerifierKey logKey, TlogPolicy policy, CosignerOptions? options = null, Action<string>? halting = null)
    {
        Check(policy);
        return new Cosigner(log, files, logKey, policy, options ?? new CosignerOptions(), halting);
    }

    /// <summary>Whether a log can be cosigned under this policy.</summary>
    /// <exception cref="MalformedException">The witnesses that have a URL are no quorum, or a URL is none.</exception>
    public static void Check(TlogPolicy policy)
    {
        foreach (var witness in policy.Witnesses.Where(w => w.Url is not null))
            _ = Address(witness);
        if (!policy.AsksForWitnesses || !policy.IsQuorum(policy.Witnesses.Where(w => w.Url is not null).Select(w => w.Name).ToHashSet(StringComparer.Ordinal)))
            throw new MalformedException("the witnesses that have a URL are no quorum of this policy: nothing could ever be cosigned");
    }

    /// <summary>Entries and proofs at the newest checkpoint with a quorum; null before there is one.</summary>
    public LogReader? Reader => Volatile.Read(ref reader);

    /// <summary>What a witness holds against this log, in one line; null while all is well.</summary>
    public string? Halted => Volatile.Read(ref halted);

    public IReadOnlyList<WitnessStatus> Witnesses =>
        [.. sessions.Select(s => new WitnessStatus(s.Witness.Name, s.Witness.Key, s.Witness.Url!, s.Cosigned, s.Failures, s.Detail))];

    /// <summary>Ends when every witness was asked once, whatever it answered; bounded by the timeout.</summary>
    public Task FirstRound => firstRound.Task;

    /// <summary>A reader at the first cosigned checkpoint seen that covers an entry.</summary>
    /// <exception cref="LogException">The cosigner has halted or was closed before that.</exception>
    public async Task<LogReader> WaitForAsync(ulong index, CancellationToken ct = default)
    {
        while (true)
        {
            var next = changed.Next;
            if (Reader is { } found && found.Checkpoint.Size > index)
                return found;
            if (Halted is { } reason)
                throw new LogException(LogFault.Corrupt, reason);
            if (running.IsCompleted)
                throw new LogException(LogFault.Closed, "the log was closed");
            await next.WaitAsync(ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (closing.IsCancellationRequested)
            return;
        await closing.CancelAsync();
        await running;
        changed.Pulse();
        closing.Dispose();
        atOnce.Dispose();
    }

    // What was cosigned before this start. It must be a prefix of what the log holds now.
    private void Resume()
    {
        if (store.Read() is not { } stored)
            return;
        var size = stored.Signed.Size;
        if (size > log.Size)
        {
            Halt($"witnesses have cosigned size {size}, and the log ends at {log.Size}");
            return;
        }
        try
        {
            var at = log.Reader.At(stored.Signed);
            var verified = policy.Witnesses.Where(w => IsGood(stored.Note, w.Key)).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var session in sessions.Where(s => verified.Contains(s.Witness.Name)))
                session.Remember(size);
            if (policy.IsQuorum(verified))
                reader = at;
        }
        catch (LogException e)
        {
            Halt($"the checkpoint that witnesses have cosigned at size {size} is not one of this tree: {e.Message}");
        }
    }

    private static bool IsGood(SignedNote note, VerifierKey witness) =>
        note.LinesOf(witness).ToList() is { Count: > 0 } found && found.TrueForAll(l => witness.Verify(note.Text, l.Bytes.Span));

    private async Task RunAsync()
    {
        try
        {
            while (Halted is null)
            {
                var head = log.Reader;
                if (head.Checkpoint.Size != linesFor)
                    lines.Clear();
                linesFor = head.Checkpoint.Size;
                var now = options.Clock.GetUtcNow();
                var due = sessions.Where(s => !lines.ContainsKey(s.Witness.Name) && s.NotBefore <= now).ToList();
                if (due.Count > 0)
                    await RoundAsync(head, due);
                firstRound.TrySetResult();
                changed.Pulse();
                if (Halted is null)
                    await WaitAsync(head);
            }
        }
        catch (Exception e) when (closing.IsCancellationRequested && e is OperationCanceledException or LogStoppedException or LogException { Fault: LogFault.Closed })
        {
            // Closed, or the log before us; or the log has stopped, and says so itself.
        }
        catch (Exception e) when (e is LogException or IOException or UnauthorizedAccessException)
        {
            Fail($"the cosigned checkpoint cannot be kept: {e.Message}");
        }
        catch (Exception e)
        {
            Fail($"asking the witnesses has failed unexpectedly: {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            firstRound.TrySetResult();
            changed.Pulse();
        }
    }

    private async Task RoundAsync(LogReader head, List<WitnessSession> due)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        var pending = due.ConvertAll(s => AskAsync(s, head, round.Token));
        var published = 0;
        while (pending.Count > 0)
        {
            var done = await Task.WhenAny(pending);
            pending.Remove(done);
            var (session, result) = await done;
            session.Settle(result, options.Clock.GetUtcNow(), options.RetryFirst, options.RetryMost);
            closing.Token.ThrowIfCancellationRequested();
            if (result.Outcome == Asked.Cosigned)
                lines[session.Witness.Name] = result.Line!;
            // All that the log ever signed is below its durable size: beyond it lies what it has lost.
            else if (result.Outcome == Asked.Forked || result.Outcome == Asked.Ahead && result.Size > log.Size)
                Halt($"the witness {session.Witness.Key.Name} {result.Detail}, and this log ends at {log.Size}");
            if (published == 0 && Halted is null && policy.IsQuorum(lines.Keys.ToHashSet(StringComparer.Ordinal)))
            {
                Publish(head);
                published = lines.Count;
                round.CancelAfter(options.Grace);
            }
        }
        // Those that came after the quorum.
        if (published > 0 && lines.Count > published && Halted is null)
            Publish(head);
    }

    private async Task<(WitnessSession Session, AskedResult Result)> AskAsync(WitnessSession session, LogReader head, CancellationToken ct)
    {
        try
        {
            await atOnce.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return (session, new AskedResult(Asked.Failed, "no answer in time"));
        }
        try
        {
            return (session, await session.AskAsync(head, options.Timeout, ct));
        }
        finally
        {
            atOnce.Release();
        }
    }

    private void Publish(LogReader head)
    {
        var cosigned = store.Write(head.Signed!, lines);
        Volatile.Write(ref reader, head.At(cosigned));
        changed.Pulse();
    }

    // Until there is a newer checkpoint, or a witness that failed is due again.
    private async Task WaitAsync(LogReader head)
    {
        await Task.Delay(options.Interval, options.Clock, closing.Token);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        var lacking = sessions.Where(s => !lines.ContainsKey(s.Witness.Name)).Select(s => s.NotBefore).ToList();
        if (lacking.Count > 0)
            enough.CancelAfter(Later(lacking.Min() - options.Clock.GetUtcNow()));
        try
        {
            await log.WaitForCheckpointAsync(head.Checkpoint.Size, enough.Token);
        }
        catch (OperationCanceledException) when (!closing.IsCancellationRequested)
        {
            // Somebody is due.
        }
    }

    private static TimeSpan Later(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;

    private void Halt(string reason)
    {
        if (Halted is not null)
            return;
        try
        {
            halting?.Invoke(reason);
        }
        finally
        {
            Volatile.Write(ref halted, reason);
        }
    }

    // No witness said so: it is not for the operator to decide, and the next start tries again.
    private void Fail(string reason)
    {
        Interlocked.CompareExchange(ref halted, reason, null);
        options.Failed?.Invoke(reason);
    }

    private static Uri Address(Witness witness) =>
        Uri.TryCreate(witness.Url, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw new MalformedException($"'{Verify.Json.StrictJson.Shown(witness.Url!)}' is no http or https address of a witness");
}
