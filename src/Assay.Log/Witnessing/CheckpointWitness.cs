using System.Collections.Immutable;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Witnessing;

/// <summary>A witness's answer to add-checkpoint, ready for HTTP.</summary>
public sealed record WitnessAnswer(WitnessOutcome Outcome, string ContentType, string Body)
{
    public const string PlainText = "text/plain; charset=utf-8";
}

/// <summary>What a witness knows of one log.</summary>
public sealed record WitnessedLog(string Origin, Checkpoint? Latest);

/// <summary>A witness: cosigns a checkpoint of a log that it knows if it extends the one that it cosigned before (c2sp.org/tlog-witness).</summary>
/// <remarks>
/// Thread-safe; requests for one origin are answered one after another, so that comparing with the newest checkpoint and replacing it
/// is one step. The new checkpoint is durable before its cosignature exists. After a failed write nothing is known of what the disk
/// holds, and the witness cosigns nothing more until it is started again.
/// </remarks>
public sealed class CheckpointWitness : IDisposable
{
    /// <summary>How many checkpoints of each log are remembered beside the newest: a fork may be shown at a size that was passed.</summary>
    private const int Remembered = 1024;

    private readonly WitnessStore store;
    private readonly SigningKey key;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, WatchedLog> logs = new(StringComparer.Ordinal);
    private volatile string? stopped;

    /// <param name="files">The witness's folder; no other process may have it open.</param>
    /// <param name="name">The witness's name, as in its key; it must never cosign under another with the same key.</param>
    /// <param name="key">Ed25519; stays the caller's.</param>
    /// <param name="trusted">Keys of the logs to witness; a key's name is its log's origin.</param>
    /// <exception cref="LogException">Another process has the folder, or what is stored in it is damaged.</exception>
    public CheckpointWitness(ILogFiles files, string name, SigningKey key, IEnumerable<VerifierKey> trusted, TimeProvider? clock = null)
    {
        VerifierKey = VerifierKey.Create(name, NoteSignatureType.Cosignature, key.PublicKey);
        (this.key, this.clock) = (key, clock ?? TimeProvider.System);
        store = new WitnessStore(files);
        try
        {
            foreach (var origin in trusted.GroupBy(k => k.Name, StringComparer.Ordinal))
            {
                var keys = origin.Distinct().ToImmutableArray();
                logs[origin.Key] = new WatchedLog(keys, store.Read(origin.Key, keys));
            }
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>What those who trust this witness put into their policies.</summary>
    public VerifierKey VerifierKey { get; }

    /// <summary>Told of the first fault that is seen at each size of a log: its file's name and what it shows.</summary>
    public Action<string, string>? FaultSeen { get; set; }

    /// <summary>Why nothing more is cosigned, or null.</summary>
    public string? Stopped => stopped;

    public IReadOnlyList<WitnessedLog> Logs => [.. logs.Select(l => new WitnessedLog(l.Key, l.Value.Latest?.Checkpoint))];

    /// <summary>Names of the fault files that were written.</summary>
    public IReadOnlyList<string> Faults => store.FaultNames;

    /// <summary>A fault file, or null where there is none of that name.</summary>
    public byte[]? ReadFault(string name) => store.ReadFault(name);

    /// <summary>Answers one request.</summary>
    /// <exception cref="LogStoppedException">A write failed, now or before.</exception>
    public WitnessAnswer Add(ReadOnlySpan<byte> body)
    {
        AddCheckpoint request;
        try
        {
            request = AddCheckpoint.Parse(body);
        }
        catch (MalformedException e)
        {
            return new WitnessAnswer(WitnessOutcome.BadRequest, WitnessAnswer.PlainText, e.Message + "\n");
        }
        if (!logs.TryGetValue(request.Checkpoint.Origin, out var log))
            return Refusal(WitnessRules.Decide(request, [], null));
        lock (log)
            return Add(request, log);
    }

    private WitnessAnswer Add(AddCheckpoint request, WatchedLog log)
    {
        ThrowIfStopped();
        var signers = WitnessRules.Signers(request.Note, log.Keys);
        var signed = signers.Count == 0 ? null : new SeenCheckpoint(request.Checkpoint, OnlyLinesOf(request.Note, signers));
        if (signed is not null)
            LookForFork(signed, log);
        var (outcome, reason) = WitnessRules.Decide(request, log.Keys, log.Latest?.Checkpoint);
        if (outcome == WitnessOutcome.Conflict)
            return new WitnessAnswer(outcome, AddCheckpoint.SizeMediaType, $"{log.Latest?.Checkpoint.Size ?? 0}\n");
        if (outcome != WitnessOutcome.Cosign)
            return Refusal((outcome, reason));
        Persist(signed!);
        log.Advance(signed!, Remembered);
        // A clock that was set back does not make a later tree older.
        log.Time = Math.Max(log.Time, (ulong)clock.GetUtcNow().ToUnixTimeSeconds());
        return new WitnessAnswer(outcome, WitnessAnswer.PlainText, Cosignature.Sign(request.Note.Text, VerifierKey.Name, key, log.Time).ToLine());
    }

    // Two signed roots of one size: whichever way the request goes, one key of the log's has signed two trees, if anyone can be shown that.
    private void LookForFork(SeenCheckpoint signed, WatchedLog log)
    {
        if (log.At(signed.Checkpoint.Size) is not { } other || other.Checkpoint.Root == signed.Checkpoint.Root)
            return;
        var fault = new TwoRoots(other.Note, signed.Note);
        if (!FaultJudge.Judge(fault, new TlogPolicy(log.Keys, [], [], TlogPolicy.None)).Proved)
            return;
        var name = KeepFault(fault);
        // Whoever has both can send them again and again.
        if (!log.Told.Add(signed.Checkpoint.Size))
            return;
        FaultSeen?.Invoke(name, $"split view: {signed.Checkpoint.Origin} has signed two trees of size {signed.Checkpoint.Size}, " +
            $"{other.Checkpoint.Root.ToBase64()} and {signed.Checkpoint.Root.ToBase64()}");
    }

    private string KeepFault(TwoRoots fault) => Guarded(() => store.Keep(fault));

    private void Persist(SeenCheckpoint signed) => Guarded(() =>
    {
        store.Write(signed.Checkpoint.Origin, signed.Note);
        return true;
    });

    private T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stopped = DiskErrors.IsFull(e) ? "the disk is full: make room and start the witness again" : e.Message;
            throw new LogStoppedException(DiskErrors.IsFull(e) ? LogFault.DiskFull : LogFault.Io, stopped, e);
        }
    }

