using Assay.Node.Keys;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>A serving key in use: it signs the receipts of one segment. Whoever has the log's turn owns the rest of it.</summary>
internal sealed class ServingKey(SigningKey key, ulong nextSequence, ulong until) : IDisposable
{
    public SigningKey Key { get; } = key;

    public ulong NextSequence { get; set; } = nextSequence;

    /// <summary>The first index that its lease does not cover.</summary>
    public ulong Until { get; set; } = until;

    public void Dispose() => Key.Dispose();
}

/// <summary>Finds, makes and renews the serving key of each segment. Every call is made by whoever has the log's turn.</summary>
/// <param name="origin">Of the log that the keys' events are written to.</param>
/// <param name="known">What the log says of a segment's keys that may still sign, the newest first.</param>
/// <param name="algorithm">Of new keys.</param>
internal sealed class ServingKeys(
    Keyring keyring, RootKeys roots, string origin, Func<Segment, IReadOnlyList<KeyState>> known, ulong maxLease, KeyAlgorithm algorithm) : IDisposable
{
    private readonly Dictionary<Segment, ServingKey> inUse = [];

    /// <summary>The key of a segment, under a lease that covers the turn's next index.</summary>
    /// <exception cref="NodeException">An event is needed, and not enough root keys are on this machine.</exception>
    public async Task<ServingKey> ForAsync(Segment segment, LogQueue.Turn turn)
    {
        if (!inUse.TryGetValue(segment, out var serving))
            inUse[segment] = serving = Existing(segment) ?? await NewAsync(segment, turn);
        // At half of the lease, while it is easy; where the root keys are elsewhere, the lease is used up.
        if (serving.Until <= turn.Next || serving.Until < turn.Next + maxLease / 2 && roots.Suffice)
        {
            var (until, keyId) = (turn.Next + maxLease, serving.Key.PublicKey.Id);
            if (!roots.Suffice)
                throw roots.Missing($"renew the lease of the serving key {keyId.ToHex()[..8]}, which ended at index {serving.Until}: `assay key renew {keyId.ToHex()[..8]}` says what to do");
            await turn.Append(roots.ToEntry(KeyEvent.Renew(origin, keyId, until)));
            serving.Until = until;
        }
        return serving;
    }

    /// <summary>Introduces a new key for a segment; from now on it signs there.</summary>
    public async Task<Hash> IntroduceAsync(Segment segment, LogQueue.Turn turn)
    {
        var serving = await NewAsync(segment, turn);
        if (inUse.Remove(segment, out var former))
            former.Dispose();
        inUse[segment] = serving;
        return serving.Key.PublicKey.Id;
    }

    /// <summary>Makes a key whose introduction is to be signed elsewhere; it signs nothing before that is in the log.</summary>
    /// <param name="next">The index that the next entry will get, or an older one.</param>
    public KeyEvent Prepare(Segment segment, ulong next)
    {
        using var key = keyring.CreateServing(algorithm);
        return KeyEvent.Introduce(origin, key.PublicKey, segment, next + maxLease);
    }

    /// <summary>Something became of a segment's keys: which of them signs its next receipt is looked up anew.</summary>
    public void Forget(Segment segment)
    {
        if (inUse.Remove(segment, out var serving))
            serving.Dispose();
    }

    /// <summary>As <see cref="Forget(Segment)"/>, of the segment that the key signs for.</summary>
    public void Forget(in Hash keyId)
    {
        foreach (var (segment, serving) in inUse)
            if (serving.Key.PublicKey.Id == keyId)
            {
                inUse.Remove(segment);
                serving.Dispose();
                return;
            }
    }

    public void Dispose()
    {
        foreach (var serving in inUse.Values)
            serving.Dispose();
    }

    private ServingKey? Existing(Segment segment)
    {
        foreach (var key in known(segment))
            if (keyring.TryReadServing(key.Key.Id) is { } held)
                return new ServingKey(held, key.Receipts, key.Until);
        return null;
    }

    private async Task<ServingKey> NewAsync(Segment segment, LogQueue.Turn turn)
    {
        if (!roots.Suffice)
            throw roots.Missing("introduce a serving key: `assay key introduce NAME` says what to do");
        var until = turn.Next + maxLease;
        var key = keyring.CreateServing(algorithm);
        await turn.Append(roots.ToEntry(KeyEvent.Introduce(origin, key.PublicKey, segment, until)));
        return new ServingKey(key, 0, until);
    }
}
