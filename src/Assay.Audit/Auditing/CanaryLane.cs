using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>How an ordinary caller asks a node.</summary>
public interface ICaller
{
    /// <summary>Makes a request.</summary>
    /// <returns>The receipt's id and the salt of the output (base64) of an answer.</returns>
    Task<(NodeReply Reply, string Receipt, string Salt)> AskAsync(CanaryRequest request, CancellationToken cancel);

    /// <summary>The bundle of an answer, with all that opens it; null while it is not yet to be had.</summary>
    Task<(NodeReply Reply, Bundle? Bundle)> BundleAsync(string receipt, string salt, CancellationToken cancel);
}

/// <summary>
/// The canary lane: an auditor's own requests through the ordinary API, committed to before they are made, their answers judged by the
/// same oracle (docs/spec/audits.md section 5).
/// </summary>
internal sealed class CanaryLane(AuditPass pass, ICaller caller, ReplayOracle oracle, PublishedEvidence evidence)
{
    /// <summary>Commits to requests; logged when this returns. They are made by <see cref="GoOnAsync"/>.</summary>
    /// <exception cref="MalformedException">These are no requests.</exception>
    /// <exception cref="AuditException">The provider has no live key for their model.</exception>
    public async Task<ulong> CommitAsync(byte[] requests, CancellationToken cancel)
    {
        var keyId = KeyOf(CanaryRequests.Parse(requests).Model);
        return await LogAsync(CanaryBatch.Begin(pass.Folder, pass.Origin, keyId, requests), cancel);
    }

    /// <summary>Makes the requests of every batch that is not judged, fetches their bundles, judges them and logs the verdicts.</summary>
    public async Task GoOnAsync(Action<AuditProgress>? progress, CancellationToken cancel)
    {
        // In the order of their entries: sequences only ascend.
        foreach (var batch in CanaryBatch.All(pass.Folder).Where(b => b.Provider == pass.Origin).ToArray())
            if (Find(batch) is null)
                await LogAsync(batch, cancel);
        foreach (var (batch, own) in CanaryBatch.All(pass.Folder).Where(b => b.Provider == pass.Origin).Select(b => (b, Find(b)!)).OrderBy(b => b.Item2.Index).ToArray())
        {
            if (!await MakeAsync(batch, progress, cancel))
                return;
            // One that waits holds those after it up.
            if (!await JudgeAsync(batch, own, progress, cancel))
                return;
        }
    }

    private OwnCanary? Find(CanaryBatch batch) => pass.Own.Canaries.FirstOrDefault(c => c.Event.Provider == batch.Provider && c.Event.Commitment == batch.Commitment);

    private Task<ulong> LogAsync(CanaryBatch batch, CancellationToken cancel) =>
        pass.AppendAsync(new AuditCanaryEvent(pass.Log.Origin, pass.Origin, batch.KeyId, (ulong)batch.Requests.Items.Count, batch.Commitment), cancel);

    // The newest live key of the newest version of that name that has one.
    private Hash KeyOf(string model)
    {
        var live = pass.View.LiveKeys().Reverse().ToArray();
        foreach (var at in pass.State.Models.Reverse().Where(m => m.Event.Name == model || $"{m.Event.Name}@{m.Event.Version}" == model))
            foreach (var (keyId, key) in live)
                if (key.Segment.Model == at.Event.Manifest)
                    return keyId;
        throw new AuditException($"the log of {pass.Origin} has no serving key that may sign now for a model '{Verify.Json.StrictJson.Shown(model)}'");
    }

    // False where the node does not answer: the rest is made by another run.
    private async Task<bool> MakeAsync(CanaryBatch batch, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        for (var i = 0; i < batch.Requests.Items.Count; i++)
        {
            if (batch.Outcome(pass.Folder, i) is null)
            {
                var (reply, receipt, salt) = await RetryAsync(() => caller.AskAsync(batch.Requests.Items[i], cancel), r => r.Reply, cancel);
                if (reply.Answer is NodeAnswer.Unreachable or NodeAnswer.Busy)
                {
                    pass.News.Note($"canaries: request {i + 1} of {batch.Requests.Items.Count}: {reply.Why}");
                    return false;
                }
                if (!reply.IsTaken)
                    pass.News.Note($"canaries: request {i + 1} of {batch.Requests.Items.Count} got no answer: {reply.Why}");
                batch.Keep(pass.Folder, i, reply.IsTaken ? new CanaryOutcome(CanaryState.Answered, receipt, salt) : new CanaryOutcome(CanaryState.Failed));
            }
            progress?.Invoke(new AuditProgress(AuditStage.Opening, pass.Origin, (ulong)i + 1, (ulong)batch.Requests.Items.Count));
        }
        var isWhole = true;
        for (var i = 0; i < batch.Requests.Items.Count; i++)
            if (batch.Outcome(pass.Folder, i) is { State: CanaryState.Answered } outcome)
                isWhole &= await FetchAsync(batch, i, outcome, cancel);
        return isWhole;
    }

