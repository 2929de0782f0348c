using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Reliability.Accounts;

/// <summary>All that an observed account knows after a step (docs/spec/accounts-fold.md section 7). Not for several threads.</summary>
public sealed class ObservedState
{
    private const int Most = 1 << 16;

    private Hash account;
    private ulong steps, time;
    private readonly List<LogSize> logs = [];
    private readonly List<ObservedSegment> segments = [];

    /// <summary>The empty account.</summary>
    public ObservedState(AccountId id) => account = id.Digest();

    private ObservedState()
    {
    }

    /// <summary>The account's id.</summary>
    public Hash Account => account;

    /// <summary>How many steps were folded.</summary>
    public ulong Steps => steps;

    /// <summary>Unix seconds of the last step.</summary>
    public ulong Time => time;

    /// <summary>How far each observer's log was read.</summary>
    public IReadOnlyList<LogSize> Logs => logs;

    /// <summary>In the order in which they were first observed.</summary>
    public IReadOnlyList<ObservedSegment> Segments => segments;

    /// <summary>SHA-256 of <c>"assay/observed-state/v1\n"</c> and the state's bytes.</summary>
    public Hash Digest()
    {
        var sha = Sha256.Start();
        sha.Add("assay/observed-state/v1\n"u8);
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
    public static ObservedState Parse(ReadOnlyMemory<byte> bytes)
    {
        var state = new ObservedState();
        var reader = new StateBytes(bytes);
        state.Transfer(reader);
        reader.End();
        return state;
    }

    internal void BeginStep(ulong at, IEnumerable<LogSize> read)
    {
        (steps, time) = (steps + 1, at);
        logs.Clear();
        logs.AddRange(read);
    }

    internal ObservedSegment? SegmentOf(in Hash address)
    {
        foreach (var known in segments)
            if (known.Address == address)
                return known;
        if (segments.Count == Most)
            return null;
        segments.Add(new ObservedSegment(address));
        return segments[^1];
    }

    private void Transfer(StateBytes bytes)
    {
        bytes.Hash(ref account);
        bytes.Number(ref steps);
        bytes.Number(ref time);
        bytes.Logs(logs);
        bytes.List(segments, Most, 200, segment =>
        {
            (segment ??= new ObservedSegment()).Transfer(bytes);
            return segment;
        }, null!);
    }
}
