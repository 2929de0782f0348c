using Assay.Audit.Auditing;
using Assay.Log;
using Assay.Node.Receipts;
using Assay.Node.State;
using Assay.Store;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.Audits;

/// <summary>The provider's side of audits: commitments go into the log, secrets onto a board, drawn records are opened (docs/spec/audits.md section 3).</summary>
/// <remarks>Safe for several threads.</remarks>
public sealed class AuditDesk : IDisposable
{
    /// <summary>How many epochs of a key one may commit to: the current one and those after it. More would fill a log.</summary>
    public const ulong EpochsAhead = 16;

    private readonly OpenedFolder opened;
    private readonly EventWriter events;
    private readonly FoldedLog folded;
    private readonly SecretBoard board;
    private readonly DrawnRecords drawn;
    // Each commitment holds receipts up for a moment; they take turns with one of them, not with a crowd.
    private readonly SemaphoreSlim committing = new(1, 1);

    internal AuditDesk(OpenedFolder opened, EventWriter events, FoldedLog folded, Func<KeptReceipt, byte[]> bundle, Predicate<KeptReceipt> withholds)
    {
        (this.opened, this.events, this.folded) = (opened, events, folded);
        board = new SecretBoard(opened.Folder.Audits);
        drawn = new DrawnRecords(opened.Vault, bundle, withholds);
    }

    /// <summary>Who may audit this node, as its operator has it now.</summary>
    public AuditorList Auditors => AuditorList.Read(opened.Folder);

    /// <summary>This node's own log, for auditing others.</summary>
    public IAuditorLog OwnLog => new NodeAuditorLog(opened, events);

    /// <summary>Logs an auditor's commitment. The same one again gives the same index.</summary>
    /// <returns>The entry's index; it is in the tree.</returns>
    /// <exception cref="NodeException">Not an auditor that the operator has named, not signed by it, or the log's rules refuse it.</exception>
    public async Task<ulong> CommitAsync(AuditSeedEvent seed)
    {
        opened.Witnessed.ThrowIfHalted();
        Auditors.Require(seed.Auditor);
        if (!seed.IsSignedByAuditor())
            throw new NodeException(NodeFault.Forbidden, "this commitment is not signed by the auditor's log key for this log");
        await committing.WaitAsync();
        try
        {
            if (Look(state => IndexOf(state, seed)) is { } known)
                return known;
            return await events.AppendAsync(seed, opened.LogKey);
        }
        catch (NodeException e) when (e.Fault == NodeFault.BadRequest)
        {
            throw new NodeException(NodeFault.Conflict, e.Message, e);
        }
        catch (LogException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
        finally
        {
            committing.Release();
        }
    }

    /// <summary>Keeps a secret that opens a commitment for an epoch that is over.</summary>
    /// <returns>The commitment's index.</returns>
    /// <exception cref="NodeException">The epoch's end is not cosigned yet, or the secret opens nothing.</exception>
    public ulong Keep(SecretRequest shown)
    {
        var (epoch, seeds) = Look(state => (EpochOf(state, shown.KeyId, shown.Epoch), state.SeedsOf(shown.KeyId, shown.Epoch)));
        if (epoch is not { } ended || CosignedSize < ended.Size)
            throw new NodeException(NodeFault.Conflict, $"epoch {shown.Epoch} has not ended under a cosigned checkpoint: its secrets are still to be kept");
        foreach (var (index, seed) in seeds)
            if (AuditSeed.Commitment(seed.KeyId, seed.Epoch, seed.Auditor.LogKey.Id, shown.Secret) == seed.Commitment)
            {
                board.Put(index, shown.KeyId, shown.Epoch, shown.Secret);
                return index;
            }
        throw new NodeException(NodeFault.BadRequest, $"this secret opens no commitment for epoch {shown.Epoch} of that key");
    }

    /// <summary>The secrets shown so far for an epoch of a key, in ascending order of their commitments' indexes.</summary>
    public IReadOnlyList<RevealedSeed> SecretsOf(in Hash keyId, ulong epoch) => [.. board.Of(keyId, epoch).Select(s => new RevealedSeed(s.Index, s.Secret))];

    /// <summary>The drawn records that an auditor asks for, one after another as they are read; everything about the draw is checked when this returns.</summary>
    /// <exception cref="Verify.MalformedException">The draw is not an entry of that kind.</exception>
    /// <exception cref="NodeException">The draw does not count, or whoever asks may not; unavailable while the epoch's end is not cosigned.</exception>
    public IEnumerable<OpenedRecord> Open(OpeningRequest request)
    {
        var draw = DrawRequest.Read(request, opened.Origin);
        var own = Look(state => state.Keys.ContainsKey(draw.KeyId)
            ? state.SeedsOf(draw.KeyId, draw.Epoch.Number).FirstOrDefault(s => s.Index == draw.Own)?.Event
            : throw Refused($"this log has no key {draw.KeyId.ToHex()[..8]}"));
        var auditor = (own ?? throw Refused($"there is no commitment for that epoch at {draw.Own}")).Auditor;
        Auditors.Require(auditor);
        DrawRequest.Check(request, auditor, opened.Origin);
        if (Look(state => DrawCheckOf(draw, auditor, state)) is { } fault)
            throw Refused(fault);
        if (CosignedSize < draw.Epoch.Size)
            throw new NodeException(NodeFault.Unavailable, $"no quorum of witnesses has cosigned a checkpoint of {draw.Epoch.Size} entries yet");
        var order = drawn.OrderOf(request.Draw.Span, draw) ?? throw Refused($"the secrets do not draw {draw.Drawn} records");
        return drawn.Read(draw.KeyId, order, request.From, request.Count);
    }

    public void Dispose()
    {
        board.Dispose();
        committing.Dispose();
    }

    private ulong CosignedSize => opened.Witnessed.Reader(opened.Log)?.Checkpoint.Size ?? 0;

    private static string? DrawCheckOf(AuditDrawEvent draw, AuditorId auditor, LogState state) =>
        Reliability.Accounts.DrawCheck.Fault(draw, auditor.LogKey.Id, state);

    private static NodeException Refused(string why) => new(NodeFault.Conflict, $"this draw does not count: {why}");

    private static KeyEpoch? EpochOf(LogState state, in Hash keyId, ulong epoch) => state.Keys.ContainsKey(keyId)
        ? state.EpochOf(keyId, epoch)
        : throw new NodeException(NodeFault.BadRequest, $"this log has no key {keyId.ToHex()[..8]}");

    // Of the same commitment; null where there is none and the epoch is near enough.
    private static ulong? IndexOf(LogState state, AuditSeedEvent seed)
    {
        if (!state.Keys.ContainsKey(seed.KeyId))
            throw new NodeException(NodeFault.Conflict, $"this log has no key {seed.KeyId.ToHex()[..8]}");
        if (state.SeedsOf(seed.KeyId, seed.Epoch).FirstOrDefault(s => IsSame(s.Event, seed)) is { } known)
            return known.Index;
        var current = state.EndedEpochs(seed.KeyId);
        return seed.Epoch < current + EpochsAhead
            ? null
            : throw new NodeException(NodeFault.Conflict, $"epoch {seed.Epoch} lies ahead: commitments are taken for epochs {current} to {current + EpochsAhead - 1} of that key");
    }

    // Signatures over the same may differ.
    private static bool IsSame(AuditSeedEvent one, AuditSeedEvent other) =>
        one.Commitment == other.Commitment && one.Auditor == other.Auditor && one.Rate == other.Rate;

    private T Look<T>(Func<LogState, T> look) => folded.Look(opened.Log.Reader, (state, _) => look(state));
}