    private void ThrowIfStopped()
    {
        if (stopped is { } reason)
            throw new LogStoppedException(LogFault.Io, reason);
    }

    // Lines of keys that are not known here say nothing, and would be kept for ever.
    private static SignedNote OnlyLinesOf(SignedNote note, IReadOnlyList<VerifierKey> keys) =>
        note with { Signatures = [.. keys.Select(k => note.LinesOf(k).First())] };

    private static WitnessAnswer Refusal((WitnessOutcome Outcome, string Reason) decision) =>
        new(decision.Outcome, WitnessAnswer.PlainText, decision.Reason + "\n");

    public void Dispose() => store.Dispose();

    private sealed record SeenCheckpoint(Checkpoint Checkpoint, SignedNote Note);

    // One log, and its lock.
    private sealed class WatchedLog(ImmutableArray<VerifierKey> keys, SignedNote? latest)
    {
        private readonly SortedDictionary<ulong, SeenCheckpoint> passed = [];

        public ImmutableArray<VerifierKey> Keys { get; } = keys;

        public SeenCheckpoint? Latest { get; private set; } = latest is null ? null : new SeenCheckpoint(Checkpoint.Parse(latest.Text), latest);

        public ulong Time { get; set; }

        /// <summary>Sizes at which a fork was reported.</summary>
        public HashSet<ulong> Told { get; } = [];

        public SeenCheckpoint? At(ulong size) => Latest?.Checkpoint.Size == size ? Latest : passed.GetValueOrDefault(size);

        public void Advance(SeenCheckpoint next, int most)
        {
            if (Latest is { } before && before.Checkpoint.Size < next.Checkpoint.Size)
                passed[before.Checkpoint.Size] = before;
            if (passed.Count > most)
                passed.Remove(passed.Keys.First());
            Latest = next;
        }
    }
}
