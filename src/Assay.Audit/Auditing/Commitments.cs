using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>The first step of an audit: secrets are drawn and committed to before the epochs that they will draw from have ended (docs/spec/audits.md section 2).</summary>
internal static class Commitments
{
    // So many epochs of a key a node takes commitments for, the current one among them (docs/spec/audits.md section 3).
    private const int MostAhead = 16;

    /// <summary>Commits for the current epoch of each live key and for as many after it as may end before the next pass.</summary>
    public static async Task MakeAsync(AuditPass pass, CancellationToken cancel)
    {
        foreach (var (keyId, _) in pass.View.LiveKeys().ToArray())
        {
            var next = pass.State.EndedEpochs(keyId);
            var until = next + (ulong)Ahead(pass, keyId, next);
            for (var epoch = next; epoch < until; epoch++)
                if (IndexOf(pass, keyId, epoch) is null && !await AskAsync(pass, keyId, epoch, cancel))
                    return;
        }
    }

    /// <summary>Logs what was answered and not done: commitments that an epoch's end left out.</summary>
    public static async Task TellAsync(AuditPass pass, AuditSecret secret, CancellationToken cancel)
    {
        if (secret.Answered && !pass.Own.HasRefusal(pass.Origin, secret.KeyId, secret.Epoch))
            await RefusedAsync(pass, secret, cancel);
    }

    /// <summary>Where the provider's log holds this auditor's commitment, or null.</summary>
    public static AuditSeedAt? IndexOf(AuditPass pass, in Hash keyId, ulong epoch)
    {
        foreach (var seed in pass.State.SeedsOf(keyId, epoch))
            if (seed.Event.Auditor.Origin == pass.Log.Origin && seed.Event.Auditor.LogKey.Equals(pass.Log.Key))
                return seed;
        return null;
    }

    // Twice as many as have ended since the last pass: those that were committed for and whose end nobody has seen yet.
    private static int Ahead(AuditPass pass, Hash keyId, ulong next)
    {
        var since = pass.Secrets.Count(s => s.KeyId == keyId && s.Epoch < next && s.EndSeen is null && IndexOf(pass, keyId, s.Epoch) is not null);
        return Math.Clamp(2 * since + 1, pass.Options.Ahead, MostAhead);
    }

    // False where the rest of the provider's keys need not be tried now.
    private static async Task<bool> AskAsync(AuditPass pass, Hash keyId, ulong epoch, CancellationToken cancel)
    {
        // On the disk before the commitment leaves: a commitment without its secret is a draw that never comes.
        var secret = pass.Folder.SecretFor(pass.Provider, keyId, epoch);
        var seed = pass.Log.Commit(pass.Origin, keyId, epoch, secret.Rate, secret.Secret);
        var reply = await pass.Node.CommitAsync(seed, cancel);
        if (reply.Answer != NodeAnswer.Unreachable && (!secret.Answered || reply.IsTaken != secret.Taken))
            pass.Folder.Keep(pass.Provider, secret = secret with { Answered = true, Taken = reply.IsTaken });
        switch (reply.Answer)
        {
            case NodeAnswer.Taken:
                pass.News.Commitments++;
                return true;
            case NodeAnswer.Refused:
                // Its log may have gone on meanwhile: what it may not take any more, it does not refuse.
                if (pass.View.Look() is { } wrong)
                {
                    pass.News.Note(wrong);
                    return false;
                }
                if (pass.State.EndedEpochs(keyId) > epoch || IndexOf(pass, keyId, epoch) is not null)
                    return true;
                pass.News.Note($"commitment for epoch {epoch} of key {keyId.ToHex()[..8]}: refused: {reply.Why}");
                await TellAsync(pass, secret, cancel);
                return false;
            default:
                pass.News.Note($"commitment for epoch {epoch} of key {keyId.ToHex()[..8]}: {reply.Why}");
                return false;
        }
    }

    private static async Task RefusedAsync(AuditPass pass, AuditSecret secret, CancellationToken cancel)
    {
        var seed = pass.Log.Commit(pass.Origin, secret.KeyId, secret.Epoch, secret.Rate, secret.Secret);
        await pass.AppendAsync(new AuditRefusalEvent(pass.Log.Origin, pass.Origin, secret.KeyId, secret.Epoch, secret.Rate, seed.Commitment), cancel);
        pass.News.Refusals++;
    }
}
