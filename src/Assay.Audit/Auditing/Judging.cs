using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>The last step: what was opened is judged in the order of the draw, and the verdicts are logged (docs/spec/audits.md section 4).</summary>
internal sealed class Judging(AuditPass pass, ReplayOracle oracle, PublishedEvidence evidence, Action<AuditProgress>? progress)
{
    /// <summary>Judges all draws as far as they can be judged now.</summary>
    public async Task JudgeAsync(CancellationToken cancel)
    {
        foreach (var draw in pass.Draws.Where(d => !d.IsJudged).ToArray())
            await JudgeAsync(draw, cancel);
    }

    private async Task JudgeAsync(OwnDraw draw, CancellationToken cancel)
    {
        if (Openings.Deadline(pass.Folder, draw.Index) is not { } deadline)
            return;
        var (order, isOver) = (draw.Event.Order(), pass.Now >= deadline);
        var seed = draw.Event.Seed;
        VerdictBatch Next() => new(AuditLane.Traffic, draw.Index, draw.Judged, pass.Log.Key.Id, seed);
        var (batch, since) = (Next(), pass.Options.Clock.GetTimestamp());
        var (page, pageFrom) = (new SortedDictionary<ulong, OpenedRecord>(), ulong.MaxValue);
        var stopped = false;
        try
        {
            for (var position = draw.Judged; position < draw.Event.Drawn; position++)
            {
                if (OpenedPage.FromOf(position) != pageFrom)
                    page = OpenedPage.Read(pass.Folder, draw.Index, pageFrom = OpenedPage.FromOf(position));
                var opened = page.TryGetValue(position, out var record) ? record : (OpenedRecord?)null;
                if (opened is null && !isOver)
                    break;
                if (await JudgeAsync(draw, order[position], opened, cancel) is not { } judgement)
                    break;
                batch.Add(order[position], judgement, judgement.Letter == VerdictLetters.Diverged ? opened!.Value.Digest : default);
                progress?.Invoke(new AuditProgress(AuditStage.Replaying, pass.Origin, position + 1, draw.Event.Drawn));
                if (batch.IsFull || pass.Options.Clock.GetElapsedTime(since) >= pass.Options.LogEvery)
                {
                    await LogAsync(batch, cancel);
                    (batch, since) = (Next(), pass.Options.Clock.GetTimestamp());
                }
            }
        }
        catch (OperationCanceledException)
        {
            stopped = true;
        }
        // What was found is kept, also where we are told to stop.
        if (batch.Count > 0)
            await LogAsync(batch, stopped ? CancellationToken.None : cancel);
        if (stopped)
            cancel.ThrowIfCancellationRequested();
        if (draw.IsJudged)
            pass.Folder.DeleteAll($"openings/{draw.Index}");
    }

    // Null where the record waits for its model.
    private async Task<Judgement?> JudgeAsync(OwnDraw draw, ulong sequence, OpenedRecord? opened, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (opened is not { Kind: not OpeningKind.Gone } shown)
            return new Judgement(VerdictLetters.Unopened, opened is null ? "not opened in time" : "gone, as its provider says");
        var bytes = pass.Folder.Bundles.Read(shown.Digest);
        if (shown.Kind == OpeningKind.Envelope)
            return ReplayOracle.JudgeEnvelope(bytes, pass.State, draw.Event.KeyId, sequence);
        var judgement = await oracle.JudgeAsync(Bundle.Parse(bytes), pass.State, draw.Event.KeyId, sequence, AuditLane.Traffic, cancel);
        if (judgement.NoModel && !pass.Options.GiveUpMissingModels)
        {
            pass.News.Note($"draw from epoch {draw.Event.Epoch.Number} of key {draw.Event.KeyId.ToHex()[..8]}: waits: {judgement.Why}");
            return null;
        }
        if (judgement.Letter == VerdictLetters.Diverged)
            // Public before the verdict that names it.
            evidence.Publish(shown.Digest, bytes);
        return judgement;
    }

    private async Task LogAsync(VerdictBatch batch, CancellationToken cancel) => await pass.AppendAsync(batch.ToEvent(pass.Log.Origin), cancel);
}
