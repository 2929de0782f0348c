using Assay.Log;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Accounts;

/// <summary>What one update of an account gave.</summary>
/// <param name="Id">Null where its provider's log could not be read at all.</param>
/// <param name="Steps">How many were folded now.</param>
/// <param name="Settled">Epochs that they settled.</param>
/// <param name="Problems">Why some log was not read to its end; one line each.</param>
public sealed record AccountUpdate(Hash? Id, FollowedAccount Account, int Steps, ulong Settled, IReadOnlyList<string> Problems);

/// <summary>How far an update has come: entries read of one log.</summary>
public sealed record FollowProgress(string Origin, ulong Read, ulong Size);

/// <summary>
/// The fold of one followed account: reads on where the logs were read to, takes a step where there is something to fold, and keeps
/// it. Memory grows with what is not settled, not with what was. Not for several threads; after an exception it is to be begun anew.
/// </summary>
/// <param name="origin">Of the log that the steps' entries are for.</param>
/// <param name="newest">The newest step of an account that this log holds; null where it holds none.</param>
internal sealed class FollowedFold(FollowedAccount account, AccountVault vault, string origin, Func<Hash, AccountEpochEvent?> newest)
{
    /// <summary>So many entries of the provider's log are read between steps, so that a long log is not held at once.</summary>
    public required ulong ProviderSlice { get; init; }

    /// <summary>The same of each auditor's log, whose entries are larger.</summary>
    public required ulong AuditorSlice { get; init; }

    private const ulong ForgetEvery = 1 << 16;

    private readonly Reading provider = new(account.Provider);
    private readonly Reading[] auditors =
        [.. account.Auditors.OrderBy(a => a.Key.Name, Comparer<string>.Create(AccountEpochEvent.Compare)).Select(a => new Reading(a))];
    private readonly List<string> problems = [];
    private AccountState? state;
    private FigureHistory? history;
    private bool news;
    private ulong endedBefore;

    /// <summary>One log as it is read.</summary>
    private sealed class Reading(FollowedAddress address)
    {
        public FollowedAddress Address { get; } = address;
        public LogProgress Log { get; } = new();
        public AuditBook? Book { get; set; }
        public string? Broken { get; set; }
        public LogReader? Reader { get; set; }
        public ulong End => Broken is null ? Math.Max(Reader?.Checkpoint.Size ?? 0, Log.Size) : Log.Size;
        public LogSize Size => new(Address.Key.Name, Log.Size, Log.RootAt(Log.Size));
    }

    /// <summary>Reads on, and takes as many steps as that needs.</summary>
    /// <param name="readers">The newest tree of each log that may be read; null where there is none. The auditors' are older than the provider's: what they judged stands in it.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="log">Brings a step's entry into the log of whoever folds; one that is there already changes nothing.</param>
    public async Task<AccountUpdate> UpdateAsync(
        Func<FollowedAddress, bool, LogReader?> readers, ulong now, Func<AccountEpochEvent, Task> log, Action<FollowProgress>? progress, CancellationToken cancel)
    {
        problems.Clear();
        provider.Reader = readers(account.Provider, true);
        foreach (var auditor in auditors)
            auditor.Reader = readers(auditor.Address, false);
        if (provider.End == 0 || state is null && !Open(progress, cancel))
            return Result(0, 0);
        await LogPendingAsync(log);
        // A step says how far it read each log that the one before had read.
        if (state!.Logs.Skip(1).FirstOrDefault(l => auditors.All(a => a.Book is null || a.Address.Key.Name != l.Origin)) is { } missing)
        {
            problems.Add($"{missing.Origin}: it was counted until now, and cannot be read: no step until it can");
            return Result(0, 0);
        }
        var (steps, settled) = (0, 0UL);
        while (true)
        {
            var more = ReadOn(progress, cancel);
            if (IsDue(now))
            {
                settled += await StepAsync(Math.Max(now, state.Time), log);
                steps++;
            }
            if (!more)
                return Result(steps, settled);
        }
    }

