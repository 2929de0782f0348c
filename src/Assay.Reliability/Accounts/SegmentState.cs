using Assay.Reliability.Statistics;
using Assay.Verify.Crypto;

namespace Assay.Reliability.Accounts;

/// <summary>One settled epoch.</summary>
/// <param name="Records">All its records, committed before anybody knew which would be drawn.</param>
/// <param name="Judged">The drawn ones that were judged, each once.</param>
public readonly record struct SettledEpoch(ulong Records, LetterCounts Judged);

/// <summary>A record that was proved to diverge and was not sampled: a fact, in no rate.</summary>
public readonly record struct ProvenFault(Hash KeyId, ulong Sequence);

/// <summary>What is known of one segment (docs/spec/accounts-fold.md section 3). Its size does not grow with the number of verdicts.</summary>
public sealed class SegmentState
{
    /// <summary>Settled epochs that the trailing figures are of.</summary>
    public const int TrailingEpochs = 32;

    /// <summary>Proven faults that are kept by name; more are only counted.</summary>
    public const int NamedFaults = 256;

    private Hash model;
    private string profile = "", region = "";
    private ulong owner, records, epochs, epochsWithoutDraw, disputed, faults;
    private LetterCounts traffic, canary;
    private readonly List<SettledEpoch> trailing = [];
    private readonly List<ProvenFault> named = [];

    internal SegmentState()
    {
    }

    internal SegmentState(Hash model, string profile, string region, ulong owner) =>
        (this.model, this.profile, this.region, this.owner) = (model, profile, region, owner);

    /// <summary>Model digest.</summary>
    public Hash Model => model;

    public string Profile => profile;

    public string Region => region;

    /// <summary>How often the log had changed hands when the segment began: a history does not go with a sale.</summary>
    public ulong Owner => owner;

    /// <summary>Records of its settled epochs.</summary>
    public ulong Records => records;

    /// <summary>Settled epochs, and how many of them nobody drew from.</summary>
    public ulong Epochs => epochs;

    public ulong EpochsWithoutDraw => epochsWithoutDraw;

    /// <summary>Verdicts on drawn records, each record once.</summary>
    public LetterCounts Traffic => traffic;

    /// <summary>Verdicts on auditors' own requests. Never added to the others.</summary>
    public LetterCounts Canary => canary;

    /// <summary>Records that one auditor says were not opened, or not what the log holds, and another reproduced.</summary>
    public ulong Disputed => disputed;

    /// <summary>Proven faults outside the sample, and those of them that are kept by name, in the order in which they came.</summary>
    public ulong Faults => faults;

    public IReadOnlyList<ProvenFault> NamedFaultList => named;

    /// <summary>The newest settled epochs, at most <see cref="TrailingEpochs"/>, the oldest first.</summary>
    public IReadOnlyList<SettledEpoch> Trailing => trailing;

    public ChangeWatch Change { get; } = new();

    /// <summary>The change detector alarmed within the last <see cref="Forecast.AlarmedEpochs"/> settled epochs.</summary>
    public bool Alarmed => Change.LastAlarm is { } alarm && epochs - alarm.Epoch <= Forecast.AlarmedEpochs;

    internal void Settle(ulong recordsOfEpoch, EpochVerdicts verdicts, bool drawn)
    {
        var judged = verdicts.Sum(failed => Change.Step(failed, epochs), out var disputes);
        records += recordsOfEpoch;
        epochs++;
        epochsWithoutDraw += drawn ? 0UL : 1;
        disputed += disputes;
        traffic += judged;
        if (trailing.Count == TrailingEpochs)
            trailing.RemoveAt(0);
        trailing.Add(new SettledEpoch(recordsOfEpoch, judged));
    }

    internal void AddCanary(char letter, ulong times = 1) => canary.Add(letter, times);

    internal void AddFault(ProvenFault fault)
    {
        if (named.Contains(fault))
            return;
        faults++;
        if (named.Count < NamedFaults)
            named.Add(fault);
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Hash(ref model);
        bytes.Text(ref profile);
        bytes.Text(ref region);
        bytes.Number(ref owner);
        bytes.Number(ref records);
        bytes.Number(ref epochs);
        bytes.Number(ref epochsWithoutDraw);
        bytes.Number(ref disputed);
        bytes.Number(ref faults);
        traffic.Transfer(bytes);
        canary.Transfer(bytes);
        bytes.List(trailing, TrailingEpochs, 64, epoch =>
        {
            var (count, judged) = epoch;
            bytes.Number(ref count);
            judged.Transfer(bytes);
            return new SettledEpoch(count, judged);
        }, default);
        bytes.List(named, NamedFaults, 40, fault =>
        {
            var (key, sequence) = fault;
            bytes.Hash(ref key);
            bytes.Number(ref sequence);
            return new ProvenFault(key, sequence);
        }, default);
        Change.Transfer(bytes);
    }
}
