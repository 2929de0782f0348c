using Assay.Audit;
using Assay.Audit.Auditing;
using Assay.Log;
using Assay.Node.Receipts;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Audits;

/// <summary>The log of an opened data folder as its auditor uses it: no key leaves it, and it signs nothing but what an auditor has to say.</summary>
internal sealed class NodeAuditorLog(OpenedFolder opened, EventWriter events) : IAuditorLog
{
    public string Origin => opened.Origin;

    public PublicKey Key => opened.LogKey.PublicKey;

    public async Task<ulong> AppendAsync(LogEvent step, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            opened.Witnessed.ThrowIfHalted();
            return await events.AppendAsync(step, opened.LogKey);
        }
        catch (Exception e) when (e is NodeException or LogException)
        {
            throw new AuditException($"this auditor's log: {e.Message}", e);
        }
    }

    public AuditSeedEvent Commit(string provider, in Hash keyId, ulong epoch, uint rate, in Hash secret) =>
        AuditSeedEvent.Sign(provider, keyId, epoch, Origin, opened.LogKey, rate, secret);

    public OpeningRequest Ask(string provider, ulong draw, ulong from, int count)
    {
        var reader = opened.Log.Reader;
        var proof = new TlogProof(null, draw, [.. reader.InclusionProof(draw, reader.Checkpoint.Size)], SignedNote.Parse(reader.Signed!.Note));
        return OpeningRequest.Sign(provider, reader.ReadEntry(draw), proof, from, count, opened.LogKey);
    }

    public IEnumerable<(ulong Index, LogEvent Event)> Events()
    {
        var index = 0UL;
        foreach (var entry in opened.Log.Reader.ReadEntries(0))
        {
            if (OpenEntry.KindOf(entry.Span) == EntryKind.Open)
                yield return (index, LogEvent.Parse(OpenEntry.Parse(entry.Span).Payload.Span));
            index++;
        }
    }
}