    private AccountUpdate Result(int steps, ulong settled)
    {
        foreach (var log in auditors.Append(provider))
            if (log.Broken is not null)
                problems.Add(log.Broken);
            else if (log.Log.Size == 0)
                problems.Add($"{log.Address.Key.Name}: nothing of it could be read yet");
        return new AccountUpdate(state?.Account, account, steps, settled, [.. problems]);
    }

    // From what is kept of the account: the logs are read again up to where its last step read them (docs/spec/accounts-fold.md section 6).
    private bool Open(Action<FollowProgress>? progress, CancellationToken cancel)
    {
        if (!Read(provider, 1, progress, cancel) || provider.Log.Genesis is not { } genesis)
            return false;
        var id = new AccountId(genesis.Roots.Id, account.Service, AuditVerdictsEvent.Replay);
        var kept = vault.Find(id.Digest());
        var (begun, loaded) = (kept is null ? new AccountState(id) : AccountState.Parse(kept.State), kept is null ? new FigureHistory() : FigureHistory.Load(vault, kept.Id));
        // A step is kept before it is logged: a log that holds more, or another, has steps that nobody can go on from here.
        if (newest(id.Digest()) is { } logged && (begun.Steps <= logged.Step || begun.Steps == logged.Step + 1 && begun.Digest() != logged.State))
            throw new AuditException($"{origin} holds {logged.Step + 1} steps of this account, and accounts.db does not have them: put it back from a backup");
        foreach (var at in begun.Logs)
        {
            if (auditors.Append(provider).FirstOrDefault(l => l.Address.Key.Name == at.Origin) is not { } log)
                continue; // UpdateAsync tells.
            if (!ReadTo(log, at.Size, begun, progress, cancel))
                return false;
            if (log.Log.RootAt(at.Size) != at.Root)
                throw new AuditException($"{at.Origin}: its first {at.Size} entries are not those that were counted: this is another log, or another history of it");
            log.Book?.SkipCounted();
        }
        (state, history, news, endedBefore) = (begun, loaded, begun.Steps == 0, Ended());
        return true;
    }

    private bool ReadTo(Reading log, ulong size, AccountState begun, Action<FollowProgress>? progress, CancellationToken cancel)
    {
        if (log.End < size)
        {
            problems.Add($"{log.Address.Key.Name}: {log.End} entries can be read, and {size} were counted");
            return false;
        }
        while (log.Log.Size < size)
        {
            var slice = Math.Min(size, log.Log.Size + ForgetEvery);
            if (!Read(log, slice, progress, cancel, begun, again: true))
                return false;
            if (log == provider)
                log.Log.Forget(begun.SettledOf);
        }
        return true;
    }

    // One slice of each log. An auditor is not read beyond what it says of records that are still to be read.
    private bool ReadOn(Action<FollowProgress>? progress, CancellationToken cancel)
    {
        var before = auditors.Append(provider).Sum(l => (decimal)l.Log.Size);
        Read(provider, Math.Min(provider.End, provider.Log.Size + ProviderSlice), progress, cancel);
        foreach (var auditor in auditors)
            Read(auditor, Math.Min(auditor.End, auditor.Log.Size + AuditorSlice), progress, cancel, state);
        return auditors.Append(provider).Sum(l => (decimal)l.Log.Size) > before;
    }

    /// <param name="again">What a step before has counted: nothing of it has to wait.</param>
    /// <returns>Whether it was read, up to what has to wait.</returns>
    private bool Read(Reading log, ulong to, Action<FollowProgress>? progress, CancellationToken cancel, AccountState? counted = null, bool again = false)
    {
        if (log.Broken is not null || log.Log.Size >= to || log.Reader is not { } reader)
            return log.Log.Size >= to;
        try
        {
            foreach (var entry in reader.ReadEntries(log.Log.Size))
            {
                var index = log.Log.Size;
                if (log != provider && !again && Waits(entry))
                    break;
                if (log.Log.Apply(entry.Span) is { } step)
                    Apply(log, index, step, counted);
                if (log.Log.Size == to)
                    break;
                if (index % 65_536 == 0)
                    cancel.ThrowIfCancellationRequested();
            }
        }
        catch (MalformedException e)
        {
            log.Broken = $"{log.Address.Key.Name}: entry {log.Log.Size} is not what may stand there ({e.Message}): nothing after it is read";
            return false;
        }
        progress?.Invoke(new FollowProgress(log.Address.Key.Name, log.Log.Size, log.End));
        return true;
    }

