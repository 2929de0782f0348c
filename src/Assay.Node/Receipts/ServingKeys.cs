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
internal sealed class ServingKeys(Keyring keyring, string origin, Func<Segment, IReadOnlyList<KeyState>> known, ulong maxLease) : IDisposable
{
    /// <summary>Of every serving key that a node makes.</summary>
    public const KeyAlgorithm Algorithm = KeyAlgorithm.Ed25519;

    private readonly Dictionary<Segment, ServingKey> inUse = [];

    /// <summary>The key of a segment, under a lease that covers the turn's next index.</summary>
    /// <exception cref="NodeException">An event is needed, and the root key is not on this machine.</exception>
    public async Task<ServingKey> ForAsync(Segment segment, LogQueue.Turn turn)
    {
        if (!inUse.TryGetValue(segment, out var serving))
            inUse[segment] = serving = Existing(segment) ?? await NewAsync(segment, turn);
        // At half of the lease, while it is easy; without the root key on this machine, not before there is no other way.
        if (serving.Until <= turn.Next || serving.Until < turn.Next + maxLease / 2 && keyring.Has(Keyring.Root))
        {
            var until = turn.Next + maxLease;
            await AppendAsync(turn, KeyEvent.Renew(origin, serving.Key.PublicKey.Id, until));
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

    /// <summary>A key that may sign no more: the segment's next receipt gets another.</summary>
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
        var until = turn.Next + maxLease;
        var key = keyring.CreateServing(Algorithm);
        await AppendAsync(turn, KeyEvent.Introduce(origin, key.PublicKey, segment, until));
        return new ServingKey(key, 0, until);
    }

    private async Task AppendAsync(LogQueue.Turn turn, LogEvent step)
    {
        using var root = keyring.Read(Keyring.Root);
        await turn.Append(step.ToEntry(root));
    }
}