    private async Task<bool> FetchAsync(CanaryBatch batch, int request, CanaryOutcome outcome, CancellationToken cancel)
    {
        var (reply, bundle) = await RetryAsync(
            () => caller.BundleAsync(outcome.Receipt, outcome.Salt, cancel), r => r.Reply.IsTaken && r.Bundle is null ? new NodeReply(NodeAnswer.Busy) : r.Reply, cancel);
        if (bundle is null)
        {
            pass.News.Note($"canaries: the bundle of request {request + 1} did not come{(reply.Why.Length > 0 ? $": {reply.Why}" : "")}");
            return false;
        }
        using var bytes = new MemoryStream(bundle.ToBytes(), writable: false);
        batch.Keep(pass.Folder, request, outcome with { State = CanaryState.Kept, Bundle = pass.Folder.Bundles.Add(bytes).Digest });
        return true;
    }

    private async Task<bool> JudgeAsync(CanaryBatch batch, OwnCanary own, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        var records = RecordsOf(batch, own);
        if (own.Letters.Length >= records.Count)
            return true;
        // The log has gone on by our own requests.
        if (pass.View.Look() is { } wrong)
        {
            pass.News.Note(wrong);
            return false;
        }
        VerdictBatch Next() => new(AuditLane.Canary, own.Index, (ulong)own.Letters.Length, pass.Log.Key.Id, batch.Commitment);
        var verdicts = Next();
        foreach (var (sequence, digest) in records.Skip(own.Letters.Length).ToArray())
        {
            cancel.ThrowIfCancellationRequested();
            var bytes = pass.Folder.Bundles.Read(digest);
            var judgement = await oracle.JudgeAsync(Bundle.Parse(bytes), pass.State, batch.KeyId, sequence, AuditLane.Canary, cancel);
            if (judgement.NoModel && !pass.Options.GiveUpMissingModels)
            {
                pass.News.Note($"canaries wait: {judgement.Why}");
                break;
            }
            if (judgement.Letter == VerdictLetters.Diverged)
                evidence.Publish(digest, bytes);
            verdicts.Add(sequence, judgement, digest);
            progress?.Invoke(new AuditProgress(AuditStage.Replaying, pass.Origin, (ulong)(own.Letters.Length + verdicts.Count), (ulong)records.Count));
            if (!verdicts.IsFull)
                continue;
            await pass.AppendAsync(verdicts.ToEvent(pass.Log.Origin), cancel);
            verdicts = Next();
        }
        if (verdicts.Count > 0)
            await pass.AppendAsync(verdicts.ToEvent(pass.Log.Origin), cancel);
        return own.Letters.Length == records.Count;
    }

    // In ascending order of sequence, each once. What another key answered is no record of this commitment.
    private List<(ulong Sequence, Hash Bundle)> RecordsOf(CanaryBatch batch, OwnCanary own)
    {
        var records = new SortedDictionary<ulong, Hash>();
        for (var i = 0; i < batch.Requests.Items.Count; i++)
            if (batch.Outcome(pass.Folder, i) is { State: CanaryState.Kept } kept)
            {
                var receipt = Receipt.Parse(Bundle.Parse(pass.Folder.Bundles.Read(kept.Bundle)).Envelope.Payload.Span);
                if (receipt.Issuer.KeyId != batch.KeyId)
                    pass.News.Note($"canaries of entry {own.Index}: request {i + 1} was answered under the key {receipt.Issuer.KeyId.ToHex()[..8]}, not {batch.KeyId.ToHex()[..8]}: not judged");
                else
                    records[receipt.Sequence] = kept.Bundle;
            }
        return [.. records.Select(r => (r.Key, r.Value))];
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> ask, Func<T, NodeReply> reply, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await ask();
            if (reply(result).Answer is NodeAnswer.Taken or NodeAnswer.Refused || attempt >= pass.Options.Retries.Count)
                return result;
            await Task.Delay(pass.Options.Retries[attempt], pass.Options.Clock, cancel);
        }
    }
}
