using System.Collections.Immutable;
using Assay.Audit;
using Assay.Audit.Accounts;
using Assay.Audit.Passports;
using Assay.Log;
using Assay.Node.Receipts;
using Assay.Node.State;
using Assay.Store;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Accounts;

/// <summary>The accounts that a node keeps of providers, itself possibly among them: updated in the background, their steps entries of its own log.</summary>
/// <remarks>Safe for several threads.</remarks>
public sealed class AccountsDesk : IAsyncDisposable
{
    private readonly DataFolder folder;
    private readonly TimeSpan every;
    private readonly Lazy<AccountVault> vault;
    private readonly Lazy<AccountKeeper> keeper;
    private readonly PassportShelf shelf;
    private readonly CancellationTokenSource stop = new();
    private Task background = Task.CompletedTask;
    private ImmutableArray<AccountUpdate> last = [];
    private Func<Hash, Task> stepped = _ => Task.CompletedTask;

    internal AccountsDesk(OpenedFolder opened, TileLog log, EventWriter events, FoldedLog folded, NodeOptions options)
    {
        (folder, every, shelf) = (opened.Folder, options.AccountsEvery, new PassportShelf(opened.Folder.Accounts, opened.Folder.Log));
        vault = new Lazy<AccountVault>(() => OpenVault(folder));
        keeper = new Lazy<AccountKeeper>(() => new AccountKeeper(
            folder.Accounts, vault.Value, () => opened.Witnessed.Reader(log), opened.Origin, account => folded.Look(log.Reader, (state, _) => state.StepOf(account)),
            step => StepAsync(opened, log, events, folded, step), options.Clock));
    }

    /// <summary>What is kept; null where no account is.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public AccountVault? Vault => vault.IsValueCreated || File.Exists(AccountKeeper.DatabaseIn(folder.Accounts)) ? vault.Value : null;

    /// <summary>Whom to tell of each step of an account, right after its entry is in the log and while it is the newest that is kept.</summary>
    internal void Tell(Func<Hash, Task> whom) => stepped = whom;

    /// <summary>What the last update gave, one for each account followed.</summary>
    public IReadOnlyList<AccountUpdate> Last => last;

    /// <summary>The database of a data folder, for whoever only reads it.</summary>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static AccountVault OpenVault(DataFolder folder)
    {
        Directory.CreateDirectory(folder.Accounts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new AccountVault(AccountKeeper.DatabaseIn(folder.Accounts));
    }

    /// <summary>Looks at all logs of the accounts that are followed, and folds what is new.</summary>
    /// <exception cref="NodeException">The list of accounts is damaged.</exception>
    public async Task<IReadOnlyList<AccountUpdate>> UpdateAsync(Action<FollowProgress>? progress = null, CancellationToken cancel = default)
    {
        if (!File.Exists(AccountKeeper.ListIn(folder.Accounts)))
            return [];
        try
        {
            var updates = await keeper.Value.UpdateAsync(progress, cancel);
            last = [.. updates];
            return updates;
        }
        catch (AuditException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    /// <summary>The passport of an account that is kept here.</summary>
    /// <exception cref="NodeException">It cannot be made now.</exception>
    public async Task<FileStream> OpenPassportAsync(AccountView view, CancellationToken cancel)
    {
        try
        {
            return await shelf.OpenAsync(view.Account.Id, view.State.Steps, cancel);
        }
        catch (AuditException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    /// <summary>Updates again and again until the node is closed, off the path of answers.</summary>
    /// <param name="told">What is wrong with a log, in one line; once while it lasts.</param>
    public void KeepUpdating(Action<string> told)
    {
        if (every > TimeSpan.Zero)
            background = Task.Run(() => RunAsync(told));
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync();
        await background;
        if (keeper.IsValueCreated)
            keeper.Value.Dispose();
        if (vault.IsValueCreated)
            vault.Value.Dispose();
        shelf.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(Action<string> told)
    {
        var before = new HashSet<string>();
        try
        {
            while (true)
            {
                HashSet<string> problems;
                try
                {
                    problems = [.. (await UpdateAsync(cancel: stop.Token)).SelectMany(u => u.Problems)];
                }
                catch (Exception e) when (e is NodeException or StoreException or LogException or IOException)
                {
                    problems = [e.Message];
                }
                // What is wrong for long is told once.
                foreach (var problem in problems.Except(before))
                    told(problem);
                before = problems;
                await Task.Delay(every, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node is being closed.
        }
    }

    private async Task StepAsync(OpenedFolder opened, TileLog log, EventWriter events, FoldedLog folded, AccountEpochEvent step)
    {
        await AppendAsync(opened, log, events, folded, step);
        await stepped(step.Account);
    }

    // The log holds each step once: one that had reached it before the process ended is not appended again.
    private static async Task AppendAsync(OpenedFolder opened, TileLog log, EventWriter events, FoldedLog folded, AccountEpochEvent step)
    {
        opened.Witnessed.ThrowIfHalted();
        if (folded.Look(log.Reader, (state, _) => state.StepOf(step.Account)) is { } newest && newest.Step >= step.Step)
        {
            if (newest.Step > step.Step || newest.State != step.State)
                throw new AuditException($"this log holds another step {step.Step} of the account {step.Account.ToHex()[..16]}: its accounts.db is not the one that it was written with");
            return;
        }
        try
        {
            await events.AppendAsync(step, opened.LogKey);
        }
        catch (NodeException e)
        {
            throw new AuditException(e.Message, e);
        }
    }
}
