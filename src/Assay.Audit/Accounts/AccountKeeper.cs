using Assay.Log;
using Assay.Store;
using Assay.Store.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Accounts;

/// <summary>Keeps the accounts of a folder: follows the logs that they are made of, folds them, keeps what was folded.</summary>
/// <remarks>
/// <code>
/// accounts.json   which accounts: providers, auditors, where their logs are and whose keys they have
/// accounts.db     states, steps, history of figures
/// logs/…          mirrors of the followed logs
/// </code>
/// One update at a time.
/// </remarks>
/// <param name="own">The log of the node that keeps the accounts, at the newest checkpoint that others are shown; null before there is one.</param>
/// <param name="origin">Of that log.</param>
/// <param name="newest">The newest step of an account that this log holds; null where it holds none.</param>
/// <param name="append">Brings a step's entry into it; one that is there already changes nothing.</param>
public sealed class AccountKeeper(string folder, AccountVault vault, Func<LogReader?> own, string origin, Func<Hash, AccountEpochEvent?> newest, Func<AccountEpochEvent, Task> append, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<FollowedAddress, FollowedLog> logs = [];
    private readonly Dictionary<FollowedAccount, FollowedFold> folds = [];
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Entries read of a provider's log, and of an auditor's, between two steps.</summary>
    internal (ulong Provider, ulong Auditor) Slices { get; init; } = (1 << 20, 4096);

    public static string ListIn(string folder) => Path.Combine(folder, "accounts.json");

    public static string DatabaseIn(string folder) => Path.Combine(folder, "accounts.db");

    /// <summary>Looks at all logs, and folds what is new. A log that cannot be read, or shows something wrong, is told of and stops no other account.</summary>
    /// <exception cref="AuditException">The list of accounts is damaged.</exception>
    public async Task<IReadOnlyList<AccountUpdate>> UpdateAsync(Action<FollowProgress>? progress = null, CancellationToken cancel = default)
    {
        await turn.WaitAsync(cancel);
        try
        {
            return await UpdateAllAsync(FollowList.Read(ListIn(folder)), progress, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var log in logs.Values)
            log.Dispose();
        turn.Dispose();
    }

    private async Task<IReadOnlyList<AccountUpdate>> UpdateAllAsync(FollowList list, Action<FollowProgress>? progress, CancellationToken cancel)
    {
        foreach (var gone in folds.Keys.Except(list.Accounts).ToList())
            folds.Remove(gone);
        var named = list.Accounts.SelectMany(a => a.Auditors.Append(a.Provider)).ToHashSet();
        foreach (var gone in logs.Keys.Except(named).ToList())
        {
            logs[gone].Dispose();
            logs.Remove(gone);
        }
        // Auditors first: what they say of a record is about one that the provider had logged before.
        var problems = new Dictionary<FollowedAddress, List<string>>();
        var judging = LookAt(list.Accounts.SelectMany(a => a.Auditors), problems, cancel);
        var judged = LookAt(list.Accounts.Select(a => a.Provider), problems, cancel);
        var updates = new List<AccountUpdate>();
        foreach (var account in list.Accounts)
        {
            if (!folds.TryGetValue(account, out var fold))
                folds.Add(account, fold = new FollowedFold(account, vault, origin, newest) { ProviderSlice = Slices.Provider, AuditorSlice = Slices.Auditor });
            var seen = account.Auditors.Append(account.Provider).SelectMany(l => problems.GetValueOrDefault(l, [])).ToList();
            try
            {
                var update = await fold.UpdateAsync(
                    (log, isProvider) => (isProvider ? judged : judging)[log], (ulong)clock.GetUtcNow().ToUnixTimeSeconds(), append, progress, cancel);
                updates.Add(update with { Problems = [.. seen, .. update.Problems] });
            }
            catch (Exception e)
            {
                // What it had in memory may be ahead of what is kept.
                folds.Remove(account);
                if (e is not (AuditException or LogException or StoreException or MalformedException))
                    throw;
                updates.Add(new AccountUpdate(null, account, 0, 0, [.. seen, $"{account.Provider.Key.Name}: {e.Message}"]));
            }
        }
        return updates;
    }

    private Dictionary<FollowedAddress, LogReader?> LookAt(IEnumerable<FollowedAddress> addresses, Dictionary<FollowedAddress, List<string>> problems, CancellationToken cancel)
    {
        var readers = new Dictionary<FollowedAddress, LogReader?>();
        foreach (var address in addresses.Distinct())
        {
            var found = new List<string>();
            readers[address] = address.IsOwn ? own() : Look(address, found, cancel);
            problems[address] = [.. problems.GetValueOrDefault(address, []).Union(found)];
        }
        return readers;
    }

    private LogReader? Look(FollowedAddress address, List<string> problems, CancellationToken cancel)
    {
        try
        {
            if (!logs.TryGetValue(address, out var log))
                logs.Add(address, log = new FollowedLog(address, Path.Combine(folder, "logs", Sha256.Of(System.Text.Encoding.UTF8.GetBytes(address.Key.ToString())).ToHex()[..16])));
            return log.Look(problems, cancel);
        }
        catch (AuditException e)
        {
            problems.Add($"{address.Key.Name}: {e.Message}");
            return null;
        }
    }
}
