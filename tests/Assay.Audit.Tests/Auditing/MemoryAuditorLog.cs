using Assay.Audit.Auditing;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Tests.Auditing;

/// <summary>An auditor's log in memory, which outlives the auditor.</summary>
internal sealed class MemoryAuditorLog(string origin) : IAuditorLog
{
    private readonly AuditedLog log = new(origin);

    public string Origin => log.Origin;

    public PublicKey Key => log.LogKey.PublicKey;

    public AuditedLog Log => log;

    /// <summary>Called before (false) and after (true) an entry is in the log.</summary>
    public Action<bool> Appending { get; set; } = _ => { };

    public Task<ulong> AppendAsync(LogEvent step, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Appending(false);
        ulong index;
        try
        {
            index = log.Add(step);
        }
        catch (MalformedException e)
        {
            throw new AuditException(e.Message, e);
        }
        Appending(true);
        return Task.FromResult(index);
    }

    public AuditSeedEvent Commit(string provider, in Hash keyId, ulong epoch, uint rate, in Hash secret) =>
        AuditSeedEvent.Sign(provider, keyId, epoch, Origin, log.LogKey, rate, secret);

    public OpeningRequest Ask(string provider, ulong draw, ulong from, int count)
    {
        var leaves = log.Events.Select(e => MerkleTree.LeafHash(e.Entry)).ToArray();
        var note = new Checkpoint(Origin, (ulong)leaves.Length, MerkleTree.Head(leaves)).Sign(log.LogKey);
        return OpeningRequest.Sign(
            provider, log.Events[(int)draw].Entry, new TlogProof(null, draw, [.. MerkleTree.InclusionPath((int)draw, leaves)], note), from, count, log.LogKey);
    }

    public IEnumerable<(ulong Index, LogEvent Event)> Events() => log.Events.Select(e => (e.Index, e.Event)).ToArray();

    public IEnumerable<T> All<T>() where T : LogEvent => log.Events.Select(e => e.Event).OfType<T>();

    public string Letters => string.Concat(All<AuditVerdictsEvent>().Select(v => v.Letters));
}
