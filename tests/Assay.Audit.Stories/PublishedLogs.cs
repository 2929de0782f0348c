using Assay.Audit.Accounts;
using Assay.Log;
using Assay.Log.Files;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Stories;

/// <summary>A provider and two auditors whose logs are published in directories, for a node to follow.</summary>
internal sealed class PublishedLogs : IAsyncDisposable
{
    private readonly string folder;
    private readonly Dictionary<AuditedLog, TileLog> published = [];
    private readonly AuditedLog provider;
    private readonly SigningKey key;

    public PublishedLogs(string folder, string origin, ulong epochRecords, Segment segment, AuditedLog[] auditors)
    {
        (this.folder, Auditors) = (folder, auditors);
        provider = new AuditedLog(origin, maxLease: 1 << 30);
        provider.Add(new AuditTermsEvent(origin, epochRecords, 3600));
        key = provider.Introduce("serving", segment, lease: 1 << 29);
        Directory.CreateDirectory(folder);
    }

    public AuditedLog[] Auditors { get; }

    public Hash Account => new Reliability.Accounts.AccountId(provider.State.Genesis!.Roots.Id, "assay", "replay").Digest();

    public FollowedAccount Followed => new("assay", AddressOf(provider), [.. Auditors.Select(AddressOf)]);

    /// <summary>Epochs that both auditors drew from and judged.</summary>
    public void Run(int epochs, uint rate, Func<ulong, char> judge)
    {
        for (; epochs > 0; epochs--)
        {
            var epoch = provider.State.EndedEpochs(key.PublicKey.Id);
            foreach (var auditor in Auditors)
                provider.Commit(auditor, key, epoch, rate);
            provider.Serve(key, (int)provider.State.Terms!.EpochRecords);
            foreach (var auditor in Auditors)
            {
                var draw = auditor.Add(auditor.DrawOf(provider, key, epoch, Auditors));
                if (((AuditDrawEvent)auditor.Events[^1].Event).Drawn is > 0 and var drawn)
                    auditor.Judge(draw, 0, (int)drawn, judge);
            }
        }
    }

    /// <summary>Publishes what the logs hold by now.</summary>
    public async Task PublishAsync()
    {
        foreach (var log in Auditors.Prepend(provider))
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
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in published.Values)
            await log.DisposeAsync();
    }

    private string FolderOf(AuditedLog log) => Path.Combine(folder, log.Origin.Split('.')[0]);

    private FollowedAddress AddressOf(AuditedLog log) => new(
        Path.Combine(FolderOf(log), "public"), VerifierKey.Create(log.Origin, NoteSignatureType.Ed25519, log.LogKey.PublicKey));
}
