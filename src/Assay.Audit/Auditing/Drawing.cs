using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>The second step: of epochs that have ended, secrets are revealed, others' are gathered, and what they draw is logged (docs/spec/audits.md section 2).</summary>
internal static class Drawing
{
    public static async Task DrawAsync(AuditPass pass, CancellationToken cancel)
    {
        SeeEnds(pass);
        foreach (var key in pass.Secrets.GroupBy(s => s.KeyId))
        {
            // Draws of a key come in the order of its epochs: one that waits holds those after it up. Their secrets are shown all the
            // same: two auditors that waited for each other at each epoch would need a pass for every one of them.
            var isHeldUp = false;
            foreach (var secret in key)
                isHeldUp |= !await DrawAsync(pass, secret, isHeldUp, cancel);
        }
    }

    // The time for which others are waited for runs for every epoch that has ended, also for one that an earlier holds up: else
    // whoever withholds its secrets delays each epoch by that much more.
    private static void SeeEnds(AuditPass pass)
    {
        foreach (var secret in pass.Secrets)
            if (secret.EndSeen is null && pass.Own.MayDraw(pass.Origin, secret.KeyId, secret.Epoch) && pass.State.Keys.ContainsKey(secret.KeyId)
                && pass.State.EpochOf(secret.KeyId, secret.Epoch) is not null && Commitments.IndexOf(pass, secret.KeyId, secret.Epoch) is not null)
                pass.Folder.Keep(pass.Provider, secret with { EndSeen = pass.Now });
        pass.ForgetSecrets();
    }

    // False where the epoch waits.
    private static async Task<bool> DrawAsync(AuditPass pass, AuditSecret secret, bool isHeldUp, CancellationToken cancel)
    {
        var (keyId, number) = (secret.KeyId, secret.Epoch);
        if (!pass.Own.MayDraw(pass.Origin, keyId, number))
            return true;
        if (!pass.State.Keys.ContainsKey(keyId) || pass.State.EpochOf(keyId, number) is not { } epoch)
            return false;
        if (Commitments.IndexOf(pass, keyId, number) is not { } own)
        {
            await Commitments.TellAsync(pass, secret, cancel);
            return true;
        }
        if (own.Event.Commitment != AuditSeed.Commitment(keyId, number, pass.Log.Key.Id, secret.Secret))
        {
            pass.News.Note($"epoch {number} of key {keyId.ToHex()[..8]}: its log holds a commitment of this auditor to another secret than is kept here: no draw");
            return true;
        }
        var known = await GatherAsync(pass, secret, own.Index, cancel);
        var commitments = pass.State.SeedsOf(keyId, number);
        if (known.Count < commitments.Length && pass.Now < secret.EndSeen + (ulong)pass.Options.Grace.TotalSeconds)
        {
            pass.News.Note($"epoch {number} of key {keyId.ToHex()[..8]}: {commitments.Length - known.Count} of {commitments.Length} secrets are missing: waiting for them");
            return false;
        }
        if (isHeldUp)
            return false;
        var draw = DrawOf(pass, secret, epoch, own, known, commitments);
        if (DrawCheck.Order(draw, pass.Log.Key.Id, pass.State) is null)
            throw new AuditException($"the draw from epoch {number} of key {keyId.ToHex()[..8]} of {pass.Origin} would not count, which is a bug: nothing was logged");
        await pass.AppendAsync(draw, cancel);
        pass.News.Draws++;
        return true;
    }

    // Each secret proves itself by its commitment; the board is only where one looks.
    private static async Task<SortedDictionary<ulong, Hash>> GatherAsync(AuditPass pass, AuditSecret own, ulong at, CancellationToken cancel)
    {
        var known = new SortedDictionary<ulong, Hash> { [at] = own.Secret };
        var shown = await pass.Node.ShowSecretAsync(own.KeyId, own.Epoch, own.Secret, cancel);
        if (!shown.IsTaken)
            pass.News.Note($"secret for epoch {own.Epoch} of key {own.KeyId.ToHex()[..8]}: not taken by the board: {shown.Why}");
        var board = await pass.Node.SecretsAsync(own.KeyId, own.Epoch, cancel);
        foreach (var (index, seed) in pass.State.SeedsOf(own.KeyId, own.Epoch))
            foreach (var (_, secret) in board.Where(s => s.Index == index))
                if (AuditSeed.Commitment(own.KeyId, own.Epoch, seed.Auditor.LogKey.Id, secret) == seed.Commitment)
                    known[index] = secret;
        return known;
    }

    private static AuditDrawEvent DrawOf(
        AuditPass pass, AuditSecret secret, KeyEpoch epoch, AuditSeedAt own, SortedDictionary<ulong, Hash> known, ImmutableArray<AuditSeedAt> commitments)
    {
        var draw = new AuditDrawEvent(
            pass.Log.Origin, pass.Origin, secret.KeyId, epoch, pass.State.RootAt(epoch.Size), own.Index, own.Event.Rate,
            [.. known.Select(k => new RevealedSeed(k.Key, k.Value))], [.. commitments.Select(c => c.Index).Where(i => !known.ContainsKey(i))], 0);
        return draw with { Drawn = (ulong)draw.Order().Length };
    }
}