    private void Apply(Reading log, ulong index, LogEvent step, AccountState? counted)
    {
        if (step is GenesisEvent genesis && genesis.LogKey != log.Address.Key)
            throw new MalformedException($"genesis names another log key, {genesis.LogKey}");
        if (log == provider)
            return;
        if (step is GenesisEvent of)
        {
            log.Book = new AuditBook(of, account.Provider.Key.Name, counted!);
            news = true;
        }
        news |= log.Book!.Apply(index, step);
    }

    // Whether an auditor's entry is about what the provider's log holds further on than it is read.
    private bool Waits(ReadOnlyMemory<byte> entry)
    {
        if (provider.Log.Size >= provider.End || Verify.Dsse.OpenEntry.KindOf(entry.Span) == Verify.Dsse.EntryKind.Sealed)
            return false;
        return LogEvent.Parse(Verify.Dsse.OpenEntry.Parse(entry.Span).Payload.Span) switch
        {
            AuditDrawEvent draw => draw.Provider == account.Provider.Key.Name && draw.Epoch.Size > provider.Log.Size,
            AuditVerdictsEvent { Lane: AuditLane.Canary } or ChallengeEvent => true,
            _ => false,
        };
    }

    private bool IsDue(ulong now) =>
        news || Ended() != endedBefore || state!.Waiting is { } waiting && now >= state.Time && now - waiting.Since >= AccountFold.PatienceSeconds;

    // Grows with every epoch that ends and with every key of the service.
    private ulong Ended() => provider.Log.ServingKeys.Where(k => k.Segment.Service == account.Service)
        .Aggregate(0UL, (sum, key) => sum + 1 + provider.Log.EndedEpochs(key.KeyId));

    private async Task<ulong> StepAsync(ulong time, Func<AccountEpochEvent, Task> log)
    {
        var read = auditors.Where(a => a.Book is not null).ToArray();
        var fold = new AccountFold(account.Service, provider.Log, [.. read.Select(a => a.Book!)], state!);
        var rows = new List<KeptEpoch>();
        var number = state!.Steps;
        var step = fold.Step(time, [.. read.Select(a => a.Size)], origin, place => rows.Add(history!.Add(state.Segments[place], place, number, time)));
        var genesis = provider.Log.Genesis!;
        vault.Put(
            new KeptAccount(
                state.Account, genesis.Origin, genesis.Node, account.Provider.IsOwn ? "" : account.Provider.Address, genesis.Roots.Id, account.Service,
                AuditVerdictsEvent.Replay, state.Steps, time, state.ToBytes()),
            state.Segments.Select((s, place) => new KeptSegment(state.Account, place, s.Model, NameOf(s.Model), s.Profile, s.Region)),
            rows, new KeptStep(number, time, step.ToBytes(), Logged: false));
        (news, endedBefore) = (false, Ended());
        provider.Log.Forget(state.SettledOf);
        await log(step);
        vault.MarkLogged(state.Account, number);
        return (ulong)rows.Count;
    }

    // A step that was kept is folded for good, whether or not its entry had reached the log when the process ended.
    private async Task LogPendingAsync(Func<AccountEpochEvent, Task> log)
    {
        foreach (var pending in vault.StepsOf(state!.Account, unlogged: true))
        {
            await log((AccountEpochEvent)LogEvent.Parse(pending.Event));
            vault.MarkLogged(state.Account, pending.Step);
        }
    }

    private string NameOf(Hash model) =>
        provider.Log.Models.LastOrDefault(m => m.Event.Manifest == model) is { } published ? $"{published.Event.Name}@{published.Event.Version}" : "";
}
