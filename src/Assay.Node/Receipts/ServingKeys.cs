using Assay.Node.Keys;
using Assay.Node.State;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Receipts;

/// <summary>A serving key in use: it signs the receipts of one segment, one after the other.</summary>
/// <remarks>Whoever holds <see cref="Turn"/> owns <see cref="NextSequence"/>: taking a number, signing and queueing for the log happen in one turn.</remarks>
internal sealed class ServingKey(SigningKey key, ulong nextSequence, ulong until) : IDisposable
{
    public SigningKey Key { get; } = key;

    public ulong NextSequence { get; set; } = nextSequence;

    /// <summary>The first index that its lease does not cover.</summary>
    public ulong Until { get; set; } = until;

    public SemaphoreSlim Turn { get; } = new(1, 1);

    public void Dispose()
    {
        Key.Dispose();
        Turn.Dispose();
    }
}

/// <summary>Finds, makes and renews the serving key of each segment.</summary>
/// <param name="state">What the log said when the node opened: keys that an earlier run introduced.</param>
/// <param name="append">Signs an event with the root key and appends it, durably when it returns.</param>
internal sealed class ServingKeys(Keyring keyring, LogState state, ulong maxLease, Func<LogEvent, Task> append) : IDisposable
{
    private readonly Dictionary<Segment, ServingKey> inUse = [];
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>The key of a segment, with at least half of a lease before it.</summary>
    public async Task<ServingKey> ForAsync(Segment segment, ulong logSize)
    {
        await gate.WaitAsync();
        try
        {
            if (!inUse.TryGetValue(segment, out var serving))
                inUse[segment] = serving = Existing(segment) ?? await NewAsync(segment, logSize);
            // Entries in flight take indexes we have not seen: half a lease is far more than the log's queue holds.
            if (serving.Until < logSize + maxLease / 2)
            {
                var until = logSize + maxLease;
                await append(KeyEvent.Renew(serving.Key.PublicKey.Id, until));
                serving.Until = until;
            }
            return serving;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Introduces a new key for a segment; from now on it signs there.</summary>
    public async Task<Hash> IntroduceAsync(Segment segment, ulong logSize)
    {
        await gate.WaitAsync();
        try
        {
            inUse[segment] = await NewAsync(segment, logSize);
            return inUse[segment].Key.PublicKey.Id;
        }
        finally
        {
            gate.Release();
        }
    }

    // The one introduced last, if there are several.
    private ServingKey? Existing(Segment segment)
    {
        foreach (var (id, known) in state.Keys.OrderByDescending(k => k.Value.Events[0].Index))
            if (known.Segment == segment && !known.Retired && keyring.TryReadServing(id) is { } key)
                return new ServingKey(key, known.Receipts, known.Until);
        return null;
    }

    private async Task<ServingKey> NewAsync(Segment segment, ulong logSize)
    {
        // The event lands at this index or a later one, so the lease is never longer than the longest allowed.
        var until = logSize + maxLease;
        var key = keyring.CreateServing();
        await append(KeyEvent.Introduce(key.PublicKey, segment, until));
        return new ServingKey(key, 0, until);
    }

    public void Dispose()
    {
        foreach (var serving in inUse.Values)
            serving.Dispose();
        gate.Dispose();
    }
}
