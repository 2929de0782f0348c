using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>All that an account knows after a step: what the next step needs, and what is published (docs/spec/accounts-fold.md section 3).</summary>
/// <remarks>Grows with segments, serving keys and auditors, and with epochs that wait; not with records or verdicts. Not for several threads.</remarks>
public sealed class AccountState
{
    private const int Most = 1 << 16;

    private Hash account;
    private ulong steps, time;
    private readonly List<LogSize> logs = [];
    private readonly List<SegmentState> segments = [];
    private readonly List<AuditorTally> auditors = [];
    private readonly List<KeyProgress> keys = [];
    private readonly Dictionary<Hash, KeyProgress> keysById = [];

    /// <summary>The empty account.</summary>
    public AccountState(AccountId id) => account = id.Digest();

    private AccountState()
    {
    }

    /// <summary>The account's id.</summary>
    public Hash Account => account;

    /// <summary>How many steps were folded.</summary>
    public ulong Steps => steps;

    /// <summary>Unix seconds of the last step.</summary>
    public ulong Time => time;

    /// <summary>How far each log was read: the provider's, then the auditors'.</summary>
    public IReadOnlyList<LogSize> Logs => logs;

    /// <summary>In the order in which the provider's log introduced their first keys.</summary>
    public IReadOnlyList<SegmentState> Segments => segments;

    /// <summary>In the order in which they were first read.</summary>
    public IReadOnlyList<AuditorTally> Auditors => auditors;

    /// <summary>How many epochs of a serving key are settled: nobody asks for those any more.</summary>
    public ulong SettledOf(Hash keyId) => KeyOf(keyId)?.Settled ?? 0;

    /// <summary>The place of a serving key's segment; null where no step has met the key.</summary>
    public int? PlaceOf(Hash keyId) => KeyOf(keyId)?.Segment;

    /// <summary>The serving keys of a segment, and how many of their epochs have ended and are not settled.</summary>
    public (ulong Keys, ulong Waiting) KeysOf(int place) =>
        keys.Where(k => k.Segment == place).Aggregate((0UL, 0UL), (sum, key) => (sum.Item1 + 1, sum.Item2 + key.Waiting));

    /// <summary>How many ended epochs wait for their auditors, and since when the first of them is known; null where none does.</summary>
    public (ulong Epochs, ulong Since)? Waiting => Keys.Aggregate(default((ulong, ulong)?), (sum, key) => key.Since is not { } since ? sum
        : sum is { } s ? (s.Item1 + key.Waiting, Math.Min(s.Item2, since)) : (key.Waiting, since));

    internal IReadOnlyList<KeyProgress> Keys => keys;

    /// <summary>SHA-256 of <c>"assay/account-state/v1\n"</c> and the state's bytes.</summary>
    public Hash Digest()
    {
        var sha = Sha256.Start();
        sha.Add("assay/account-state/v1\n"u8);
        sha.Add(ToBytes());
        return sha.Finish();
    }

    public byte[] ToBytes()
    {
        var bytes = new StateBytes();
        Transfer(bytes);
        return bytes.ToArray();
    }

    /// <exception cref="MalformedException">Not the bytes of a state.</exception>
    public static AccountState Parse(ReadOnlyMemory<byte> bytes)
    {
        var state = new AccountState();
        var reader = new StateBytes(bytes);
        state.Transfer(reader);
        reader.End();
        foreach (var key in state.keys)
            if (!state.keysById.TryAdd(key.KeyId, key))
                throw new MalformedException($"an account's state with the key {key.KeyId.ToHex()[..8]} twice");
        if (state.keys.Any(k => k.Segment < 0 || k.Segment >= state.segments.Count))
            throw new MalformedException("an account's state with a key of no segment");
        return state;
    }

    internal void BeginStep(ulong at, IEnumerable<LogSize> read)
    {
        (steps, time) = (steps + 1, at);
        logs.Clear();
        logs.AddRange(read);
    }

    internal KeyProgress? KeyOf(in Hash keyId) => keysById.GetValueOrDefault(keyId);

    internal KeyProgress Add(KeyProgress key)
    {
        keys.Add(key);
        keysById.Add(key.KeyId, key);
        return key;
    }

    internal int SegmentOf(Segment segment, ulong owner)
    {
        var at = segments.FindIndex(s => s.Model == segment.Model && s.Profile == segment.Profile && s.Region == segment.Region && s.Owner == owner);
        if (at >= 0)
            return at;
        segments.Add(new SegmentState(segment.Model, segment.Profile, segment.Region, owner));
        return segments.Count - 1;
    }

    internal AuditorTally AuditorOf(string origin, in Hash keyId, bool selfSampled)
    {
        foreach (var known in auditors)
            if (known.Origin == origin && known.KeyId == keyId)
                return known;
        auditors.Add(new AuditorTally(origin, keyId, selfSampled));
        return auditors[^1];
    }

    private void Transfer(StateBytes bytes)
    {
        bytes.Hash(ref account);
        bytes.Number(ref steps);
        bytes.Number(ref time);
        bytes.Logs(logs);
        bytes.List(segments, Most, 100, s => Each(s ?? new SegmentState(), x => x.Transfer(bytes)), null!);
        bytes.List(auditors, Most, 100, a => Each(a ?? new AuditorTally(), x => x.Transfer(bytes)), null!);
        bytes.List(keys, Most, 56, k => Each(k ?? new KeyProgress(), x => x.Transfer(bytes)), null!);
    }

    private static T Each<T>(T item, Action<T> transfer)
    {
        transfer(item);
        return item;
    }
}
