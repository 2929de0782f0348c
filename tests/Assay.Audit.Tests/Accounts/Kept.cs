using Assay.Audit.Accounts;
using Assay.Log;
using Assay.Log.Files;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Tests.Accounts;

/// <summary>A provider and its auditors whose logs are published in directories, and somebody who keeps the provider's account.</summary>
internal sealed class Kept : IAsyncDisposable
{
    public static readonly Segment Segment = new("svc", AuditedLog.Word("model"), "profile", "eu");

    private readonly Dictionary<AuditedLog, TileLog> published = [];
    private AccountKeeper? keeper;

    public Kept(int auditors = 2, ulong epochRecords = 100)
    {
        Provider = new AuditedLog("provider.test/log");
        Provider.Add(new AuditTermsEvent(Provider.Origin, epochRecords, 3600));
        Key = Provider.Introduce("serving", Segment);
        Auditors = [.. Enumerable.Range(1, auditors).Select(i => new AuditedLog($"auditor-{i}.test/log"))];
        Directory.CreateDirectory(AccountsFolder);
        Vault = new AccountVault(AccountKeeper.DatabaseIn(AccountsFolder));
    }

    public TemporaryFolder Folder { get; } = new();

    public string AccountsFolder => Path.Combine(Folder.Path, "accounts");

    public AuditedLog Provider { get; }

    public AuditedLog[] Auditors { get; }

    public AuditedLog Own { get; } = new("keeper.test/log");

    public SigningKey Key { get; set; }

    public AccountVault Vault { get; private set; }

    public AccountId Id => new(Provider.State.Genesis!.Roots.Id, Segment.Service, "replay");

    public AccountState State => AccountState.Parse(Vault.Find(Id.Digest())!.State);

    public Clock Time { get; } = new();

    public Func<AccountEpochEvent, Task>? Append { get; set; }

    public (ulong, ulong) Slices { get; set; } = (1 << 20, 4096);

    public sealed class Clock : TimeProvider
    {
        public long Now { get; set; } = 1_770_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Now);
    }

    public void Follow() => FollowList.Read(AccountKeeper.ListIn(AccountsFolder))
        .With(new FollowedAccount(Segment.Service, AddressOf(Provider), [.. Auditors.Select(AddressOf)])).Write(AccountKeeper.ListIn(AccountsFolder));

    public string FolderOf(AuditedLog log) => Path.Combine(Folder.Path, log.Origin.Split('.')[0]);

    public FollowedAddress AddressOf(AuditedLog log) => new(
        Path.Combine(FolderOf(log), "public"), VerifierKey.Create(log.Origin, NoteSignatureType.Ed25519, log.LogKey.PublicKey));

    /// <summary>Publishes what the logs hold by now.</summary>
    public async Task PublishAsync()
    {
        foreach (var log in Auditors.Prepend(Provider))
            await PublishAsync(log);
    }

    public async Task PublishAsync(AuditedLog log)
    {
        if (!published.TryGetValue(log, out var tiles))
            published.Add(log, tiles = TileLog.Create(
                new PosixLogFiles(FolderOf(log)), log.Origin, log.LogKey, log.Entries[0], new TileLogOptions { IntegrateInterval = TimeSpan.Zero }));
        var pending = new List<Task>();
        for (var i = (int)tiles.Size; i < log.Entries.Count; i++)
            pending.Add(tiles.AppendAsync(log.Entries[i]));
        await Task.WhenAll(pending);
        await tiles.WaitForCheckpointAsync((ulong)log.Entries.Count - 1);
    }

    /// <summary>One update an hour later; by a new process, if asked.</summary>
    public async Task<AccountUpdate> UpdateAsync(bool anew = false)
    {
        if (anew)
            Stop();
        keeper ??= new AccountKeeper(AccountsFolder, Vault, () => throw new InvalidOperationException(), Own.Origin, account => Own.State.StepOf(account), Append ?? LogAsync, Time) { Slices = Slices };
        Time.Now += 3600;
        return Assert.Single(await keeper.UpdateAsync(cancel: TestContext.Current.CancellationToken));
    }

    public Task LogAsync(AccountEpochEvent step)
    {
        Own.Add(step);
        return Task.CompletedTask;
    }

    public void Stop()
    {
        keeper?.Dispose();
        keeper = null;
        Vault.Dispose();
        Vault = new AccountVault(AccountKeeper.DatabaseIn(AccountsFolder));
    }

    /// <summary>The database as it was at some time, in place of the one that there is; null for none.</summary>
    public void PutBack(string? copy)
    {
        Stop();
        Vault.Dispose();
        var path = AccountKeeper.DatabaseIn(AccountsFolder);
        foreach (var file in Directory.GetFiles(AccountsFolder, Path.GetFileName(path) + "*"))
            File.Delete(file);
        if (copy is not null)
            File.Copy(copy, path);
        Vault = new AccountVault(path);
    }

    /// <summary>An epoch that all auditors committed to, drew and judged.</summary>
    public void Run(int epochs, uint rate, Func<ulong, char> judge)
    {
        for (; epochs > 0; epochs--)
        {
            var epoch = Provider.State.EndedEpochs(Key.PublicKey.Id);
            foreach (var auditor in Auditors)
                Provider.Commit(auditor, Key, epoch, rate);
            Provider.Serve(Key, (int)Provider.State.Terms!.EpochRecords);
            foreach (var auditor in Auditors)
            {
                var draw = auditor.Add(auditor.DrawOf(Provider, Key, epoch, Auditors));
                if (((AuditDrawEvent)auditor.Events[^1].Event).Drawn is > 0 and var drawn)
                    auditor.Judge(draw, 0, (int)drawn, judge);
            }
        }
    }

    /// <summary>What a stranger has who repeats the logged steps over whole logs.</summary>
    public AccountState Repeated()
    {
        var state = new AccountState(Id);
        var whole = new LogState();
        var books = Auditors.Select(a => new AuditBook(a.State.Genesis!, Provider.Origin, state)).ToArray();
        var read = new int[books.Length];
        foreach (var step in Own.Events.Select(e => e.Event).OfType<AccountEpochEvent>())
        {
            while (whole.Size < step.Logs[0].Size)
                whole.Apply(Provider.Entries[(int)whole.Size]);
            for (var i = 0; i < books.Length; i++)
                for (; (ulong)read[i] < step.Logs[i + 1].Size; read[i]++)
                    if (Auditors[i].Events.Find(e => e.Index == (ulong)read[i]) is { Event: { } said })
                        books[i].Apply((ulong)read[i], said);
            var again = new AccountFold(Segment.Service, whole, books, state).Step(step.Time, [.. step.Logs.Skip(1)], Own.Origin);
            Assert.Equal(step.State, again.State);
        }
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        keeper?.Dispose();
        Vault.Dispose();
        foreach (var log in published.Values)
            await log.DisposeAsync();
        Folder.Dispose();
    }
}
