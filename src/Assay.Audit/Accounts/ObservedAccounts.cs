using Assay.Log;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Audit.Accounts;

/// <summary>What one log says of endpoints that sign nothing, of one service, oracle and task: testimony.</summary>
public sealed record ObservedAccount(string Service, ObservationOracle Oracle, Hash Task, ObservedState State)
{
    public Hash Id => State.Account;

    /// <summary>How many observers it rests on, in all of its segments.</summary>
    public int Observers => State.Segments.SelectMany(s => s.Observers).Select(o => (o.Origin, o.KeyId)).Distinct().Count();

    /// <summary>The oracle as logs name it.</summary>
    public string OracleName => Oracle.ToString().ToLowerInvariant();
}

/// <summary>
/// The observed accounts of one log alone, in memory: what the log has is folded when somebody looks, and later only what is new. No step is
/// committed to: whoever has the log gets the same figures.
/// </summary>
/// <remarks>Safe for several threads: one at a time gets to look.</remarks>
/// <param name="most">Accounts that are folded; entries of any beyond these are passed over, and counted.</param>
public sealed class ObservedAccounts(string origin, Hash keyId, int most = ObservedAccounts.Most)
{
    public const int Most = 10_000;

    // Entries are held until their step: so many of 30,000 letters are some 60 MB.
    private const int AtOnce = 1_000;

    private readonly Dictionary<(string, ObservationOracle, Hash), ObservedFold> folds = [];
    private readonly Dictionary<Hash, ObservedAccount> accounts = [];
    private readonly Lock gate = new();
    private ulong read, left;

    /// <summary>Folds what the log has beyond what was folded, and reads something off it.</summary>
    /// <param name="time">Of the step, if there is anything new.</param>
    /// <param name="look">Given the accounts by id, and how many entries were passed over. The states are its own only while it runs.</param>
    public T Look<T>(LogReader log, DateTimeOffset time, Func<IReadOnlyDictionary<Hash, ObservedAccount>, ulong, T> look)
    {
        lock (gate)
        {
            var (at, fresh) = (read, new List<ObservationsEvent>());
            foreach (var entry in log.ReadEntries(read))
            {
                at++;
                if (ObservationIn(entry.Span) is not { } seen)
                    continue;
                fresh.Add(seen);
                if (fresh.Count == AtOnce)
                    Fold(log, time, fresh, at);
            }
            Fold(log, time, fresh, at);
            return look(accounts, left);
        }
    }

    /// <summary>An entry's observations; null where it is something else.</summary>
    public static ObservationsEvent? ObservationIn(ReadOnlySpan<byte> entry) =>
        OpenEntry.KindOf(entry) == EntryKind.Open ? LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span) as ObservationsEvent : null;

    private void Fold(LogReader log, DateTimeOffset time, List<ObservationsEvent> fresh, ulong at)
    {
        foreach (var some in fresh.GroupBy(e => (e.Service, e.Oracle, e.Task)))
        {
            if (FoldOf(some.Key) is not { } fold)
            {
                left += (ulong)some.Count();
                continue;
            }
            // A clock that was set back must not stop the fold.
            var now = Math.Max(fold.State.Time, (ulong)Math.Max(0, time.ToUnixTimeSeconds()));
            fold.Step(now, [new ObserverRead(new LogSize(origin, log.Checkpoint.Size, log.Checkpoint.Root), keyId, [.. some])], origin);
        }
        fresh.Clear();
        read = at;
    }

    private ObservedFold? FoldOf((string Service, ObservationOracle Oracle, Hash Task) of)
    {
        if (folds.TryGetValue(of, out var fold))
            return fold;
        if (folds.Count == most)
            return null;
        var (service, oracle, task) = of;
        var state = new ObservedState(AccountId.Observed(service, oracle, task));
        accounts.Add(state.Account, new ObservedAccount(service, oracle, task, state));
        return folds[of] = new ObservedFold(service, oracle, task, state);
    }
}
